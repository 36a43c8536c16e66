//! `CREATE DOMAIN` and `ALTER DOMAIN`.

use crate::catalog::{Check, Domain, QualifiedName};
use crate::diagnostics::Diagnostic;

use super::constraint::{Kind, NewConstraint, parse_attributes};
use super::cursor::{Cursor, Ident, Name, Result};
use super::state::{Named, State, Type};
use super::types::parse_type;

/// `CREATE DOMAIN`, after these words.
pub(super) fn create_domain(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let name = cursor.name()?;
    let result = create_named_domain(state, cursor, &name);
    if result.is_err() {
        state.mark_broken(&name);
    }
    result
}

fn create_named_domain(state: &mut State, cursor: &mut Cursor<'_>, name: &Name) -> Result<()> {
    let full = state.new_name(cursor, name)?;
    state.refuse_taken(cursor, &name.span, &full, Named::Type)?;
    cursor.accept("as");
    let ty = parse_type(cursor)?;
    let base = state.type_or_report(cursor, &ty);
    // A domain over a domain begins with its default.
    let default = match base.array {
        true => None,
        false => state.domain_mut(&base.qualified_name()),
    };
    let default = default.and_then(|domain| domain.default.clone());
    let mut domain = Domain {
        name: full.clone(),
        base,
        not_null: false,
        default,
        checks: Vec::new(),
        comment: None,
    };
    let mut checks = Vec::new();
    while !cursor.at_end() {
        let constraint_name = match cursor.accept("constraint") {
            true => Some(cursor.ident()?),
            false => None,
        };
        if cursor.accept_all(&["not", "null"]) {
            domain.not_null = true;
        } else if cursor.accept("null") {
            domain.not_null = false;
        } else if cursor.accept("default") {
            let text = cursor.expression(&["constraint", "not", "null", "check", "collate"])?;
            domain.default = state.default(text, &domain.base);
        } else if cursor.accept("collate") {
            cursor.name()?;
        } else if cursor.is("check") {
            let mut check = domain_check(cursor)?;
            check.name = constraint_name;
            checks.push(check);
        } else {
            return Err(cursor.expected("`NOT NULL`, `DEFAULT`, `CHECK` or the end of the domain"));
        }
    }
    state.add_domain(domain);
    for check in checks {
        add_domain_check(state, cursor, &full, &check)?;
    }
    Ok(())
}

fn domain_check(cursor: &mut Cursor<'_>) -> Result<NewConstraint> {
    let span = cursor.span();
    cursor.expect("check")?;
    let expression = cursor.parenthesized()?.to_owned();
    let mut check = NewConstraint::new(Kind::Check { expression }, span);
    parse_attributes(cursor, &mut check)?;
    Ok(check)
}

fn add_domain_check(
    state: &mut State,
    cursor: &Cursor<'_>,
    domain: &QualifiedName,
    check: &NewConstraint,
) -> Result<()> {
    let Kind::Check { expression } = &check.kind else {
        return Ok(());
    };
    let name = match &check.name {
        Some(name) => {
            let taken = state
                .domain_mut(domain)
                .is_some_and(|domain| domain.checks.iter().any(|other| other.name == name.name));
            if taken {
                return Err(cursor.error_at(
                    name.span.clone(),
                    format!(
                        "constraint `{}` of domain `{domain}` already exists",
                        name.name
                    ),
                ));
            }
            name.name.clone()
        }
        None => state.choose_constraint_name(&domain.schema, &domain.name, None, "check"),
    };
    state.use_constraint_name(&domain.schema, &name);
    let expression = state.qualified(expression);
    if let Some(domain) = state.domain_mut(domain) {
        domain.checks.push(Check {
            name,
            expression,
            no_inherit: false,
            not_valid: check.not_valid,
            comment: None,
        });
    }
    Ok(())
}

/// `ALTER DOMAIN`, after the name; renaming and the like are elsewhere.
pub(super) fn alter_domain(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    domain: &QualifiedName,
) -> Result<()> {
    if cursor.accept_all(&["set", "default"]) {
        let text = cursor.expression(&[])?;
        let base = state.domain_mut(domain).map(|domain| domain.base.clone());
        let default = base.and_then(|base| state.default(text, &base));
        if let Some(domain) = state.domain_mut(domain) {
            domain.default = default;
        }
    } else if cursor.accept_all(&["drop", "default"]) {
        if let Some(domain) = state.domain_mut(domain) {
            domain.default = None;
        }
    } else if cursor.accept_all(&["set", "not", "null"]) {
        set_domain_not_null(state, domain, true);
    } else if cursor.accept_all(&["drop", "not", "null"]) {
        set_domain_not_null(state, domain, false);
    } else if cursor.accept("add") {
        let name = match cursor.accept("constraint") {
            true => Some(cursor.ident()?),
            false => None,
        };
        if cursor.accept_all(&["not", "null"]) {
            set_domain_not_null(state, domain, true);
        } else {
            let mut check = domain_check(cursor)?;
            check.name = name;
            add_domain_check(state, cursor, domain, &check)?;
        }
    } else if cursor.accept_all(&["drop", "constraint"]) {
        let if_exists = cursor.accept_if_exists();
        let name = cursor.ident()?;
        if !cursor.accept("cascade") {
            cursor.accept("restrict");
        }
        let dropped = state.domain_mut(domain).is_some_and(|domain| {
            let before = domain.checks.len();
            domain.checks.retain(|check| check.name != name.name);
            domain.checks.len() < before
        });
        if dropped {
            state.free_constraint_name(&domain.schema, &name.name);
        } else if name.name.ends_with("_not_null") {
            set_domain_not_null(state, domain, false);
        } else if !if_exists {
            return Err(no_domain_constraint(cursor, &name, domain));
        }
    } else if cursor.accept_all(&["validate", "constraint"]) {
        let name = cursor.ident()?;
        let check = state.domain_mut(domain).and_then(|domain| {
            domain
                .checks
                .iter_mut()
                .find(|check| check.name == name.name)
        });
        match check {
            Some(check) => check.not_valid = false,
            None => return Err(no_domain_constraint(cursor, &name, domain)),
        }
    } else {
        return Err(cursor.expected("an action of `ALTER DOMAIN`, like `SET NOT NULL`"));
    }
    cursor.expect_end()
}

fn no_domain_constraint(cursor: &Cursor<'_>, name: &Ident, domain: &QualifiedName) -> Diagnostic {
    cursor.error_at(
        name.span.clone(),
        format!("domain `{domain}` has no constraint `{}`", name.name),
    )
}

fn set_domain_not_null(state: &mut State, domain: &QualifiedName, not_null: bool) {
    if let Some(domain) = state.domain_mut(domain) {
        domain.not_null = not_null;
    }
}

impl State {
    fn add_domain(&mut self, ty: Domain) {
        let at = self.catalog.domains.len();
        self.types.insert(ty.name.clone(), Type::Domain(at));
        self.catalog.domains.push(ty);
    }

    /// The domain of a name, to be changed.
    pub fn domain_mut(&mut self, name: &QualifiedName) -> Option<&mut Domain> {
        match self.types.get(name) {
            Some(&Type::Domain(at)) => self.catalog.domains.get_mut(at),
            _ => None,
        }
    }
}
