//! Tree → normal form.
//!
//! A tree has every cast in it. One is left out where PostgreSQL would insert it by itself: the printer
//! asks which operator or function the text without it would mean, and keeps the cast if the answer is
//! another one.

use super::expression::{integer_type, operator_name_is_simple};
use super::names::Names;
use super::tree::*;
use super::types::*;
use super::{quote, quote_literal};
use crate::catalog::QualifiedName;

mod call;

/// How tightly a text holds together, from PostgreSQL's table of precedences (manual, section 4.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Is,
    Comparison,
    Pattern,
    Operator,
    Sum,
    Product,
    Zone,
    Collate,
    Cast,
    Atom,
}

/// A printed expression.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub sql: String,
    level: Level,
}

/// One way to write an operand, and the type it has when it is written so.
struct Spelling {
    base: Base,
    text: Text,
}

pub(super) struct Printer<'a> {
    pub names: &'a Names,
    pub path: &'a [String],
}

impl Text {
    pub fn new(sql: impl Into<String>, level: Level) -> Self {
        Self {
            sql: sql.into(),
            level,
        }
    }

    pub fn atom(sql: impl Into<String>) -> Self {
        Self::new(sql, Level::Atom)
    }

    /// In parentheses, unless it holds together at least so tightly.
    fn at(self, level: Level) -> String {
        if self.level < level {
            format!("({})", self.sql)
        } else {
            self.sql
        }
    }
}

impl Printer<'_> {
    /// The expression where a value of its own type is expected: by a column, a condition.
    pub fn expected(&self, node: &Node) -> String {
        self.assigned(node).sql
    }

    /// A default, which the grammar wants in parentheses when it is more than a value or a call
    /// (`b_expr`).
    pub fn default(&self, node: &Node) -> String {
        match node.kind {
            Kind::Const(_) => self.assigned(node).sql,
            _ => self.assigned(node).at(Level::Cast),
        }
    }

    fn assigned(&self, node: &Node) -> Text {
        let (bare, full) = self.spell_out(node);
        if self
            .names
            .can_coerce(bare.base, node.base(), CastContext::Assignment)
        {
            bare.text
        } else {
            full
        }
    }

    /// The expression with a type of its own.
    pub fn alone(&self, node: &Node) -> String {
        self.text(node).sql
    }

    /// The spellings from the barest to the one that says its type.
    fn spellings(&self, node: &Node) -> Vec<Spelling> {
        let (bare, text) = self.spell_out(node);
        if bare.text.sql == text.sql {
            return vec![bare];
        }
        let base = node.base();
        vec![bare, Spelling { base, text }]
    }

    fn barest(&self, node: &Node) -> Spelling {
        self.spell_out(node).0
    }

    /// The barest spelling and the full text, with one look at what is inside.
    fn spell_out(&self, node: &Node) -> (Spelling, Text) {
        let spelling = |base, text| Spelling { base, text };
        match &node.kind {
            Kind::Const(text) => {
                let bare = match text {
                    None => spelling(UNKNOWN.scalar(), Text::atom("NULL")),
                    Some(text) => match self.numeral(node.base(), text) {
                        Some(numeral) => numeral,
                        None if node.base().is(BOOL) => {
                            spelling(node.base(), Text::atom(text.to_string()))
                        }
                        None => spelling(UNKNOWN.scalar(), Text::atom(quote_literal(text))),
                    },
                };
                let decided = bare.base != node.base() && !node.base().is_undecided();
                let full = if decided {
                    self.cast(bare.text.clone(), node)
                } else {
                    bare.text.clone()
                };
                (bare, full)
            }
            Kind::Cast(inner) => {
                let (bare, text) = self.spell_out(inner);
                // `'1 day'::interval day`: the modifier is another step, but not another cast.
                let literal = inner.base() == node.base() && matches!(inner.kind, Kind::Const(_));
                let full = self.cast(if literal { bare.text } else { text.clone() }, node);
                if node.ty.modifier.is_some() {
                    (spelling(node.base(), full.clone()), full)
                } else {
                    (spelling(inner.base(), text), full)
                }
            }
            Kind::Collate { base, collation } => {
                let (bare, full) = self.spell_out(base);
                let full = match &base.kind {
                    Kind::Const(Some(_)) if base.base().is(TEXT) => bare.text.clone(),
                    _ => full,
                };
                let full = collated(full, collation);
                (spelling(bare.base, collated(bare.text, collation)), full)
            }
            Kind::Array(items) => self.array(node, items),
            _ => {
                let text = self.text(node);
                (spelling(node.base(), text.clone()), text)
            }
        }
    }

    fn is_undecided_array(&self, node: &Node) -> bool {
        let array = self.names.strip_domain_base(node.base());
        array.element().is_none_or(Base::is_undecided)
    }

    fn array(&self, node: &Node, items: &[Node]) -> (Spelling, Text) {
        if items.is_empty() {
            let bare = Spelling {
                base: UNKNOWN.scalar(),
                text: Text::atom("'{}'"),
            };
            let undecided = self.is_undecided_array(node);
            let full = if undecided {
                Text::atom("ARRAY[]")
            } else {
                self.cast(bare.text.clone(), node)
            };
            return (bare, full);
        }
        let items: Vec<(Spelling, Text)> = items.iter().map(|item| self.spell_out(item)).collect();
        let types: Vec<Base> = items.iter().map(|(bare, _)| bare.base).collect();
        let common = self
            .names
            .common_type(&types)
            .filter(|common| !common.is(OPAQUE));
        let texts: Vec<String> = items
            .into_iter()
            .map(|(bare, full)| match common {
                Some(_) => bare.text.sql,
                None => full.sql,
            })
            .collect();
        let text = Text::atom(format!("ARRAY[{}]", texts.join(", ")));
        let base = match common {
            Some(common) if common.array => common,
            Some(common) => common.id.array(),
            None => node.base(),
        };
        let undecided = self.is_undecided_array(node);
        let full = if base == node.base() || undecided {
            text.clone()
        } else {
            self.cast(text.clone(), node)
        };
        // Without the cast, the elements would first come to a type of their own.
        let text = match types.iter().all(|ty| ty.is(UNKNOWN)) {
            true => text,
            false => full.clone(),
        };
        let base = if text.sql == full.sql {
            node.base()
        } else {
            base
        };
        (Spelling { base, text }, full)
    }

    /// A number without quotes.
    fn numeral(&self, base: Base, text: &str) -> Option<Spelling> {
        let numeric = matches!(
            base.id,
            INT2 | INT4 | INT8 | NUMERIC | FLOAT4 | FLOAT8 | OID
        );
        let digits = text.strip_prefix('-').unwrap_or(text);
        if base.array
            || !numeric
            || !digits.starts_with(|c: char| c.is_ascii_digit())
            || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        {
            return None;
        }
        let ty = if text.contains('.') {
            NUMERIC
        } else {
            integer_type(text)
        };
        let level = if text.starts_with('-') {
            Level::Operator
        } else {
            Level::Atom
        };
        Some(Spelling {
            base: ty.scalar(),
            text: Text::new(text, level),
        })
    }

    /// Several expressions that come to one type, in the barest way that leads to it.
    fn in_common(&self, nodes: &[Node], expected: Base) -> Vec<String> {
        let refs: Vec<&Node> = nodes.iter().collect();
        self.spell(&refs, |types| {
            self.names.common_type(types) == Some(expected)
        })
        .into_iter()
        .map(|text| text.sql)
        .collect()
    }

    /// Picks a spelling for each operand: as bare as possible, while the types still have the meaning.
    fn spell(&self, nodes: &[&Node], means_the_same: impl Fn(&[Base]) -> bool) -> Vec<Text> {
        let mut options: Vec<Vec<Spelling>> =
            nodes.iter().map(|node| self.spellings(node)).collect();
        let choices: Vec<usize> = options
            .iter()
            .enumerate()
            .filter(|(_, spellings)| spellings.len() > 1)
            .map(|(i, _)| i)
            .collect();
        let types = |full: &[usize]| -> Vec<Base> {
            options
                .iter()
                .enumerate()
                .filter_map(|(i, spellings)| {
                    if full.contains(&i) {
                        spellings.last()
                    } else {
                        spellings.first()
                    }
                })
                .map(|spelling| spelling.base)
                .collect()
        };
        let mut full = choices.clone();
        if means_the_same(&types(&[])) {
            full.clear();
        } else if let Some(only) = choices
            .iter()
            .rev()
            .find(|i| means_the_same(&types(&[**i])))
        {
            full = vec![*only];
        }
        options
            .iter_mut()
            .enumerate()
            .filter_map(|(i, spellings)| {
                if full.contains(&i) {
                    spellings.pop()
                } else if spellings.is_empty() {
                    None
                } else {
                    Some(spellings.swap_remove(0))
                }
            })
            .map(|spelling| spelling.text)
            .collect()
    }

    /// The expression with its own type.
    pub fn text(&self, node: &Node) -> Text {
        match &node.kind {
            Kind::Column { range: None, name } => Text::atom(quote(name)),
            Kind::Column {
                range: Some(range),
                name,
            } => Text::atom(format!("{}.{}", quote(range), quote(name))),
            Kind::WholeRow(range) => Text::atom(format!("{}.*", quote(range))),
            Kind::Value => Text::atom("VALUE"),
            Kind::Keyword(keyword) => Text::atom(keyword.to_string()),
            Kind::Const(_) | Kind::Cast(_) | Kind::Collate { .. } | Kind::Array(_) => {
                self.spell_out(node).1
            }
            Kind::Operator { name, left, right } => self.operator(name, left.as_deref(), right),
            Kind::AnyAll {
                name,
                all,
                left,
                right,
            } => self.any_all(name, *all, left, right),
            Kind::AnyAllQuery {
                name,
                all,
                left,
                query,
            } => self.any_all_query(name, *all, left, query),
            Kind::In {
                negated,
                left,
                list,
            } => self.in_list(*negated, left, list),
            Kind::And(items) => self.junction(items, " AND ", Level::And),
            Kind::Or(items) => self.junction(items, " OR ", Level::Or),
            Kind::Not(operand) => Text::new(
                format!("NOT {}", self.text(operand).at(Level::Cast)),
                Level::Not,
            ),
            Kind::IsNull { negated, operand } => {
                let not = if *negated { " NOT" } else { "" };
                let operand = self.text(operand).at(Level::Operator);
                Text::new(format!("{operand} IS{not} NULL"), Level::Is)
            }
            Kind::IsTruth {
                truth,
                negated,
                operand,
            } => {
                let not = if *negated { " NOT" } else { "" };
                let operand = self.text(operand).at(Level::Operator);
                Text::new(format!("{operand} IS{not} {truth}"), Level::Is)
            }
            Kind::Distinct {
                negated,
                left,
                right,
            } => {
                let not = if *negated { " NOT" } else { "" };
                let [left, right] = self.operands("=", left, right);
                Text::new(
                    format!(
                        "{} IS{not} DISTINCT FROM {}",
                        left.at(Level::Operator),
                        right.at(Level::Operator)
                    ),
                    Level::Is,
                )
            }
            Kind::Call(call) => self.call(node, call),
            Kind::Case {
                operand,
                arms,
                otherwise,
            } => self.case(node, operand.as_deref(), arms, otherwise.as_deref()),
            Kind::Common { function, args } => {
                let texts = self.in_common(args, node.base());
                Text::atom(format!("{function}({})", texts.join(", ")))
            }
            Kind::NullIf(left, right) => {
                let [left, right] = self.operands("=", left, right);
                Text::atom(format!("NULLIF({}, {})", left.sql, right.sql))
            }
            Kind::Row(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|item| self.alone_or_bare_text(item))
                    .collect();
                Text::atom(format!("ROW({})", items.join(", ")))
            }
            Kind::ArrayQuery(query) => Text::atom(format!("ARRAY({})", self.query(query))),
            Kind::Subquery(query) => Text::atom(format!("({})", self.query(query))),
            Kind::Exists(query) => Text::atom(format!("EXISTS ({})", self.query(query))),
            Kind::Subscript { base, subscripts } => self.subscript(base, subscripts),
            Kind::Field { base, name } => {
                Text::atom(format!("({}).{}", self.text(base).sql, quote(name)))
            }
            Kind::AtTimeZone { timestamp, zone } => {
                let texts = self.spell(&[zone, timestamp], |types| {
                    self.names
                        .choose_function(Some("pg_catalog"), "timezone", types, self.path)
                        .is_some_and(|meaning| meaning.arguments == [zone.base(), timestamp.base()])
                });
                let [zone, timestamp] = pair(texts);
                Text::new(
                    format!(
                        "{} AT TIME ZONE {}",
                        timestamp.at(Level::Cast),
                        zone.at(Level::Cast)
                    ),
                    Level::Zone,
                )
            }
            Kind::Extract { field, source } => {
                let plain = field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                let field = if plain {
                    field.to_string()
                } else {
                    quote_literal(field)
                };
                Text::atom(format!("EXTRACT({field} FROM {})", self.text(source).sql))
            }
        }
    }

    /// A text literal needs no cast where nothing else decides its type.
    pub fn alone_or_bare_text(&self, node: &Node) -> String {
        self.alone_or_bare_text_at(node, Level::Or)
    }

    fn alone_or_bare_text_at(&self, node: &Node, level: Level) -> String {
        match &node.kind {
            Kind::Const(Some(text)) if node.base().is(TEXT) && node.ty.modifier.is_none() => {
                quote_literal(text)
            }
            _ => self.text(node).at(level),
        }
    }

    fn cast(&self, inner: Text, node: &Node) -> Text {
        Text::new(
            format!(
                "{}::{}",
                inner.at(Level::Cast),
                self.names.type_text(&node.ty)
            ),
            Level::Cast,
        )
    }

    /// Both sides of an operator, as bare as its meaning allows.
    fn operands(&self, name: &str, left: &Node, right: &Node) -> [Text; 2] {
        let full = self
            .names
            .choose_operator(name, Some(left.base()), right.base());
        let texts = match full {
            Some(full) => self.spell(&[left, right], |types| match types {
                [l, r] => self
                    .names
                    .choose_operator(name, Some(*l), *r)
                    .is_some_and(|choice| {
                        choice.index == full.index
                            && fits(choice.arguments.first(), left, full.arguments.first())
                            && fits(choice.arguments.get(1), right, full.arguments.get(1))
                    }),
                _ => false,
            }),
            None => vec![self.literal_or_full(left), self.literal_or_full(right)],
        };
        pair(texts)
    }

    /// Beside an operator or in a call that is not known, only a literal may be bare.
    fn literal_or_full(&self, node: &Node) -> Text {
        match &node.kind {
            Kind::Const(Some(_)) if !node.base().array && !self.is_number(node.base()) => {
                self.barest(node).text
            }
            _ => self.text(node),
        }
    }

    fn is_number(&self, base: Base) -> bool {
        self.names.category(base).0 == b'N'
    }

    fn operator(&self, name: &str, left: Option<&Node>, right: &Node) -> Text {
        let Some(left) = left else {
            let operand = self.text(right).at(Level::Cast);
            return Text::new(format!("{name}{operand}"), Level::Operator);
        };
        let [left_text, right_text] = self.operands(name, left, right);
        let (shown, level) = match name {
            "~~" => ("LIKE", Level::Pattern),
            "!~~" => ("NOT LIKE", Level::Pattern),
            "~~*" => ("ILIKE", Level::Pattern),
            "!~~*" => ("NOT ILIKE", Level::Pattern),
            "=" | "<>" | "<" | ">" | "<=" | ">=" => (name, Level::Comparison),
            "+" | "-" => (name, Level::Sum),
            "*" | "/" | "%" => (name, Level::Product),
            _ => (name, Level::Operator),
        };
        // `a - b + c` and `a || b || c` lean to the left; everything else is put in parentheses.
        let same = matches!(&left.kind, Kind::Operator { name: inner, left: Some(_), .. }
            if **inner == *name && matches!(name, "||"));
        let (left_level, right_level) = match level {
            Level::Sum => (Level::Sum, Level::Product),
            Level::Product => (Level::Product, Level::Zone),
            Level::Comparison | Level::Pattern => (Level::Operator, Level::Operator),
            _ if same => (Level::Operator, Level::Sum),
            _ => (Level::Sum, Level::Sum),
        };
        let left = left_text.at(left_level);
        let right = right_text.at(right_level);
        if operator_name_is_simple(shown) {
            Text::new(format!("{left} {shown} {right}"), level)
        } else {
            Text::new(format!("{left} OPERATOR({shown}) {right}"), Level::Operator)
        }
    }

    fn any_all(&self, name: &str, all: bool, left: &Node, right: &Node) -> Text {
        let quantifier = if all { "ALL" } else { "ANY" };
        let element = right.base().element().unwrap_or(OPAQUE.scalar());
        let full = self.names.choose_operator(name, Some(left.base()), element);
        let texts = match full {
            Some(full) => self.spell(&[left, right], |types| match types {
                [l, r] => {
                    // A bare array literal is an array of what is on the left.
                    let element = if r.is(UNKNOWN) {
                        self.names.strip_domain_base(*l)
                    } else {
                        r.element().unwrap_or(OPAQUE.scalar())
                    };
                    self.names
                        .choose_operator(name, Some(*l), element)
                        .is_some_and(|choice| {
                            choice.index == full.index
                                && fits(choice.arguments.first(), left, full.arguments.first())
                                && choice.arguments.get(1) == full.arguments.get(1)
                        })
                }
                _ => false,
            }),
            None => vec![self.text(left), self.text(right)],
        };
        let [left, right] = pair(texts);
        Text::new(
            format!(
                "{} {name} {quantifier} ({})",
                left.at(Level::Sum),
                right.sql
            ),
            Level::Comparison,
        )
    }

    fn any_all_query(&self, name: &str, all: bool, left: &[Node], query: &Query) -> Text {
        let left = match left {
            [left] => self.text(left).at(Level::Sum),
            several => {
                let items: Vec<String> = several.iter().map(|node| self.alone(node)).collect();
                format!("({})", items.join(", "))
            }
        };
        let operator = match (name, all) {
            ("=", false) => "IN".to_owned(),
            (name, false) => format!("{name} ANY"),
            (name, true) => format!("{name} ALL"),
        };
        Text::new(
            format!("{left} {operator} ({})", self.query(query)),
            Level::Comparison,
        )
    }

    fn in_list(&self, negated: bool, left: &Node, list: &[Node]) -> Text {
        let operator = if negated { "<>" } else { "=" };
        let element = list.first().map_or(OPAQUE.scalar(), Node::base);
        let full = self
            .names
            .choose_operator(operator, Some(left.base()), element);
        let nodes: Vec<&Node> = std::iter::once(left).chain(list).collect();
        let mut texts = self
            .spell(&nodes, |types| {
                let Some(common) = self.names.common_type(types).filter(|ty| !ty.array) else {
                    return false;
                };
                let Some(first) = types.first() else {
                    return false;
                };
                match (
                    &full,
                    self.names.choose_operator(operator, Some(*first), common),
                ) {
                    (Some(full), Some(choice)) => {
                        choice.index == full.index
                            && fits(choice.arguments.first(), left, full.arguments.first())
                            && choice.arguments.get(1) == full.arguments.get(1)
                    }
                    (None, None) => common == element,
                    _ => false,
                }
            })
            .into_iter();
        let left = texts
            .next()
            .map_or_else(String::new, |left| left.at(Level::Operator));
        let list: Vec<String> = texts.map(|text| text.sql).collect();
        let not = if negated { " NOT" } else { "" };
        Text::new(
            format!("{left}{not} IN ({})", list.join(", ")),
            Level::Pattern,
        )
    }

    fn junction(&self, items: &[Node], word: &str, level: Level) -> Text {
        let items: Vec<String> = items
            .iter()
            .map(|item| self.text(item).at(Level::Not))
            .collect();
        Text::new(items.join(word), level)
    }

    fn case(
        &self,
        node: &Node,
        operand: Option<&Node>,
        arms: &[(Node, Node)],
        otherwise: Option<&Node>,
    ) -> Text {
        let results: Vec<&Node> = otherwise
            .into_iter()
            .chain(arms.iter().map(|(_, result)| result))
            .collect();
        let missing = otherwise.is_none();
        let mut texts = self
            .spell(&results, |types| {
                let mut types = types.to_vec();
                if missing {
                    types.insert(0, UNKNOWN.scalar());
                }
                self.names.common_type(&types) == Some(node.base())
            })
            .into_iter();
        let otherwise = if missing { None } else { texts.next() };
        let mut sql = String::from("CASE");
        if let Some(operand) = operand {
            sql.push(' ');
            sql.push_str(&self.alone_or_bare_text_at(operand, Level::Operator));
        }
        for (condition, _) in arms {
            let condition = match operand {
                Some(operand) => self.case_condition(operand, condition),
                None => self.text(condition).sql,
            };
            let result = texts.next().map_or_else(String::new, |text| text.sql);
            sql.push_str(&format!(" WHEN {condition} THEN {result}"));
        }
        if let Some(otherwise) = otherwise {
            sql.push_str(&format!(" ELSE {}", otherwise.sql));
        }
        sql.push_str(" END");
        Text::atom(sql)
    }

    fn case_condition(&self, operand: &Node, condition: &Node) -> String {
        let full = self
            .names
            .choose_operator("=", Some(operand.base()), condition.base());
        let texts = self.spell(&[condition], |types| match (types, &full) {
            ([ty], Some(full)) => self
                .names
                .choose_operator("=", Some(operand.base()), *ty)
                .is_some_and(|choice| {
                    choice.index == full.index
                        && fits(choice.arguments.get(1), condition, full.arguments.get(1))
                }),
            _ => false,
        });
        texts
            .into_iter()
            .next()
            .map_or_else(String::new, |text| text.sql)
    }

    fn subscript(&self, base: &Node, subscripts: &[Subscript]) -> Text {
        let mut sql = match base.kind {
            Kind::Column { .. } => self.text(base).sql,
            _ => format!("({})", self.text(base).sql),
        };
        for subscript in subscripts {
            match subscript {
                Subscript::Index(node) => {
                    sql.push_str(&format!("[{}]", self.barest(node).text.sql))
                }
                Subscript::Slice(lower, upper) => {
                    let bound = |node: &Option<Node>| {
                        node.as_ref()
                            .map_or_else(String::new, |node| self.barest(node).text.sql)
                    };
                    sql.push_str(&format!("[{}:{}]", bound(lower), bound(upper)));
                }
            }
        }
        Text::atom(sql)
    }
}

/// Whether an operand that is written barely comes to what it is: the tree says so, or the operator
/// takes whatever it is given (`anyelement`), and takes it as before.
fn fits(chosen: Option<&Base>, node: &Node, full: Option<&Base>) -> bool {
    chosen == full && (chosen == Some(&node.base()) || full != Some(&node.base()))
}

fn pair(texts: Vec<Text>) -> [Text; 2] {
    let mut texts = texts.into_iter();
    let mut next = || texts.next().unwrap_or_else(|| Text::atom(""));
    [next(), next()]
}

pub(super) fn direction(mut text: String, sort: &Sort) -> String {
    if sort.descending {
        text.push_str(" DESC");
    }
    match (sort.descending, sort.nulls_first) {
        (false, true) => text.push_str(" NULLS FIRST"),
        (true, false) => text.push_str(" NULLS LAST"),
        _ => {}
    }
    text
}

fn collated(text: Text, collation: &QualifiedName) -> Text {
    let sql = format!(
        "{} COLLATE {}",
        text.at(Level::Atom),
        collation_text(collation)
    );
    Text::new(sql, Level::Collate)
}

fn collation_text(collation: &QualifiedName) -> String {
    if collation.schema == "pg_catalog" {
        quote(&collation.name)
    } else {
        format!("{}.{}", quote(&collation.schema), quote(&collation.name))
    }
}

/// PostgreSQL's own functions are written plainly, but for those whose name is syntax.
fn function_name(call: &Call) -> String {
    if let Some(schema) = &call.schema {
        return format!("{}.{}", quote(schema), quote(&call.name));
    }
    let plain = call
        .name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && call
            .name
            .starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let syntax = matches!(
        &*call.name,
        "array"
            | "bit"
            | "cast"
            | "char"
            | "character"
            | "coalesce"
            | "convert"
            | "extract"
            | "float"
            | "greatest"
            | "int"
            | "integer"
            | "interval"
            | "least"
            | "normalize"
            | "not"
            | "nullif"
            | "numeric"
            | "overlaps"
            | "overlay"
            | "position"
            | "real"
            | "row"
            | "substring"
            | "time"
            | "timestamp"
            | "trim"
            | "user"
            | "values"
            | "varchar"
            | "xmlelement"
    );
    if plain && !syntax {
        call.name.to_string()
    } else {
        quote(&call.name)
    }
}
