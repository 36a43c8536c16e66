use askama::Template;

use super::layout::{Expr, constant};
use super::text::{code, doc, str_literal};
use crate::model::{ConstraintName, Field, Relation, RelationKey, RelationKind};

/// A constant of a row struct.
#[derive(Template)]
#[template(path = "constant.rs.j2", escape = "none")]
pub struct Constant {
    doc: String,
    line: String,
}

impl Constant {
    /// `User::EMAIL`.
    pub fn column(field: &Field) -> Self {
        let access = match field.read_only {
            true => ", ::rowsmith_runtime::ReadOnly",
            false => "",
        };
        let mut column = Expr::call(
            "::rowsmith_runtime::Column::new",
            vec![literal(&field.ident.db)],
        );
        if let Some(travel) = &field.travel {
            let sent_as = vec![literal(&travel.param_sql), literal(&travel.cast_sql)];
            column = column
                .method(".read_as", vec![literal(&travel.read_sql)])
                .method(".sent_as", sent_as);
        }
        Self {
            doc: doc(&[format!("The column {}.", code(&field.ident.db))], 4),
            line: constant(
                &format!("pub const {}", field.constant),
                &format!("::rowsmith_runtime::Column<Self, {}{access}>", field.ty),
                &column,
                4,
            ),
        }
    }

    /// `User::NAME_MAX_LENGTH`.
    pub fn max_length(field: &Field) -> Option<Self> {
        let (name, length) = field.max_length.as_ref()?;
        let column = code(&field.ident.db);
        Some(Self {
            doc: doc(
                &[format!("How many characters the column {column} takes.")],
                4,
            ),
            line: constant(
                &format!("pub const {name}"),
                "usize",
                &Expr::atom(length.to_string()),
                4,
            ),
        })
    }

    /// `User::USERS_EMAIL_KEY`.
    pub fn constraint(constraint: &ConstraintName) -> Self {
        Self {
            doc: doc(&constraint.doc, 4),
            line: constant(
                &format!("pub const {}", constraint.ident.rs),
                "&'static str",
                &literal(&constraint.ident.db),
                4,
            ),
        }
    }

    /// `User::POSTS`, where the relation has a constant.
    pub fn relation(relation: &Relation) -> Option<Self> {
        let optional = relation.key.iter().any(|key| key.nullable);
        let kind = match relation.kind {
            RelationKind::BelongsTo => "BelongsTo",
            RelationKind::HasOne => "HasOne",
            RelationKind::HasMany => "HasMany",
            RelationKind::ManyToMany => "ManyToMany",
        };
        let target = match relation.kind {
            RelationKind::BelongsTo if optional => {
                format!("::std::option::Option<{}>", relation.target)
            }
            _ => relation.target.clone(),
        };
        let mut args = vec![Expr::List("&[", relation.key.iter().map(link).collect())];
        if let Some(junction) = &relation.junction {
            let pair =
                |(own, other): &(String, String)| Expr::tuple(vec![literal(own), literal(other)]);
            args.insert(0, literal(&junction.table_sql));
            args.push(Expr::List(
                "&[",
                junction.columns.iter().map(pair).collect(),
            ));
        }
        Some(Self {
            doc: doc(&relation.doc, 4),
            line: constant(
                &format!("pub const {}", relation.constant.as_ref()?),
                &format!("::rowsmith_runtime::{kind}<Self, {target}>"),
                &Expr::call(format!("::rowsmith_runtime::{kind}::new"), args),
                4,
            ),
        })
    }
}

fn literal(text: &str) -> Expr {
    Expr::atom(str_literal(text))
}

fn link(key: &RelationKey) -> Expr {
    let args = vec![
        literal(&key.near),
        literal(&key.far),
        literal(&key.param_sql),
        Expr::Closure("row", format!("&row.{}", key.field)),
    ];
    // The constant's own type says too late what the closure's parameter is.
    let link = Expr::call("::rowsmith_runtime::Link::<Self>::new", args);
    match &key.cast_sql {
        Some(cast) => link.method(".cast", vec![literal(cast)]),
        None => link,
    }
}
