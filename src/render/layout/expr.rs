//! Expressions: calls, lists and chains.

use super::{MAX_WIDTH, Place, TAB, Width, new_line};

/// rustfmt's `fn_call_width`, which bounds the arguments of a call with more than one.
const CALL_WIDTH: usize = 60;
/// rustfmt's `array_width`.
const ARRAY_WIDTH: usize = 60;
/// rustfmt's `chain_width`, which bounds a chain of more than one link.
const CHAIN_WIDTH: usize = 60;
/// rustfmt's `short_array_element_width_threshold`: arrays of shorter elements are filled line by line.
const SHORT_ELEMENT: usize = 10;

/// An expression of the generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// What is never broken: a name, a literal.
    Atom(String),
    /// `callee(args)`.
    Call(String, Vec<Expr>),
    /// `open items]`, where `open` is `&[` or `::std::vec![`.
    List(&'static str, Vec<Expr>),
    /// `head.link.link`; the links are atoms and calls.
    Chain(Box<Expr>, Vec<Expr>),
    /// `|param| body`.
    Closure(&'static str, String),
    /// `tried?`.
    Try(Box<Expr>),
}

impl Expr {
    /// A name or a literal.
    pub fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    /// A call.
    pub fn call(callee: impl Into<String>, args: Vec<Self>) -> Self {
        Self::Call(callee.into(), args)
    }

    /// `(items)`.
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::call("", items)
    }

    /// This expression with a field, a method call without arguments or `.await` behind it.
    pub fn link(self, link: impl Into<String>) -> Self {
        self.chain(Self::atom(link))
    }

    /// This expression with a method call behind it; `callee` is `.method`.
    pub fn method(self, callee: impl Into<String>, args: Vec<Self>) -> Self {
        self.chain(Self::call(callee, args))
    }

    fn chain(self, link: Self) -> Self {
        match self {
            Self::Chain(head, mut links) => {
                links.push(link);
                Self::Chain(head, links)
            }
            head => Self::Chain(Box::new(head), vec![link]),
        }
    }

    /// Whether a list that holds nothing else stands on one line. rustfmt's two styles differ in how they
    /// break a list with one item.
    pub fn is_short(&self) -> bool {
        self.to_line().width() <= ARRAY_WIDTH && !self.must_break()
    }

    fn one_line(&self, out: &mut String) {
        match self {
            Self::Atom(text) => out.push_str(text),
            Self::Call(callee, args) => {
                out.push_str(callee);
                out.push('(');
                join(args, out);
                out.push(')');
            }
            Self::List(open, items) => {
                out.push_str(open);
                join(items, out);
                out.push(']');
            }
            Self::Chain(head, links) => {
                head.one_line(out);
                links.iter().for_each(|link| link.one_line(out));
            }
            Self::Closure(param, body) => out.extend(["|", param, "| ", body]),
            Self::Try(tried) => {
                tried.one_line(out);
                out.push('?');
            }
        }
    }

    pub(super) fn to_line(&self) -> String {
        let mut out = String::new();
        self.one_line(&mut out);
        out
    }

    /// Whether some part is too wide for one line even where there is room.
    fn must_break(&self) -> bool {
        let wide = |items: &[Self], limit| {
            let mut line = String::new();
            join(items, &mut line);
            items.len() > 1 && line.width() > limit
        };
        match self {
            Self::Atom(_) | Self::Closure(..) => false,
            Self::Call(_, args) => wide(args, CALL_WIDTH) || args.iter().any(Self::must_break),
            Self::List(_, items) => match items.as_slice() {
                // A single item has all the line, unless it is a call with a name.
                [item @ Self::Call(callee, _)] if !callee.is_empty() => {
                    item.to_line().width() > ARRAY_WIDTH
                }
                items => wide(items, ARRAY_WIDTH) || items.iter().any(Self::must_break),
            },
            Self::Chain(head, links) => {
                links.len() > 1 && self.to_line().width() > CHAIN_WIDTH
                    || head.must_break()
                    || links.iter().any(Self::must_break)
            }
            Self::Try(tried) => tried.must_break(),
        }
    }

    /// The expression as rustfmt lays it out at `place`, or nothing where it can't make it fit.
    pub(super) fn layout(&self, place: Place) -> Option<String> {
        let line = self.to_line();
        if place.fits(&line) && !self.must_break() {
            return Some(line);
        }
        match self {
            Self::Atom(_) => None,
            Self::Closure(param, body) => block(String::new(), param, body, place),
            Self::Call(callee, args) => {
                if args.is_empty() || place.used + callee.width() + place.after > MAX_WIDTH {
                    return None;
                }
                let open = format!("{callee}(");
                let text = hugged(args, place.behind(&open))
                    .or_else(|| closed_by_block(&open, args, place, MAX_WIDTH))
                    .or_else(|| broken(args, place))?;
                Some(format!("{open}{text})"))
            }
            Self::List(open, items) => {
                if items.is_empty() || place.used + open.width() > MAX_WIDTH {
                    return None;
                }
                let text = hugged(items, place.behind(open)).or_else(|| broken(items, place))?;
                Some(format!("{open}{text}]"))
            }
            Self::Chain(head, links) => chain(head, links, place),
            Self::Try(tried) => {
                let after = place.after + 1;
                Some(tried.layout(Place { after, ..place })? + "?")
            }
        }
    }
}

/// Each link on a line of its own.
fn chain(head: &Expr, links: &[Expr], place: Place) -> Option<String> {
    let mut text = chain_head(head, place)?;
    let indent = match text.contains('\n') {
        true => place.indent,
        false => place.indent + TAB,
    };
    let mut links = links.iter().peekable();
    // A head as short as a tab is not left alone: `self.field`.
    if place.used - place.indent + text.width() <= TAB {
        text.extend(links.next().map(Expr::to_line));
    }
    while let Some(link) = links.next() {
        let after = links.peek().map_or(place.after, |_| 0);
        let link = link.layout(Place {
            after,
            ..Place::line(indent)
        })?;
        new_line(&mut text, indent);
        text.push_str(&link);
    }
    place.fits(&text).then_some(text)
}

/// What the links stand behind. rustfmt wants more room where that ends with a closure's block: a column
/// for the link.
fn chain_head(head: &Expr, place: Place) -> Option<String> {
    let text = head.layout(place)?;
    if !text.contains("{\n") {
        return Some(text);
    }
    let after = place.after + 1;
    head.layout(Place { after, ..place })
}

/// A single item that begins on the line of the bracket before it and ends on that of the one behind it.
fn hugged(items: &[Expr], place: Place) -> Option<String> {
    let [item] = items else {
        return None;
    };
    match item {
        Expr::Call(callee, args) => {
            let open = format!("{callee}(");
            // rustfmt gives a call inside brackets no more room than this.
            let text = closed_by_block(&open, args, place, CALL_WIDTH);
            let text = text.or_else(|| broken(args, place))?;
            Some(format!("{open}{text})")).filter(|text| place.fits(text))
        }
        Expr::List(..) => item.layout(place),
        Expr::Chain(head, _) if chain_head(head, place)?.contains("(\n") => item.layout(place),
        _ => None,
    }
}

/// Arguments on the line of the bracket before them, for which there is some room, but for the body of the
/// closure at their end.
fn closed_by_block(open: &str, args: &[Expr], place: Place, room: usize) -> Option<String> {
    let [args @ .., Expr::Closure(param, body)] = args else {
        return None;
    };
    let mut text = String::new();
    for arg in args {
        arg.one_line(&mut text);
        text.push_str(", ");
    }
    let width = text.width() + param.width() + "|| {".len();
    let all = open.width() + width;
    if width > CALL_WIDTH || all >= room || place.used + all + place.after > MAX_WIDTH {
        return None;
    }
    block(text, param, body, place.behind(open))
}

/// A closure, after other text on its line, with the body on a line of its own.
fn block(mut text: String, param: &str, body: &str, place: Place) -> Option<String> {
    text.extend(["|", param, "| {"]);
    new_line(&mut text, place.indent + TAB);
    text.push_str(body);
    new_line(&mut text, place.indent);
    text.push('}');
    place.fits(&text).then_some(text)
}

fn join(items: &[Expr], out: &mut String) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        item.one_line(out);
    }
}

/// Items over several lines, between the brackets: filled when all are short, else one on each line.
fn broken(items: &[Expr], place: Place) -> Option<String> {
    let short = |item: &Expr| {
        let line = item.to_line();
        let simple = !line.contains([' ', '[', '(']) && !line.contains("::");
        (line.width() <= SHORT_ELEMENT && simple).then_some(line)
    };
    if let Some(items) = items.iter().map(short).collect::<Option<Vec<_>>>() {
        return Some(filled(&items, place));
    }
    let mut text = String::new();
    for item in items {
        new_line(&mut text, place.indent + TAB);
        text.push_str(&item.layout(place.nested())?);
        text.push(',');
    }
    new_line(&mut text, place.indent);
    Some(text)
}

/// As many items on a line as there is room for, between the brackets.
fn filled(items: &[String], place: Place) -> String {
    let indent = place.indent + TAB;
    let mut text = String::new();
    let mut used = MAX_WIDTH;
    for item in items {
        let width = item.width();
        if used + 2 + width > MAX_WIDTH {
            new_line(&mut text, indent);
            used = indent + width + 1;
        } else {
            text.push(' ');
            used += width + 2;
        }
        text.push_str(item);
        text.push(',');
    }
    new_line(&mut text, place.indent);
    text
}
