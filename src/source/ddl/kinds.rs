//! `CREATE TYPE`, `CREATE DOMAIN`, `ALTER TYPE`, `ALTER DOMAIN`.

use crate::catalog::{Attribute, Composite, EnumType, QualifiedName, Range};

use super::column::plain_column;
use super::cursor::{Cursor, Ident, Name, Result};
use super::decode::{NAME_LENGTH, truncate};
use super::state::{Named, Relation, State, Type, shown};
use super::types::{TypeName, parse_type};

/// `CREATE TYPE`, after these words.
pub(super) fn create_type(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let name = cursor.name()?;
    let result = create_named_type(state, cursor, &name);
    if result.is_err() {
        state.mark_broken(&name);
    }
    result
}

fn create_named_type(state: &mut State, cursor: &mut Cursor<'_>, name: &Name) -> Result<()> {
    let full = state.new_name(cursor, name)?;
    if cursor.at_end() {
        // A shell, to be filled in by a later statement.
        state.types.entry(full).or_insert(Type::Other);
        return Ok(());
    }
    let shell = state.types.get(&full) == Some(&Type::Other);
    if cursor.is_symbol(b'(') && shell {
        cursor.skip_parentheses()?;
        return cursor.expect_end();
    }
    let composite = cursor.is("as") && cursor.peek_at(1).is_some_and(|next| next.is_symbol(b'('));
    let sort = match composite {
        true => Named::RowSource,
        false => Named::Type,
    };
    state.refuse_taken(cursor, &name.span, &full, sort)?;
    if cursor.accept_all(&["as", "enum"]) {
        let labels = labels(cursor)?;
        cursor.expect_end()?;
        state.add_enum(EnumType {
            name: full,
            labels,
            comment: None,
        });
    } else if cursor.accept_all(&["as", "range"]) {
        let range = range(state, cursor, full)?;
        cursor.expect_end()?;
        state.add_range(range);
    } else if cursor.accept("as") {
        let attributes = attributes(state, cursor)?;
        cursor.expect_end()?;
        state.add_composite(Composite {
            name: full,
            attributes,
            comment: None,
        });
    } else {
        // A base type: what it is made of is code.
        cursor.skip_parentheses()?;
        cursor.expect_end()?;
        state.types.insert(full, Type::Other);
    }
    Ok(())
}

fn labels(cursor: &mut Cursor<'_>) -> Result<Vec<String>> {
    cursor.expect_symbol(b'(')?;
    let mut labels: Vec<String> = Vec::new();
    if cursor.accept_symbol(b')') {
        return Ok(labels);
    }
    loop {
        let span = cursor.span();
        let label = cursor.string()?;
        if labels.contains(&label) {
            return Err(cursor.error_at(span, format!("the label '{label}' is there twice")));
        }
        labels.push(label);
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    Ok(labels)
}

fn attributes(state: &mut State, cursor: &mut Cursor<'_>) -> Result<Vec<Attribute>> {
    cursor.expect_symbol(b'(')?;
    let mut attributes: Vec<Attribute> = Vec::new();
    if cursor.accept_symbol(b')') {
        return Ok(attributes);
    }
    loop {
        let ident = cursor.ident()?;
        if attributes.iter().any(|other| other.name == ident.name) {
            return Err(cursor.error_at(
                ident.span,
                format!("the attribute `{}` is there twice", ident.name),
            ));
        }
        attributes.push(attribute(state, cursor, &ident)?);
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    Ok(attributes)
}

fn attribute(state: &mut State, cursor: &mut Cursor<'_>, ident: &Ident) -> Result<Attribute> {
    let ty = parse_type(cursor)?;
    if cursor.accept("collate") {
        cursor.name()?;
    }
    Ok(Attribute {
        name: ident.name.clone(),
        ty: state.type_or_report(cursor, &ty),
        comment: None,
    })
}

fn range(state: &mut State, cursor: &mut Cursor<'_>, name: QualifiedName) -> Result<Range> {
    cursor.expect_symbol(b'(')?;
    let mut subtype = None;
    let mut multirange = None;
    loop {
        let option = cursor.label()?;
        if !cursor.accept_operator("=") {
            return Err(cursor.expected("`=`"));
        }
        match option.name.as_str() {
            "subtype" => {
                let ty = parse_type(cursor)?;
                let mut ty = state.type_or_report(cursor, &ty);
                ty.modifier = None;
                subtype = Some(ty);
            }
            "multirange_type_name" => {
                let written = cursor.name()?;
                multirange = Some(state.new_name(cursor, &written)?);
            }
            _ => cursor.skip_item()?,
        }
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    let Some(subtype) = subtype else {
        return Err(cursor.error_at(cursor.span(), "a range type needs a `SUBTYPE`"));
    };
    let multirange =
        multirange.unwrap_or_else(|| QualifiedName::new(&name.schema, multirange_name(&name.name)));
    Ok(Range {
        name,
        subtype,
        multirange: Some(multirange),
        comment: None,
    })
}

/// `makeMultirangeTypeName`: `multi` before `range`, or `_multirange` at the end.
fn multirange_name(range: &str) -> String {
    let name = match range.find("range") {
        Some(at) => {
            let (before, after) = range.split_at(at);
            format!("{before}multi{after}")
        }
        None => format!("{}_multirange", truncate(range, NAME_LENGTH - 11)),
    };
    truncate(&name, NAME_LENGTH).to_owned()
}

/// `ALTER TYPE`, after the name; renaming the type and the like are elsewhere.
pub(super) fn alter_type(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    written: &Name,
    name: &QualifiedName,
) -> Result<()> {
    if cursor.accept_all(&["add", "value"]) {
        add_label(state, cursor, written, name)?;
    } else if cursor.accept_all(&["rename", "value"]) {
        let span = cursor.span();
        let from = cursor.string()?;
        cursor.expect("to")?;
        let to_span = cursor.span();
        let to = cursor.string()?;
        let labels = enum_labels(state, cursor, written, name)?;
        if labels.contains(&to) {
            return Err(cursor.error_at(to_span, format!("`{name}` has the label '{to}' already")));
        }
        match labels.iter_mut().find(|label| **label == from) {
            Some(label) => label.clone_from(&to),
            None => return Err(cursor.error_at(span, format!("`{name}` has no label '{from}'"))),
        }
        state.rename_label(name, &from, &to);
    } else if cursor.accept("set") {
        // Properties of a base type.
        cursor.skip_parentheses()?;
    } else {
        loop {
            alter_attribute(state, cursor, name)?;
            if !cursor.accept_symbol(b',') {
                break;
            }
        }
    }
    cursor.expect_end()
}

fn enum_labels<'a>(
    state: &'a mut State,
    cursor: &Cursor<'_>,
    written: &Name,
    name: &QualifiedName,
) -> Result<&'a mut Vec<String>> {
    let error = cursor.error_at(written.span.clone(), format!("`{name}` is not an enum"));
    match state.types.get(name) {
        Some(&Type::Enum(at)) => state.catalog.enums.get_mut(at).map(|ty| &mut ty.labels),
        _ => None,
    }
    .ok_or(error)
}

fn add_label(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    written: &Name,
    name: &QualifiedName,
) -> Result<()> {
    let if_not_exists = cursor.accept_if_not_exists();
    let span = cursor.span();
    let label = cursor.string()?;
    let before = cursor.accept("before");
    let neighbour = match before || cursor.accept("after") {
        true => Some((cursor.span(), cursor.string()?)),
        false => None,
    };
    let labels = enum_labels(state, cursor, written, name)?;
    if labels.contains(&label) {
        return match if_not_exists {
            true => Ok(()),
            false => Err(cursor
                .error_at(span, format!("`{name}` has the label '{label}' already"))
                .help("say `ADD VALUE IF NOT EXISTS` where that is meant")),
        };
    }
    let at = match neighbour {
        None => labels.len(),
        Some((span, neighbour)) => match labels.iter().position(|other| *other == neighbour) {
            Some(at) => at + usize::from(!before),
            None => {
                return Err(cursor.error_at(span, format!("`{name}` has no label '{neighbour}'")));
            }
        },
    };
    labels.insert(at, label);
    Ok(())
}

/// `ADD ATTRIBUTE`, `DROP ATTRIBUTE`, `ALTER ATTRIBUTE … TYPE`.
fn alter_attribute(state: &mut State, cursor: &mut Cursor<'_>, name: &QualifiedName) -> Result<()> {
    let add = cursor.accept_all(&["add", "attribute"]);
    let drop = !add && cursor.accept_all(&["drop", "attribute"]);
    if !add && !drop && !cursor.accept_all(&["alter", "attribute"]) {
        return Err(cursor.expected("an action of `ALTER TYPE`, like `ADD VALUE`"));
    }
    let if_exists = drop && cursor.accept_if_exists();
    let ident = cursor.ident()?;
    let mut changed = None;
    if add {
        changed = Some(attribute(state, cursor, &ident)?);
    } else if !drop {
        cursor.accept_all(&["set", "data"]);
        cursor.expect("type")?;
        changed = Some(attribute(state, cursor, &ident)?);
    }
    if !cursor.accept("cascade") {
        cursor.accept("restrict");
    }
    let Some(&Type::Composite(at)) = state.types.get(name) else {
        return Err(cursor.error_at(ident.span, format!("`{name}` is not a composite type")));
    };
    let Some(composite) = state.catalog.composites.get_mut(at) else {
        return Ok(());
    };
    let position = composite
        .attributes
        .iter()
        .position(|attribute| attribute.name == ident.name);
    match (position, changed) {
        (Some(_), Some(_)) if add => Err(cursor.error_at(
            ident.span,
            format!("type `{name}` has an attribute `{}` already", ident.name),
        )),
        (Some(at), Some(new)) => {
            if let Some(old) = composite.attributes.get_mut(at) {
                old.ty = new.ty.clone();
            }
            for table in state.tables_like(name) {
                let columns = state.columns_mut(&table).into_iter().flatten();
                for column in columns.filter(|column| column.name == new.name) {
                    column.ty.clone_from(&new.ty);
                }
            }
            Ok(())
        }
        (Some(at), None) => {
            composite.attributes.remove(at);
            for table in state.tables_like(name) {
                state.remove_column(&table, &ident.name);
            }
            Ok(())
        }
        (None, Some(new)) if add => {
            for table in state.tables_like(name) {
                if let Some(columns) = state.columns_mut(&table) {
                    columns.push(plain_column(&new.name, new.ty.clone()));
                }
            }
            if let Some(composite) = state.catalog.composites.get_mut(at) {
                composite.attributes.push(new);
            }
            Ok(())
        }
        (None, _) if if_exists => Ok(()),
        (None, _) => Err(cursor.error_at(
            ident.span,
            format!("type `{name}` has no attribute `{}`", ident.name),
        )),
    }
}

impl State {
    fn add_enum(&mut self, ty: EnumType) {
        let at = self.catalog.enums.len();
        self.types.insert(ty.name.clone(), Type::Enum(at));
        self.catalog.enums.push(ty);
    }

    fn add_composite(&mut self, ty: Composite) {
        let at = self.catalog.composites.len();
        self.types.insert(ty.name.clone(), Type::Composite(at));
        self.relations.insert(ty.name.clone(), Relation::Composite);
        self.catalog.composites.push(ty);
    }

    fn add_range(&mut self, ty: Range) {
        let at = self.catalog.ranges.len();
        self.types.insert(ty.name.clone(), Type::Range(at));
        if let Some(multirange) = &ty.multirange {
            self.types.insert(multirange.clone(), Type::Multirange);
        }
        self.catalog.ranges.push(ty);
    }

    /// Takes a type out, and nothing with it but a range's multirange.
    pub fn take_type(&mut self, name: &QualifiedName) {
        let Some(ty) = self.types.remove(name) else {
            return;
        };
        match ty {
            Type::Enum(at) => {
                self.catalog.enums.swap_remove(at);
                if let Some(moved) = self.catalog.enums.get(at) {
                    self.types.insert(moved.name.clone(), Type::Enum(at));
                }
            }
            Type::Domain(at) => {
                let domain = self.catalog.domains.swap_remove(at);
                if let Some(moved) = self.catalog.domains.get(at) {
                    self.types.insert(moved.name.clone(), Type::Domain(at));
                }
                for check in &domain.checks {
                    self.free_constraint_name(&domain.name.schema, &check.name);
                }
            }
            Type::Composite(at) => {
                self.relations.remove(name);
                self.catalog.composites.swap_remove(at);
                if let Some(moved) = self.catalog.composites.get(at) {
                    self.types.insert(moved.name.clone(), Type::Composite(at));
                }
            }
            Type::Range(at) => {
                let range = self.catalog.ranges.swap_remove(at);
                if let Some(moved) = self.catalog.ranges.get(at) {
                    self.types.insert(moved.name.clone(), Type::Range(at));
                }
                if let Some(multirange) = range.multirange {
                    self.types.remove(&multirange);
                }
            }
            Type::Multirange | Type::Row | Type::Other => {}
        }
    }

    /// Finds a type for a statement that needs one made by a statement, and no table's row.
    pub fn need_type(&self, cursor: &Cursor<'_>, name: &Name) -> Result<(QualifiedName, Type)> {
        match self.find_type(name) {
            Some((found, ty)) if ty != Type::Row => Ok((found, ty)),
            Some(_) => Err(cursor
                .error_at(
                    name.span.clone(),
                    format!("`{}` is the type of a table's rows", shown(name)),
                )
                .help("say `ALTER TABLE` instead")),
            None => {
                let written = TypeName {
                    schema: name.schema.clone(),
                    name: name.name.clone(),
                    modifier: None,
                    array: false,
                    set: false,
                    of_column: false,
                    span: name.span.clone(),
                };
                match self.resolve_type(cursor, &written) {
                    Err(error) => Err(error),
                    Ok(_) => Err(cursor.error_at(
                        name.span.clone(),
                        format!("`{}` can't be changed", shown(name)),
                    )),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::multirange_name;

    #[test]
    fn multiranges_are_named_as_postgresql_names_them() {
        assert_eq!(multirange_name("floatrange"), "floatmultirange");
        assert_eq!(multirange_name("range_of_ranges"), "multirange_of_ranges");
        assert_eq!(multirange_name("span"), "span_multirange");
    }
}
