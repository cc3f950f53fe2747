//! One file of an export as rows of text: decompressed, decoded, its columns found. What is wrong here is wrong with
//! the whole file and stops the run; what is wrong with one row becomes a finding.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use flate2::read::MultiGzDecoder;

use super::finding::{Finding, Treatment};
use crate::error::Failure;

/// Written behind the last row. Where it does not come back as a row of its own, a quote is open at the end.
const END: &str = "\u{1}end of file";

/// A row with its place; cells are trimmed, and a trim is reported once the row is used.
pub struct Row {
    /// Line, the header being line 1.
    pub line: u64,
    cells: Vec<String>,
    /// Columns around whose cells white space was dropped, with what stood there.
    pub trimmed: Vec<(&'static str, String)>,
}

impl Row {
    /// A cell, by the position of its column among those asked for.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// The file as it is, or compressed.
pub fn find(folder: &Path, file: &str) -> Option<PathBuf> {
    [folder.join(file), folder.join(format!("{file}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}

/// The text of a file, decompressed, as bytes.
///
/// # Errors
/// A file that is missing, cannot be read, or is no whole archive.
pub fn read(folder: &Path, file: &str) -> Result<(PathBuf, Vec<u8>), Failure> {
    let path = find(folder, file).ok_or_else(|| {
        Failure::data(
            folder.join(file),
            "is missing; a CRM export has it, plain or as .csv.gz",
        )
    })?;
    let mut bytes = Vec::new();
    let packed = path.extension().is_some_and(|e| e == "gz");
    let source = File::open(&path);
    let read = source.and_then(|mut source| match packed {
        true => MultiGzDecoder::new(source).read_to_end(&mut bytes),
        false => source.read_to_end(&mut bytes),
    });
    let reason = |fault: io::Error| match (packed, fault.kind()) {
        (true, io::ErrorKind::UnexpectedEof) if !bytes.is_empty() => format!(
            "the archive is cut off after {} bytes of text; copy or export the file again",
            bytes.len()
        ),
        (true, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
            format!(
                "is no whole gzip archive ({fault}); copy or export the file again, or name it .csv if it is plain"
            )
        }
        _ => format!("cannot be read: {fault}"),
    };
    match read {
        Ok(_) => Ok((path, bytes)),
        Err(fault) => Err(Failure::data(path, reason(fault))),
    }
}

/// The rows of a file, its columns in the order asked for; rows of another width become findings.
///
/// # Errors
/// Text that is not UTF-8, a missing column, a file that is cut off.
pub fn rows(
    path: &Path,
    bytes: &[u8],
    file: &'static str,
    columns: &[&'static str],
    findings: &mut Vec<Finding>,
) -> Result<Vec<Row>, Failure> {
    // A mark at the beginning of UTF-8 text says nothing more.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(Failure::data(
            path,
            "is UTF-16 or no text at all; save it as UTF-8",
        ));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let reason = format!(
            "is empty; its first line names the columns: {}",
            columns.join(", ")
        );
        return Err(Failure::data(path, reason));
    }
    let end = format!("\n{END}\n");
    let mut csv = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(bytes.chain(end.as_bytes()));
    let headers = csv
        .headers()
        .map_err(|fault| unreadable(path, &fault, None))?
        .clone();
    let places = columns
        .iter()
        .map(|column| place(&headers, column).map_err(|reason| Failure::data(path, reason)))
        .collect::<Result<Vec<_>, _>>()?;

    let mut rows = Vec::new();
    let mut last = (1, headers.len());
    let mut whole = false;
    for record in csv.records() {
        let record = record.map_err(|fault| unreadable(path, &fault, Some(&headers)))?;
        if record.len() == 1 && record.get(0) == Some(END) {
            whole = true;
            break;
        }
        let line = record.position().map_or(0, csv::Position::line);
        last = (line, record.len());
        if record.len() != headers.len() {
            let reason = format!(
                "{} cells where the header has {}; a cell with a comma in it stands in quotes",
                record.len(),
                headers.len()
            );
            // The cells are not shown: a name may be anywhere among them.
            findings.push(Finding::new((file, line, ""), "", "", Treatment::Refused, reason));
            continue;
        }
        let mut trimmed = Vec::new();
        let mut cells = Vec::with_capacity(columns.len());
        for (column, place) in columns.iter().zip(&places) {
            let cell = record.get(*place).unwrap_or("");
            if cell.trim() != cell {
                trimmed.push((*column, cell.to_owned()));
            }
            cells.push(cell.trim().to_owned());
        }
        rows.push(Row { line, cells, trimmed });
    }
    let (line, cells) = last;
    if !whole {
        let reason = format!(
            "line {line}: a quote opens in this row and is never closed; is the file cut off? Copy or export it again"
        );
        return Err(Failure::data(path, reason));
    }
    if cells < headers.len() && !bytes.ends_with(b"\n") {
        let reason = format!(
            "line {line}: the file ends in the middle of this row, after {cells} of {} cells; is it cut off? Copy or \
             export it again",
            headers.len()
        );
        return Err(Failure::data(path, reason));
    }
    Ok(rows)
}

/// The position of a column.
fn place(headers: &StringRecord, column: &str) -> Result<usize, String> {
    let mut found = headers
        .iter()
        .enumerate()
        .filter(|(_, header)| header.trim() == column);
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some(_), Some(_)) => Err(format!("has two columns `{column}`; one is right")),
        (None, _) => {
            let names = headers.iter().collect::<Vec<_>>().join(", ");
            let advice = if headers.len() == 1 && names.contains(';') {
                "; cells are separated by `,`, not by `;`"
            } else {
                ""
            };
            Err(format!(
                "has no column `{column}`; its columns are {names}{advice}"
            ))
        }
    }
}

/// What the reader of CSV cannot read, with its line and column.
fn unreadable(path: &Path, fault: &csv::Error, headers: Option<&StringRecord>) -> Failure {
    let csv::ErrorKind::Utf8 { pos, err } = fault.kind() else {
        return Failure::data(path, format!("cannot be read: {fault}"));
    };
    let line = pos.as_ref().map_or(1, csv::Position::line);
    let column = headers.and_then(|headers| headers.get(err.field()));
    let column = column.map(|name| format!(", column {name}")).unwrap_or_default();
    let reason = "a character is not UTF-8, as in Latin-1 or Windows-1252 text; save the file as UTF-8";
    Failure::data(path, format!("line {line}{column}: {reason}"))
}
