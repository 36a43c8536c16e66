//! Problems with a place and a way out, collected and then reported together, in the look of rustc's.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something a user should know; the work goes on.
    Note,
    /// Something that deserves a decision; the work goes on.
    Warning,
    /// The work can't be done.
    Error,
}

/// A file of SQL (or configuration) that was read, shared by all that is said about it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path, as the user gave it.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The bytes of its text that are meant.
    pub span: Range<usize>,
}

impl Place {
    /// The line and the column in characters, both from 1, at which it begins.
    pub fn line_column(&self) -> (usize, usize) {
        let text = &self.file.text;
        let before = &text[..floor_char_boundary(text, self.span.start)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

/// One problem: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, backticks round names.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem that stops the work.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A problem that deserves a decision.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// Something worth knowing.
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Severity::Note, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            place: None,
            help: None,
        }
    }

    /// Says where.
    pub fn at(mut self, file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        self.place = Some(Place {
            file: Arc::clone(file),
            span,
        });
        self
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The problem on one line, as `path:line:column: message (help)`.
    pub fn summary(&self) -> String {
        let mut summary = String::new();
        if let Some(place) = &self.place {
            let (line, column) = place.line_column();
            summary = format!("{}:{line}:{column}: ", place.file.path.display());
        }
        summary += &self.message;
        if let Some(help) = &self.help {
            summary += &format!(" ({help})");
        }
        printable(&summary).replace('\n', " ")
    }

    /// The problem as a person reads it, over several lines, with the source line where there is one.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Note => Level::NOTE,
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let message = printable(&self.message);
        let help = self.help.as_deref().map(printable);
        let path = self
            .place
            .as_ref()
            .map(|place| printable(&place.file.path.display().to_string()));
        let mut group = Group::with_title(level.primary_title(message));
        if let (Some(place), Some(path)) = (&self.place, path) {
            let text = &place.file.text;
            let start = floor_char_boundary(text, place.span.start);
            let end = floor_char_boundary(text, place.span.end).max(start);
            group = group.element(
                Snippet::source(text)
                    .path(path)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            );
        }
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group]).to_string()
    }
}

/// A collection of problems that stops the work: what [`crate::Builder`] and the pipeline return.
#[derive(Clone, PartialEq, Eq)]
pub struct Errors(pub Vec<Diagnostic>);

/// As `Display`, because a build script that returns an error shows it so.
impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&diagnostic.render(false))?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

impl From<Diagnostic> for Errors {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// What names and comments of a schema may contain must not reach a terminal as control characters.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => c,
            c if c.is_control() || is_bidi_control(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// Characters that reorder the text around them (Unicode Bidirectional Algorithm, section 2).
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The last place up to `at` that is between two characters.
pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
