//! Relations: what foreign keys, seen from both ends, and junction tables let a row lead to.
//!
//! A relation is named after its own foreign key, its inverse after the referencing table, and one
//! through a junction table after the table it leads to. Relations on the lowest columns come first, and
//! those of foreign keys before those through junction tables, so that a foreign key on a later column
//! renames nothing.

use std::collections::{HashMap, HashSet};

use super::Context;
use super::docs;
use super::functions;
use super::names::{self, Grant, Holder};
use super::objects::snake_or_unnamed;
use super::rows::{Field, Row, sorted};
use super::settings::Side;
use super::sql;
use crate::catalog::{ForeignKey, QualifiedName};
use crate::model::{Junction, Relation, RelationKey, RelationKind};

/// A foreign key between two rows of the tree. Its indexes are those of the rows that it was made from,
/// and of their fields; neither list changes its length.
struct Link<'a> {
    key: &'a ForeignKey,
    /// Indexes of the rows.
    from: usize,
    to: usize,
    /// Indexes of their fields, pairwise.
    from_columns: Vec<usize>,
    to_columns: Vec<usize>,
    /// The referencing columns from the lowest on: keys that share the first differ in a later one.
    position: Vec<usize>,
    one_to_one: bool,
    /// The name of the relation from the referencing row, once it has one.
    forward: String,
}

impl<'a> Link<'a> {
    fn holder(&self, rows: &[Row<'a>]) -> Holder<'a> {
        Holder::Member("foreign key", rows[self.from].name, &self.key.name)
    }
}

/// A relation that waits for its name. Its indexes are those of the rows and links that it was made from.
struct Planned {
    /// The row that has the method, and the row that it leads to.
    of: usize,
    target: usize,
    side: Side,
    kind: RelationKind,
    /// The foreign key that the relation rests on; of a junction, the one to the target.
    link: usize,
    /// Of a junction, the foreign key to the row that has the method.
    through: Option<usize>,
    first: String,
    others: Vec<String>,
    configured: bool,
    /// The name is that of the key's own column, whose constant is then another's.
    own_column: bool,
}

/// The relations of all rows, in the rows' order.
pub(super) fn relations<'a>(rows: &mut [Row<'a>], context: &Context<'a>) -> Vec<Vec<Relation>> {
    let mut links = links(rows, context);
    let mut relations: Vec<Vec<Relation>> = rows.iter().map(|_| Vec::new()).collect();
    let mut planned = forward(rows, &links, context);
    planned.retain(|planned| {
        let link = &mut links[planned.link];
        // The name that it would have had is a part of other names.
        planned.first.clone_into(&mut link.forward);
        !context
            .settings
            .skips_side(rows[link.from].name, &link.key.name, planned.side)
    });
    for (planned, relation) in named(rows, &links, planned, context) {
        links[planned.link].forward = names::bare(&relation.name).to_owned();
        relations[planned.of].push(relation);
    }
    for plan in [inverse, many_to_many] {
        let mut planned = plan(rows, &links, context);
        planned.retain(|planned| {
            let link = &links[planned.link];
            let (table, key) = (rows[link.from].name, &link.key.name);
            !context.settings.skips_side(table, key, planned.side)
        });
        for (planned, relation) in named(rows, &links, planned, context) {
            relations[planned.of].push(relation);
        }
    }
    relations
}

/// The foreign keys between rows of the tree, by row and then in the order of their columns. Of several
/// that say the same, the first.
fn links<'a>(rows: &[Row<'a>], context: &Context<'a>) -> Vec<Link<'a>> {
    let index: HashMap<&QualifiedName, usize> = rows
        .iter()
        .enumerate()
        .map(|(i, row)| (row.name, i))
        .collect();
    let mut links = Vec::new();
    for (from, row) in rows.iter().enumerate() {
        let mut found: Vec<Link<'a>> = row
            .foreign_keys
            .iter()
            .filter(|key| !context.settings.skips(row.name, &key.name))
            .filter_map(|key| {
                let key: &'a ForeignKey = key;
                let to = *index.get(&key.referenced_table)?;
                let from_columns = row.columns(&key.columns)?;
                let to_columns = rows[to].columns(&key.referenced_columns)?;
                if from_columns.len() != to_columns.len() {
                    return None;
                }
                Some(Link {
                    key,
                    from,
                    to,
                    position: sorted(&from_columns),
                    one_to_one: row.is_unique(&from_columns),
                    from_columns,
                    to_columns,
                    forward: String::new(),
                })
            })
            .collect();
        found.sort_by(|a, b| (&a.position, &a.key.name).cmp(&(&b.position, &b.key.name)));
        let mut seen = HashSet::new();
        found.retain(|link| {
            let pairs: Vec<_> = link.from_columns.iter().zip(&link.to_columns).collect();
            let mut pairs: Vec<_> = pairs.into_iter().map(|(a, b)| (*a, *b)).collect();
            pairs.sort_unstable();
            seen.insert((link.to, pairs))
        });
        links.extend(found);
    }
    links
}

/// From the referencing row: named after its column, or of a composite key, after the referenced table.
fn forward<'a>(rows: &[Row<'a>], links: &[Link<'a>], context: &Context<'a>) -> Vec<Planned> {
    let plan = |(i, link): (usize, &Link<'a>)| {
        let row = &rows[link.from];
        let target = &context.tree.names(rows[link.to].name).singular;
        let (natural, own_column) = match link.from_columns.as_slice() {
            [column] => {
                let column = row.fields[*column].word();
                match referent(column, &snake_or_unnamed(rows[link.to].name), target) {
                    Some(name) => (name.to_owned(), name == column),
                    None => (target.clone(), false),
                }
            }
            _ => (target.clone(), false),
        };
        let constraint = names::snake(&link.key.name);
        let others = match link.from_columns.len() {
            1 => vec![format!("{natural}_row"), constraint],
            _ => vec![constraint, format!("{natural}_row")],
        };
        let configured = context
            .settings
            .relation(row.name, &link.key.name, Side::Name);
        Planned {
            of: link.from,
            target: link.to,
            side: Side::Name,
            kind: RelationKind::BelongsTo,
            link: i,
            through: None,
            first: configured.map_or(natural, str::to_owned),
            others,
            configured: configured.is_some(),
            own_column,
        }
    };
    links.iter().enumerate().map(plan).collect()
}

/// What a column speaks of: `author_id` of `author`, and `hostid` that references `hosts` of `host`.
fn referent<'n>(column: &'n str, table: &str, singular: &'n str) -> Option<&'n str> {
    if let Some(stem) = column.strip_suffix("id")
        && (stem == table || stem == singular)
    {
        return Some(singular);
    }
    names::referent(column)
}

/// From the referenced row back: named after the referencing table. The key on its lowest column has the
/// short name, the others say which key they are: `posts`, `posts_by_editor`.
fn inverse<'a>(rows: &[Row<'a>], links: &[Link<'a>], context: &Context<'a>) -> Vec<Planned> {
    let mut seen = HashSet::new();
    let plan = |(i, link): (usize, &Link<'a>)| {
        let row = &rows[link.from];
        let table = if link.one_to_one {
            context.tree.names(row.name).singular.clone()
        } else {
            snake_or_unnamed(row.name)
        };
        let by_key = format!("{table}_by_{}", link.forward);
        let schema = names::snake(&row.name.schema);
        let foreign = row.name.schema != rows[link.to].name.schema;
        let is_first = seen.insert((link.from, link.to));
        let mut others = vec![
            format!("{by_key}_{schema}"),
            format!("{table}_by_{}", names::snake(&link.key.name)),
        ];
        let first = if is_first {
            others.insert(0, by_key);
            if foreign {
                others.insert(0, format!("{schema}_{table}"));
            }
            table
        } else {
            by_key
        };
        let configured = context
            .settings
            .relation(row.name, &link.key.name, Side::Inverse);
        let planned = Planned {
            of: link.to,
            target: link.from,
            side: Side::Inverse,
            kind: if link.one_to_one {
                RelationKind::HasOne
            } else {
                RelationKind::HasMany
            },
            link: i,
            through: None,
            first: configured.map_or(first, str::to_owned),
            others,
            configured: configured.is_some(),
            own_column: false,
        };
        (!is_first, foreign, planned)
    };
    let mut planned: Vec<(bool, bool, Planned)> = links.iter().enumerate().map(plan).collect();
    // First keys before others, then the same schema before others, then by name, which is how rows and
    // links are sorted already.
    planned.sort_by_key(|(later, foreign, _)| (*later, *foreign));
    planned.into_iter().map(|(.., planned)| planned).collect()
}

/// Through tables whose unique key is exactly two foreign keys: named after the table they lead to, or
/// after the key that leads there when both lead to the same.
fn many_to_many<'a>(rows: &[Row<'a>], links: &[Link<'a>], context: &Context<'a>) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut plan = |back: usize, ahead: usize| {
        let (from, to) = (&links[back], &links[ahead]);
        let junction = &rows[to.from];
        let by_key = context.settings.words.plural(&to.forward);
        let via = snake_or_unnamed(junction.name);
        let natural = if from.to == to.to {
            by_key.clone()
        } else {
            snake_or_unnamed(rows[to.to].name)
        };
        let configured = context
            .settings
            .relation(junction.name, &to.key.name, Side::ManyToMany);
        let foreign = junction.name.schema != rows[from.to].name.schema;
        planned.push((
            foreign,
            Planned {
                of: from.to,
                target: to.to,
                side: Side::ManyToMany,
                kind: RelationKind::ManyToMany,
                link: ahead,
                through: Some(back),
                others: vec![
                    format!("{natural}_via_{via}"),
                    format!("{by_key}_via_{via}"),
                    format!(
                        "{natural}_via_{via}_{}",
                        names::snake(&junction.name.schema)
                    ),
                ],
                first: configured.map_or(natural, str::to_owned),
                configured: configured.is_some(),
                own_column: false,
            },
        ));
    };
    for (a, b) in junctions(rows, links) {
        plan(a, b);
        plan(b, a);
    }
    planned.sort_by_key(|(foreign, _)| *foreign);
    planned.into_iter().map(|(_, planned)| planned).collect()
}

/// Pairs of foreign keys of one table that are together, and not alone, a unique key of it.
fn junctions(rows: &[Row<'_>], links: &[Link<'_>]) -> Vec<(usize, usize)> {
    let mut junctions = Vec::new();
    let mut start = 0;
    while let Some(first) = links.get(start) {
        let length = links[start..]
            .iter()
            .take_while(|link| link.from == first.from)
            .count();
        let own = start..start + length;
        start += length;
        let keys: HashSet<Vec<usize>> = rows[first.from]
            .keys
            .iter()
            .filter(|key| key.predicate.is_none() && key.columns.len() > 1)
            .map(|key| sorted(&key.columns))
            .collect();
        if keys.is_empty() {
            continue;
        }
        let candidates: Vec<usize> = own.filter(|i| !links[*i].one_to_one).collect();
        for (n, a) in candidates.iter().enumerate() {
            for b in &candidates[n + 1..] {
                let mut both = links[*a].from_columns.clone();
                both.extend(&links[*b].from_columns);
                let both = sorted(&both);
                let alone = |i: &usize| sorted(&links[*i].from_columns).len() == both.len();
                if keys.contains(&both) && !alone(a) && !alone(b) {
                    junctions.push((*a, *b));
                }
            }
        }
    }
    junctions
}

/// Gives planned relations their names, method and constant at once, and their statements: first what is
/// configured, then all that can have their first choice, then the others.
fn named<'a>(
    rows: &mut [Row<'a>],
    links: &[Link<'a>],
    planned: Vec<Planned>,
    context: &Context<'a>,
) -> Vec<(Planned, Relation)> {
    let mut taken: Vec<Option<(String, String)>> = planned.iter().map(|_| None).collect();
    for configured in [true, false] {
        for (relation, taken) in planned.iter().zip(&mut taken) {
            if relation.configured == configured {
                let holder = links[relation.link].holder(rows);
                *taken = take(&mut rows[relation.of], relation, &relation.first, holder);
            }
        }
    }
    let mut relations = Vec::with_capacity(planned.len());
    for (relation, taken) in planned.into_iter().zip(taken) {
        let holder = links[relation.link].holder(rows);
        let ((name, constant), lost) = match taken {
            Some(taken) => (taken, None),
            None => {
                let row = &mut rows[relation.of];
                let wanted = names::escape(&relation.first);
                let constant = names::shouty(&relation.first);
                let other = row.functions.holder(&wanted);
                let other = other.or_else(|| row.constants.holder(&constant));
                let taken = take_other(row, &relation, holder);
                (taken, Some((wanted, other.unwrap_or(Holder::Reserved))))
            }
        };
        let grant = Grant { name, lost };
        let (side, configured) = (relation.side, relation.configured);
        (context.settings).report_relation_loss(holder, side, &grant, configured);
        let name = grant.name;
        let relation_model = relation_model(rows, links, &relation, name, constant, context);
        relations.push((relation, relation_model));
    }
    relations
}

/// Takes a name for the method and the constant, if both are free. A name that was chosen with a column's
/// constant in the way keeps the method and has another constant: `type`, `TYPE_ROW`.
fn take<'a>(
    row: &mut Row<'a>,
    relation: &Planned,
    name: &str,
    holder: Holder<'a>,
) -> Option<(String, String)> {
    let method = names::escape(name);
    if row.functions.holder(&method).is_some() {
        return None;
    }
    let shouty = names::shouty(name);
    let keeps_method = (relation.configured || relation.own_column) && name == relation.first;
    let suffix = match relation.kind {
        RelationKind::BelongsTo | RelationKind::HasOne => "ROW",
        RelationKind::HasMany | RelationKind::ManyToMany => "ROWS",
    };
    let others = std::iter::once(format!("{shouty}_{suffix}"))
        .chain((2u32..).map(|n| format!("{shouty}_{suffix}_{n}")))
        .take_while(|_| keeps_method);
    let constant = std::iter::once(shouty.clone())
        .chain(others)
        .find(|constant| row.constants.holder(constant).is_none())?;
    row.functions.hold(&method, holder);
    row.constants.hold(&constant, holder);
    Some((method, constant))
}

fn take_other<'a>(row: &mut Row<'a>, relation: &Planned, holder: Holder<'a>) -> (String, String) {
    for other in &relation.others {
        if !other.is_empty()
            && let Some(taken) = take(row, relation, other, holder)
        {
            return taken;
        }
    }
    let mut n = 2u64;
    loop {
        let name = format!("{}_{n}", relation.first);
        if let Some(taken) = take(row, relation, &name, holder) {
            return taken;
        }
        n += 1;
    }
}

fn relation_model<'a>(
    rows: &[Row<'a>],
    links: &[Link<'a>],
    relation: &Planned,
    name: String,
    constant: String,
    context: &Context<'a>,
) -> Relation {
    let (row, target) = (&rows[relation.of], &rows[relation.target]);
    let link = &links[relation.link];
    // The fields that are bound, and the columns that they are compared with.
    let (bound, compared, holder) = match (relation.side, relation.through) {
        (Side::Name, _) => (&link.from_columns, &link.to_columns, target),
        (_, None) => (&link.to_columns, &link.from_columns, target),
        (_, Some(back)) => (
            &links[back].to_columns,
            &links[back].from_columns,
            &rows[link.from],
        ),
    };
    let key: Vec<&Field<'_>> = row.pick(bound).collect();
    let condition = |alias: &str| -> Vec<String> {
        key.iter()
            .zip(holder.pick(compared))
            .zip(1..)
            .map(|((field, column), n)| {
                let (a, b) = (&field.column.ty, &column.column.ty);
                let same_type = (&a.schema, &a.name, a.array) == (&b.schema, &b.name, b.array);
                let placeholder = field.value.placeholder(n, same_type);
                format!("{alias}{} = {placeholder}", column.quoted())
            })
            .collect()
    };
    let many = matches!(
        relation.kind,
        RelationKind::HasMany | RelationKind::ManyToMany
    );
    let mut junction = None;
    let sql = if relation.through.is_some() {
        let joined = || {
            holder
                .pick(&link.from_columns)
                .zip(target.pick(&link.to_columns))
        };
        junction = Some(Junction {
            table_sql: sql::qualified(holder.name),
            columns: joined()
                .map(|(from, to)| (from.column.name.clone(), to.column.name.clone()))
                .collect(),
        });
        let joined: Vec<String> = joined()
            .map(|(from, to)| format!("j.{} = t.{}", from.quoted(), to.quoted()))
            .collect();
        let mut lines = sql::list("SELECT ", &target.select_list(Some("t")));
        lines.push(format!("FROM {} AS t", sql::qualified(target.name)));
        lines.push(format!(
            "JOIN {} AS j ON {}",
            sql::qualified(holder.name),
            joined.join(" AND ")
        ));
        lines.extend(sql::conditions(condition("j.")));
        lines.extend(target.order_by(Some("t")));
        lines
    } else {
        let order_by = if many {
            target.order_by(None)
        } else {
            Vec::new()
        };
        functions::select(target, condition(""), order_by)
    };
    let travels = key.iter().all(|field| !field.value.is_array());
    Relation {
        name,
        constant: travels.then_some(constant),
        doc: vec![doc(relation, rows, link)],
        kind: relation.kind,
        target: context.tree.path(&row.name.schema, target.name),
        key: key
            .iter()
            .zip(holder.pick(compared))
            .map(|(field, column)| RelationKey {
                field: field.ident.rs.clone(),
                nullable: field.nullable,
                near: field.column.name.clone(),
                far: column.column.name.clone(),
                param_sql: field.value.compared_sql.clone(),
                cast_sql: field
                    .value
                    .cast_sql
                    .clone()
                    .filter(|_| field.value.travels_as_another()),
            })
            .collect(),
        junction,
        sql,
    }
}

fn doc(relation: &Planned, rows: &[Row<'_>], link: &Link<'_>) -> String {
    let target = docs::object(rows[relation.target].name);
    let columns = docs::columns(rows[link.from].pick(&link.from_columns));
    let verb = if link.from_columns.len() == 1 {
        "references"
    } else {
        "reference"
    };
    match relation.kind {
        RelationKind::BelongsTo => format!("The row of {target} that {columns} {verb}."),
        RelationKind::HasOne => {
            format!("The row of {target} whose {columns} {verb} this one, if there is one.")
        }
        RelationKind::HasMany => format!("The rows of {target} whose {columns} {verb} this one."),
        RelationKind::ManyToMany => {
            let junction = docs::object(rows[link.from].name);
            format!("The rows of {target} that {junction} links to this one.")
        }
    }
}
