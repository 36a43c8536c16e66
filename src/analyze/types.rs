//! Types as the analyzer handles them, and what PostgreSQL itself brings: its types, casts, operators
//! and functions.
//!
//! The built-in ones stand in `builtins.txt`, as `builtins.sql` reads them from a server's `pg_type`,
//! `pg_cast`, `pg_operator` and `pg_proc`.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

/// The number of a type: first the built-in ones, then those of a Catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TypeId(pub u32);

/// A type without its modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Base {
    pub id: TypeId,
    pub array: bool,
}

/// A type with its modifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type {
    pub base: Base,
    pub modifier: Option<Rc<str>>,
}

impl TypeId {
    pub const fn scalar(self) -> Base {
        Base {
            id: self,
            array: false,
        }
    }

    pub const fn array(self) -> Base {
        Base {
            id: self,
            array: true,
        }
    }

    pub fn plain(self) -> Type {
        self.scalar().plain()
    }
}

impl Base {
    pub fn plain(self) -> Type {
        Type {
            base: self,
            modifier: None,
        }
    }

    pub fn is(self, id: TypeId) -> bool {
        self == id.scalar()
    }

    /// The element of an array.
    pub fn element(self) -> Option<Base> {
        self.array.then(|| self.id.scalar())
    }

    /// A string literal or NULL whose type the context decides, or something whose type can't be told.
    pub fn is_undecided(self) -> bool {
        self.is(UNKNOWN) || self.is(OPAQUE)
    }
}

/// Gives the types that the analyzer speaks of by name the first numbers.
macro_rules! known {
    ($($constant:ident = $name:literal),* $(,)?) => {
        known!(@ 0u32; $($constant = $name,)*);
        const KNOWN: &[&str] = &[$($name),*];
    };
    (@ $n:expr; $constant:ident = $name:literal, $($rest:tt)*) => {
        pub(super) const $constant: TypeId = TypeId($n);
        known!(@ $n + 1; $($rest)*);
    };
    (@ $n:expr;) => {};
}

known! {
    // A type that can't be told: of an unknown function, of an extension's operator.
    OPAQUE = "",
    UNKNOWN = "unknown",
    ANY = "any",
    ANYELEMENT = "anyelement",
    ANYARRAY = "anyarray",
    ANYNONARRAY = "anynonarray",
    ANYENUM = "anyenum",
    ANYRANGE = "anyrange",
    ANYMULTIRANGE = "anymultirange",
    ANYCOMPATIBLE = "anycompatible",
    ANYCOMPATIBLEARRAY = "anycompatiblearray",
    ANYCOMPATIBLENONARRAY = "anycompatiblenonarray",
    ANYCOMPATIBLERANGE = "anycompatiblerange",
    ANYCOMPATIBLEMULTIRANGE = "anycompatiblemultirange",
    RECORD = "record",
    VOID = "void",
    BOOL = "bool",
    INT2 = "int2",
    INT4 = "int4",
    INT8 = "int8",
    NUMERIC = "numeric",
    MONEY = "money",
    FLOAT4 = "float4",
    FLOAT8 = "float8",
    OID = "oid",
    TEXT = "text",
    VARCHAR = "varchar",
    BPCHAR = "bpchar",
    CHAR = "char",
    NAME = "name",
    BYTEA = "bytea",
    BIT = "bit",
    VARBIT = "varbit",
    DATE = "date",
    TIME = "time",
    TIMETZ = "timetz",
    TIMESTAMP = "timestamp",
    TIMESTAMPTZ = "timestamptz",
    INTERVAL = "interval",
    UUID = "uuid",
    JSON = "json",
    JSONB = "jsonb",
    INET = "inet",
    CIDR = "cidr",
    MACADDR = "macaddr",
    MACADDR8 = "macaddr8",
    JSONPATH = "jsonpath",
    POINT = "point",
    TID = "tid",
    XID = "xid",
    CID = "cid",
    LSEG = "lseg",
    BOX = "box",
    REGCLASS = "regclass",
}

/// A type's category (`pg_type.typcategory`), such as `N` for numbers and `S` for strings.
pub(super) type Category = u8;

/// What is known of a built-in type.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuiltinType {
    pub name: &'static str,
    pub category: Category,
    pub preferred: bool,
    pub collatable: bool,
    /// Of a range the type of its bounds, of a multirange its range.
    pub subtype: Option<TypeId>,
}

/// In what circumstances a cast is made (`pg_cast.castcontext`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CastContext {
    Implicit,
    Assignment,
    Explicit,
}

/// A cast (`pg_cast`).
#[derive(Debug, Clone, Copy)]
pub(super) struct BuiltinCast {
    pub context: CastContext,
    /// No function is called: the bytes are the same.
    pub binary: bool,
}

/// An operator (`pg_operator`); `left` is `None` for a prefix operator.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuiltinOperator {
    pub left: Option<Base>,
    pub right: Base,
    pub result: Base,
}

/// What sort of function it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoutineKind {
    Function,
    Aggregate,
    Window,
}

/// A function's signature (`pg_proc`).
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub kind: RoutineKind,
    pub arguments: Vec<Base>,
    pub defaults: usize,
    pub variadic: bool,
    pub result: Base,
    /// The names and types of `OUT` and `TABLE` columns.
    pub columns: Vec<(Rc<str>, Base)>,
}

/// A built-in function's signature. It is turned into a [`Signature`] when it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuiltinFunction {
    pub kind: RoutineKind,
    arguments: &'static str,
    defaults: usize,
    variadic: bool,
    result: &'static str,
    columns: &'static str,
}

/// PostgreSQL's own types, casts, operators and functions.
pub(super) struct Builtins {
    pub types: Vec<BuiltinType>,
    pub by_name: HashMap<&'static str, TypeId>,
    pub casts: HashMap<(Base, Base), BuiltinCast>,
    pub operators: HashMap<&'static str, Vec<BuiltinOperator>>,
    functions: HashMap<&'static str, Vec<BuiltinFunction>>,
}

/// The built-in ones, read once.
pub(super) fn builtins() -> &'static Builtins {
    static BUILTINS: OnceLock<Builtins> = OnceLock::new();
    BUILTINS.get_or_init(|| Builtins::read(include_str!("builtins.txt")))
}

impl Builtins {
    /// Reads the table. A line that makes no sense is passed over; a test compares the table with a
    /// server's.
    fn read(text: &'static str) -> Self {
        let mut this = Self {
            types: Vec::with_capacity(128),
            by_name: HashMap::with_capacity(128),
            casts: HashMap::with_capacity(256),
            operators: HashMap::with_capacity(128),
            functions: HashMap::with_capacity(640),
        };
        for name in KNOWN {
            this.add_type(name);
        }
        for line in text.lines() {
            if let Some(line) = line.strip_prefix("type ") {
                this.read_type(line);
            } else if let Some(line) = line.strip_prefix("cast ") {
                this.casts.extend(read_cast(line, &|name| this.base(name)));
            } else if let Some(line) = line.strip_prefix("operator ") {
                if let Some((name, operator)) = read_operator(line, &|name| this.base(name)) {
                    this.operators.entry(name).or_default().push(operator);
                }
            } else if let Some((name, function)) = BuiltinFunction::read(line) {
                this.functions.entry(name).or_default().push(function);
            }
        }
        this
    }

    fn add_type(&mut self, name: &'static str) -> TypeId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let id = TypeId(self.types.len() as u32);
        self.types.push(BuiltinType {
            name,
            category: b'X',
            preferred: false,
            collatable: false,
            subtype: None,
        });
        self.by_name.insert(name, id);
        id
    }

    fn read_type(&mut self, line: &'static str) -> Option<()> {
        let mut words = line.split(' ');
        let id = self.add_type(words.next()?);
        let category = *words.next()?.as_bytes().first()?;
        let preferred = words.next()? != "-";
        let collatable = words.next()? != "-";
        let subtype = match words.next()? {
            "-" => None,
            name => Some(self.add_type(name)),
        };
        let ty = self.types.get_mut(id.0 as usize)?;
        ty.category = category;
        ty.preferred = preferred;
        ty.collatable = collatable;
        ty.subtype = subtype;
        Some(())
    }

    /// `text` or `text[]`.
    pub fn base(&self, name: &str) -> Option<Base> {
        match name.strip_suffix("[]") {
            Some(element) => self.by_name.get(element).map(|id| id.array()),
            None => self.by_name.get(name).map(|id| id.scalar()),
        }
    }

    /// Whether there is a function of that name.
    pub fn has_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// The functions of that name.
    pub fn functions(&self, name: &str) -> Vec<Signature> {
        let Some(functions) = self.functions.get(name) else {
            return Vec::new();
        };
        functions
            .iter()
            .filter_map(|function| function.signature(&|name| self.base(name)))
            .collect()
    }
}

/// What finds the type that a list names.
type Lookup<'a> = &'a dyn Fn(&str) -> Option<Base>;

/// The rest of a line `cast …`.
pub(super) fn read_cast(line: &str, base: Lookup<'_>) -> Option<((Base, Base), BuiltinCast)> {
    let mut words = line.split(' ');
    let source = base(words.next()?)?;
    let target = base(words.next()?)?;
    let context = match words.next()? {
        "i" => CastContext::Implicit,
        "a" => CastContext::Assignment,
        _ => CastContext::Explicit,
    };
    let binary = words.next()? == "b";
    Some(((source, target), BuiltinCast { context, binary }))
}

/// The rest of a line `operator …`.
pub(super) fn read_operator<'a>(
    line: &'a str,
    base: Lookup<'_>,
) -> Option<(&'a str, BuiltinOperator)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let left = match words.next()? {
        "-" => None,
        left => Some(base(left)?),
    };
    let right = base(words.next()?)?;
    let result = base(words.next()?)?;
    let operator = BuiltinOperator {
        left,
        right,
        result,
    };
    Some((name, operator))
}

/// `name=type,…`.
pub(super) fn fields(text: &str, base: Lookup<'_>) -> Option<Vec<(Rc<str>, Base)>> {
    text.split(',')
        .filter_map(|field| field.split_once('='))
        .map(|(name, ty)| Some((Rc::from(name), base(ty)?)))
        .collect()
}

impl BuiltinFunction {
    /// A line `function …`, `aggregate …` or `window …`, with the function's name.
    pub fn read(line: &'static str) -> Option<(&'static str, Self)> {
        let mut words = line.split(' ');
        let kind = match words.next()? {
            "function" => RoutineKind::Function,
            "aggregate" => RoutineKind::Aggregate,
            "window" => RoutineKind::Window,
            _ => return None,
        };
        let name = words.next()?;
        let arguments = words.next()?;
        let defaults = words.next()?.parse().ok()?;
        let variadic = words.next()? != "-";
        let _strict = words.next()?;
        let function = Self {
            kind,
            arguments,
            defaults,
            variadic,
            result: words.next()?,
            columns: words.next().unwrap_or(""),
        };
        Some((name, function))
    }

    pub fn signature(&self, base: Lookup<'_>) -> Option<Signature> {
        let arguments = match self.arguments {
            "-" => Vec::new(),
            list => list.split(',').map(base).collect::<Option<_>>()?,
        };
        let result = self.result.strip_prefix("setof:").unwrap_or(self.result);
        Some(Signature {
            kind: self.kind,
            arguments,
            defaults: self.defaults,
            variadic: self.variadic,
            result: base(result)?,
            columns: fields(self.columns, base)?,
        })
    }
}
