//! Queries → tree, and a view's columns.

use std::rc::Rc;

use sqlparser::ast::{
    AccessExpr, Distinct, Expr, GroupByExpr, Ident, LimitClause, OrderByExpr, OrderByKind,
    Query as SqlQuery, Select as SqlSelect, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    SetOperator, SetQuantifier, Spanned, Value, Values,
};

use super::datatype::type_column_name;
use super::expression::{Analyzer, Result, unwrap_query};
use super::names::Names;
use super::print::Printer;
use super::scope::{Found, Scope};
use super::tokens::{ROW, TIES};
use super::tree::*;
use super::types::*;
use super::{AnalyzeError, ViewColumn, ViewColumns, fold, name_parts};

/// The columns and the normal form of a view's query. `names` are the columns' names, as far as they
/// are given. When `strict`, a column whose type can't be told is an error.
pub(super) fn view(
    names: &Names,
    text: &str,
    path: &[String],
    given: &[String],
    strict: bool,
) -> Result<ViewColumns> {
    let text = text.trim_end().trim_end_matches(';');
    let parsed = super::parse(text, |parser| parser.parse_query())?;
    let mut analyzer = Analyzer::new(names, path, text);
    let mut query = analyzer.query(&parsed)?;
    query.decide(&analyzer);
    if given.len() > query.columns.len() {
        return Err(AnalyzeError {
            message: "there are more names than columns".to_owned(),
            help: None,
            offset: 0,
        });
    }
    for (i, name) in given.iter().enumerate() {
        query.rename(i, &Rc::from(name.as_str()));
    }
    if strict && let Some(column) = query.columns.iter().find(|c| c.ty.base.is(OPAQUE)) {
        return Err(AnalyzeError {
            message: format!("the type of column `{}` can't be told", column.name),
            help: Some(format!(
                "write the type: `(…)::integer AS {}`",
                super::expression::plain_ident(&column.name)
            )),
            offset: 0,
        });
    }
    let columns = query
        .columns
        .iter()
        .map(|column| ViewColumn {
            name: column.name.to_string(),
            ty: names.reference(&column.ty),
            nullable: column.nullable,
            collation: match &column.collation {
                Collation::Implicit(name) | Collation::Explicit(name) => {
                    // The type's own collation is none.
                    let own = match names.collates_as_c(column.ty.base) {
                        true => "C",
                        false => "default",
                    };
                    (names.collatable(column.ty.base)
                        && !(name.schema == "pg_catalog" && name.name == own))
                        .then(|| (**name).clone())
                }
                Collation::Default | Collation::Conflict => None,
            },
        })
        .collect();
    let printer = Printer { names, path };
    Ok(ViewColumns {
        columns,
        definition: printer.query(&query),
    })
}

impl Analyzer<'_> {
    pub fn query(&mut self, query: &SqlQuery) -> Result<Query> {
        self.nested(|this| {
            let outer_ctes = this.ctes.len();
            let outer_aliases = this.aliases.len();
            let outer_scopes = this.scopes.len();
            let result = this.query_inner(unwrap_query(query));
            this.ctes.truncate(outer_ctes);
            this.aliases.truncate(outer_aliases);
            this.scopes.truncate(outer_scopes);
            result
        })
    }

    fn query_inner(&mut self, query: &SqlQuery) -> Result<Query> {
        if !query.pipe_operators.is_empty() || query.for_clause.is_some() {
            return Err(self.error(query, "this clause is not PostgreSQL's"));
        }
        if !query.locks.is_empty() {
            return Err(self.error(query, "`for update` in a view is not understood"));
        }
        // The names of this query's tables are taken before its parts are looked at, as `ruleutils.c`
        // takes them.
        let aliases = match &*query.body {
            SetExpr::Select(select) => self.shown_aliases(&select.from),
            _ => Vec::new(),
        };
        self.aliases.push(aliases);
        let mut ctes = Vec::new();
        let mut recursive = false;
        if let Some(with) = &query.with {
            recursive = with.recursive;
            for cte in &with.cte_tables {
                ctes.push(self.cte(cte, recursive)?);
            }
        }
        let order: &[OrderByExpr] = match &query.order_by {
            None => &[],
            Some(order) => match &order.kind {
                OrderByKind::Expressions(order) => order,
                OrderByKind::All(_) => {
                    return Err(self.error(query, "`order by all` is not PostgreSQL's"));
                }
            },
        };
        let mut result = match &*query.body {
            SetExpr::Select(select) => {
                let mut result = self.select(select)?;
                let Body::Select(analyzed) = &mut result.body else {
                    return Err(self.error(query, "a query was expected"));
                };
                for element in order {
                    let node = self.output_or_input(&element.expr, &analyzed.items)?;
                    let node = self.decide(node);
                    result.order.push(self.sort(element, node)?);
                }
                result
            }
            body => {
                let mut result = self.set_expr(body)?;
                for element in order {
                    let node = self.set_column(&element.expr, &result.columns)?;
                    result.order.push(self.sort(element, node)?);
                }
                result
            }
        };
        self.limits(query, &mut result)?;
        result.recursive = recursive;
        // The parts of parenthesised queries have their own.
        if !ctes.is_empty() {
            if !result.ctes.is_empty() {
                return Err(self.error(query, "this use of `with` is not understood"));
            }
            result.ctes = ctes;
        }
        Ok(result)
    }

    fn cte(&mut self, cte: &sqlparser::ast::Cte, recursive: bool) -> Result<Cte> {
        use sqlparser::ast::CteAsMaterialized;
        let name: Rc<str> = Rc::from(fold(&cte.alias.name));
        let columns: Vec<Rc<str>> = cte
            .alias
            .columns
            .iter()
            .map(|column| Rc::from(fold(&column.name)))
            .collect();
        let named = |mut output: Vec<OutputColumn>| {
            for (column, name) in output.iter_mut().zip(&columns) {
                column.name = Rc::clone(name);
            }
            output
        };
        // The first part of a recursive query says what its columns are.
        let inner = unwrap_query(&cte.query);
        if recursive && let SetExpr::SetOperation { left, .. } = &*inner.body {
            let here = self.ctes.len();
            let mut first = self.nested(|this| {
                this.aliases.push(Vec::new());
                let first = this.set_part(left);
                this.aliases.pop();
                first
            })?;
            self.ctes.truncate(here);
            first.decide(self);
            let mut output = named(first.columns);
            for column in &mut output {
                column.nullable = true;
            }
            self.ctes.push((Rc::clone(&name), output));
            let mut query = self.query(&cte.query)?;
            query.decide(self);
            self.ctes.truncate(here);
            self.ctes
                .push((Rc::clone(&name), named(query.columns.clone())));
            return Ok(Cte {
                name,
                columns,
                materialized: None,
                query,
            });
        }
        let mut query = self.query(&cte.query)?;
        query.decide(self);
        self.ctes
            .push((Rc::clone(&name), named(query.columns.clone())));
        Ok(Cte {
            name,
            columns,
            materialized: cte.materialized.as_ref().map(|m| match m {
                CteAsMaterialized::Materialized => true,
                CteAsMaterialized::NotMaterialized => false,
            }),
            query,
        })
    }

    fn limits(&mut self, query: &SqlQuery, result: &mut Query) -> Result<()> {
        if let Some(limit) = &query.limit_clause {
            match limit {
                LimitClause::LimitOffset {
                    limit,
                    offset,
                    limit_by,
                } if limit_by.is_empty() => {
                    if let Some(limit) = limit {
                        let with_ties = tied(limit);
                        result.with_ties = with_ties.is_some();
                        result.limit = Some(self.count(with_ties.unwrap_or(limit))?);
                    }
                    if let Some(offset) = offset {
                        result.offset = Some(self.count(&offset.value)?);
                    }
                }
                _ => return Err(self.error(query, "this form of `limit` is not PostgreSQL's")),
            }
        }
        if let Some(fetch) = &query.fetch {
            let one = Expr::value(Value::Number("1".into(), false));
            result.limit = Some(self.count(fetch.quantity.as_ref().unwrap_or(&one))?);
            result.with_ties = fetch.with_ties;
        }
        Ok(())
    }

    fn count(&mut self, expr: &Expr) -> Result<Node> {
        let node = self.expr(expr)?;
        Ok(self.coerce(node, INT8.scalar()))
    }

    /// An operand of a set operation, a query of its own.
    fn set_part(&mut self, part: &SetExpr) -> Result<Query> {
        match part {
            SetExpr::Query(query) => self.query(query),
            part => self.nested(|this| {
                let scopes = this.scopes.len();
                let aliases = match part {
                    SetExpr::Select(select) => this.shown_aliases(&select.from),
                    _ => Vec::new(),
                };
                this.aliases.push(aliases);
                let result = this.set_expr(part);
                this.aliases.pop();
                this.scopes.truncate(scopes);
                result
            }),
        }
    }

    fn set_expr(&mut self, body: &SetExpr) -> Result<Query> {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Values(values) => self.values(values),
            SetExpr::SetOperation {
                op,
                set_quantifier,
                left,
                right,
            } => {
                let operator = match op {
                    SetOperator::Union => "UNION",
                    SetOperator::Except | SetOperator::Minus => "EXCEPT",
                    SetOperator::Intersect => "INTERSECT",
                };
                let all = match set_quantifier {
                    SetQuantifier::All => true,
                    SetQuantifier::None | SetQuantifier::Distinct => false,
                    _ => return Err(self.error(&**left, "`by name` is not PostgreSQL's")),
                };
                let left_query = self.set_part(left)?;
                let right_query = self.set_part(right)?;
                self.set_operation(&**right, operator, all, left_query, right_query)
            }
            SetExpr::Table(table) => {
                let mut parts = Vec::new();
                parts.extend(table.schema_name.clone().map(Ident::new));
                parts.extend(table.table_name.clone().map(Ident::new));
                self.whole_table(parts)
            }
            other => Err(self.error(other, "this is no query")),
        }
    }

    fn set_operation(
        &mut self,
        at: &impl Spanned,
        operator: &'static str,
        all: bool,
        mut left: Query,
        mut right: Query,
    ) -> Result<Query> {
        if left.columns.len() != right.columns.len() {
            return Err(AnalyzeError {
                help: Some("give both sides as many columns".to_owned()),
                ..self.error(
                    at,
                    format!(
                        "`{}` has {} columns on the left and {} on the right",
                        operator.to_lowercase(),
                        left.columns.len(),
                        right.columns.len()
                    ),
                )
            });
        }
        let mut columns = Vec::with_capacity(left.columns.len());
        for i in 0..left.columns.len() {
            let (Some(l), Some(r)) = (left.columns.get(i).cloned(), right.columns.get(i).cloned())
            else {
                break;
            };
            let undecided = l.ty.base.is(UNKNOWN) && r.ty.base.is(UNKNOWN);
            let types = [l.ty.base, r.ty.base];
            let common = if undecided {
                UNKNOWN.scalar()
            } else {
                self.common(at, &types, operator)?
            };
            let modifier = if l.ty == r.ty {
                l.ty.modifier.clone()
            } else {
                None
            };
            let nullable = match operator {
                "EXCEPT" => l.nullable,
                "INTERSECT" => l.nullable && r.nullable,
                _ => l.nullable || r.nullable,
            };
            let probe = |column: &OutputColumn| Node {
                collation: column.collation.clone(),
                ..Node::null()
            };
            let collation = self.merge_collations([&probe(&l), &probe(&r)]);
            columns.push(OutputColumn {
                name: Rc::clone(&l.name),
                ty: Type {
                    base: common,
                    modifier,
                },
                nullable,
                collation,
            });
            // PostgreSQL shows the names of the whole in each of its parts.
            let name = Rc::clone(&l.name);
            left.rename(i, &name);
            right.rename(i, &name);
            if !undecided {
                left.settle(self, i, common);
                right.settle(self, i, common);
            }
        }
        let mut query = Query::of(
            Body::Set {
                operator,
                all,
                left: Box::new(left),
                right: Box::new(right),
            },
            columns,
        );
        // PostgreSQL decides each pair for itself.
        query.decide(self);
        Ok(query)
    }

    fn values(&mut self, values: &Values) -> Result<Query> {
        let mut rows = Vec::with_capacity(values.rows.len());
        for row in &values.rows {
            rows.push(self.exprs(&row.content)?);
        }
        let width = rows.first().map_or(0, Vec::len);
        let mut columns = Vec::with_capacity(width);
        for i in 0..width {
            let nodes: Vec<&Node> = rows.iter().filter_map(|row| row.get(i)).collect();
            let types: Vec<Base> = nodes.iter().map(|node| node.base()).collect();
            if types.len() != rows.len() {
                return Err(self.error(values, "the rows have different lengths"));
            }
            let common = if types.iter().all(|ty| ty.is(UNKNOWN)) {
                UNKNOWN.scalar()
            } else {
                self.common(values, &types, "VALUES")?
            };
            let nullable = nodes.iter().any(|node| node.nullable);
            let collation = self.merge_collations(nodes);
            for row in &mut rows {
                if let Some(node) = row.get_mut(i) {
                    let taken = std::mem::replace(node, Node::null());
                    *node = self.coerce(taken, common);
                }
            }
            columns.push(OutputColumn {
                name: Rc::from(format!("column{}", i + 1)),
                ty: common.plain(),
                nullable,
                collation,
            });
        }
        Ok(Query::of(Body::Values(rows), columns))
    }

    /// A `SELECT`. Its scope stays on the stack, for `ORDER BY`.
    fn select(&mut self, select: &SqlSelect) -> Result<Query> {
        if select.into.is_some()
            || select.top.is_some()
            || select.qualify.is_some()
            || !select.lateral_views.is_empty()
            || !select.connect_by.is_empty()
        {
            return Err(self.error(select, "this clause is not understood in a view"));
        }
        let (from, scope) = self.read_from(&select.from)?;
        self.scopes.push(scope);
        let filter = self.condition(select.selection.as_ref())?;
        let mut items = Vec::with_capacity(select.projection.len());
        for item in &select.projection {
            self.select_item(item, &mut items)?;
        }
        let group = self.group_by(select, &items)?;
        let having = self.condition(select.having.as_ref())?;
        let mut windows = Vec::new();
        for window in &select.named_window {
            windows.push((
                Rc::from(fold(&window.0)),
                self.window_definition(&window.1)?,
            ));
        }
        let mut distinct_on = Vec::new();
        let distinct = match &select.distinct {
            None | Some(Distinct::All) => false,
            Some(Distinct::Distinct) => true,
            Some(Distinct::On(exprs)) => {
                for expr in exprs {
                    distinct_on.push(self.output_or_input(expr, &items)?);
                }
                false
            }
        };
        let grouped_sets = group
            .iter()
            .any(|grouping| matches!(grouping, Grouping::Sets(..)));
        let columns = items
            .iter()
            .map(|item| OutputColumn {
                name: Rc::clone(&item.name),
                ty: item.node.ty.clone(),
                nullable: item.node.nullable || grouped_sets,
                collation: item.node.collation.clone(),
            })
            .collect();
        Ok(Query::of(
            Body::Select(Box::new(Select {
                distinct,
                distinct_on,
                items,
                from,
                filter,
                group,
                having,
                windows,
            })),
            columns,
        ))
    }

    fn condition(&mut self, expr: Option<&Expr>) -> Result<Option<Node>> {
        match expr {
            Some(expr) => {
                let node = self.expr(expr)?;
                Ok(Some(self.coerce(node, BOOL.scalar())))
            }
            None => Ok(None),
        }
    }

    fn select_item(&mut self, item: &SelectItem, items: &mut Vec<Item>) -> Result<()> {
        let expand = |items: &mut Vec<Item>, columns: &[(Rc<str>, Node)]| {
            items.extend(columns.iter().map(|(name, node)| Item {
                node: node.clone(),
                name: Rc::clone(name),
                weight: 1,
            }));
        };
        match item {
            SelectItem::UnnamedExpr(Expr::CompoundFieldAccess { root, access_chain })
                if is_row_mark(access_chain.last()) =>
            {
                let mut access_chain = access_chain.clone();
                access_chain.pop();
                let root = root.clone();
                let row = match access_chain.is_empty() {
                    true => *root,
                    false => Expr::CompoundFieldAccess { root, access_chain },
                };
                let (node, weight) = self.weighed(&row)?;
                self.expand_row(&row, node, weight, items)?;
            }
            SelectItem::UnnamedExpr(expr) => {
                let name = self.column_name(expr);
                let (node, weight) = self.weighed(expr)?;
                items.push(Item { node, name, weight });
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let (node, weight) = self.weighed(expr)?;
                items.push(Item {
                    node,
                    name: Rc::from(fold(alias)),
                    weight,
                });
            }
            SelectItem::Wildcard(_) => {
                if let Some(scope) = self.scopes.last() {
                    expand(items, &scope.columns);
                }
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let parts = name_parts(name).unwrap_or_default();
                let (schema, alias) = match parts.as_slice() {
                    [.., schema, alias] => (Some(schema.as_str()), alias.as_str()),
                    [alias] => (None, alias.as_str()),
                    [] => (None, ""),
                };
                let range = self
                    .scopes
                    .iter()
                    .rev()
                    .find_map(|scope| scope.range(schema, alias));
                match range {
                    Some(range) => expand(items, &range.columns),
                    None => {
                        return Err(self.error(name, format!("there is no table `{alias}` here")));
                    }
                }
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                let (node, weight) = self.weighed(expr)?;
                self.expand_row(expr, node, weight, items)?;
            }
            SelectItem::ExprWithAliases { expr, .. } => {
                return Err(self.error(expr, "several aliases are not PostgreSQL's"));
            }
        }
        Ok(())
    }

    /// `(row).*`, one item for each of its fields.
    fn expand_row(
        &mut self,
        at: &Expr,
        node: Node,
        weight: usize,
        items: &mut Vec<Item>,
    ) -> Result<()> {
        use super::names::UserKind;
        let row = self.names.strip_domain_base(node.base());
        let kind = self.names.user_kind(row.id);
        let Some(UserKind::Composite(attributes)) = kind.as_deref() else {
            return Err(self.error(at, "the fields of this row are not known"));
        };
        for (name, _) in attributes {
            self.copy(weight, 1)?;
            items.push(Item {
                node: self.field(node.clone(), name),
                name: Rc::clone(name),
                weight,
            });
        }
        Ok(())
    }

    /// `ORDER BY`'s rule: a place, then an output column's name, then an expression.
    fn output_or_input(&mut self, expr: &Expr, items: &[Item]) -> Result<Node> {
        if let Some(item) = self.by_place(expr, items)? {
            return Ok(item);
        }
        if let Expr::Identifier(ident) = expr {
            let name = fold(ident);
            if let Some(item) = items.iter().find(|item| *item.name == *name) {
                self.copy(item.weight, 1)?;
                return Ok(item.node.clone());
            }
        }
        self.expr(expr)
    }

    fn by_place(&mut self, expr: &Expr, items: &[Item]) -> Result<Option<Node>> {
        let Expr::Value(value) = expr else {
            return Ok(None);
        };
        let Value::Number(digits, _) = &value.value else {
            return Ok(None);
        };
        let item = digits
            .parse::<usize>()
            .ok()
            .and_then(|place| place.checked_sub(1))
            .and_then(|place| items.get(place))
            .ok_or_else(|| self.error(expr, format!("there is no column {digits} to sort by")))?;
        self.copy(item.weight, 1)?;
        Ok(Some(item.node.clone()))
    }

    /// A set operation is sorted by its columns alone.
    fn set_column(&self, expr: &Expr, columns: &[OutputColumn]) -> Result<Node> {
        let column = match expr {
            Expr::Identifier(ident) => {
                let name = fold(ident);
                columns.iter().find(|column| *column.name == *name)
            }
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) => digits
                    .parse::<usize>()
                    .ok()
                    .and_then(|place| columns.get(place.checked_sub(1)?)),
                _ => None,
            },
            _ => None,
        };
        let column = column
            .ok_or_else(|| self.error(expr, "a set operation can only be sorted by its columns"))?;
        Ok(Node::new(
            Kind::Column {
                range: None,
                name: Rc::clone(&column.name),
            },
            column.ty.clone(),
            column.nullable,
        ))
    }

    fn group_by(&mut self, select: &SqlSelect, items: &[Item]) -> Result<Vec<Grouping>> {
        let GroupByExpr::Expressions(exprs, modifiers) = &select.group_by else {
            return Err(self.error(select, "`group by all` is not understood"));
        };
        if !modifiers.is_empty() {
            return Err(self.error(select, "this form of `group by` is not PostgreSQL's"));
        }
        let mut group = Vec::with_capacity(exprs.len());
        for expr in exprs {
            let sets = match expr {
                Expr::Rollup(sets) => Some(("ROLLUP", sets)),
                Expr::Cube(sets) => Some(("CUBE", sets)),
                Expr::GroupingSets(sets) => Some(("GROUPING SETS", sets)),
                _ => None,
            };
            let Some((word, sets)) = sets else {
                group.push(Grouping::Node(self.input_or_output(expr, items)?));
                continue;
            };
            let mut analyzed = Vec::with_capacity(sets.len());
            for set in sets {
                let mut nodes = Vec::with_capacity(set.len());
                for expr in set {
                    nodes.push(self.input_or_output(expr, items)?);
                }
                analyzed.push(nodes);
            }
            group.push(Grouping::Sets(word, analyzed));
        }
        Ok(group)
    }

    /// `GROUP BY`'s rule: a place, then an input column's name, then an output column's.
    fn input_or_output(&mut self, expr: &Expr, items: &[Item]) -> Result<Node> {
        if let Some(node) = self.by_place(expr, items)? {
            return Ok(node);
        }
        if let Expr::Identifier(ident) = expr {
            let name = fold(ident);
            let here = self.scopes.last().map(|scope| scope.column(&name));
            if !matches!(here, Some(Found::Node(_)))
                && let Some(item) = items.iter().find(|item| *item.name == *name)
            {
                self.copy(item.weight, 1)?;
                return Ok(item.node.clone());
            }
        }
        let node = self.expr(expr)?;
        Ok(self.decide(node))
    }

    /// The name of a column that was given none (`FigureColname`).
    fn column_name(&self, expr: &Expr) -> Rc<str> {
        let (name, _) = self.figure_name(expr, 0);
        Rc::from(name.unwrap_or_else(|| "?column?".to_owned()))
    }

    /// The name, and whether it is a strong one, which a cast or `CASE` around it does not hide.
    fn figure_name(&self, expr: &Expr, depth: usize) -> (Option<String>, bool) {
        if depth > super::MAX_DEPTH {
            return (None, false);
        }
        let strong = |name: &str| (Some(name.to_owned()), true);
        match expr {
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => {
                self.figure_name(inner, depth + 1)
            }
            Expr::Identifier(ident) => (Some(fold(ident)), true),
            Expr::CompoundIdentifier(parts) => (parts.last().map(fold), true),
            Expr::CompoundFieldAccess { root, access_chain } => {
                use sqlparser::ast::AccessExpr;
                let field = access_chain.iter().rev().find_map(|access| match access {
                    AccessExpr::Dot(Expr::Identifier(name)) => Some(fold(name)),
                    _ => None,
                });
                match field {
                    Some(field) => (Some(field), true),
                    None => self.figure_name(root, depth + 1),
                }
            }
            Expr::Function(function) => (
                function
                    .name
                    .0
                    .last()
                    .and_then(|part| part.as_ident())
                    .map(fold),
                true,
            ),
            Expr::Cast {
                expr: inner,
                data_type,
                ..
            } => match self.figure_name(inner, depth + 1) {
                (name, true) => (name, true),
                _ => (type_column_name(data_type, self.names, self.path), false),
            },
            Expr::TypedString(typed) => (
                type_column_name(&typed.data_type, self.names, self.path),
                false,
            ),
            Expr::Interval(_) => (Some("interval".to_owned()), false),
            Expr::Case { else_result, .. } => {
                let inner = match else_result {
                    Some(otherwise) => self.figure_name(otherwise, depth + 1),
                    None => (None, false),
                };
                match inner {
                    (name, true) => (name, true),
                    _ => (Some("case".to_owned()), false),
                }
            }
            Expr::Array(_) => strong("array"),
            Expr::Tuple(_) => strong("row"),
            Expr::Exists { negated: false, .. } => strong("exists"),
            Expr::Extract { .. } => strong("extract"),
            Expr::Position { .. } => strong("position"),
            Expr::Substring { .. } => strong("substring"),
            Expr::Overlay { .. } => strong("overlay"),
            Expr::Ceil { .. } => strong("ceil"),
            Expr::Floor { .. } => strong("floor"),
            Expr::AtTimeZone { .. } => strong("timezone"),
            Expr::Trim { trim_where, .. } => {
                use sqlparser::ast::TrimWhereField;
                strong(match trim_where {
                    None | Some(TrimWhereField::Both) => "btrim",
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                })
            }
            Expr::Subquery(query) => match first_item(query) {
                Some(SelectItem::ExprWithAlias { alias, .. }) => (Some(fold(alias)), true),
                Some(SelectItem::UnnamedExpr(expr)) => self.figure_name(expr, depth + 1),
                _ => (None, false),
            },
            _ => (None, false),
        }
    }

    /// Names by which a scope can be searched, for the `FROM` clause.
    pub fn with_scope<T>(&mut self, scope: Scope, f: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(scope);
        let result = f(self);
        self.scopes.pop();
        result
    }
}

fn first_item(query: &SqlQuery) -> Option<&SelectItem> {
    let mut body = &*unwrap_query(query).body;
    loop {
        match body {
            SetExpr::Select(select) => return select.projection.first(),
            SetExpr::SetOperation { left, .. } => body = left,
            SetExpr::Query(query) => body = &query.body,
            _ => return None,
        }
    }
}

/// Whether an access is to all fields of a row.
fn is_row_mark(access: Option<&AccessExpr>) -> bool {
    matches!(access, Some(AccessExpr::Dot(Expr::Identifier(name))) if name.value == ROW)
}

/// The count of a `LIMIT` with the mark for `WITH TIES`.
fn tied(limit: &Expr) -> Option<&Expr> {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    let Expr::Function(function) = limit else {
        return None;
    };
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    match (name_parts(&function.name)?.as_slice(), list.args.as_slice()) {
        ([name], [FunctionArg::Unnamed(FunctionArgExpr::Expr(count))]) if name == TIES => {
            Some(count)
        }
        _ => None,
    }
}
