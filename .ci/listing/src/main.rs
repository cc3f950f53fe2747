//! Lists the public API of a crate from rustdoc's JSON, one line for each item, short enough to be reviewed.
//!
//! `api-listing target/doc/l2c_money.json` prints the listing; `.ci/public-api` calls it for every crate.
//! The traits that a type has stand in one line behind it, derived or not; what follows for every type alike is
//! left out. Paths lose their modules, and the crate its own name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use public_api::Builder;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: api-listing target/doc/CRATE.json");
        return ExitCode::from(2);
    };
    match listing(Path::new(&path)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn listing(json: &Path) -> Result<String, public_api::Error> {
    let own = json
        .file_stem()
        .map(|stem| format!("{}::", stem.to_string_lossy()))
        .unwrap_or_default();
    let api = Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .include_function_parameter_names(true)
        .build()?;

    let mut traits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut implementations = BTreeSet::new();
    let mut lines = Vec::new();
    for item in api.items() {
        let line = short(&item.to_string(), &own);
        if let Some((of, name)) = implementation(&line) {
            implementations.insert(item.id().0);
            if name != "StructuralPartialEq" {
                traits.entry(of).or_default().insert(name);
            }
        } else if item
            .parent_id()
            .is_none_or(|parent| !implementations.contains(&parent.0))
            && !is_block(&line)
        {
            lines.push(line);
        }
    }

    let mut text = String::new();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
        if let Some(names) = declared(&line).and_then(|name| traits.remove(name)) {
            text.push_str(&row(declared(&line).unwrap_or_default(), &names));
        }
    }
    for (of, names) in &traits {
        text.push_str(&row(of, names));
    }
    Ok(text)
}

fn row(of: &str, names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("impl {of}: {}\n", names.join(", "))
}

/// `pub struct Money` as `Money`.
fn declared(line: &str) -> Option<&str> {
    let rest = ["struct ", "enum "]
        .iter()
        .find_map(|kind| line.split_once(kind))?
        .1;
    line.starts_with("pub ")
        .then_some(())
        .or_else(|| line.starts_with("#[").then_some(()))?;
    Some(rest.split_once('(').map_or(rest, |(name, _)| name))
}

/// Whether a line opens a block of methods, which name their type themselves.
fn is_block(line: &str) -> bool {
    line.starts_with("impl") && !line.contains(" for ")
}

/// `impl Clone for Money` as the type and the name of the trait.
fn implementation(line: &str) -> Option<(String, String)> {
    let (head, of) = line.rsplit_once(" for ")?;
    let head = head.strip_prefix("impl")?;
    let name = if head.starts_with('<') {
        head.split_once("> ")?.1
    } else {
        head.trim_start()
    };
    let of = of.split_once(" where ").map_or(of, |(of, _)| of);
    Some((of.to_owned(), name.replace("<'de>", "")))
}

/// Paths without modules: `Option<String>` for `core::option::Option<alloc::string::String>`, and `Money` for
/// `l2c_money::Money` in `l2c_money` itself, `l2c_money::Money` elsewhere.
fn short(line: &str, own: &str) -> String {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let (other, from) = rest.split_at(rest.find(is_path).unwrap_or(rest.len()));
        let (path, after) = from.split_at(from.find(|c| !is_path(c)).unwrap_or(from.len()));
        text.push_str(other);
        text.push_str(&name(path, own));
        rest = after;
    }
    text
}

fn name(path: &str, own: &str) -> String {
    if let Some(inside) = path.strip_prefix(own) {
        return inside.to_owned();
    }
    let Some((root, _)) = path.split_once("::").filter(|(root, _)| !root.is_empty()) else {
        return path.to_owned();
    };
    let from = path.find(|c: char| c.is_ascii_uppercase()).unwrap_or(0);
    let last = path.get(from..).unwrap_or(path);
    match root {
        _ if from == 0 => path.to_owned(),
        _ if path.ends_with("fmt::Result") => "fmt::Result".to_owned(), // not the `Result` of everything else
        _ if root.starts_with("l2c") => format!("{root}::{last}"),
        _ => last.to_owned(),
    }
}
