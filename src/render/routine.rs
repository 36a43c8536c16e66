use askama::Template;

use super::entity::FromRow;
use super::layout::{Expr, assignment, constant, signature, tail};
use super::struct_type::{Field, Struct, derive};
use super::text::{doc, sql_literal, str_literal};
use crate::model::{self, RoutineReturns, RoutineRow, STRUCT_DERIVES};

/// The file of a schema's functions and procedures.
#[derive(Template)]
#[template(path = "routines.rs.j2", escape = "none")]
pub struct RoutinesFile {
    routines: Vec<Routine>,
}

/// A function that calls one of the database's.
#[derive(Template)]
#[template(path = "routine.rs.j2", escape = "none")]
struct Routine {
    row: Option<Row>,
    doc: String,
    signature: String,
    sql: String,
    /// Arguments that become what is sent.
    conversions: Vec<String>,
    body: String,
}

/// The struct that a function brings with it.
struct Row {
    definition: Struct,
    from_row: FromRow,
}

/// The file of a schema's sequences.
#[derive(Template)]
#[template(path = "sequences.rs.j2", escape = "none")]
pub struct SequencesFile {
    sequences: Vec<Sequence>,
}

/// A constant for a sequence.
struct Sequence {
    doc: String,
    line: String,
}

impl RoutinesFile {
    pub fn new(model: &model::Routines, serde: bool) -> Self {
        let routine = |routine| Routine::new(routine, serde);
        Self {
            routines: model.routines.iter().map(routine).collect(),
        }
    }
}

impl Routine {
    fn new(model: &model::Routine, serde: bool) -> Self {
        let (call, returned) = match &model.returns {
            RoutineReturns::Nothing => ("call", "()".to_owned()),
            RoutineReturns::Scalar(ty) => ("value", format!("::std::option::Option<{ty}>")),
            RoutineReturns::Scalars(ty) => (
                "values",
                format!("::std::vec::Vec<::std::option::Option<{ty}>>"),
            ),
            RoutineReturns::Row(ty) => ("one", ty.clone()),
            RoutineReturns::OptionalRow(ty) => {
                ("one_or_none", format!("::std::option::Option<{ty}>"))
            }
            RoutineReturns::Rows(ty) => ("all", format!("::std::vec::Vec<{ty}>")),
        };
        // `impl Trait` needs a name for the lifetime of what is borrowed.
        let borrows = |param: &&model::RoutineParam| param.nullable && param.ty.starts_with('&');
        let lifetime = match model.params.iter().find(borrows) {
            Some(_) => "<'a>",
            None => "",
        };
        let mut params = vec!["db: &impl ::rowsmith_runtime::Executor".to_owned()];
        params.extend(model.params.iter().map(|param| {
            let name = &param.name;
            match (param.nullable, param.ty.strip_prefix('&')) {
                (false, _) => format!("{name}: {}", param.ty),
                (true, None) => {
                    format!(
                        "{name}: impl ::rowsmith_runtime::IntoNullable<{}>",
                        param.ty
                    )
                }
                (true, Some(ty)) => {
                    format!("{name}: impl ::rowsmith_runtime::IntoNullable<&'a {ty}>")
                }
            }
        }));
        let nullable = model.params.iter().filter(|param| param.nullable);
        let conversions = nullable.map(|param| {
            let args = vec![Expr::atom(&param.name)];
            let callee = "::rowsmith_runtime::IntoNullable::into_nullable";
            assignment(&format!("let {}", param.name), &Expr::call(callee, args), 4)
        });
        let bound = model
            .params
            .iter()
            .map(|it| Expr::Atom(format!("&{}", it.name)));
        let args = vec![
            Expr::atom("db"),
            Expr::atom("SQL"),
            Expr::List("&[", bound.collect()),
        ];
        let module = if model.reads { "read" } else { "query" };
        let callee = format!("::rowsmith_runtime::{module}::{call}");
        Self {
            row: model.row.as_ref().map(|row| Row::new(row, serde)),
            doc: doc(&model.doc, 0),
            signature: signature(
                &format!("pub async fn {}{lifetime}", model.name),
                &params,
                &format!("::rowsmith_runtime::Result<{returned}>"),
                0,
            ),
            sql: constant(
                "const SQL",
                "&str",
                &Expr::atom(sql_literal(&model.sql, 8)),
                4,
            ),
            conversions: conversions.collect(),
            body: tail(&Expr::call(callee, args).link(".await"), 4),
        }
    }
}

impl Row {
    fn new(model: &RoutineRow, serde: bool) -> Self {
        let fields = model.fields.iter();
        Self {
            definition: Struct {
                doc: doc(&model.doc, 0),
                derive: derive(&STRUCT_DERIVES, serde, &model.derives),
                serde,
                attributes: model.attributes.clone(),
                name: model.name.clone(),
                fields: (fields.clone())
                    .map(|field| Field::new(&field.ident, &field.ty, &field.doc, serde))
                    .collect(),
            },
            from_row: FromRow::new(&model.name, fields.map(|field| &field.ident)),
        }
    }
}

impl SequencesFile {
    pub fn new(model: &model::Sequences) -> Self {
        let sequence = |it: &model::Sequence| Sequence {
            doc: doc(&it.doc, 0),
            line: constant(
                &format!("pub const {}", it.constant),
                "::rowsmith_runtime::Sequence",
                &Expr::call(
                    "::rowsmith_runtime::Sequence::new",
                    vec![Expr::atom(str_literal(&it.name_sql))],
                ),
                0,
            ),
        };
        Self {
            sequences: model.sequences.iter().map(sequence).collect(),
        }
    }
}
