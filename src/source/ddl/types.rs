//! Type names: their grammar (`gram.y`, `Typename`), and what they mean.

use std::ops::Range;

use crate::analyze;
use crate::catalog::{QualifiedName, TypeRef};

use super::builtin;
use super::cursor::{Cursor, Name, Result};
use super::extensions;
use super::lexer::TokenKind;
use super::state::{State, Type, shown};

/// A type as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeName {
    /// The schema, where there is one.
    pub schema: Option<String>,
    /// The name in `pg_type`, for SQL's own spellings; otherwise as it is written.
    pub name: String,
    /// What stands in the parentheses, or what they would hold.
    pub modifier: Option<String>,
    /// With `[]` or `ARRAY`.
    pub array: bool,
    /// With `SETOF` before it.
    pub set: bool,
    /// `table.column%TYPE`: the type of that column.
    pub of_column: bool,
    /// Where it stands.
    pub span: Range<usize>,
}

impl TypeName {
    /// The integer type of a `serial` column.
    pub fn serial(&self) -> Option<&'static str> {
        if self.schema.is_some() || self.array || self.of_column {
            return None;
        }
        match self.name.as_str() {
            "serial" | "serial4" => Some("int4"),
            "bigserial" | "serial8" => Some("int8"),
            "smallserial" | "serial2" => Some("int2"),
            _ => None,
        }
    }

    /// The name as one with a place.
    pub fn as_name(&self) -> Name {
        Name {
            schema: self.schema.clone(),
            name: self.name.clone(),
            span: self.span.clone(),
        }
    }
}

/// Reads a type's name.
pub(super) fn parse_type(cursor: &mut Cursor<'_>) -> Result<TypeName> {
    let position = cursor.position();
    let set = cursor.accept("setof");
    let mut ty = match sql_type(cursor)? {
        Some((name, modifier)) => TypeName {
            schema: None,
            name: name.to_owned(),
            modifier,
            array: false,
            set,
            of_column: false,
            span: 0..0,
        },
        None => generic_type(cursor, set)?,
    };
    if cursor.accept("array") {
        ty.array = true;
        if cursor.accept_symbol(b'[') {
            cursor.integer()?;
            cursor.expect_symbol(b']')?;
        }
    }
    while cursor.accept_symbol(b'[') {
        ty.array = true;
        if !cursor.is_symbol(b']') {
            cursor.integer()?;
        }
        cursor.expect_symbol(b']')?;
    }
    ty.span = cursor.span_from(position);
    Ok(ty)
}

/// The types that have a grammar of their own, with their name in `pg_type`.
fn sql_type(cursor: &mut Cursor<'_>) -> Result<Option<(&'static str, Option<String>)>> {
    if cursor
        .peek()
        .is_none_or(|token| token.kind != TokenKind::Word)
        || cursor.peek_at(1).is_some_and(|token| token.is_symbol(b'.'))
    {
        return Ok(None);
    }
    let simple = [
        ("int", "int4"),
        ("integer", "int4"),
        ("smallint", "int2"),
        ("bigint", "int8"),
        ("real", "float4"),
        ("boolean", "bool"),
    ];
    for (word, name) in simple {
        if cursor.accept(word) {
            return Ok(Some((name, None)));
        }
    }
    if cursor.accept_all(&["double", "precision"]) {
        return Ok(Some(("float8", None)));
    }
    if cursor.is("float") {
        return float(cursor).map(Some);
    }
    if cursor.accept("decimal") || cursor.accept("dec") || cursor.accept("numeric") {
        let modifier = modifier(cursor)?;
        return Ok(Some(("numeric", modifier)));
    }
    if cursor.accept("bit") {
        let varying = cursor.accept("varying");
        let modifier = modifier(cursor)?;
        return Ok(Some(match varying {
            true => ("varbit", modifier),
            false => ("bit", Some(modifier.unwrap_or_else(|| "1".into()))),
        }));
    }
    if cursor.accept("varchar") {
        return Ok(Some(("varchar", modifier(cursor)?)));
    }
    let national = cursor.are(&["national", "char"]) || cursor.are(&["national", "character"]);
    if national {
        cursor.accept("national");
    }
    if cursor.accept("character") || cursor.accept("char") || cursor.accept("nchar") {
        let varying = cursor.accept("varying");
        let modifier = modifier(cursor)?;
        return Ok(Some(match varying {
            true => ("varchar", modifier),
            false => ("bpchar", Some(modifier.unwrap_or_else(|| "1".into()))),
        }));
    }
    for (word, plain, zoned) in [
        ("timestamp", "timestamp", "timestamptz"),
        ("time", "time", "timetz"),
    ] {
        if cursor.accept(word) {
            let modifier = precision(modifier(cursor)?);
            if cursor.accept_all(&["with", "time", "zone"]) {
                return Ok(Some((zoned, modifier)));
            }
            cursor.accept_all(&["without", "time", "zone"]);
            return Ok(Some((plain, modifier)));
        }
    }
    if cursor.accept("interval") {
        return Ok(Some(("interval", interval_fields(cursor)?)));
    }
    Ok(None)
}

/// `float(n)` is the smaller of the two types that has that many bits.
fn float(cursor: &mut Cursor<'_>) -> Result<(&'static str, Option<String>)> {
    cursor.advance();
    if !cursor.accept_symbol(b'(') {
        return Ok(("float8", None));
    }
    let span = cursor.span();
    let bits = cursor.integer()?;
    cursor.expect_symbol(b')')?;
    match bits {
        1..=24 => Ok(("float4", None)),
        25..=53 => Ok(("float8", None)),
        _ => Err(cursor.error_at(span, "a float has between 1 and 53 bits")),
    }
}

/// `day to second(3)`, in the words of `format_type`. `interval(3)` is `3`.
fn interval_fields(cursor: &mut Cursor<'_>) -> Result<Option<String>> {
    const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
    let field = |cursor: &mut Cursor<'_>| FIELDS.into_iter().find(|word| cursor.accept(word));
    let Some(first) = field(cursor) else {
        return Ok(precision(modifier(cursor)?));
    };
    let mut text = first.to_owned();
    let mut last = first;
    if cursor.accept("to") {
        last = field(cursor).ok_or_else(|| cursor.expected("a field of an interval"))?;
        text.push_str(" to ");
        text.push_str(last);
    }
    if last == "second"
        && let Some(digits) = precision(modifier(cursor)?)
    {
        text.push_str(&format!("({digits})"));
    }
    Ok(Some(text))
}

/// Times have up to six digits below the second; PostgreSQL takes six for more.
fn precision(modifier: Option<String>) -> Option<String> {
    modifier.map(|digits| match digits.parse::<u32>() {
        Ok(digits) => digits.min(6).to_string(),
        Err(_) => digits,
    })
}

/// What stands in parentheses after a type's name, without spaces.
fn modifier(cursor: &mut Cursor<'_>) -> Result<Option<String>> {
    if !cursor.is_symbol(b'(') {
        return Ok(None);
    }
    let position = cursor.position();
    cursor.skip_parentheses()?;
    let inside = position + 1..cursor.position() - 1;
    let mut text = String::new();
    for token in cursor.tokens().get(inside).unwrap_or_default() {
        text.push_str(token.text(cursor.source()));
    }
    Ok((!text.is_empty()).then_some(text))
}

fn generic_type(cursor: &mut Cursor<'_>, set: bool) -> Result<TypeName> {
    let position = cursor.position();
    let Ok(first) = cursor.ident() else {
        return Err(cursor.expected("a type"));
    };
    let mut parts = vec![first.name];
    while cursor.accept_symbol(b'.') {
        parts.push(cursor.label()?.name);
    }
    let span = cursor.span_from(position);
    let of_column = parts.len() > 1
        && cursor
            .peek()
            .is_some_and(|token| token.is_operator(cursor.source(), "%"))
        && cursor.is_at(1, "type");
    if of_column {
        cursor.advance();
        cursor.advance();
        let name = parts.pop().unwrap_or_default();
        return Ok(TypeName {
            schema: Some(parts.join("\0")),
            name,
            modifier: None,
            array: false,
            set,
            of_column,
            span,
        });
    }
    let modifier = modifier(cursor)?;
    let name = parts.pop().unwrap_or_default();
    Ok(TypeName {
        schema: parts.pop(),
        name,
        modifier,
        array: false,
        set,
        of_column,
        span,
    })
}

impl State {
    /// The type that a name means.
    ///
    /// # Errors
    ///
    /// When there is no such type.
    pub fn resolve_type(&self, cursor: &Cursor<'_>, ty: &TypeName) -> Result<TypeRef> {
        if ty.of_column {
            return self.column_type(cursor, ty);
        }
        if let Some(found) = self.look_up_type(ty) {
            return Ok(found);
        }
        let name = ty.as_name();
        if self.is_broken(&name) {
            // Its own statement was reported.
            return Ok(TypeRef::builtin("text"));
        }
        if let Some(schema) = &self.unknown_extension {
            return Ok(TypeRef {
                schema: ty.schema.clone().unwrap_or_else(|| schema.clone()),
                name: ty.name.clone(),
                modifier: ty.modifier.clone(),
                array: ty.array,
            });
        }
        Err(self.unknown_type(cursor, ty))
    }

    /// The type that a name means; of an unknown one the problem is reported and `text` taken.
    pub fn type_or_report(&mut self, cursor: &Cursor<'_>, ty: &TypeName) -> TypeRef {
        match self.resolve_type(cursor, ty) {
            Ok(found) => found,
            Err(error) => {
                self.report(error);
                TypeRef::builtin("text")
            }
        }
    }

    fn look_up_type(&self, ty: &TypeName) -> Option<TypeRef> {
        let system = ty
            .schema
            .as_deref()
            .is_none_or(|schema| schema == "pg_catalog");
        if system && builtin::is_type(&ty.name) {
            return Some(TypeRef {
                modifier: builtin_modifier(ty),
                array: ty.array,
                ..TypeRef::builtin(&ty.name)
            });
        }
        let found = self.find_type(&ty.as_name());
        if let Some((name, _)) = found {
            let modifier = ty.modifier.as_deref();
            return Some(TypeRef {
                modifier: match name.name.as_str() {
                    "geometry" => modifier.map(|it| geometry_modifier(it, "0")),
                    "geography" => modifier.map(|it| geometry_modifier(it, "4326")),
                    _ => modifier.map(str::to_owned),
                },
                schema: name.schema,
                name: name.name,
                array: ty.array,
            });
        }
        if ty.schema.as_deref() == Some("information_schema")
            && builtin::is_information_schema_type(&ty.name)
        {
            return Some(TypeRef {
                schema: "information_schema".into(),
                name: ty.name.clone(),
                modifier: None,
                array: ty.array,
            });
        }
        if let Some(name) = analyze::system::row_type(ty.schema.as_deref(), &ty.name) {
            return Some(TypeRef {
                schema: name.schema,
                name: name.name,
                modifier: None,
                array: ty.array,
            });
        }
        // The type of arrays of `t` is called `_t`.
        let element = ty.name.strip_prefix('_')?;
        let element = TypeName {
            name: element.to_owned(),
            array: false,
            ..ty.clone()
        };
        let found = self.look_up_type(&element)?;
        (!found.array).then_some(TypeRef {
            array: true,
            ..found
        })
    }

    fn column_type(&self, cursor: &Cursor<'_>, ty: &TypeName) -> Result<TypeRef> {
        let mut parts = ty.schema.as_deref().unwrap_or_default().split('\0').rev();
        let table = Name {
            name: parts.next().unwrap_or_default().to_owned(),
            schema: parts.next().map(str::to_owned),
            span: ty.span.clone(),
        };
        let schema = table.schema.as_deref();
        if let Some(found) = analyze::system::column_type(schema, &table.name, &ty.name) {
            return Ok(TypeRef {
                array: found.array || ty.array,
                ..found
            });
        }
        let Some((relation, _)) = self.find_relation(&table) else {
            return Err(self.missing(cursor, &table, "table"));
        };
        let column = self
            .columns(&relation)
            .and_then(|columns| columns.iter().find(|column| column.name == ty.name))
            .ok_or_else(|| {
                cursor.error_at(
                    ty.span.clone(),
                    format!("table `{relation}` has no column `{}`", ty.name),
                )
            })?;
        Ok(TypeRef {
            array: column.ty.array || ty.array,
            ..column.ty.clone()
        })
    }

    fn unknown_type(&self, cursor: &Cursor<'_>, ty: &TypeName) -> crate::diagnostics::Diagnostic {
        let name = shown(&ty.as_name());
        let error = cursor.error_at(ty.span.clone(), format!("type `{name}` does not exist"));
        let elsewhere: Option<&QualifiedName> = self
            .types
            .keys()
            .filter(|other| other.name == ty.name)
            .min();
        if let Some(other) = elsewhere {
            return error.help(format!(
                "there is a `{other}`; is its schema in `search_path`?"
            ));
        }
        if let Some(extension) = extensions::bringing_type(&ty.name) {
            return error.help(format!(
                "the extension `{extension}` brings it: say `CREATE EXTENSION {extension}` before"
            ));
        }
        match self.near_type(&ty.name) {
            Some(near) => error.help(format!("there is a type `{near}`")),
            None => error.help(
                "the type has to be created before this statement; are all files listed, in their order?",
            ),
        }
    }

    /// A type whose name is one letter away.
    fn near_type(&self, name: &str) -> Option<String> {
        const SPELLINGS: [&str; 10] = [
            "integer",
            "smallint",
            "bigint",
            "real",
            "boolean",
            "varchar",
            "character",
            "decimal",
            "timestamp",
            "serial",
        ];
        let user = self.types.keys().map(|name| name.name.as_str());
        builtin::type_names()
            .iter()
            .copied()
            .chain(SPELLINGS)
            .chain(user)
            .filter(|other| other.len() > 2 && one_edit_apart(name, other))
            .min()
            .map(str::to_owned)
    }

    /// Whether a name is that of an enum, domain or other type listed in the Catalog.
    pub fn is_domain(&self, ty: &TypeRef) -> bool {
        matches!(self.types.get(&ty.qualified_name()), Some(Type::Domain(_))) && !ty.array
    }
}

/// PostGIS writes the sort of geometry in its own case, and no reference system of number 0.
fn geometry_modifier(modifier: &str, default_srid: &str) -> String {
    const SORTS: [&str; 16] = [
        "Geometry",
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
        "CircularString",
        "CompoundCurve",
        "CurvePolygon",
        "MultiCurve",
        "MultiSurface",
        "PolyhedralSurface",
        "Triangle",
        "Tin",
    ];
    let (sort, srid) = modifier.split_once(',').unwrap_or((modifier, default_srid));
    let sort = sort.trim().trim_matches('\'');
    let upper = sort.to_ascii_uppercase();
    let written = SORTS.iter().find_map(|name| {
        let dimensions = upper.strip_prefix(&name.to_ascii_uppercase())?;
        matches!(dimensions, "" | "Z" | "M" | "ZM").then(|| format!("{name}{dimensions}"))
    });
    let written = written.unwrap_or_else(|| sort.to_owned());
    match srid.trim() {
        "0" => written,
        srid => format!("{written},{srid}"),
    }
}

/// PostgreSQL fills in what a modifier leaves out.
fn builtin_modifier(ty: &TypeName) -> Option<String> {
    let modifier = ty.modifier.clone()?;
    match ty.name.as_str() {
        "numeric" if !modifier.contains(',') => Some(format!("{modifier},0")),
        "timestamp" | "timestamptz" | "time" | "timetz" => precision(Some(modifier)),
        _ => Some(modifier),
    }
}

/// Whether two words differ by one letter that is other, missing, too many, or two that are swapped.
fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (
        a.get(start..).unwrap_or_default(),
        b.get(start..).unwrap_or_default(),
    );
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let a = a.get(..a.len() - end).unwrap_or_default();
    let b = b.get(..b.len() - end).unwrap_or_default();
    match (a, b) {
        ([x, y], [z, w]) => x == w && y == z,
        _ => a.len() <= 1 && b.len() <= 1,
    }
}
