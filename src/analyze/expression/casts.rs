//! Casts, and constants that are evaluated by the type they are cast to.

use super::*;

impl Analyzer<'_> {
    pub(super) fn collate(
        &mut self,
        expr: &Expr,
        collation: &sqlparser::ast::ObjectName,
    ) -> Result<Node> {
        let base = self.expr(expr)?;
        let base = self.decide(base);
        let parts = name_parts(collation).unwrap_or_default();
        let collation = Rc::new(match parts.as_slice() {
            [.., schema, name] => QualifiedName::new(schema, name),
            [name] => QualifiedName::new("pg_catalog", name),
            [] => return Err(self.error(expr, "a collation's name was expected")),
        });
        let (ty, nullable) = (base.ty.clone(), base.nullable);
        let mut node = Node::new(
            Kind::Collate {
                base: Box::new(base),
                collation: Rc::clone(&collation),
            },
            ty,
            nullable,
        );
        node.collation = Collation::Explicit(collation);
        Ok(node)
    }

    pub(super) fn cast(&mut self, at: &Expr, operand: &Expr, ty: &DataType) -> Result<Node> {
        let ty = self.data_type(at, ty)?;
        let operand = self.cast_operand(operand, &ty)?;
        Ok(self.cast_to(operand, ty))
    }

    /// What is cast; each element of an `ARRAY[…]` is cast for itself.
    pub(super) fn cast_operand(&mut self, operand: &Expr, to: &Type) -> Result<Node> {
        match operand {
            Expr::Nested(inner) => self.nested(|this| this.cast_operand(inner, to)),
            Expr::Array(array)
                if self.names.strip_domain_base(to.base).array && !array.elem.is_empty() =>
            {
                let to = &self.names.strip_domain(to);
                let element = Type {
                    base: to.base.id.scalar(),
                    modifier: to.modifier.clone(),
                };
                let mut items = Vec::with_capacity(array.elem.len());
                for item in &array.elem {
                    let item = self.nested(|this| this.cast_operand(item, to))?;
                    let to = if item.base().array { to } else { &element };
                    items.push(self.cast_to(item, to.clone()));
                }
                Ok(self.array_of(items, to.clone()))
            }
            operand => self.expr(operand),
        }
    }

    /// An interval with fields: `interval '1' day`.
    pub(super) fn interval(&mut self, at: &Expr) -> Result<Node> {
        let Expr::Interval(interval) = at else {
            return Err(self.error(at, "an interval was expected"));
        };
        let node = self.expr(&interval.value)?;
        let Some(text) = node.text() else {
            return Err(self.error(at, "an interval needs a string"));
        };
        let field = interval
            .last_field
            .as_ref()
            .or(interval.leading_field.as_ref());
        let Some(field) = field else {
            return Ok(self.coerce(node, INTERVAL.scalar()));
        };
        let unit = field.to_string().to_ascii_lowercase();
        let text = literals::interval(text, &unit).unwrap_or_else(|| text.to_owned());
        let fields = match (&interval.leading_field, &interval.last_field) {
            (Some(first), Some(last)) => format!("{first} to {last}").to_ascii_lowercase(),
            _ => unit,
        };
        let ty = Type {
            base: INTERVAL.scalar(),
            modifier: Some(Rc::from(fields)),
        };
        Ok(self.cast_to(Node::constant(text, INTERVAL.plain()), ty))
    }

    /// An explicit cast.
    pub(in crate::analyze) fn cast_to(&self, node: Node, ty: Type) -> Node {
        let mut node = self.coerce(node, ty.base);
        if node.ty.modifier == ty.modifier && node.base() == ty.base {
            return node;
        }
        // A modifier is applied to the value, and a value's own modifier is forgotten.
        let collation = std::mem::take(&mut node.collation);
        let nullable = node.nullable;
        let mut cast = Node::new(Kind::Cast(Box::new(node)), ty, nullable);
        cast.collation = collation;
        cast
    }

    /// A value of one type as one of another, as PostgreSQL would make it; constants are evaluated.
    pub(in crate::analyze) fn coerce(&self, node: Node, to: Base) -> Node {
        if node.base() == to || to.is(OPAQUE) || to.is(ANY) {
            return node;
        }
        let node = match self.fold(node, to) {
            Ok(folded) => return folded,
            Err(node) => node,
        };
        let node = self.without_step(node, to);
        // PostgreSQL 18 makes NULL of a JSON null.
        let nullable = node.nullable || node.base().is(JSONB) || node.base().is(OPAQUE);
        let collation = self.collation(&node);
        let mut cast = Node::new(Kind::Cast(Box::new(node)), to.plain(), nullable);
        if self.names.collatable(to) {
            cast.collation = collation;
        }
        cast
    }

    /// An array of these elements, and of their collation.
    pub(super) fn array_of(&self, items: Vec<Node>, ty: Type) -> Node {
        let collation = self.merge_collations(&items);
        let mut array = Node::new(Kind::Array(items), ty, false);
        if self.names.collatable(array.base()) {
            array.collation = collation;
        }
        array
    }

    /// What is cast to a domain's base type and then to the domain is cast to the domain.
    fn without_step(&self, node: Node, to: Base) -> Node {
        let step = node.ty.modifier.is_none() && node.base() == self.names.strip_domain_base(to);
        match node.kind {
            Kind::Cast(inner) if step => *inner,
            kind => Node { kind, ..node },
        }
    }

    /// The coercion of a constant, where it can be evaluated.
    pub(super) fn fold(&self, node: Node, to: Base) -> std::result::Result<Node, Node> {
        let from = node.base();
        match node.kind {
            Kind::Const(None) if from.is(UNKNOWN) || self.names.strip_domain_base(to) == from => {
                Ok(Node::new(Kind::Const(None), to.plain(), true))
            }
            Kind::Const(Some(ref text)) if from.is(UNKNOWN) => Ok(self.literal(text, to)),
            Kind::Const(Some(ref text)) => {
                let target = self.names.strip_domain_base(to);
                if from == target {
                    return Ok(Node::constant(Rc::clone(text), to.plain()));
                }
                match fold_constant(from, text, target, self.names) {
                    Some(text) => Ok(Node::constant(text, to.plain())),
                    None => Err(node),
                }
            }
            // What has no collation can't be given one.
            Kind::Collate { base, .. } if !self.names.collatable(to) => Ok(self.coerce(*base, to)),
            // The coercion goes beneath a COLLATE clause, as in `coerce_type`.
            Kind::Collate { base, collation } if self.names.collatable(to) => {
                let base = self.coerce(*base, to);
                let (nullable, kept) = (base.nullable, node.collation);
                let mut node = Node::new(
                    Kind::Collate {
                        base: Box::new(base),
                        collation,
                    },
                    to.plain(),
                    nullable,
                );
                node.collation = kept;
                Ok(node)
            }
            Kind::Row(items) if !to.array => {
                let kind = self.names.user_kind(to.id);
                let items = match kind.as_deref() {
                    Some(UserKind::Composite(fields)) if fields.len() == items.len() => items
                        .into_iter()
                        .zip(fields)
                        .map(|(item, (_, ty))| self.cast_to(item, ty.clone()))
                        .collect(),
                    _ => items,
                };
                let row = Node::new(Kind::Row(items), node.ty, node.nullable);
                Ok(Node::new(Kind::Cast(Box::new(row)), to.plain(), false))
            }
            Kind::Array(items) if self.names.strip_domain_base(to).array => {
                let array = self.names.strip_domain_base(to);
                let items = items
                    .into_iter()
                    .map(|item| match item.base().array {
                        true => self.coerce(item, array),
                        false => self.coerce(item, array.id.scalar()),
                    })
                    .collect();
                Ok(Node {
                    nullable: node.nullable,
                    ..self.array_of(items, to.plain())
                })
            }
            _ => Err(node),
        }
    }

    /// A literal as a constant of a type.
    pub(super) fn literal(&self, text: &str, to: Base) -> Node {
        let target = self.names.strip_domain_base(to);
        if let Some(element) = target.element() {
            if let Some(items) = literals::array(text) {
                return self.array_literal(items, to, element);
            }
        } else if target.is(REGCLASS) {
            return Node::constant(self.class_name(text), to.plain());
        }
        let text = literals::canonical(self.names, target, text).unwrap_or_else(|| text.to_owned());
        Node::constant(text, to.plain())
    }

    pub(super) fn array_literal(
        &self,
        items: Vec<literals::ArrayItem>,
        to: Base,
        element: Base,
    ) -> Node {
        use literals::ArrayItem;
        let items = items
            .into_iter()
            .map(|item| match item {
                ArrayItem::Null => Node::new(Kind::Const(None), element.plain(), true),
                ArrayItem::Value(text) => self.literal(&text, element),
                ArrayItem::Array(items) => self.array_literal(items, element.id.array(), element),
            })
            .collect();
        Node::new(Kind::Array(items), to.plain(), false)
    }

    /// The full name of a sequence or table: `'t_id_seq'::regclass`.
    pub(super) fn class_name(&self, text: &str) -> String {
        let Some(parts) = split_name(text) else {
            return text.to_owned();
        };
        match parts.as_slice() {
            [name] => match self.names.class_schema(name, self.path) {
                Some(schema) => format!("{}.{}", plain_ident(&schema), plain_ident(name)),
                None => plain_ident(name),
            },
            [.., schema, name] => format!("{}.{}", plain_ident(schema), plain_ident(name)),
            [] => text.to_owned(),
        }
    }
}
