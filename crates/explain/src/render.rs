use std::fmt::Write;

use crate::Explanation;
use crate::outline::{Row, cited, done, one_line, outline, shown};

impl Explanation {
    /// The derivation as indented text, the result first, each figure above what it follows from.
    ///
    /// A step that is used more than once shows its number, "#3", and is spelled out once.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for row in outline(self) {
            let words = Words::of(self, &row, one_line);
            let indent = row.depth.saturating_mul(2);
            let _ = write!(out, "{:indent$}{}: {}", "", words.label, words.value);
            if let Some(done) = words.done {
                let _ = write!(out, " ({done})");
            }
            if let Some(cited) = words.cited {
                let _ = write!(out, " [{cited}]");
            }
            if let Some(number) = words.number {
                let _ = write!(out, " {number}");
            }
            out.push('\n');
        }
        out
    }

    /// The derivation as a nested Markdown list. What documents wrote is escaped.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for row in outline(self) {
            let words = Words::of(self, &row, escape_markdown);
            let indent = row.depth.saturating_mul(2);
            let _ = write!(out, "{:indent$}- {}: **{}**", "", words.label, words.value);
            if let Some(done) = words.done {
                let _ = write!(out, " ({done})");
            }
            if let Some(cited) = words.cited {
                let _ = write!(out, " *{cited}*");
            }
            if let Some(number) = words.number {
                let _ = write!(out, " {}", escape_markdown(&number));
            }
            out.push('\n');
        }
        out
    }

    /// The derivation as nested HTML `details`, which open figure by figure. What documents wrote is escaped;
    /// there is no script and no style in it, only classes: `l2c-why`, `l2c-value`, `l2c-how`, `l2c-cite`.
    #[must_use]
    pub fn html(&self) -> String {
        let rows = outline(self);
        let mut out = String::from("<div class=\"l2c-why\">\n");
        let mut open: Vec<usize> = Vec::new();
        for (position, row) in rows.iter().enumerate() {
            while open.last().is_some_and(|&depth| depth >= row.depth) {
                open.pop();
                out.push_str("</details>\n");
            }
            let parent = rows
                .get(position.saturating_add(1))
                .is_some_and(|next| next.depth > row.depth);
            let words = Words::of(self, row, escape_html);
            let mut line = format!("{}: <b class=\"l2c-value\">{}</b>", words.label, words.value);
            if let Some(done) = words.done {
                let _ = write!(line, " <span class=\"l2c-how\">{done}</span>");
            }
            if let Some(cited) = words.cited {
                let _ = write!(line, " <cite class=\"l2c-cite\">{cited}</cite>");
            }
            if let Some(number) = words.number {
                let _ = write!(line, " {number}");
            }
            if parent {
                let _ = writeln!(
                    out,
                    "<details{}><summary>{line}</summary>",
                    if position == 0 { " open" } else { "" }
                );
                open.push(row.depth);
            } else {
                let _ = writeln!(out, "<div>{line}</div>");
            }
        }
        out.push_str(&"</details>\n".repeat(open.len()));
        out.push_str("</div>\n");
        out
    }
}

/// The parts of a line, with what documents wrote escaped.
struct Words {
    label: String,
    value: String,
    done: Option<String>,
    cited: Option<String>,
    number: Option<String>,
}

impl Words {
    fn of(explanation: &Explanation, row: &Row<'_>, escape: impl Fn(&str) -> String) -> Self {
        let number = row.id.index();
        Self {
            label: escape(&row.step.label),
            value: escape(&shown(&row.step.value, row.step.measure)),
            done: if row.reference {
                None
            } else {
                done(explanation, row).map(|text| escape(&text))
            },
            cited: if row.reference {
                None
            } else {
                cited(row.step).map(|text| escape(&text))
            },
            number: match (row.reference, row.shared) {
                (true, _) => Some(format!("see #{number}")),
                (false, true) => Some(format!("#{number}")),
                (false, false) => None,
            },
        }
    }
}

fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
