use askama::Template;

use super::layout::{Expr, condition, constant, signature, tail};
use super::text::{code, doc, sql_literal, str_literal};
use crate::model::{self, Entity, Lock, NewRow, Patch, Relation, RelationKind, Returns, Upsert};

/// A function that runs one statement or begins one.
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
            Returns::OptionalRow => ("read::one_or_none", "::std::option::Option<Self>"),
            Returns::Rows => ("read::all", "::std::vec::Vec<Self>"),
            Returns::Count => ("read::value", "i64"),
            Returns::Exists => ("read::value", "bool"),
            Returns::Affected => ("query::affected", "bool"),
            Returns::Nothing => ("query::call", "()"),
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
            RelationKind::BelongsTo if !optional => ("read::one", None),
            RelationKind::BelongsTo | RelationKind::HasOne => {
                ("read::one_or_none", Some("::std::option::Option"))
            }
            RelationKind::HasMany | RelationKind::ManyToMany => {
                ("read::all", Some("::std::vec::Vec"))
            }
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
    fn insert_many(new_row: &NewRow) -> Self {
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

    /// What reads and writes many rows at once: `User::select`, `User::insert`.
    pub fn statements(entity: &Entity, table: &str) -> Vec<Self> {
        let begin =
            |line: &str, head: &str, params: &[String], builder: &str, argument: &[&str]| {
                let (name, _) = builder.split_once('<').unwrap_or((builder, ""));
                let callee = format!("::rowsmith_runtime::{name}::new");
                let returned = format!("::rowsmith_runtime::{builder}");
                Self {
                    doc: doc(&[line.to_owned()], 4),
                    signature: signature(&format!("pub fn {head}"), params, &returned, 4),
                    constants: Vec::new(),
                    guards: Vec::new(),
                    body: tail(&call(&callee, argument), 8),
                }
            };
        let select = format!("Begins a query of {table}.");
        let mut functions = vec![begin(&select, "select", &[], "Select<Self>", &[])];
        let Some(new_row) = &entity.new_row else {
            return functions;
        };
        let name = &new_row.name;
        functions.push(Self::insert_many(new_row));
        functions.push(begin(
            "Begins an insert of the rows, which may say what becomes of rows that are there already.",
            "insert",
            &[format!("rows: &[{name}]")],
            &format!("Insert<'_, {name}>"),
            &["rows"],
        ));
        let writable = !new_row.fields.is_empty();
        if writable {
            functions.push(begin(
                "Begins an insert of what a query returns: its columns, in their order, become these.",
                "insert_from<C>",
                &["columns: C".to_owned()],
                "InsertFrom<Self, C>",
                &["columns"],
            ));
            let update = format!("Begins a change of many rows of {table}.");
            functions.push(begin(&update, "update", &[], "Update<Self>", &[]));
        }
        let delete = format!("Begins a deletion of many rows of {table}.");
        functions.push(begin(&delete, "delete", &[], "Delete<Self>", &[]));
        if writable {
            functions.push(Self::copy_in(new_row));
        }
        if !entity.fields.is_empty() {
            functions.push(Self::copy_out(table));
        }
        functions
    }

    /// `User::copy_in`.
    fn copy_in(new_row: &NewRow) -> Self {
        let name = &new_row.name;
        let rows = format!(
            "rows: impl ::std::iter::IntoIterator<Item = {name}, IntoIter: ::std::marker::Send>"
        );
        let line = "Inserts the rows by a binary `COPY`, the fastest way for many, and tells how many there were.";
        let params = [EXECUTOR.to_owned(), rows];
        Self::write(line, "copy_in", &params, "u64", &["db", "rows"])
    }

    /// `User::copy_out`.
    fn copy_out(table: &str) -> Self {
        let line = format!("The rows of {table} as `COPY … TO STDOUT` writes them.");
        let params = [
            "db: &'a impl ::rowsmith_runtime::Executor".to_owned(),
            "format: ::rowsmith_runtime::CopyFormat".to_owned(),
        ];
        Self {
            doc: doc(&[line], 4),
            signature: head("copy_out<'a>", &params, "::rowsmith_runtime::CopyOut<'a>"),
            constants: Vec::new(),
            guards: Vec::new(),
            body: awaited(
                "::rowsmith_runtime::write::copy_out::<Self>",
                &["db", "format"],
            ),
        }
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

    /// `UserPatch::apply_to`.
    pub fn apply_to(patch: &Patch, lock: &Lock, row: &str) -> Self {
        let key = (lock.fields.iter()).map(|field| Expr::atom(format!("&row.{field}")));
        let mut args: Vec<_> = ["db", "self", "CONDITION", "CURRENT"]
            .map(Expr::atom)
            .into();
        args.push(Expr::List("&[", key.collect()));
        let condition = |name: &str, text: &str| {
            let head = format!("const {name}");
            constant(&head, "&str", &Expr::atom(str_literal(text)), 8)
        };
        let lines = [
            "Changes this row, unless somebody else has changed it since it was read, and returns it."
                .to_owned(),
            String::new(),
            format!(
                "Fails with `Error::StaleRow` when the row has another {} by now, or is gone.",
                code(&lock.column)
            ),
        ];
        let params = [
            "&self".to_owned(),
            EXECUTOR.to_owned(),
            format!("row: &{row}"),
        ];
        Self {
            doc: doc(&lines, 4),
            signature: head("apply_to", &params, row),
            constants: vec![
                condition("CONDITION", &patch.key_sql),
                condition("CURRENT", &lock.current_sql),
            ],
            guards: Vec::new(),
            body: tail(
                &Expr::call("::rowsmith_runtime::write::update_current", args).link(".await"),
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
        &Expr::call(format!("::rowsmith_runtime::{call}"), args).link(".await"),
        8,
    )
}

fn awaited(callee: &str, args: &[&str]) -> String {
    tail(&call(callee, args).link(".await"), 8)
}

fn call(callee: &str, args: &[&str]) -> Expr {
    Expr::call(callee, args.iter().copied().map(Expr::atom).collect())
}
