//! The expressions and views of a Catalog in their normal form.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

use sqlparser::ast::{Expr, visit_relations};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::expression::Analyzer;
use super::literals;
use super::names::{Names, Relation};
use super::print::Printer;
use super::scope::Scope;
use super::tokens::collapse;
use super::tree::{Kind, Node};
use super::types::*;
use super::{body, fold, name_parts, query, quote};
use crate::catalog::*;

/// Brings every expression and every view's query of a Catalog into the normal form, and finds which
/// columns of views may be NULL.
///
/// A default of NULL becomes no default. What can't be understood keeps its tokens, with white space
/// made regular.
pub fn normalize(catalog: &mut Catalog) {
    let mut names = Names::new(catalog);
    for domain in &mut catalog.domains {
        normalize_domain(&names, domain);
    }
    for table in &mut catalog.tables {
        let relation = names.relation(Some(&table.name.schema), &table.name.name, &[]);
        let Some(relation) = relation else {
            continue;
        };
        normalize_table(&names, &relation, table);
    }
    normalize_bounds(&names, &mut catalog.tables);
    normalize_views(&mut names, &mut catalog.views);
    for view in &mut catalog.views {
        let relation = names.relation(Some(&view.name.schema), &view.name.name, &[]);
        let Some(relation) = relation else {
            continue;
        };
        let path = search_path(&view.name);
        let site = Site::of(&names, &path, &relation);
        for index in &mut view.indexes {
            site.index(index);
        }
    }
    for function in &mut catalog.functions {
        normalize_function(&names, function);
    }
}

fn normalize_function(names: &Names, function: &mut Function) {
    let path = search_path(&function.name);
    let site = |scope| Site {
        names,
        path: &path,
        scope,
    };
    let mut arguments = Vec::new();
    for argument in &mut function.arguments {
        let ty = names.type_of(&argument.ty);
        if let Some(default) = &mut argument.default {
            let mut text = Some(std::mem::take(default));
            site(Scope::default()).default(&mut text, &ty);
            *default = text.unwrap_or_else(|| "NULL".into());
        }
        if let Some(name) = &argument.name
            && !matches!(argument.mode, ArgumentMode::Out | ArgumentMode::Table)
        {
            arguments.push((Rc::from(name.as_str()), ty));
        }
    }
    let Some(FunctionBody::Sql(text)) = &function.body else {
        return;
    };
    let scope = Scope::of_arguments(&function.name, &arguments);
    let sql = match text.trim_start().get(..6) {
        Some(word) if word.eq_ignore_ascii_case("return") => {
            let site = site(scope);
            let value = text.trim_start().get(6..).unwrap_or_default();
            site.analyze(value).map(|node| {
                let node = match &function.returns {
                    Some(ty) => site.assigned(node, &names.type_of(ty)),
                    None => node,
                };
                format!("RETURN {}", site.printer().expected(&node))
            })
        }
        _ => body::body(names, text, &path, &scope).ok(),
    };
    function.body = sql.map(FunctionBody::Sql);
}

/// Where unqualified names are looked for. A live database qualifies all but its own; in SQL files they
/// are in `public`, or in the schema of what they are part of.
fn search_path(name: &QualifiedName) -> Vec<String> {
    let mut path = vec!["public".to_owned()];
    if name.schema != "public" {
        path.push(name.schema.clone());
    }
    path
}

fn normalize_domain(names: &Names, domain: &mut Domain) {
    let path = search_path(&domain.name);
    let base = names.type_of(&domain.base);
    let site = Site {
        names,
        path: &path,
        scope: Scope {
            value: Some(base.clone()),
            ..Scope::default()
        },
    };
    site.default(&mut domain.default, &base);
    for check in &mut domain.checks {
        site.condition(&mut check.expression);
    }
}

fn normalize_table(names: &Names, relation: &Relation, table: &mut Table) {
    let path = search_path(&table.name);
    let site = Site::of(names, &path, relation);
    for column in &mut table.columns {
        if column.default.is_none() && column.generated.is_none() {
            continue;
        }
        let ty = names.type_of(&column.ty);
        site.default(&mut column.default, &ty);
        if let Some(generated) = &mut column.generated {
            site.value(&mut generated.expression, &ty);
        }
    }
    for check in &mut table.checks {
        site.condition(&mut check.expression);
    }
    for exclusion in &mut table.exclusions {
        for element in &mut exclusion.elements {
            site.key(&mut element.key);
            if let Some((_, operator)) = operator_in_schema(&element.operator) {
                element.operator = operator;
            }
        }
        if let Some(predicate) = &mut exclusion.predicate {
            site.condition(predicate);
        }
    }
    for index in &mut table.indexes {
        site.index(index);
    }
    if let Some(key) = &mut table.partition_key {
        site.partition_key(key);
    }
}

/// `OPERATOR(pg_catalog.=)` as its schema and its name.
fn operator_in_schema(text: &str) -> Option<(String, String)> {
    let inner = text
        .trim()
        .strip_prefix("OPERATOR(")
        .or_else(|| text.trim().strip_prefix("operator("))?
        .strip_suffix(')')?;
    let (schema, name) = inner.rsplit_once('.')?;
    Some((schema.trim().to_owned(), name.trim().to_owned()))
}

/// What a table is partitioned by, and its operator class.
type PartitionElement = (Node, Option<String>);

/// A table or domain, whose expressions are looked at.
struct Site<'a> {
    names: &'a Names,
    path: &'a [String],
    scope: Scope,
}

impl<'a> Site<'a> {
    fn of(names: &'a Names, path: &'a [String], relation: &Relation) -> Self {
        Self {
            names,
            path,
            scope: Scope::of_table(relation),
        }
    }

    fn analyze(&self, text: &str) -> Option<Node> {
        let parsed = super::parse(text, |parser| parser.parse_expr()).ok()?;
        let mut analyzer = Analyzer::new(self.names, self.path, text);
        analyzer.scopes.push(self.scope.clone());
        analyzer.expr(&parsed).ok()
    }

    fn coerce(&self, node: Node, to: Base) -> Node {
        Analyzer::new(self.names, self.path, "").coerce(node, to)
    }

    fn printer(&self) -> Printer<'a> {
        Printer {
            names: self.names,
            path: self.path,
        }
    }

    fn default(&self, default: &mut Option<String>, ty: &Type) {
        let Some(text) = default else {
            return;
        };
        match self.analyze(text) {
            Some(node) if node.is_null_constant() => *default = None,
            Some(node) => *text = self.printer().default(&self.assigned(node, ty)),
            None => *text = collapse(text),
        }
    }

    fn value(&self, text: &mut String, ty: &Type) {
        *text = match self.analyze(text) {
            Some(node) => self.printer().expected(&self.assigned(node, ty)),
            None => collapse(text),
        };
    }

    /// A value as it is assigned to a column. The cast to the column's own type goes without saying.
    fn assigned(&self, mut node: Node, ty: &Type) -> Node {
        loop {
            match node.kind {
                // An interval's own precision gives way to the column's.
                Kind::Cast(inner) if node.ty.base.is(INTERVAL) && inner.text().is_some() => {
                    node = *inner;
                }
                Kind::Cast(inner)
                    if node.ty == *ty
                        && self.names.can_coerce(
                            inner.base(),
                            ty.base,
                            CastContext::Assignment,
                        ) =>
                {
                    node = *inner;
                }
                kind => {
                    node = Node { kind, ..node };
                    break;
                }
            }
        }
        let mut node = self.coerce(node, ty.base);
        // The one type whose literals are read with the column's precision (`coerce_type`).
        let ty = self.names.strip_domain(ty);
        if ty.base == INTERVAL.scalar()
            && let Some(digits) = ty.modifier.and_then(|digits| digits.parse().ok())
            && let Some(rounded) = node
                .text()
                .and_then(|it| literals::rounded_interval(it, digits))
        {
            node.kind = Kind::Const(Some(rounded.into()));
        }
        node
    }

    fn condition(&self, text: &mut String) {
        *text = match self.analyze(text) {
            Some(node) => self.printer().expected(&self.coerce(node, BOOL.scalar())),
            None => collapse(text),
        };
    }

    fn key(&self, key: &mut IndexKey) {
        if let IndexOn::Expression(text) = &mut key.on {
            match self.analyze(text) {
                // A cast to a column's own type is none.
                Some(Node {
                    kind: Kind::Column { name, .. },
                    ..
                }) => key.on = IndexOn::Column(name.to_string()),
                Some(node) => *text = self.printer().alone(&node),
                None => *text = collapse(text),
            }
        }
    }

    fn index(&self, index: &mut Index) {
        for key in &mut index.keys {
            self.key(key);
        }
        if let Some(predicate) = &mut index.predicate {
            self.condition(predicate);
            // An index of all rows is not partial.
            if predicate == "true" {
                index.predicate = None;
            }
        }
    }

    /// `RANGE (a, lower(b) COLLATE "C" text_ops)`.
    fn partition_key(&self, text: &mut String) {
        *text = self
            .partition_key_text(text)
            .unwrap_or_else(|| collapse(text));
    }

    fn partition_key_text(&self, text: &str) -> Option<String> {
        let (strategy, elements) = self.partition_elements(text)?;
        let mut keys = Vec::with_capacity(elements.len());
        for (node, class) in elements {
            let key = self.printer().alone(&node);
            // An expression that is neither a column nor a call stands in parentheses.
            let plain = matches!(
                node.kind,
                Kind::Column { .. } | Kind::Call(_) | Kind::Collate { .. }
            );
            let key = if plain { key } else { format!("({key})") };
            let class = class.map_or(String::new(), |class| format!(" {}", quote(&class)));
            keys.push(format!("{key}{class}"));
        }
        Some(format!("{strategy} ({})", keys.join(", ")))
    }

    /// The strategy of a partition key, its elements, and their operator classes.
    fn partition_elements(&self, text: &str) -> Option<(String, Vec<PartitionElement>)> {
        let (strategy, elements) = super::parse(text, |parser| {
            let strategy = parser.parse_identifier()?;
            parser.expect_token(&Token::LParen)?;
            let elements = parser.parse_comma_separated(|parser| {
                let expr = parser.parse_expr()?;
                let class = match &parser.peek_token_ref().token {
                    Token::Word(word) if word.keyword != Keyword::COLLATE => {
                        Some(parser.parse_object_name(false)?)
                    }
                    _ => None,
                };
                Ok((expr, class))
            })?;
            parser.expect_token(&Token::RParen)?;
            Ok((strategy, elements))
        })
        .ok()?;
        let mut analyzer = Analyzer::new(self.names, self.path, text);
        analyzer.scopes.push(self.scope.clone());
        let mut nodes = Vec::with_capacity(elements.len());
        for (expr, class) in &elements {
            let class = match class {
                Some(class) => Some(name_parts(class)?.pop()?),
                None => None,
            };
            nodes.push((analyzer.expr(expr).ok()?, class));
        }
        Some((fold(&strategy).to_ascii_uppercase(), nodes))
    }

    /// `FOR VALUES FROM ('a') TO (MAXVALUE)`, each value as a string. The key's types are those of `FROM`
    /// one by one; a list's values are all of the first.
    fn bound(&self, text: &str, key: &[Type]) -> Option<String> {
        let words = collapse(text).to_ascii_uppercase();
        let head = |head: &str| {
            words
                .strip_prefix("FOR VALUES ")?
                .strip_prefix(head)
                .map(drop)
        };
        let lists = super::parse(text, |parser| {
            let mut lists = Vec::new();
            loop {
                let token = parser.next_token().token;
                match token {
                    Token::EOF => return Ok(lists),
                    Token::LParen => {
                        lists.push(parser.parse_comma_separated(|parser| parser.parse_expr())?);
                        parser.expect_token(&Token::RParen)?;
                    }
                    _ => {}
                }
            }
        });
        if head("WITH").is_some() {
            return Some(words);
        }
        let lists = lists.ok()?;
        let types = |at: usize| match head("IN") {
            Some(()) => key.first(),
            None => key.get(at),
        };
        let mut texts = Vec::with_capacity(lists.len());
        for list in &lists {
            let mut values = Vec::with_capacity(list.len());
            for (at, value) in list.iter().enumerate() {
                values.push(self.bound_value(value, types(at)?, text)?);
            }
            // A list has each value once.
            if head("IN").is_some() {
                let mut seen = HashSet::new();
                values.retain(|value: &String| seen.insert(value.clone()));
            }
            texts.push(values.join(", "));
        }
        match texts.as_slice() {
            [values] => Some(format!("FOR VALUES IN ({values})")),
            [from, to] => Some(format!("FOR VALUES FROM ({from}) TO ({to})")),
            _ => None,
        }
    }

    fn bound_value(&self, value: &Expr, ty: &Type, text: &str) -> Option<String> {
        if let Expr::Identifier(word) = value {
            let word = fold(word).to_ascii_uppercase();
            return matches!(&*word, "MINVALUE" | "MAXVALUE").then_some(word);
        }
        let mut analyzer = Analyzer::new(self.names, self.path, text);
        analyzer.scopes.push(self.scope.clone());
        let node = self.coerce(analyzer.expr(value).ok()?, ty.base);
        if node.is_null_constant() {
            return Some("NULL".into());
        }
        let mut inner = &node;
        while let Kind::Cast(value) = &inner.kind {
            inner = value;
        }
        let text = inner.text()?;
        let ty = self.names.strip_domain(ty);
        let rounded = match ty.modifier.filter(|_| ty.base == NUMERIC.scalar()) {
            Some(modifier) => literals::rounded_numeric(text, &modifier),
            None => None,
        };
        let text = rounded.as_deref().unwrap_or(text);
        Some(format!("'{}'", text.replace('\'', "''")))
    }
}

/// The bounds of partitions, which are values of their parents' keys.
fn normalize_bounds(names: &Names, tables: &mut [Table]) {
    let keys: HashMap<QualifiedName, Vec<Type>> = tables
        .iter()
        .filter_map(|table| {
            let relation = names.relation(Some(&table.name.schema), &table.name.name, &[])?;
            let path = search_path(&table.name);
            let site = Site::of(names, &path, &relation);
            let (_, elements) = site.partition_elements(table.partition_key.as_deref()?)?;
            let types = elements.iter().map(|(node, _)| node.ty.clone()).collect();
            Some((table.name.clone(), types))
        })
        .collect();
    for table in tables {
        let (Some(parent), Some(bound)) = (&table.partition_of, &mut table.partition_bound) else {
            continue;
        };
        let path = search_path(parent);
        let site = Site {
            names,
            path: &path,
            scope: Scope::default(),
        };
        let types = keys.get(parent).map_or(&[][..], Vec::as_slice);
        *bound = site.bound(bound, types).unwrap_or_else(|| collapse(bound));
    }
}

/// Views that others are made of come first, so that their columns are known.
fn normalize_views(names: &mut Names, views: &mut [View]) {
    for i in dependency_order(views) {
        let Some(view) = views.get_mut(i) else {
            continue;
        };
        let given: Vec<String> = view
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let path = search_path(&view.name);
        match query::view(names, &view.definition, &path, &given, false) {
            Ok(analyzed) if analyzed.columns.len() == view.columns.len() => {
                for (column, analyzed) in view.columns.iter_mut().zip(analyzed.columns) {
                    column.nullable = analyzed.nullable;
                }
                view.definition = analyzed.definition;
            }
            _ => {
                for column in &mut view.columns {
                    column.nullable = true;
                }
                view.definition = collapse(&view.definition);
            }
        }
        names.set_columns(&view.name, &view.columns);
    }
}

fn dependency_order(views: &[View]) -> Vec<usize> {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::with_capacity(views.len());
    for (i, view) in views.iter().enumerate() {
        by_name.entry(&view.name.name).or_default().push(i);
    }
    let mut waiting_for = vec![0_usize; views.len()];
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); views.len()];
    for (i, view) in views.iter().enumerate() {
        for name in referenced(&view.definition) {
            for needed in by_name.get(&*name).into_iter().flatten() {
                if *needed != i {
                    if let Some(list) = needed_by.get_mut(*needed) {
                        list.push(i);
                    }
                    if let Some(count) = waiting_for.get_mut(i) {
                        *count += 1;
                    }
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..views.len())
        .filter(|i| waiting_for.get(*i) == Some(&0))
        .collect();
    let mut done = 0;
    while let Some(i) = order.get(done).copied() {
        done += 1;
        for dependent in needed_by.get(i).into_iter().flatten() {
            if let Some(count) = waiting_for.get_mut(*dependent) {
                *count -= 1;
                if *count == 0 {
                    order.push(*dependent);
                }
            }
        }
    }
    // Names of tables and views in several schemas may look like a circle.
    for i in 0..views.len() {
        if waiting_for.get(i).is_some_and(|count| *count > 0) {
            order.push(i);
        }
    }
    order
}

/// The bare names of the relations that a query reads.
fn referenced(definition: &str) -> Vec<Rc<str>> {
    let mut found: Vec<Rc<str>> = Vec::new();
    let text = definition.trim_end().trim_end_matches(';');
    if let Ok(query) = super::parse(text, |parser| parser.parse_query()) {
        let _ = visit_relations(&query, |name| {
            if let Some(name) = name_parts(name).and_then(|mut parts| parts.pop()) {
                let name: Rc<str> = Rc::from(name);
                if !found.contains(&name) {
                    found.push(name);
                }
            }
            ControlFlow::<()>::Continue(())
        });
    }
    found
}
