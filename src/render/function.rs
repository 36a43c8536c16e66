use askama::Template;

use super::layout::{Expr, condition, constant, signature, tail};
use super::text::{doc, sql_literal, str_literal};
use crate::model::{self, NewRow, Patch, Relation, RelationKind, Returns, Upsert};

/// An async function that runs one statement.
#[derive(Template)]
#[template(path = "function.rs.j2", escape = "none")]
pub struct Function {
    doc: String,
    signature: String,
    /// Constants in the body: the SQL text.
    constants: Vec<String>,
    /// Conditions of an early return without a row.
    guards: Vec<String>,
    body: String,
}

const EXECUTOR: &str = "db: &impl ::rowsmith_runtime::Executor";

impl Function {
    /// `User::find`.
    pub fn new(function: &model::Function) -> Self {
        let (call, returned) = match function.returns {
            Returns::OptionalRow => ("one_or_none", "::std::option::Option<Self>"),
            Returns::Rows => ("all", "::std::vec::Vec<Self>"),
            Returns::Count => ("value", "i64"),
            Returns::Exists => ("value", "bool"),
            Returns::Affected => ("affected", "bool"),
        };
        let mut params = vec![EXECUTOR.to_owned()];
        params.extend(
            function
                .params
                .iter()
                .map(|param| format!("{}: {}", param.name, param.ty)),
        );
        let keys = function
            .params
            .iter()
            .map(|param| format!("&{}", param.name));
        Self {
            doc: doc(&function.doc, 4),
            signature: head(&function.name, &params, returned),
            constants: vec![sql("SQL", &function.sql)],
            guards: Vec::new(),
            body: query(call, keys),
        }
    }

    /// `user.posts`.
    pub fn relation(relation: &Relation) -> Self {
        let optional = relation.key.iter().any(|key| key.nullable);
        let (call, wrapper) = match relation.kind {
            RelationKind::BelongsTo if !optional => ("one", None),
            RelationKind::BelongsTo | RelationKind::HasOne => {
                ("one_or_none", Some("::std::option::Option"))
            }
            RelationKind::HasMany | RelationKind::ManyToMany => ("all", Some("::std::vec::Vec")),
        };
        let returned = match wrapper {
            Some(wrapper) => format!("{wrapper}<{}>", relation.target),
            None => relation.target.clone(),
        };
        let guards = (relation.key.iter())
            .filter(|key| key.nullable && relation.kind == RelationKind::BelongsTo)
            .map(|key| {
                let field = Expr::atom("self").link(format!(".{}", key.field));
                condition(&field.link(".is_none()"), 8)
            });
        let keys = relation
            .key
            .iter()
            .map(|key| format!("&self.{}", key.field));
        Self {
            doc: doc(&relation.doc, 4),
            signature: head(
                &relation.name,
                &["&self".to_owned(), EXECUTOR.to_owned()],
                &returned,
            ),
            constants: vec![sql("SQL", &relation.sql)],
            guards: guards.collect(),
            body: query(call, keys),
        }
    }

    /// `User::insert_many`.
    pub fn insert_many(new_row: &NewRow) -> Self {
        let params = [EXECUTOR.to_owned(), format!("rows: &[{}]", new_row.name)];
        let line = "Inserts the rows in one statement and returns them as the database has them, in their order.";
        Self::write(
            line,
            "insert_many",
            &params,
            "::std::vec::Vec<Self>",
            &["db", "rows"],
        )
    }

    /// `NewUser::insert`.
    pub fn insert(row: &str) -> Self {
        let params = ["&self".to_owned(), EXECUTOR.to_owned()];
        let line = "Inserts the row and returns it as the database has it.";
        Self::write(line, "insert", &params, row, &["db", "self"])
    }

    /// `NewUser::upsert_by_email`.
    pub fn upsert(upsert: &Upsert, row: &str) -> Self {
        let key = upsert
            .key_columns_sql
            .iter()
            .map(|column| Expr::atom(str_literal(column)));
        let key = Expr::List("&[", key.collect());
        Self {
            doc: doc(&upsert.doc, 4),
            signature: head(
                &upsert.name,
                &["&self".to_owned(), EXECUTOR.to_owned()],
                row,
            ),
            constants: vec![
                constant(
                    "const TARGET",
                    "&str",
                    &Expr::atom(str_literal(&upsert.target_sql)),
                    8,
                ),
                constant("const KEY", "&[&str]", &key, 8),
            ],
            guards: Vec::new(),
            body: awaited(
                "::rowsmith_runtime::write::upsert",
                &["db", "self", "TARGET", "KEY"],
            ),
        }
    }

    /// `UserPatch::apply`.
    pub fn apply(patch: &Patch, row: &str) -> Self {
        let mut params = vec!["&self".to_owned(), EXECUTOR.to_owned()];
        params.extend(
            patch
                .key
                .iter()
                .map(|param| format!("{}: {}", param.name, param.ty)),
        );
        let key = patch
            .key
            .iter()
            .map(|param| Expr::atom(format!("&{}", param.name)));
        let mut args: Vec<_> = ["db", "self", "CONDITION"].map(Expr::atom).into();
        args.push(Expr::List("&[", key.collect()));
        let line =
            "Changes the row with this primary key and returns it; `None` when there is none.";
        Self {
            doc: doc(&[line.to_owned()], 4),
            signature: head("apply", &params, &format!("::std::option::Option<{row}>")),
            constants: vec![constant(
                "const CONDITION",
                "&str",
                &Expr::atom(str_literal(&patch.key_sql)),
                8,
            )],
            guards: Vec::new(),
            body: tail(
                &Expr::call("::rowsmith_runtime::write::update", args).link(".await"),
                8,
            ),
        }
    }

    fn write(line: &str, name: &str, params: &[String], returned: &str, args: &[&str]) -> Self {
        Self {
            doc: doc(&[line.to_owned()], 4),
            signature: head(name, params, returned),
            constants: Vec::new(),
            guards: Vec::new(),
            body: awaited(&format!("::rowsmith_runtime::write::{name}"), args),
        }
    }
}

fn head(name: &str, params: &[String], returned: &str) -> String {
    signature(
        &format!("pub async fn {name}"),
        params,
        &format!("::rowsmith_runtime::Result<{returned}>"),
        4,
    )
}

fn sql(name: &str, lines: &[String]) -> String {
    constant(
        &format!("const {name}"),
        "&str",
        &Expr::atom(sql_literal(lines, 12)),
        8,
    )
}

fn query(call: &str, keys: impl Iterator<Item = String>) -> String {
    let keys = Expr::List("&[", keys.map(Expr::Atom).collect());
    let args = vec![Expr::atom("db"), Expr::atom("SQL"), keys];
    tail(
        &Expr::call(format!("::rowsmith_runtime::query::{call}"), args).link(".await"),
        8,
    )
}

fn awaited(callee: &str, args: &[&str]) -> String {
    let args = args.iter().copied().map(Expr::atom).collect();
    tail(&Expr::call(callee, args).link(".await"), 8)
}
