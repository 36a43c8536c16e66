//! Enum types and composite types.

use super::Context;
use super::docs;
use super::names::{self, Holder, Namespace, Wish};
use super::objects::Object;
use super::rows;
use super::settings::Thing;
use super::sql;
use super::types::Value;
use crate::catalog;
use crate::model::{
    Composite, CompositeField, ENUM_DERIVES, Enum, Form, Ident, Newtype, NewtypeFile,
    STRUCT_DERIVES, Variant,
};

/// The enum of an enum type. Of labels that want the same variant the first by name has it, for a
/// new label can stand anywhere in the type's order.
pub(super) fn enum_type<'a>(ty: &'a catalog::EnumType, context: &Context<'a>) -> Enum {
    let names = context.tree.names(&ty.name);
    let mut labels: Vec<(usize, &String)> = ty.labels.iter().enumerate().collect();
    labels.sort_by_key(|(_, label)| *label);
    let wishes = labels.iter().map(|(i, label)| {
        let holder = Holder::Member("label", &ty.name, label);
        let configured = context.settings.name(&holder);
        let first = match configured {
            Some(name) => names::bare(name).to_owned(),
            None if label.trim().is_empty() => "Empty".to_owned(),
            None => names::camel(label),
        };
        let unnamed = || format!("Variant{}", i + 1);
        Wish {
            holder,
            first: if first.is_empty() { unnamed() } else { first },
            others: Vec::new(),
            configured: configured.is_some(),
        }
    });
    let wishes: Vec<Wish<'_>> = wishes.collect();
    let asked: Vec<(Holder<'_>, bool)> = wishes.iter().map(|w| (w.holder, w.configured)).collect();
    let grants = Namespace::of_types().grant(wishes, names::escape);
    let mut variants: Vec<(usize, Ident)> = Vec::with_capacity(labels.len());
    for (((i, label), grant), (holder, configured)) in labels.into_iter().zip(grants).zip(asked) {
        context
            .settings
            .report_loss(Thing::Variant, holder, &grant, configured);
        let ident = Ident {
            db: label.clone(),
            rs: grant.name,
        };
        variants.push((i, ident));
    }
    variants.sort_by_key(|(i, _)| *i);
    Enum {
        module: Ident {
            db: ty.name.name.clone(),
            rs: names.module.clone(),
        },
        schema: ty.name.schema.clone(),
        name: names.ty.clone(),
        doc: docs::row(Object::Enum(ty)),
        derives: context.settings.derives(&ty.name, &ENUM_DERIVES),
        attributes: context.settings.attributes(&ty.name),
        variants: variants
            .into_iter()
            .map(|(_, ident)| Variant {
                attributes: context.settings.member_attributes(&ty.name, &ident.db),
                ident,
            })
            .collect(),
    }
}

/// The struct of a composite type that the runtime can read.
pub(super) fn composite<'a>(ty: &'a catalog::Composite, context: &Context<'a>) -> Composite {
    let names = context.tree.names(&ty.name);
    let members = ty.attributes.iter().zip(1..).map(|(attribute, n)| {
        let holder = Holder::Member("attribute", &ty.name, &attribute.name);
        (holder, format!("attribute_{n}"))
    });
    let idents = rows::member_idents(members, Thing::Field, context);
    let path = |named| context.tree.named(&ty.name.schema, named);
    let fields = ty.attributes.iter().zip(idents).map(|(attribute, rs)| {
        let value = context.attribute(&ty.name, attribute);
        let settings = context.settings.column(&ty.name, &attribute.name);
        CompositeField {
            ident: Ident {
                db: attribute.name.clone(),
                rs,
            },
            ty: super::optional(&value.rust(path), settings.nullable.unwrap_or(true)),
            attributes: context
                .settings
                .member_attributes(&ty.name, &attribute.name),
            doc: docs::attribute(attribute, context),
        }
    });
    Composite {
        module: Ident {
            db: ty.name.name.clone(),
            rs: names.module.clone(),
        },
        schema: ty.name.schema.clone(),
        name: names.ty.clone(),
        doc: docs::row(Object::Composite(ty)),
        derives: context.settings.derives(&ty.name, &STRUCT_DERIVES),
        attributes: context.settings.attributes(&ty.name),
        fields: fields.collect(),
    }
}

/// The struct of a range or multirange type.
pub(super) fn range<'a>(
    object: Object<'a>,
    range: &'a catalog::Range,
    context: &Context<'a>,
) -> NewtypeFile {
    let name = object.name();
    let names = context.tree.names(name);
    let bound = context.types.value(&range.subtype);
    let sql = sql::type_name(&range.subtype);
    let bound_sql = Some(sql).filter(|sql| *sql != bound.param_sql);
    let usual = if bound.hashes() {
        &["Clone", "Debug", "Default", "PartialEq", "Eq", "Hash"][..]
    } else {
        &["Clone", "Debug", "Default", "PartialEq"]
    };
    let newtype = Newtype {
        name: names.ty.clone(),
        doc: docs::row(object),
        derives: with_configured(usual, name, context),
        attributes: context.settings.attributes(name),
        inner: bound.rust(|named| context.tree.named(&name.schema, named)),
        form: match object {
            Object::Multirange(..) => Form::Multirange { bound: bound_sql },
            _ => Form::Range { bound: bound_sql },
        },
    };
    NewtypeFile {
        module: Ident {
            db: name.name.clone(),
            rs: names.module.clone(),
        },
        schema: name.schema.clone(),
        newtype,
    }
}

/// What a struct around a value derives.
pub(super) fn derives(value: &Value<'_>) -> Vec<&'static str> {
    let mut derives = vec!["Clone"];
    if value.is_copied() {
        derives.push("Copy");
    }
    derives.extend(["Debug", "PartialEq"]);
    if value.hashes() {
        derives.extend(["Eq", "Hash"]);
    }
    if value.orders() {
        derives.extend(["PartialOrd", "Ord"]);
    }
    derives
}

/// The usual derives, and the configured ones behind them.
pub(super) fn with_configured(
    usual: &[&str],
    name: &catalog::QualifiedName,
    context: &Context<'_>,
) -> Vec<String> {
    let usual_names = usual.iter().map(|name| (*name).to_owned());
    usual_names
        .chain(context.settings.derives(name, usual))
        .collect()
}
