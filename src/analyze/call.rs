//! Function calls, aggregates and windows.

use std::rc::Rc;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, NamedWindowExpr, OrderByExpr, WindowFrameBound, WindowFrameUnits,
    WindowSpec, WindowType,
};

use super::coerce::Candidate;
use super::expression::{Analyzer, Result, integer_type};
use super::tokens::VARIADIC;
use super::tree::*;
use super::types::*;
use super::{fold, functions, name_parts};

/// What a call was found to mean.
struct Resolved {
    schema: Option<Rc<str>>,
    known: bool,
    args: Vec<Node>,
    result: Type,
    signature: Option<Signature>,
    /// Whether PostgreSQL or a well-known extension has it.
    described: bool,
}

/// What a name and types alone say of a call; the printer asks again, with casts left out.
pub(super) struct Meaning {
    pub schema: Option<Rc<str>>,
    pub arguments: Vec<Base>,
    pub result: Base,
    pub signature: Signature,
    /// Whether a well-known extension brought it.
    pub brought: bool,
}

impl super::names::Names {
    /// The function that a call with arguments of these types means.
    pub fn choose_function(
        &self,
        schema: Option<&str>,
        name: &str,
        types: &[Base],
        path: &[String],
    ) -> Option<Meaning> {
        if types.iter().any(|ty| ty.is(OPAQUE)) && !types.is_empty() {
            // With one candidate there is nothing to choose.
            return None;
        }
        let mut signatures: Vec<(Option<Rc<str>>, Signature, bool)> = Vec::new();
        if matches!(schema, None | Some("pg_catalog")) {
            signatures.extend(
                builtins()
                    .functions(name)
                    .into_iter()
                    .map(|signature| (None, signature, false)),
            );
        }
        signatures.extend(
            self.functions(schema, name, path)
                .into_iter()
                .map(|f| (Some(f.schema), f.signature, f.brought)),
        );
        let mut plain = Vec::new();
        let mut variadic = Vec::new();
        for (index, (_, signature, _)) in signatures.iter().enumerate() {
            let declared = &signature.arguments;
            let candidate = |arguments: Vec<Base>| Candidate {
                arguments,
                result: signature.result,
                index,
            };
            if declared.len() >= types.len() && declared.len() <= types.len() + signature.defaults {
                let arguments = declared.iter().take(types.len()).copied().collect();
                if signature.variadic && declared.len() == types.len() {
                    // Spread out below.
                } else {
                    plain.push(candidate(arguments));
                }
            }
            if signature.variadic
                && let Some((last, fixed)) = declared.split_last()
                && types.len() > fixed.len()
            {
                let element = match last.id {
                    ANYARRAY => ANYELEMENT.scalar(),
                    ANYCOMPATIBLEARRAY => ANYCOMPATIBLE.scalar(),
                    id => id.scalar(),
                };
                let mut arguments = fixed.to_vec();
                arguments.resize(types.len(), element);
                variadic.push(candidate(arguments));
            }
        }
        let choice = self
            .choose(types, plain)
            .or_else(|| self.choose(types, variadic))?;
        let (schema, signature, brought) = signatures.into_iter().nth(choice.index)?;
        Some(Meaning {
            schema,
            arguments: choice.arguments,
            result: choice.result,
            signature,
            brought,
        })
    }
}

impl Analyzer<'_> {
    /// A call of one of PostgreSQL's own functions.
    pub fn builtin_call(&self, name: &str, args: Vec<Node>) -> Node {
        self.plain_call(Some("pg_catalog"), name, args)
    }

    fn plain_call(&self, schema: Option<&str>, name: &str, args: Vec<Node>) -> Node {
        let resolved = self.resolve_call(schema, name, args);
        self.finish_call(name, resolved, plain_call(name))
    }

    fn resolve_call(&self, schema: Option<&str>, name: &str, args: Vec<Node>) -> Resolved {
        let types: Vec<Base> = args.iter().map(Node::base).collect();
        match self.names.choose_function(schema, name, &types, self.path) {
            Some(meaning) => Resolved {
                described: meaning.schema.is_none() || meaning.brought,
                schema: meaning.schema,
                known: true,
                args: args
                    .into_iter()
                    .zip(&meaning.arguments)
                    .map(|(arg, to)| self.coerce(arg, *to))
                    .collect(),
                result: meaning.result.plain(),
                signature: Some(meaning.signature),
            },
            None => self.unknown_call(schema, name, args),
        }
    }

    /// A function that neither PostgreSQL nor the Catalog has, such as an extension's. A live database
    /// shows the casts of its arguments to text, a person does not write them.
    fn unknown_call(&self, schema: Option<&str>, name: &str, args: Vec<Node>) -> Resolved {
        let args = args
            .into_iter()
            .map(|arg| match arg.kind {
                Kind::Cast(inner)
                    if arg.ty == TEXT.plain()
                        && self.names.binary_coercible(inner.base(), TEXT.scalar()) =>
                {
                    *inner
                }
                kind => self.decide(Node { kind, ..arg }),
            })
            .collect();
        // `date(x)` and its like are casts in the shape of a call.
        let result = builtins()
            .by_name
            .get(name)
            .filter(|_| matches!(schema, None | Some("pg_catalog")))
            .map_or(OPAQUE.plain(), |id| id.plain());
        let schema = schema
            .filter(|schema| *schema != "pg_catalog" && self.names.has_function(name))
            .map(Rc::from);
        Resolved {
            schema,
            known: false,
            args,
            result,
            signature: None,
            described: false,
        }
    }

    fn finish_call(&self, name: &str, resolved: Resolved, mut call: Call) -> Node {
        if resolved.known && resolved.schema.is_none() && name == "timezone" && call.over.is_none()
        {
            let mut args = resolved.args.into_iter();
            if let (Some(zone), Some(timestamp), None) = (args.next(), args.next(), args.next()) {
                return self.at_time_zone(timestamp, zone);
            }
            return Node::null();
        }
        let args = &resolved.args;
        let any_null = args.iter().any(|arg| arg.nullable);
        let aggregate = resolved
            .signature
            .as_ref()
            .is_some_and(|signature| signature.kind == RoutineKind::Aggregate);
        let text = args
            .iter()
            .all(|arg| self.names.category(arg.base()).0 == b'S');
        let nullable = !(resolved.known
            && resolved.described
            && (functions::is_never_null(name)
                || (!aggregate
                    && !any_null
                    && (functions::keeps_values(name)
                        || (text && functions::keeps_values_of_text(name))))));
        let collation = self.merge_collations(args);
        call.schema = resolved.schema;
        call.name = Rc::from(name);
        call.known = resolved.known;
        call.args = resolved.args;
        let mut node = Node::new(Kind::Call(Box::new(call)), resolved.result, nullable);
        if self.names.collatable(node.base()) {
            node.collation = collation;
        }
        node
    }

    pub fn at_time_zone(&self, timestamp: Node, zone: Node) -> Node {
        let types = [zone.base(), timestamp.base()];
        let nullable = timestamp.nullable || zone.nullable;
        let meaning = self
            .names
            .choose_function(Some("pg_catalog"), "timezone", &types, self.path);
        let (zone, timestamp, ty) =
            match meaning.as_ref().map(|m| (m.arguments.as_slice(), m.result)) {
                Some(([z, t], result)) => (
                    self.coerce(zone, *z),
                    self.coerce(timestamp, *t),
                    result.plain(),
                ),
                _ => (zone, timestamp, OPAQUE.plain()),
            };
        Node::new(
            Kind::AtTimeZone {
                timestamp: Box::new(timestamp),
                zone: Box::new(zone),
            },
            ty,
            nullable,
        )
    }

    pub fn extract(&self, field: &str, source: Node) -> Node {
        let types = [TEXT.scalar(), source.base()];
        let meaning = self
            .names
            .choose_function(Some("pg_catalog"), "extract", &types, self.path);
        let (source, ty) = match meaning.as_ref().map(|m| (m.arguments.as_slice(), m.result)) {
            Some(([_, to], result)) => (self.coerce(source, *to), result.plain()),
            _ => (source, NUMERIC.plain()),
        };
        let nullable = source.nullable;
        Node::new(
            Kind::Extract {
                field: Rc::from(field),
                source: Box::new(source),
            },
            ty,
            nullable,
        )
    }

    /// Any call, as it is written.
    pub fn function(&mut self, at: &Expr, function: &Function) -> Result<Node> {
        let parts = name_parts(&function.name)
            .ok_or_else(|| self.error(at, "a function's name was expected"))?;
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name.as_str()),
            [.., schema, name] => (Some(schema.as_str()), name.as_str()),
            [] => return Err(self.error(at, "a function's name was expected")),
        };
        let quoted = function
            .name
            .0
            .first()
            .and_then(|part| part.as_ident())
            .is_some_and(|ident| ident.quote_style.is_some());
        if schema.is_none() && !quoted {
            if let Some(node) = self.keyword(at, name, &function.args)? {
                return Ok(node);
            }
            if let Some(node) = self.special(at, name, &function.args)? {
                return Ok(node);
            }
        }
        self.general_call(at, function, schema, name)
    }

    /// `CURRENT_TIMESTAMP` and its like (manual, sections 9.9.5 and 9.27.1).
    fn keyword(&mut self, at: &Expr, name: &str, args: &FunctionArguments) -> Result<Option<Node>> {
        let (ty, sized) = match name {
            "current_date" => (DATE, false),
            "current_time" => (TIMETZ, true),
            "current_timestamp" => (TIMESTAMPTZ, true),
            "localtime" => (TIME, true),
            "localtimestamp" => (TIMESTAMP, true),
            "current_user" | "current_role" | "session_user" | "user" | "current_catalog"
            | "system_user" => (NAME, false),
            "current_schema" if matches!(args, FunctionArguments::None) => (NAME, false),
            _ => return Ok(None),
        };
        let args = self.arguments(at, args)?;
        let mut text = name.to_ascii_uppercase();
        let mut ty = ty.plain();
        match (args.as_slice(), sized) {
            ([], _) => {}
            ([precision], true) if precision.base().is(INT4) => {
                let precision = precision.text().unwrap_or("6");
                text = format!("{text}({precision})");
                ty.modifier = Some(Rc::from(precision));
            }
            _ => return Err(self.error(at, format!("`{name}` takes no such argument"))),
        }
        Ok(Some(Node::new(
            Kind::Keyword(Rc::from(text)),
            ty,
            name == "current_schema",
        )))
    }

    /// What looks like a call, but is syntax: `COALESCE`, `NULLIF`, `ROW`, `ARRAY(SELECT …)`.
    fn special(&mut self, at: &Expr, name: &str, args: &FunctionArguments) -> Result<Option<Node>> {
        let function = match name {
            "coalesce" => "COALESCE",
            "greatest" => "GREATEST",
            "least" => "LEAST",
            "nullif" => {
                let args = self.arguments(at, args)?;
                let [left, right] = <[Node; 2]>::try_from(args)
                    .map_err(|_| self.error(at, "`nullif` takes two arguments"))?;
                return Ok(Some(self.null_if(left, right)));
            }
            "grouping" => {
                let args = self.arguments(at, args)?;
                let resolved = Resolved {
                    schema: None,
                    known: false,
                    args,
                    result: INT4.plain(),
                    signature: None,
                    described: true,
                };
                return Ok(Some(self.finish_call(name, resolved, plain_call(name))));
            }
            "row" => {
                let args = self.arguments(at, args)?;
                return Ok(Some(self.row(args)));
            }
            "array" => {
                let FunctionArguments::Subquery(query) = args else {
                    return Ok(None);
                };
                let query = self.query(query)?;
                let ty = match query.columns.first() {
                    Some(column) if !column.ty.base.array => Type {
                        base: column.ty.base.id.array(),
                        modifier: column.ty.modifier.clone(),
                    },
                    Some(column) => column.ty.clone(),
                    None => OPAQUE.plain(),
                };
                return Ok(Some(Node::new(
                    Kind::ArrayQuery(Box::new(query)),
                    ty,
                    false,
                )));
            }
            _ => return Ok(None),
        };
        let args = self.arguments(at, args)?;
        let types: Vec<Base> = args.iter().map(Node::base).collect();
        let common = self.common(at, &types, function)?;
        let args: Vec<Node> = args
            .into_iter()
            .map(|arg| self.coerce(arg, common))
            .collect();
        let nullable = args.iter().all(|arg| arg.nullable);
        let collation = self.merge_collations(&args);
        let mut ty = common.plain();
        ty.modifier = super::expression::common_modifier(&args);
        let mut node = Node::new(Kind::Common { function, args }, ty, nullable);
        node.collation = collation;
        Ok(Some(node))
    }

    fn null_if(&self, left: Node, right: Node) -> Node {
        let (left, right, _, _) = self.operands("=", left, right);
        let ty = left.ty.clone();
        let collation = self.merge_collations([&left, &right]);
        let mut node = Node::new(Kind::NullIf(Box::new(left), Box::new(right)), ty, true);
        node.collation = collation;
        node
    }

    fn arguments(&mut self, at: &Expr, args: &FunctionArguments) -> Result<Vec<Node>> {
        match args {
            FunctionArguments::None => Ok(Vec::new()),
            FunctionArguments::Subquery(_) => Err(self.error(at, "a subquery was not expected")),
            FunctionArguments::List(list) => list
                .args
                .iter()
                .map(|arg| match arg {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expr(expr),
                    _ => Err(self.error(at, "this argument is not understood")),
                })
                .collect(),
        }
    }

    fn general_call(
        &mut self,
        at: &Expr,
        function: &Function,
        schema: Option<&str>,
        name: &str,
    ) -> Result<Node> {
        let mut call = Call {
            within_group: self.sorts(&function.within_group)?,
            ..plain_call(name)
        };
        let args = match &function.args {
            FunctionArguments::List(list) => {
                call.distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
                for clause in &list.clauses {
                    match clause {
                        FunctionArgumentClause::OrderBy(order) => call.order = self.sorts(order)?,
                        _ => return Err(self.error(at, "this clause is not understood")),
                    }
                }
                self.call_arguments(at, &list.args, &mut call)?
            }
            FunctionArguments::None => Vec::new(),
            FunctionArguments::Subquery(query) => {
                // `f((SELECT …))` is printed with one pair of parentheses by nobody but sqlparser.
                let query = self.query(query)?;
                let ty = query
                    .columns
                    .first()
                    .map_or(OPAQUE.plain(), |c| c.ty.clone());
                vec![Node::new(Kind::Subquery(Box::new(query)), ty, true)]
            }
        };
        if let Some(filter) = &function.filter {
            let filter = self.expr(filter)?;
            call.filter = Some(self.coerce(filter, BOOL.scalar()));
        }
        if let Some(over) = &function.over {
            call.over = Some(match over {
                WindowType::NamedWindow(name) => Over::Named(Rc::from(fold(name))),
                WindowType::WindowSpec(spec) => Over::Window(self.window(spec)?),
            });
        }
        if function.null_treatment.is_some() {
            return Err(self.error(at, "`ignore nulls` is not PostgreSQL's"));
        }
        if call.star && name == "count" {
            let resolved = Resolved {
                schema: None,
                known: true,
                args,
                result: INT8.plain(),
                signature: None,
                described: true,
            };
            return Ok(self.finish_call(name, resolved, call));
        }
        if let [arg] = args.as_slice()
            && arg.is_unknown()
            && call.over.is_none()
            && !call.variadic
            && call.arg_names.is_empty()
            && let Some(ty) = self.names.find_type(schema, name, self.path)
        {
            // What looks like a call is the cast of a literal (`func_get_detail`).
            return Ok(self.coerce(arg.clone(), ty.scalar()));
        }
        let args = self.spread(schema, name, args, &mut call);
        if call.variadic || !call.arg_names.is_empty() {
            let result = self
                .names
                .functions(schema, name, self.path)
                .first()
                .map(|f| (Some(Rc::clone(&f.schema)), f.signature.result))
                .or_else(|| Some((None, builtins().functions(name).first()?.result)));
            let (schema, result) = result.unwrap_or((None, OPAQUE.scalar()));
            let args = args.into_iter().map(|arg| self.decide(arg)).collect();
            let resolved = Resolved {
                schema,
                known: false,
                args,
                result: result.plain(),
                signature: None,
                described: true,
            };
            return Ok(self.finish_call(name, resolved, call));
        }
        if !call.within_group.is_empty() {
            return Ok(self.ordered_set(schema, name, args, call));
        }
        let resolved = self.resolve_call(schema, name, args);
        Ok(self.finish_call(name, resolved, call))
    }

    /// `f(VARIADIC ARRAY[a, b])`, as a live database shows `f(a, b)`.
    fn spread(
        &self,
        schema: Option<&str>,
        name: &str,
        mut args: Vec<Node>,
        call: &mut Call,
    ) -> Vec<Node> {
        // One that takes anything is given an array as one of its arguments.
        let takes_elements = |signature: &Signature| {
            signature.variadic && !signature.arguments.last().is_some_and(|last| last.is(ANY))
        };
        let takes = self.names.functions(schema, name, self.path);
        let mut takes = takes.into_iter().map(|function| function.signature);
        if !call.variadic
            || !call.arg_names.is_empty()
            || !(takes.any(|it| takes_elements(&it))
                || builtins().functions(name).iter().any(takes_elements))
        {
            return args;
        }
        match args.pop() {
            Some(Node {
                kind: Kind::Array(items),
                ..
            }) if !items.is_empty() => {
                call.variadic = false;
                args.extend(items);
            }
            last => args.extend(last),
        }
        args
    }

    /// An ordered-set aggregate's sorted arguments are arguments, too (manual, section 9.21).
    fn ordered_set(
        &self,
        schema: Option<&str>,
        name: &str,
        args: Vec<Node>,
        mut call: Call,
    ) -> Node {
        let direct = args.len();
        let all: Vec<Node> = args
            .into_iter()
            .chain(call.within_group.iter().map(|sort| sort.node.clone()))
            .collect();
        let mut resolved = self.resolve_call(schema, name, all);
        let sorted = resolved.args.split_off(direct.min(resolved.args.len()));
        for (sort, node) in call.within_group.iter_mut().zip(sorted) {
            sort.node = node;
        }
        // The direct arguments alone can't choose the function again: they keep their casts.
        resolved.known = false;
        let result = resolved.result.clone();
        let mut node = self.finish_call(name, resolved, call);
        node.ty = result;
        node.nullable = true;
        node
    }

    fn call_arguments(
        &mut self,
        at: &Expr,
        args: &[FunctionArg],
        call: &mut Call,
    ) -> Result<Vec<Node>> {
        let mut nodes = Vec::with_capacity(args.len());
        for arg in args {
            let (name, arg) = match arg {
                FunctionArg::Unnamed(arg) => (None, arg),
                FunctionArg::Named { name, arg, .. } => (Some(fold(name)), arg),
                FunctionArg::ExprNamed {
                    name: Expr::Identifier(name),
                    arg,
                    ..
                } => (Some(fold(name)), arg),
                FunctionArg::ExprNamed { .. } => {
                    return Err(self.error(at, "an argument's name was expected"));
                }
            };
            if name.as_deref() == Some(VARIADIC) {
                call.variadic = true;
            } else if let Some(name) = name {
                call.arg_names.push(Rc::from(name));
            }
            match arg {
                FunctionArgExpr::Expr(expr) => nodes.push(self.expr(expr)?),
                FunctionArgExpr::Wildcard => call.star = true,
                FunctionArgExpr::QualifiedWildcard(name) => {
                    let parts = name_parts(name).unwrap_or_default();
                    let alias = parts.last().map(String::as_str).unwrap_or("");
                    let range = self
                        .scopes
                        .iter()
                        .rev()
                        .find_map(|scope| scope.range(None, alias))
                        .ok_or_else(|| {
                            self.error(at, format!("there is no table `{alias}` here"))
                        })?;
                    nodes.push(range.whole_row());
                }
                FunctionArgExpr::WildcardWithOptions(_) => {
                    return Err(self.error(at, "this argument is not understood"));
                }
            }
        }
        Ok(nodes)
    }

    /// The elements of an `ORDER BY` inside a call or window.
    pub fn sorts(&mut self, order: &[OrderByExpr]) -> Result<Vec<Sort>> {
        order
            .iter()
            .map(|element| {
                let node = self.expr(&element.expr)?;
                let node = self.decide(node);
                self.sort(element, node)
            })
            .collect()
    }

    pub fn sort(&self, element: &OrderByExpr, node: Node) -> Result<Sort> {
        use sqlparser::ast::OrderBySort;
        let descending = match &element.options.sort {
            None | Some(OrderBySort::Asc) => false,
            Some(OrderBySort::Desc) => true,
            Some(OrderBySort::Using(_)) => {
                return Err(self.error(&element.expr, "`using` in `order by` is not understood"));
            }
        };
        Ok(Sort {
            node,
            descending,
            nulls_first: element.options.nulls_first.unwrap_or(descending),
        })
    }

    pub fn window_definition(&mut self, window: &NamedWindowExpr) -> Result<Window> {
        match window {
            NamedWindowExpr::NamedWindow(name) => Ok(Window {
                base: Some(Rc::from(fold(name))),
                partition: Vec::new(),
                order: Vec::new(),
                frame: None,
            }),
            NamedWindowExpr::WindowSpec(spec) => self.window(spec),
        }
    }

    fn window(&mut self, spec: &WindowSpec) -> Result<Window> {
        let frame = match &spec.window_frame {
            None => None,
            Some(frame) => {
                let units = match frame.units {
                    WindowFrameUnits::Rows => "ROWS",
                    WindowFrameUnits::Range => "RANGE",
                    WindowFrameUnits::Groups => "GROUPS",
                };
                let start = self.bound(&frame.start_bound)?;
                let end = match &frame.end_bound {
                    Some(end) => self.bound(end)?,
                    None => Bound::CurrentRow,
                };
                let default = units == "RANGE"
                    && matches!(start, Bound::Preceding(None))
                    && matches!(end, Bound::CurrentRow);
                (!default).then_some(Frame { units, start, end })
            }
        };
        Ok(Window {
            base: spec.window_name.as_ref().map(|name| Rc::from(fold(name))),
            partition: self.exprs(&spec.partition_by)?,
            order: self.sorts(&spec.order_by)?,
            frame,
        })
    }

    fn bound(&mut self, bound: &WindowFrameBound) -> Result<Bound> {
        Ok(match bound {
            WindowFrameBound::CurrentRow => Bound::CurrentRow,
            WindowFrameBound::Preceding(None) => Bound::Preceding(None),
            WindowFrameBound::Following(None) => Bound::Following(None),
            WindowFrameBound::Preceding(Some(expr)) => {
                Bound::Preceding(Some(Box::new(self.frame_offset(expr)?)))
            }
            WindowFrameBound::Following(Some(expr)) => {
                Bound::Following(Some(Box::new(self.frame_offset(expr)?)))
            }
        })
    }

    /// `ROWS 3 PRECEDING` counts in bigint; a small number is shown as it is written.
    fn frame_offset(&mut self, expr: &Expr) -> Result<Node> {
        let node = self.expr(expr)?;
        Ok(match node.text() {
            Some(text) if node.base().is(INT8) => Node::constant(text, integer_type(text).plain()),
            _ => node,
        })
    }
}

/// A call with nothing but a name.
fn plain_call(name: &str) -> Call {
    Call {
        schema: None,
        name: Rc::from(name),
        known: false,
        args: Vec::new(),
        arg_names: Vec::new(),
        star: false,
        variadic: false,
        distinct: false,
        order: Vec::new(),
        within_group: Vec::new(),
        filter: None,
        over: None,
    }
}
