//! What an expression is called in a query, which is where index names come from
//! (`FigureColname` in `parse_target.c`).

use sqlparser::ast::{AccessExpr, DataType, Expr, ObjectName, SelectItem, SetExpr};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::{decode, lexer};

/// The name PostgreSQL gives to a column that is this expression; `None` where it has none to give.
pub(super) fn expression_label(expression: &str) -> Option<String> {
    let dialect = PostgreSqlDialect {};
    let expression = Parser::new(&dialect)
        .try_with_sql(expression)
        .ok()?
        .parse_expr()
        .ok()?;
    label(&expression).map(|(name, _)| name)
}

/// A name, and whether it stands against that of a cast around it.
fn label(expression: &Expr) -> Option<(String, bool)> {
    let strong = |name: &str| Some((decode::truncate(name, decode::NAME_LENGTH).to_owned(), true));
    match expression {
        Expr::Identifier(ident) => strong(&ident_name(ident)),
        Expr::CompoundIdentifier(idents) => strong(&ident_name(idents.last()?)),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let field = access_chain.iter().rev().find_map(|access| match access {
                AccessExpr::Dot(Expr::Identifier(ident)) => Some(ident_name(ident)),
                _ => None,
            });
            match field {
                Some(field) => strong(&field),
                None => label(root),
            }
        }
        Expr::Nested(inner) => label(inner),
        Expr::Collate { expr, .. } => label(expr),
        Expr::Function(function) => strong(&function_name(&function.name)?),
        Expr::Cast {
            expr, data_type, ..
        } => match label(expr) {
            Some((name, true)) => Some((name, true)),
            _ => Some((type_label(data_type)?, false)),
        },
        Expr::TypedString(typed) => Some((type_label(&typed.data_type)?, false)),
        Expr::Interval(_) => Some(("interval".into(), false)),
        Expr::Case { else_result, .. } => match else_result.as_deref().and_then(label) {
            Some((name, true)) => Some((name, true)),
            _ => Some(("case".into(), false)),
        },
        Expr::AtTimeZone { .. } => strong("timezone"),
        Expr::Extract { .. } => strong("extract"),
        Expr::Position { .. } => strong("position"),
        Expr::Substring { .. } => strong("substring"),
        Expr::Overlay { .. } => strong("overlay"),
        Expr::Ceil { .. } => strong("ceil"),
        Expr::Floor { .. } => strong("floor"),
        Expr::Trim { trim_where, .. } => strong(match trim_where {
            Some(sqlparser::ast::TrimWhereField::Leading) => "ltrim",
            Some(sqlparser::ast::TrimWhereField::Trailing) => "rtrim",
            _ => "btrim",
        }),
        Expr::Array(_) => strong("array"),
        Expr::Tuple(_) => strong("row"),
        Expr::Exists { .. } => strong("exists"),
        Expr::Subquery(query) => match query.body.as_ref() {
            SetExpr::Select(select) => match select.projection.first()? {
                SelectItem::ExprWithAlias { alias, .. } => strong(&ident_name(alias)),
                SelectItem::UnnamedExpr(expression) => label(expression),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn ident_name(ident: &sqlparser::ast::Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    }
}

fn function_name(name: &ObjectName) -> Option<String> {
    name.0.last()?.as_ident().map(ident_name)
}

/// The last part of a type's name as the grammar keeps it: `int4` of `integer`.
fn type_label(data_type: &DataType) -> Option<String> {
    let text = data_type.to_string();
    let mut lexer = lexer::Lexer::new(&text, 0);
    let mut tokens = Vec::new();
    while let Ok(Some(token)) = lexer.next_token() {
        tokens.push(token);
    }
    let file = std::sync::Arc::new(crate::diagnostics::SourceFile {
        path: std::path::PathBuf::new(),
        text,
    });
    let mut cursor = super::cursor::Cursor::new(&file, &tokens);
    super::types::parse_type(&mut cursor).ok().map(|ty| ty.name)
}
