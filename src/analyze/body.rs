//! Bodies of functions that are written in SQL and kept as such.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::expression::{Analyzer, Result};
use super::names::Names;
use super::print::Printer;
use super::scope::Scope;

/// The normal form of `BEGIN ATOMIC …; END`, whose statements are queries. The scope is the function's
/// arguments.
pub(super) fn body(names: &Names, text: &str, path: &[String], scope: &Scope) -> Result<String> {
    let queries = super::parse(text, |parser| {
        parser.expect_keyword(Keyword::BEGIN)?;
        parser.parse_identifier()?;
        let mut queries = Vec::new();
        while !parser.parse_keyword(Keyword::END) {
            queries.push(parser.parse_query()?);
            parser.expect_token(&Token::SemiColon)?;
        }
        Ok(queries)
    })?;
    let printer = Printer { names, path };
    let mut lines = vec!["BEGIN ATOMIC".to_owned()];
    for parsed in &queries {
        let mut analyzer = Analyzer::new(names, path, text);
        analyzer.scopes.push(scope.clone());
        let mut query = analyzer.query(parsed)?;
        query.decide(&analyzer);
        lines.push(format!("{};", printer.query(&query)));
    }
    lines.push("END".to_owned());
    Ok(lines.join("\n"))
}
