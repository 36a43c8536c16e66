//! Schemas, extensions, enums, ranges and sequences: one row each.

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::{Fields, Lookup, PG_CLASS, PG_NAMESPACE, PG_TYPE};
use crate::catalog::{EnumType, Extension, Range, Schema, Sequence, SequenceOwner};

pub(super) fn schemas(rows: &[Row], lookup: &Lookup) -> Result<Vec<Schema>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let name: String = fields.take()?;
            let comment = lookup.comments.on(PG_NAMESPACE, oid);
            Ok(Schema {
                comment: comment.filter(|it| name != "public" || it != "standard public schema"),
                name,
            })
        })
        .collect()
}

pub(super) fn extensions(rows: &[Row]) -> Result<Vec<Extension>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            Ok(Extension {
                name: fields.take()?,
                schema: fields.take()?,
            })
        })
        .collect()
}

pub(super) fn enums(rows: &[Row], lookup: &Lookup) -> Result<Vec<EnumType>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            Ok(EnumType {
                name: fields.name()?,
                labels: fields.take()?,
                comment: lookup.comments.on(PG_TYPE, oid),
            })
        })
        .collect()
}

pub(super) fn ranges(rows: &[Row], lookup: &Lookup) -> Result<Vec<Range>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            Ok(Range {
                name: fields.name()?,
                subtype: fields.plain_type(lookup)?,
                multirange: fields.optional_name()?,
                comment: lookup.comments.on(PG_TYPE, oid),
            })
        })
        .collect()
}

pub(super) fn sequences(rows: &[Row], lookup: &Lookup) -> Result<Vec<Sequence>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            Ok(Sequence {
                name: fields.name()?,
                ty: fields.plain_type(lookup)?,
                start: fields.take()?,
                increment: fields.take()?,
                min: fields.take()?,
                max: fields.take()?,
                cache: fields.take()?,
                cycle: fields.take()?,
                owned_by: owner(&mut fields)?,
                comment: lookup.comments.on(PG_CLASS, oid),
            })
        })
        .collect()
}

fn owner(fields: &mut Fields<'_>) -> Result<Option<SequenceOwner>, Failure> {
    let table = fields.optional_name()?;
    let column: Option<String> = fields.take()?;
    let identity: Option<bool> = fields.take()?;
    Ok(table.zip(column).map(|(table, column)| SequenceOwner {
        table,
        column,
        identity: identity.unwrap_or(false),
    }))
}
