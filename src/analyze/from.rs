//! The `FROM` clause.

use std::collections::HashSet;
use std::rc::Rc;

use sqlparser::ast::{
    Expr, Function, FunctionArgumentList, FunctionArguments, Ident, Join, JoinConstraint,
    JoinOperator, ObjectName, ObjectNamePart, Query as SqlQuery, TableAlias, TableFactor,
    TableSample, TableSampleKind, TableSampleMethod, TableWithJoins,
};

use super::expression::{Analyzer, Result};
use super::names::UserKind;
use super::scope::{Found, Range, Scope};
use super::tokens::ONLY;
use super::tree::*;
use super::types::*;
use super::{AnalyzeError, fold, name_parts};
use crate::catalog::QualifiedName;

impl Analyzer<'_> {
    /// The aliases of a `FROM` clause's tables, in their order, made unique among those of the queries
    /// around it as `ruleutils.c` does (`set_rtable_names`).
    pub fn shown_aliases(&self, from: &[TableWithJoins]) -> Vec<Rc<str>> {
        let mut found = Vec::new();
        for item in from {
            collect_aliases(item, &mut found);
        }
        let mut shown: Vec<Rc<str>> = Vec::with_capacity(found.len());
        for name in found {
            let taken = |name: &str| {
                shown.iter().any(|n| &**n == name)
                    || self.aliases.iter().flatten().any(|n| &**n == name)
            };
            let mut unique = name.clone();
            let mut i = 1;
            while !name.is_empty() && taken(&unique) {
                unique = format!("{name}_{i}");
                i += 1;
            }
            shown.push(Rc::from(unique));
        }
        shown
    }

    /// The elements of a `FROM` clause and what can be named because of them.
    pub fn read_from(&mut self, from: &[TableWithJoins]) -> Result<(Vec<From>, Scope)> {
        let mut scope = Scope::default();
        let mut elements = Vec::with_capacity(from.len());
        let mut next = 0;
        for item in from {
            let (element, offered) = self.table_with_joins(item, &scope, &mut next)?;
            elements.push(element);
            for range in &offered.ranges {
                if scope.range(None, &range.alias).is_some() && range.schema.is_none() {
                    return Err(
                        self.error(&item.relation, format!("`{}` is named twice", range.alias))
                    );
                }
            }
            scope.append(offered);
        }
        Ok((elements, scope))
    }

    fn next_alias(&self, next: &mut usize) -> Rc<str> {
        let alias = self
            .aliases
            .last()
            .and_then(|aliases| aliases.get(*next))
            .cloned();
        *next += 1;
        alias.unwrap_or_else(|| Rc::from(""))
    }

    fn table_with_joins(
        &mut self,
        item: &TableWithJoins,
        before: &Scope,
        next: &mut usize,
    ) -> Result<(From, Scope)> {
        self.nested(|this| {
            let (mut element, mut scope) = this.factor(&item.relation, before, next)?;
            if item.joins.len() > super::MAX_DEPTH {
                return Err(this.error(&item.relation, "there are too many joins"));
            }
            for join in &item.joins {
                (element, scope) = this.join(element, scope, join, before, next)?;
            }
            Ok((element, scope))
        })
    }

    fn join(
        &mut self,
        left: From,
        mut left_scope: Scope,
        join: &Join,
        before: &Scope,
        next: &mut usize,
    ) -> Result<(From, Scope)> {
        let (kind, constraint) = match &join.join_operator {
            JoinOperator::Join(c) | JoinOperator::Inner(c) => ("JOIN", c),
            JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => ("LEFT JOIN", c),
            JoinOperator::Right(c) | JoinOperator::RightOuter(c) => ("RIGHT JOIN", c),
            JoinOperator::FullOuter(c) => ("FULL JOIN", c),
            JoinOperator::CrossJoin(c) => ("CROSS JOIN", c),
            _ => {
                return Err(self.error(&join.relation, "this kind of join is not PostgreSQL's"));
            }
        };
        let mut visible = before.clone();
        visible.append(left_scope.clone());
        let (right, mut right_scope) = self.factor(&join.relation, &visible, next)?;
        if matches!(kind, "LEFT JOIN" | "FULL JOIN") {
            right_scope.make_nullable();
        }
        if matches!(kind, "RIGHT JOIN" | "FULL JOIN") {
            left_scope.make_nullable();
        }
        let using: Option<Vec<Rc<str>>> = match constraint {
            JoinConstraint::Using(names) => Some(
                names
                    .iter()
                    .filter_map(|name| name_parts(name)?.pop().map(Rc::from))
                    .collect(),
            ),
            JoinConstraint::Natural => Some(
                left_scope
                    .columns
                    .iter()
                    .filter(|(name, _)| matches!(right_scope.column(name), Found::Node(_)))
                    .map(|(name, _)| Rc::clone(name))
                    .collect(),
            ),
            _ => None,
        };
        let mut kind = kind;
        let (on, scope) = match (using, constraint) {
            // `NATURAL` without a column in common.
            (Some(using), _) if using.is_empty() => {
                left_scope.append(right_scope);
                match kind {
                    "JOIN" => {
                        kind = "CROSS JOIN";
                        (On::Nothing, left_scope)
                    }
                    _ => {
                        let always = Node::constant("true", BOOL.plain());
                        (On::Condition(always), left_scope)
                    }
                }
            }
            (Some(using), _) => {
                let scope = self.merge(join, kind, &using, left_scope, right_scope)?;
                (On::Using(using), scope)
            }
            (None, JoinConstraint::On(condition)) => {
                left_scope.append(right_scope);
                // The condition is checked before the outer join's NULLs come in, but what it
                // yields is not shown, so that its nullability does not matter.
                let mut visible = before.clone();
                visible.append(left_scope.clone());
                let node = self.with_scope(visible, |this| this.expr(condition))?;
                (On::Condition(self.coerce(node, BOOL.scalar())), left_scope)
            }
            _ => {
                left_scope.append(right_scope);
                (On::Nothing, left_scope)
            }
        };
        let element = From::Join {
            left: Box::new(left),
            right: Box::new(right),
            kind,
            on,
            alias: None,
        };
        Ok((element, scope))
    }

    /// `USING`: the columns that both sides share are one, and come first.
    fn merge(
        &self,
        at: &Join,
        kind: &str,
        using: &[Rc<str>],
        left: Scope,
        right: Scope,
    ) -> Result<Scope> {
        let mut columns = Vec::new();
        for name in using {
            let (Found::Node(l), Found::Node(r)) = (left.column(name), right.column(name)) else {
                return Err(self.error(
                    &at.relation,
                    format!("column `{name}` is not once on both sides of the join"),
                ));
            };
            let common = self
                .names
                .common_type(&[l.base(), r.base()])
                .unwrap_or(l.base());
            let ty = if l.ty == r.ty {
                l.ty.clone()
            } else {
                common.plain()
            };
            let merged = |node: Node| Node {
                ty: ty.clone(),
                ..self.coerce(node, common)
            };
            let node = match kind {
                "RIGHT JOIN" => merged(r),
                "FULL JOIN" => {
                    Node::new(
                        Kind::Column {
                            range: None,
                            name: Rc::clone(name),
                        },
                        ty.clone(),
                        // Both were made nullable; one of them is there in every row, but it may
                        // have been NULL before.
                        true,
                    )
                }
                // Of two that are equal PostgreSQL takes the one that needs no cast
                // (`buildMergedJoinVar`).
                "JOIN" if l.ty != ty && r.ty == ty => r,
                _ => merged(l),
            };
            columns.push((Rc::clone(name), node));
        }
        let other = |(name, _): &(Rc<str>, Node)| !using.contains(name);
        columns.extend(left.columns.into_iter().filter(other));
        columns.extend(right.columns.into_iter().filter(other));
        let mut ranges = left.ranges;
        ranges.extend(right.ranges);
        Ok(Scope {
            ranges,
            columns,
            ..Scope::default()
        })
    }

    fn factor(
        &mut self,
        factor: &TableFactor,
        before: &Scope,
        next: &mut usize,
    ) -> Result<(From, Scope)> {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                sample,
                ..
            } => {
                let sample = match sample {
                    Some(
                        TableSampleKind::BeforeTableAlias(it)
                        | TableSampleKind::AfterTableAlias(it),
                    ) => Some(Box::new(self.sample(factor, it)?)),
                    None => None,
                };
                self.table(factor, name, alias.as_ref(), sample, next)
            }
            TableFactor::Table {
                name,
                alias,
                args: Some(args),
                with_ordinality,
                ..
            } => self.table_function(
                factor,
                &call_of(name, args.args.clone()),
                *with_ordinality,
                alias.as_ref(),
                before,
                next,
            ),
            TableFactor::Function {
                name,
                args,
                with_ordinality,
                alias,
                ..
            } => self.table_function(
                factor,
                &call_of(name, args.clone()),
                *with_ordinality,
                alias.as_ref(),
                before,
                next,
            ),
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_ordinality,
                ..
            } => {
                use sqlparser::ast::{FunctionArg, FunctionArgExpr};
                let name = ObjectName(vec![ObjectNamePart::Identifier(Ident::new("unnest"))]);
                let args = array_exprs
                    .iter()
                    .map(|expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(expr.clone())))
                    .collect();
                self.table_function(
                    factor,
                    &call_of(&name, args),
                    *with_ordinality,
                    alias.as_ref(),
                    before,
                    next,
                )
            }
            TableFactor::Derived {
                lateral,
                subquery,
                alias,
                sample: None,
            } => self.derived(*lateral, subquery, alias.as_ref(), before, next),
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                let (element, scope) = self.table_with_joins(table_with_joins, before, next)?;
                let Some(alias) = alias else {
                    return Ok((element, scope));
                };
                let shown = self.next_alias(next);
                Ok(aliased_join(element, scope, alias, shown))
            }
            _ => Err(self.error(factor, "this element of `from` is not understood")),
        }
    }

    fn sample(&mut self, at: &TableFactor, sample: &TableSample) -> Result<Sample> {
        let method = match &sample.name {
            Some(TableSampleMethod::Bernoulli) => "bernoulli",
            Some(TableSampleMethod::System) => "system",
            _ => return Err(self.error(at, "this sample is not understood")),
        };
        let Some(share) = &sample.quantity else {
            return Err(self.error(at, "a sample needs a share"));
        };
        let share = self.expr(&share.value)?;
        let seed = match &sample.seed {
            Some(seed) => {
                let seed = self.expr(&Expr::Value(seed.value.clone()))?;
                Some(self.coerce(seed, FLOAT8.scalar()))
            }
            None => None,
        };
        Ok(Sample {
            method: Rc::from(method),
            share: self.coerce(share, FLOAT4.scalar()),
            seed,
        })
    }

    fn table(
        &mut self,
        at: &TableFactor,
        name: &ObjectName,
        alias: Option<&TableAlias>,
        sample: Option<Box<Sample>>,
        next: &mut usize,
    ) -> Result<(From, Scope)> {
        let shown = self.next_alias(next);
        let mut parts = name_parts(name).unwrap_or_default();
        let only = parts.first().is_some_and(|first| first == ONLY);
        if only {
            parts.remove(0);
        }
        let (schema, table) = match parts.as_slice() {
            [table] => (None, table.as_str()),
            [.., schema, table] => (Some(schema.as_str()), table.as_str()),
            [] => return Err(self.error(at, "a table's name was expected")),
        };
        if schema.is_none()
            && let Some((cte, columns)) = self.ctes.iter().rev().find(|(cte, _)| &**cte == table)
        {
            let (cte, columns) = (Rc::clone(cte), columns.clone());
            let own = alias.map_or_else(|| Rc::clone(&cte), |a| Rc::from(fold(&a.name)));
            let (columns, renamed) = rename(columns, alias);
            let range = Range::new(&own, &shown, &columns, &renamed);
            let element = From::Cte {
                name: cte,
                alias: shown,
                columns: renamed,
            };
            return Ok((element, Scope::of_range(range)));
        }
        let Some(relation) = self.names.relation(schema, table, self.path) else {
            let shown = parts.join(".");
            return Err(AnalyzeError {
                help: Some(format!(
                    "create `{shown}` before the view, or qualify the name with its schema"
                )),
                ..self.error(name, format!("there is no table or view `{shown}`"))
            });
        };
        let columns = relation
            .columns
            .iter()
            .map(|column| OutputColumn {
                name: Rc::clone(&column.name),
                ty: column.ty.clone(),
                nullable: column.nullable,
                collation: match &column.collation {
                    Some(collation) => Collation::Implicit(Rc::clone(collation)),
                    None => Collation::Default,
                },
            })
            .collect();
        let full_name = Rc::clone(&relation.name);
        let (columns, renamed) = rename(columns, alias);
        let own = match alias {
            Some(alias) => Rc::from(fold(&alias.name)),
            None => Rc::from(full_name.name.as_str()),
        };
        let mut range = Range::new(&own, &shown, &columns, &renamed);
        if alias.is_none() {
            range.schema = Some(Rc::from(full_name.schema.as_str()));
        }
        let row =
            self.names
                .find_or_declare_type(Some(&full_name.schema), &full_name.name, self.path);
        range.row = Some(row.plain());
        let element = From::Table {
            name: full_name,
            alias: shown,
            columns: renamed,
            only,
            sample,
        };
        Ok((element, Scope::of_range(range)))
    }

    /// `TABLE name`, all of a table.
    pub fn whole_table(&mut self, parts: Vec<Ident>) -> Result<Query> {
        let name = ObjectName(parts.into_iter().map(ObjectNamePart::Identifier).collect());
        let text = format!("SELECT * FROM {name}");
        let parsed = super::parse(&text, |parser| parser.parse_query())?;
        self.query(&parsed)
    }

    fn derived(
        &mut self,
        lateral: bool,
        subquery: &SqlQuery,
        alias: Option<&TableAlias>,
        before: &Scope,
        next: &mut usize,
    ) -> Result<(From, Scope)> {
        let shown = self.next_alias(next);
        let mut query = if lateral {
            self.with_scope(before.clone(), |this| this.query(subquery))?
        } else {
            self.query(subquery)?
        };
        query.decide(self);
        let own = alias.map_or_else(|| Rc::from(""), |alias| Rc::from(fold(&alias.name)));
        let (columns, renamed) = rename(query.columns.clone(), alias);
        let range = Range::new(&own, &shown, &columns, &renamed);
        let element = From::Subquery {
            lateral,
            query: Box::new(query),
            alias: Some(shown).filter(|alias| !alias.is_empty()),
            columns: renamed,
        };
        Ok((element, Scope::of_range(range)))
    }

    fn table_function(
        &mut self,
        at: &TableFactor,
        call: &Expr,
        ordinality: bool,
        alias: Option<&TableAlias>,
        before: &Scope,
        next: &mut usize,
    ) -> Result<(From, Scope)> {
        let shown = self.next_alias(next);
        // A function may always speak of what stands before it.
        let node = self.with_scope(before.clone(), |this| this.expr(call))?;
        let own: Rc<str> = match alias {
            Some(alias) => Rc::from(fold(&alias.name)),
            None => Rc::clone(&shown),
        };
        let defined =
            alias.is_some_and(|alias| alias.columns.iter().any(|c| c.data_type.is_some()));
        let mut types = Vec::new();
        let mut columns: Vec<OutputColumn> = Vec::new();
        let output = |name: &Rc<str>, ty: Type, nullable: bool| OutputColumn {
            name: Rc::clone(name),
            ty,
            nullable,
            collation: Collation::Default,
        };
        if let Some(alias) = alias.filter(|_| defined) {
            for column in &alias.columns {
                let ty = match &column.data_type {
                    Some(ty) => self.data_type(at, ty)?,
                    None => return Err(self.error(at, "each column needs a type here")),
                };
                types.push(ty.clone());
                columns.push(output(&Rc::from(fold(&column.name)), ty, true));
            }
        } else {
            for (name, ty, nullable) in self.function_columns(&node, &own) {
                columns.push(output(&name, ty, nullable));
            }
        }
        if ordinality {
            columns.push(output(&Rc::from("ordinality"), INT8.plain(), false));
        }
        let (columns, _) = rename(columns, alias.filter(|_| !defined));
        let range = Range::new(&own, &shown, &columns, &[]);
        let element = From::Function {
            call: Box::new(node),
            ordinality,
            alias: shown,
            columns: columns.iter().map(|c| Rc::clone(&c.name)).collect(),
            types,
        };
        Ok((element, Scope::of_range(range)))
    }

    /// The columns that a function in `FROM` yields.
    fn function_columns(&self, node: &Node, alias: &Rc<str>) -> Vec<(Rc<str>, Type, bool)> {
        if let Kind::Call(call) = &node.kind
            && call.known
        {
            let types: Vec<Base> = call.args.iter().map(Node::base).collect();
            let schema = call.schema.as_deref().or(Some("pg_catalog"));
            if let Some(meaning) = self
                .names
                .choose_function(schema, &call.name, &types, self.path)
                && meaning.signature.columns.len() > 1
            {
                return meaning
                    .signature
                    .columns
                    .iter()
                    .map(|(name, ty)| (Rc::clone(name), ty.plain(), true))
                    .collect();
            }
        }
        if let Some(UserKind::Composite(attributes)) =
            self.names.user_kind(node.base().id).as_deref()
            && !node.base().array
        {
            return attributes
                .iter()
                .map(|(name, ty)| (Rc::clone(name), ty.clone(), true))
                .collect();
        }
        let certain = matches!(&node.kind, Kind::Call(call)
            if call.known && call.schema.is_none() && &*call.name == "generate_series");
        vec![(Rc::clone(alias), node.ty.clone(), !certain)]
    }
}

fn aliased_join(element: From, scope: Scope, alias: &TableAlias, shown: Rc<str>) -> (From, Scope) {
    let columns: Vec<OutputColumn> = scope
        .columns
        .iter()
        .map(|(name, node)| OutputColumn {
            name: Rc::clone(name),
            ty: node.ty.clone(),
            nullable: node.nullable,
            collation: node.collation.clone(),
        })
        .collect();
    let (columns, renamed) = rename(columns, Some(alias));
    let range = Range::new(&Rc::from(fold(&alias.name)), &shown, &columns, &[]);
    let element = match element {
        From::Join {
            left,
            right,
            kind,
            on,
            ..
        } => From::Join {
            left,
            right,
            kind,
            on,
            alias: Some((shown, renamed)),
        },
        other => other,
    };
    (element, Scope::of_range(range))
}

/// Applies the column names of an alias; also says which names must be written, if any. Of those that stand
/// there twice, PostgreSQL writes the second with a number (`make_colname_unique`).
fn rename(
    mut columns: Vec<OutputColumn>,
    alias: Option<&TableAlias>,
) -> (Vec<OutputColumn>, Vec<Rc<str>>) {
    let mut changed = false;
    let names = alias.into_iter().flat_map(|alias| &alias.columns);
    for (column, name) in columns.iter_mut().zip(names) {
        let name: Rc<str> = Rc::from(fold(&name.name));
        changed |= name != column.name;
        column.name = name;
    }
    let mut written: Vec<Rc<str>> = Vec::with_capacity(columns.len());
    let mut taken: HashSet<Rc<str>> = HashSet::with_capacity(columns.len());
    for column in &columns {
        let mut name = Rc::clone(&column.name);
        let mut number = 0;
        while !taken.insert(Rc::clone(&name)) {
            number += 1;
            name = Rc::from(format!("{}_{number}", column.name));
            changed = true;
        }
        written.push(name);
    }
    (columns, if changed { written } else { Vec::new() })
}

fn call_of(name: &ObjectName, args: Vec<sqlparser::ast::FunctionArg>) -> Expr {
    Expr::Function(Function {
        name: name.clone(),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        within_group: Vec::new(),
        filter: None,
        null_treatment: None,
        over: None,
    })
}

/// The names of tables in the order in which PostgreSQL numbers them.
fn collect_aliases(item: &TableWithJoins, found: &mut Vec<String>) {
    factor_alias(&item.relation, found);
    for join in &item.joins {
        factor_alias(&join.relation, found);
    }
}

fn factor_alias(factor: &TableFactor, found: &mut Vec<String>) {
    let named = |alias: &Option<TableAlias>, name: Option<&ObjectName>| match alias {
        Some(alias) => fold(&alias.name),
        None => name
            .and_then(name_parts)
            .and_then(|mut parts| parts.pop())
            .unwrap_or_default(),
    };
    match factor {
        TableFactor::Table { name, alias, .. } | TableFactor::Function { name, alias, .. } => {
            found.push(named(alias, Some(name)));
        }
        TableFactor::UNNEST { alias, .. } => {
            let name = named(alias, None);
            found.push(if name.is_empty() {
                "unnest".to_owned()
            } else {
                name
            });
        }
        TableFactor::Derived { alias, .. } => found.push(match named(alias, None) {
            // What PostgreSQL 16 and later call it.
            name if name.is_empty() => "unnamed_subquery".to_owned(),
            name => name,
        }),
        TableFactor::NestedJoin {
            table_with_joins,
            alias,
        } => {
            collect_aliases(table_with_joins, found);
            if alias.is_some() {
                found.push(named(alias, None));
            }
        }
        _ => {}
    }
}

/// The full name of a table, for the printer.
pub(super) fn table_text(name: &QualifiedName) -> String {
    format!(
        "{}.{}",
        super::quote(&name.schema),
        super::quote(&name.name)
    )
}
