use std::borrow::Cow;
use std::ops::Range;

/// Where a path leads in a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The key with its quotes, for a member of an object.
    pub(crate) key: Option<Range<usize>>,
    /// The value.
    pub(crate) value: Range<usize>,
    /// Whether the path was followed to its end; else this is the nearest parent that there is.
    pub(crate) whole: bool,
}

/// Follows a path such as `rules[3].when.all[0].gt` through a text.
///
/// Keys are matched as they stand in the text, so that one with a dot or a blank needs no quoting; of two that
/// fit, the longer is taken. Works on any text: what is not JSON ends the search.
pub(crate) fn find(text: &str, path: &str) -> Place {
    let mut start = Scanner::new(text, 0).at_value();
    let mut key = None;
    let mut rest = path;
    while !rest.is_empty() {
        let Some((found, after)) = step(text, start, rest) else {
            break;
        };
        start = found.value;
        key = found.key;
        rest = after;
    }
    let mut scanner = Scanner::new(text, start);
    scanner.skip_value();
    Place {
        key,
        value: start..scanner.at,
        whole: rest.is_empty(),
    }
}

/// How deep documents are read: what serde_json allows.
const MAX_DEPTH: usize = 128;

/// All members and elements inside the value that begins at `start`, in order.
pub(crate) fn inside(text: &str, start: usize) -> Vec<Child> {
    let mut found = Vec::new();
    let mut open = vec![(start, MAX_DEPTH)];
    while let Some((start, depth)) = open.pop() {
        let mut children: Vec<Child> = Children::new(text, start).collect();
        if let Some(depth) = depth.checked_sub(1) {
            open.extend(children.iter().map(|child| (child.value, depth)));
        }
        found.append(&mut children);
    }
    found.sort_by_key(|child| child.value);
    found
}

/// The text of the value that begins at `start`.
pub(crate) fn value_at(text: &str, start: usize) -> Range<usize> {
    let mut scanner = Scanner::new(text, start);
    scanner.skip_value();
    start..scanner.at
}

/// A key as it is meant: without quotes and escapes.
pub(crate) fn unquoted(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        _ => serde_json::from_str(raw).map_or(Cow::Borrowed(raw), Cow::Owned),
    }
}

/// A member of an object or an element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) key: Option<Range<usize>>,
    /// Where its value begins.
    pub(crate) value: usize,
}

/// One step down from the value at `start`, and what is left of the path.
fn step<'p>(text: &str, start: usize, path: &'p str) -> Option<(Child, &'p str)> {
    let mut children = Children::new(text, start);
    if let Some(indexed) = path.strip_prefix('[')
        && children.close == b']'
    {
        let (index, rest) = indexed.split_once(']')?;
        let child = children.nth(index.parse().ok()?)?;
        return Some((child, rest.strip_prefix('.').unwrap_or(rest)));
    }
    let mut best: Option<(Child, &str)> = None;
    for child in children {
        let key = child.key.clone().and_then(|key| text.get(key))?;
        let Some(rest) = path.strip_prefix(unquoted(key).as_ref()) else {
            continue;
        };
        let rest = match rest.strip_prefix('.') {
            Some(rest) => rest,
            None if rest.is_empty() || rest.starts_with('[') => rest,
            None => continue,
        };
        if best
            .as_ref()
            .is_none_or(|(_, shortest)| rest.len() < shortest.len())
        {
            best = Some((child, rest));
        }
    }
    best
}

/// The children of the value at a place; none if it is neither an object nor a list.
struct Children<'a> {
    scanner: Scanner<'a>,
    /// The bracket that ends them.
    close: u8,
    /// Whether the value of a child is still ahead: only the values before the one that is wanted are read.
    begun: bool,
}

impl<'a> Children<'a> {
    fn new(text: &'a str, start: usize) -> Self {
        let mut scanner = Scanner::new(text, start);
        let close = match scanner.peek() {
            Some(b'{') => b'}',
            Some(b'[') => b']',
            _ => 0,
        };
        scanner.bump();
        Self {
            scanner,
            close,
            begun: false,
        }
    }
}

impl Iterator for Children<'_> {
    type Item = Child;

    fn next(&mut self) -> Option<Child> {
        let scanner = &mut self.scanner;
        if self.begun {
            let value = scanner.at;
            scanner.skip_value();
            (scanner.at > value).then_some(())?;
            scanner.skip_blank();
            if scanner.peek() == Some(b',') {
                scanner.bump();
            }
        }
        self.begun = true;
        scanner.skip_blank();
        if self.close == 0 || scanner.peek()? == self.close {
            return None;
        }
        let key = if self.close == b'}' {
            let start = scanner.at;
            (scanner.peek()? == b'"').then(|| scanner.skip_string())?;
            let key = start..scanner.at;
            scanner.skip_blank();
            (scanner.peek()? == b':').then(|| scanner.bump())?;
            Some(key)
        } else {
            None
        };
        let value = scanner.at_value();
        Some(Child { key, value })
    }
}

/// Walks over a text byte by byte. It counts brackets and does not recurse, so that no nesting exhausts the stack.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    const fn new(text: &'a str, at: usize) -> Self {
        Self {
            bytes: text.as_bytes(),
            at,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    const fn bump(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn skip_blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.bump();
        }
    }

    /// Where the next value begins.
    fn at_value(&mut self) -> usize {
        self.skip_blank();
        self.at
    }

    fn skip_string(&mut self) {
        self.bump();
        while let Some(byte) = self.peek() {
            self.bump();
            match byte {
                b'"' => return,
                b'\\' => self.bump(),
                _ => {}
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    self.bump();
                }
                b'}' | b']' => {
                    let Some(less) = depth.checked_sub(1) else { return };
                    depth = less;
                    self.bump();
                }
                _ if depth > 0 => self.bump(),
                b',' | b':' => return,
                _ if byte.is_ascii_whitespace() => return,
                _ => {
                    let ends = |byte: u8| byte.is_ascii_whitespace() || b",:{}[]\"".contains(&byte);
                    while self.peek().is_some_and(|byte| !ends(byte)) {
                        self.bump();
                    }
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}
