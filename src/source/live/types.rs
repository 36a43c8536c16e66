//! Schemas, extensions, enums, ranges and sequences: one row each.

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::{Fields, Types};
use crate::catalog::{EnumType, Extension, Range, Schema, Sequence, SequenceOwner};

pub(super) fn schemas(rows: &[Row]) -> Result<Vec<Schema>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            Ok(Schema {
                name: fields.take()?,
                comment: fields.take()?,
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

pub(super) fn enums(rows: &[Row]) -> Result<Vec<EnumType>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            Ok(EnumType {
                name: fields.name()?,
                labels: fields.take()?,
                comment: fields.take()?,
            })
        })
        .collect()
}

pub(super) fn ranges(rows: &[Row], types: &Types) -> Result<Vec<Range>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            Ok(Range {
                name: fields.name()?,
                subtype: fields.plain_type(types)?,
                multirange: fields.optional_name()?,
                comment: fields.take()?,
            })
        })
        .collect()
}

pub(super) fn sequences(rows: &[Row], types: &Types) -> Result<Vec<Sequence>, Failure> {
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row);
            Ok(Sequence {
                name: fields.name()?,
                ty: fields.plain_type(types)?,
                start: fields.take()?,
                increment: fields.take()?,
                min: fields.take()?,
                max: fields.take()?,
                cache: fields.take()?,
                cycle: fields.take()?,
                owned_by: owner(&mut fields)?,
                comment: fields.take()?,
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
