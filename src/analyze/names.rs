//! The names of a Catalog, indexed once: types, relations, functions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::extensions::Installed;
use super::system;
use super::types::*;
use crate::catalog::{
    ArgumentMode, Catalog, Column, Function, FunctionKind, QualifiedName, TypeRef,
};

/// What a type of a Catalog is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UserKind {
    Enum,
    Domain(Type),
    /// A composite type, or the row of a table or view.
    Composite(Vec<(Rc<str>, Type)>),
    Range(Base),
    Multirange(Option<TypeId>),
    /// A type of a well-known extension.
    Brought {
        category: Category,
        preferred: bool,
        collatable: bool,
    },
    /// A type of an extension, of which the Catalog knows only the name.
    Foreign,
}

#[derive(Debug, Clone)]
struct UserType {
    name: Rc<QualifiedName>,
    kind: Rc<UserKind>,
}

/// A column of a table or view.
#[derive(Debug, Clone)]
pub(super) struct RelationColumn {
    pub name: Rc<str>,
    pub ty: Type,
    pub nullable: bool,
    pub collation: Option<Rc<QualifiedName>>,
}

/// A table or view.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub name: Rc<QualifiedName>,
    pub columns: Rc<[RelationColumn]>,
}

/// A function of the Catalog, or of an extension.
#[derive(Debug, Clone)]
pub(super) struct UserFunction {
    pub schema: Rc<str>,
    pub signature: Signature,
    /// Whether a well-known extension brought it.
    pub brought: bool,
}

/// The names of a Catalog. Names that only occur, such as an extension's types, are added on the way.
pub(super) struct Names {
    types: RefCell<Vec<UserType>>,
    types_by_name: RefCell<HashMap<String, Vec<TypeId>>>,
    relations: HashMap<String, Vec<Relation>>,
    functions: HashMap<String, Vec<UserFunction>>,
    sequences: HashMap<String, Vec<Rc<str>>>,
    extensions: HashMap<String, Rc<str>>,
    pub(super) installed: Vec<Installed>,
    pub(super) casts: HashMap<(Base, Base), BuiltinCast>,
    builtin_count: usize,
}

impl Names {
    pub fn new(catalog: &Catalog) -> Self {
        let mut this = Self {
            types: RefCell::default(),
            types_by_name: RefCell::default(),
            relations: HashMap::with_capacity(catalog.tables.len() + catalog.views.len()),
            functions: HashMap::new(),
            sequences: HashMap::with_capacity(catalog.sequences.len()),
            extensions: HashMap::new(),
            installed: Vec::new(),
            casts: HashMap::new(),
            builtin_count: builtins().types.len(),
        };
        system::declare_types(&this);
        for extension in &catalog.extensions {
            let schema = Rc::from(extension.schema.as_str());
            this.install(&extension.name, &schema);
            this.extensions.insert(extension.name.clone(), schema);
        }
        this.describe_installed();
        this.add_types(catalog);
        for table in &catalog.tables {
            this.add_relation(&table.name, &table.columns);
        }
        for view in &catalog.views {
            this.add_relation(&view.name, &view.columns);
        }
        for function in &catalog.functions {
            this.add_function(function);
        }
        for sequence in &catalog.sequences {
            this.sequences
                .entry(sequence.name.name.clone())
                .or_default()
                .push(Rc::from(sequence.name.schema.as_str()));
        }
        this
    }

    /// All names first, because types refer to one another.
    fn add_types(&self, catalog: &Catalog) {
        for ty in &catalog.enums {
            self.declare(&ty.name, UserKind::Enum);
        }
        for domain in &catalog.domains {
            self.declare(&domain.name, UserKind::Foreign);
        }
        for composite in &catalog.composites {
            self.declare(&composite.name, UserKind::Foreign);
        }
        for range in &catalog.ranges {
            self.declare(&range.name, UserKind::Foreign);
        }
        for domain in &catalog.domains {
            let base = self.type_of(&domain.base);
            self.declare(&domain.name, UserKind::Domain(base));
        }
        for composite in &catalog.composites {
            let attributes = composite
                .attributes
                .iter()
                .map(|attribute| {
                    (
                        Rc::from(attribute.name.as_str()),
                        self.type_of(&attribute.ty),
                    )
                })
                .collect();
            self.declare(&composite.name, UserKind::Composite(attributes));
        }
        for range in &catalog.ranges {
            let subtype = self.type_of(&range.subtype).base;
            let id = self.declare(&range.name, UserKind::Range(subtype));
            if let Some(multirange) = &range.multirange {
                self.declare(multirange, UserKind::Multirange(Some(id)));
            }
        }
    }

    pub(super) fn declare(&self, name: &QualifiedName, kind: UserKind) -> TypeId {
        let mut types = self.types.borrow_mut();
        let mut by_name = self.types_by_name.borrow_mut();
        let ids = by_name.entry(name.name.clone()).or_default();
        for id in ids.iter() {
            if let Some(ty) = types.get_mut(id.0 as usize - self.builtin_count)
                && *ty.name == *name
            {
                ty.kind = Rc::new(kind);
                return *id;
            }
        }
        let id = TypeId((self.builtin_count + types.len()) as u32);
        types.push(UserType {
            name: Rc::new(name.clone()),
            kind: Rc::new(kind),
        });
        ids.push(id);
        id
    }

    fn add_relation(&mut self, name: &QualifiedName, columns: &[Column]) {
        let columns = columns
            .iter()
            .map(|column| RelationColumn {
                name: Rc::from(column.name.as_str()),
                ty: self.type_of(&column.ty),
                nullable: column.nullable,
                collation: column.collation.clone().map(Rc::new),
            })
            .collect();
        self.relations
            .entry(name.name.clone())
            .or_default()
            .push(Relation {
                name: Rc::new(name.clone()),
                columns,
            });
    }

    fn add_function(&mut self, function: &Function) {
        let kind = match function.kind {
            FunctionKind::Function => RoutineKind::Function,
            FunctionKind::Aggregate => RoutineKind::Aggregate,
            FunctionKind::Window => RoutineKind::Window,
            FunctionKind::Procedure => return,
        };
        let mut signature = Signature {
            kind,
            arguments: Vec::new(),
            defaults: 0,
            variadic: false,
            result: VOID.scalar(),
            columns: Vec::new(),
        };
        for (i, argument) in function.arguments.iter().enumerate() {
            let ty = self.type_of(&argument.ty).base;
            if matches!(
                argument.mode,
                ArgumentMode::In | ArgumentMode::InOut | ArgumentMode::Variadic
            ) {
                signature.arguments.push(ty);
                signature.defaults += usize::from(argument.default.is_some());
                signature.variadic |= argument.mode == ArgumentMode::Variadic;
            }
            if matches!(
                argument.mode,
                ArgumentMode::Out | ArgumentMode::InOut | ArgumentMode::Table
            ) {
                let name = argument
                    .name
                    .clone()
                    .unwrap_or_else(|| format!("column{}", i + 1));
                signature.columns.push((Rc::from(name), ty));
            }
        }
        if let Some(returns) = &function.returns {
            signature.result = self.type_of(returns).base;
        }
        self.functions
            .entry(function.name.name.clone())
            .or_default()
            .push(UserFunction {
                schema: Rc::from(function.name.schema.as_str()),
                signature,
                brought: false,
            });
    }

    /// The type that a Catalog's type reference means.
    pub fn type_of(&self, reference: &TypeRef) -> Type {
        let id = if reference.schema == "pg_catalog" {
            builtins().by_name.get(reference.name.as_str()).copied()
        } else {
            None
        };
        let id = id.unwrap_or_else(|| {
            let name = reference.qualified_name();
            self.find_type(Some(&name.schema), &name.name, &[])
                .unwrap_or_else(|| self.declare(&name, UserKind::Foreign))
        });
        Type {
            base: Base {
                id,
                array: reference.array,
            },
            modifier: reference.modifier.as_deref().map(Rc::from),
        }
    }

    /// The Catalog's type reference for a type.
    pub fn reference(&self, ty: &Type) -> TypeRef {
        let (schema, name) = match self.user_name(ty.base.id) {
            Some(name) => (name.schema.clone(), name.name.clone()),
            None => (
                "pg_catalog".to_owned(),
                self.builtin_name(ty.base.id).to_owned(),
            ),
        };
        TypeRef {
            schema,
            name,
            modifier: ty.modifier.as_deref().map(str::to_owned),
            array: ty.base.array,
        }
    }

    /// The type of that name, by the search path when no schema is given; then the only one there is.
    pub fn find_type(&self, schema: Option<&str>, name: &str, path: &[String]) -> Option<TypeId> {
        if matches!(schema, None | Some("pg_catalog"))
            && let Some(id) = builtins().by_name.get(name)
            && !name.is_empty()
        {
            return Some(*id);
        }
        let by_name = self.types_by_name.borrow();
        let types = self.types.borrow();
        let in_schema = |schema: &str| {
            by_name.get(name)?.iter().copied().find(|id| {
                types
                    .get(id.0 as usize - self.builtin_count)
                    .is_some_and(|ty| ty.name.schema == schema)
            })
        };
        match schema {
            Some(schema) => in_schema(schema),
            None => path
                .iter()
                .find_map(|schema| in_schema(schema))
                .or_else(|| by_name.get(name).and_then(|ids| ids.first().copied())),
        }
    }

    /// The type of that name; one that the Catalog does not have belongs to an extension.
    pub fn find_or_declare_type(
        &self,
        schema: Option<&str>,
        name: &str,
        path: &[String],
    ) -> TypeId {
        if let Some(id) = self.find_type(schema, name, path) {
            return id;
        }
        if let Some(relation) = self.relation(schema, name, path) {
            return self.declare(&relation.name, row_of(&relation));
        }
        let schema = schema
            .map(str::to_owned)
            .or_else(|| self.extensions.get(name).map(|schema| schema.to_string()))
            .unwrap_or_else(|| "public".to_owned());
        self.declare(&QualifiedName::new(schema, name), UserKind::Foreign)
    }

    /// The name of a type that is not built in.
    pub fn user_name(&self, id: TypeId) -> Option<Rc<QualifiedName>> {
        let index = (id.0 as usize).checked_sub(self.builtin_count)?;
        self.types.borrow().get(index).map(|ty| Rc::clone(&ty.name))
    }

    pub fn user_kind(&self, id: TypeId) -> Option<Rc<UserKind>> {
        let index = (id.0 as usize).checked_sub(self.builtin_count)?;
        let ty = self.types.borrow().get(index)?.clone();
        // It may have been spoken of before its table was known.
        if let UserKind::Foreign = *ty.kind
            && let Some(relation) = self.relation(Some(&ty.name.schema), &ty.name.name, &[])
        {
            self.declare(&ty.name, row_of(&relation));
            return self.user_kind(id);
        }
        Some(ty.kind)
    }

    pub fn builtin_name(&self, id: TypeId) -> &'static str {
        builtins().types.get(id.0 as usize).map_or("", |ty| ty.name)
    }

    /// The category, and whether the type is the preferred one in it (`pg_type.typcategory`).
    pub fn category(&self, base: Base) -> (Category, bool) {
        if base.array {
            return (b'A', false);
        }
        if let Some(ty) = builtins().types.get(base.id.0 as usize) {
            return (ty.category, ty.preferred);
        }
        match self.user_kind(base.id).as_deref() {
            Some(UserKind::Enum) => (b'E', false),
            Some(UserKind::Domain(ty)) => self.category(ty.base),
            Some(UserKind::Composite(_)) => (b'C', false),
            Some(UserKind::Range(_) | UserKind::Multirange(_)) => (b'R', false),
            Some(UserKind::Brought {
                category,
                preferred,
                ..
            }) => (*category, *preferred),
            _ => (b'U', false),
        }
    }

    /// A domain's base type, through all domains; any other type as it is.
    pub fn strip_domain(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        // Bounded, in case a Catalog's domains go round in a circle.
        for _ in 0..64 {
            if ty.base.array {
                return ty;
            }
            match self.user_kind(ty.base.id).as_deref() {
                Some(UserKind::Domain(base)) => ty = base.clone(),
                _ => return ty,
            }
        }
        ty
    }

    pub fn strip_domain_base(&self, base: Base) -> Base {
        if base.array || (base.id.0 as usize) < self.builtin_count {
            return base;
        }
        self.strip_domain(&base.plain()).base
    }

    /// Whether values of the type have a collation.
    pub fn collatable(&self, base: Base) -> bool {
        match builtins().types.get(base.id.0 as usize) {
            Some(ty) => ty.collatable,
            None => match self.user_kind(base.id).as_deref() {
                Some(UserKind::Domain(ty)) => self.collatable(ty.base),
                Some(UserKind::Brought { collatable, .. }) => *collatable,
                _ => false,
            },
        }
    }

    /// Whether the type's values have the collation `C`, if nothing else is said (`pg_type.typcollation`).
    pub fn collates_as_c(&self, base: Base) -> bool {
        let is_system = |name: Rc<QualifiedName>| system::is_collated(&name);
        self.strip_domain_base(base).id == NAME || self.user_name(base.id).is_some_and(is_system)
    }

    /// Of a range the type of its bounds.
    pub fn range_subtype(&self, base: Base) -> Option<Base> {
        if base.array {
            return None;
        }
        match builtins().types.get(base.id.0 as usize) {
            Some(ty) if ty.category == b'R' && !ty.name.ends_with("multirange") => {
                ty.subtype.map(TypeId::scalar)
            }
            Some(_) => None,
            None => match self.user_kind(base.id).as_deref() {
                Some(UserKind::Range(subtype)) => Some(*subtype),
                _ => None,
            },
        }
    }

    /// Of a multirange its range.
    pub fn multirange_range(&self, base: Base) -> Option<Base> {
        if base.array {
            return None;
        }
        match builtins().types.get(base.id.0 as usize) {
            Some(ty) if ty.name.ends_with("multirange") => ty.subtype.map(TypeId::scalar),
            Some(_) => None,
            None => match self.user_kind(base.id).as_deref() {
                Some(UserKind::Multirange(range)) => range.map(TypeId::scalar),
                _ => None,
            },
        }
    }

    /// The multirange of a range.
    pub fn range_multirange(&self, base: Base) -> Option<Base> {
        let builtin = (0..self.builtin_count as u32).map(TypeId);
        let user = (0..self.types.borrow().len()).map(|i| TypeId((self.builtin_count + i) as u32));
        builtin
            .chain(user)
            .map(TypeId::scalar)
            .find(|multirange| self.multirange_range(*multirange) == Some(base))
    }

    pub fn is_enum(&self, base: Base) -> bool {
        !base.array && matches!(self.user_kind(base.id).as_deref(), Some(UserKind::Enum))
    }

    /// The table or view of that name. Without a schema a temporary one is found first, then one of
    /// `pg_catalog`.
    pub fn relation(&self, schema: Option<&str>, name: &str, path: &[String]) -> Option<Relation> {
        let relations = self.relations.get(name);
        let in_schema = |schema: &str| {
            let mut relations = relations.into_iter().flatten();
            let own = relations.find(|relation| relation.name.schema == schema);
            own.cloned()
                .or_else(|| system::relation(self, Some(schema), name))
        };
        if let Some(schema) = schema {
            return in_schema(schema);
        }
        let mut path = path.iter().map(String::as_str).peekable();
        let temporary = path.next_if_eq(&"pg_temp");
        temporary
            .into_iter()
            .chain([system::CATALOG])
            .chain(path)
            .find_map(in_schema)
    }

    /// Replaces what is known of a view's columns.
    pub fn set_columns(&mut self, name: &QualifiedName, columns: &[Column]) {
        let columns: Rc<[RelationColumn]> = columns
            .iter()
            .map(|column| RelationColumn {
                name: Rc::from(column.name.as_str()),
                ty: self.type_of(&column.ty),
                nullable: column.nullable,
                collation: column.collation.clone().map(Rc::new),
            })
            .collect();
        if let Some(relations) = self.relations.get_mut(&name.name)
            && let Some(relation) = relations.iter_mut().find(|r| *r.name == *name)
        {
            relation.columns = columns;
        }
    }

    /// The functions of that name that a call may mean.
    pub fn functions(
        &self,
        schema: Option<&str>,
        name: &str,
        path: &[String],
    ) -> Vec<UserFunction> {
        let own = self.functions.get(name).into_iter().flatten().cloned();
        let functions: Vec<UserFunction> = own.chain(self.brought_functions(name)).collect();
        let in_schema = |schema: &str| -> Vec<UserFunction> {
            functions
                .iter()
                .filter(|function| &*function.schema == schema)
                .cloned()
                .collect()
        };
        match schema {
            Some(schema) => in_schema(schema),
            None => {
                let found: Vec<UserFunction> =
                    path.iter().flat_map(|schema| in_schema(schema)).collect();
                if found.is_empty() && !builtins().has_function(name) {
                    functions
                } else {
                    found
                }
            }
        }
    }

    /// Whether the Catalog, an extension or PostgreSQL has a function of that name.
    pub fn has_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
            || self.has_brought_function(name)
            || builtins().has_function(name)
    }

    /// The schema of the sequence, table or view of that name.
    pub fn class_schema(&self, name: &str, path: &[String]) -> Option<Rc<str>> {
        let sequences = self
            .sequences
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let relations = self
            .relations
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let exists = |schema: &str| {
            sequences.iter().any(|s| &**s == schema)
                || relations.iter().any(|r| r.name.schema == schema)
        };
        path.iter()
            .find(|schema| exists(schema))
            .map(|schema| Rc::from(schema.as_str()))
            .or_else(|| sequences.first().cloned())
            .or_else(|| relations.first().map(|r| Rc::from(r.name.schema.as_str())))
    }
}

/// The type of a table's or view's rows.
fn row_of(relation: &Relation) -> UserKind {
    let attributes = relation.columns.iter();
    UserKind::Composite(
        attributes
            .map(|column| (Rc::clone(&column.name), column.ty.clone()))
            .collect(),
    )
}
