use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// How many findings a report shows; it counts the others.
const SHOWN: usize = 50;
/// How many characters of a line are kept on each side of the place, so that a line of any length costs little.
const KEPT: usize = 5_000;
/// How many characters are marked, at most.
const MARKED: usize = 80;
/// How wide a line is shown; the renderer cuts what is longer.
const WIDTH: usize = 120;

/// Everything that is wrong with a text, each fault shown at its place as a compiler does it.
///
/// `Display` gives the text, in plain characters without colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    pub(crate) const fn new(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// What was found, in order; at least one.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, more) = self.findings.split_at(SHOWN.min(self.findings.len()));
        for (index, finding) in shown.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            finding.fmt(f)?;
        }
        if !more.is_empty() {
            write!(f, "\n\nand {} more", more.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

/// One fault and its place in a text.
///
/// `Display` shows it as a compiler does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    source: String,
    code: &'static str,
    message: String,
    help: Option<String>,
    line: usize,
    column: usize,
    excerpt: String,
    /// Whether the line begins before the excerpt.
    cut: bool,
    marked: Range<usize>,
}

impl Finding {
    /// A finding at bytes of a text.
    pub(crate) fn new(
        source: &str,
        text: &str,
        span: Range<usize>,
        code: &'static str,
        message: String,
        help: Option<String>,
    ) -> Self {
        let (before, after) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |end| end.saturating_add(1));
        let (_, before_it) = before.split_at_checked(start).unwrap_or_default();
        let rest = after.split('\n').next().unwrap_or_default();
        let rest = rest.strip_suffix('\r').unwrap_or(rest);
        let marked = floor(rest, span.len());
        let (marked, behind) = rest.split_at_checked(marked).unwrap_or((rest, ""));
        let (marked, behind) = match marked.char_indices().nth(MARKED) {
            Some((end, _)) => marked.split_at_checked(end).unwrap_or((marked, behind)),
            None => (marked, behind),
        };
        // A long line is cut before anything looks at all of it.
        let kept = before_it.char_indices().rev().nth(KEPT);
        let lead = kept.map_or(before_it, |(at, _)| before_it.get(at..).unwrap_or_default());
        let trail = match behind.char_indices().nth(KEPT) {
            Some((end, _)) => behind.get(..end).unwrap_or_default(),
            None => behind,
        };
        let end = lead.len().saturating_add(marked.len());
        Self {
            source: source.to_owned(),
            code,
            message,
            help,
            line: before.matches('\n').count().saturating_add(1),
            column: before_it.chars().count().saturating_add(1),
            marked: lead.len()..end,
            cut: kept.is_some(),
            excerpt: format!("{lead}{marked}{trail}"),
        }
    }

    /// The name of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What kind of fault, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong and what would be right.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A name that was probably meant, or that a place is not there.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

/// The last boundary of a character at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let byte = byte.min(text.len());
    (0..=byte)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Level::ERROR.primary_title(&self.message).id(self.code);
        let mark = AnnotationKind::Primary.span(self.marked.clone());
        let snippet = Snippet::source(&self.excerpt)
            .line_start(self.line)
            .annotation(mark);
        let mut group = Group::with_title(title);
        group = if self.cut {
            let origin = Origin::path(&self.source)
                .line(self.line)
                .char_column(self.column);
            group.element(origin).element(snippet)
        } else {
            group.element(snippet.path(&self.source))
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        f.write_str(&Renderer::plain().term_width(WIDTH).render(&[group]))
    }
}
