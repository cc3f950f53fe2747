//! The output folder. A file is written beside its final name and takes it when it is whole, so that a reader never
//! finds half a file; a file that would not change is left alone.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::Failure;

/// The output folder and what was written to it.
pub struct Output {
    folder: PathBuf,
    /// Files whose content is new or different.
    pub changed: Vec<String>,
    /// Files that were there with the same content.
    pub unchanged: Vec<String>,
}

/// A CSV file in the making.
pub struct Table {
    name: String,
    part: PathBuf,
    csv: csv::Writer<BufWriter<File>>,
}

impl Output {
    /// Opens the folder, creating it where it is missing.
    ///
    /// # Errors
    /// A folder that cannot be created.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|fault| Failure::output(folder, fault))?;
        Ok(Self {
            folder: folder.to_owned(),
            changed: Vec::new(),
            unchanged: Vec::new(),
        })
    }

    /// Where a file of the folder is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Starts a CSV file with its header.
    ///
    /// # Errors
    /// A file that cannot be created.
    pub fn table(&self, name: &str, header: &[&str]) -> Result<Table, Failure> {
        let part = self.folder.join(format!("{name}.part"));
        let file = File::create(&part).map_err(|fault| Failure::output(&part, fault))?;
        let mut csv = csv::Writer::from_writer(BufWriter::new(file));
        csv.write_record(header)
            .map_err(|fault| Failure::output(&part, fault))?;
        Ok(Table {
            name: name.to_owned(),
            part,
            csv,
        })
    }

    /// Finishes a CSV file.
    ///
    /// # Errors
    /// A file that cannot be written to its end.
    pub fn finish(&mut self, table: Table) -> Result<(), Failure> {
        let Table { name, part, csv } = table;
        let file = csv
            .into_inner()
            .map_err(|fault| Failure::output(&part, fault.error()))?;
        file.into_inner()
            .map_err(|fault| Failure::output(&part, fault.error()))?;
        self.place(&name, &part)
    }

    /// Writes a JSON file.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        let part = self.folder.join(format!("{name}.part"));
        let mut text = serde_json::to_string_pretty(value).map_err(|fault| Failure::output(&part, fault))?;
        text.push('\n');
        let write = || File::create(&part)?.write_all(text.as_bytes());
        write().map_err(|fault| Failure::output(&part, fault))?;
        self.place(name, &part)
    }

    /// Writes a file that somebody else formats.
    ///
    /// # Errors
    /// A file that cannot be written, or what the writer says.
    pub fn write(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), String>,
    ) -> Result<(), Failure> {
        let part = self.folder.join(format!("{name}.part"));
        let file = File::create(&part).map_err(|fault| Failure::output(&part, fault))?;
        let mut file = BufWriter::new(file);
        write(&mut file).map_err(|fault| Failure::output(&part, fault))?;
        file.into_inner()
            .map_err(|fault| Failure::output(&part, fault.error()))?;
        self.place(name, &part)
    }

    /// Gives a whole file its name, unless the same content already has it.
    fn place(&mut self, name: &str, part: &Path) -> Result<(), Failure> {
        let path = self.folder.join(name);
        if same(&path, part) {
            fs::remove_file(part).map_err(|fault| Failure::output(part, fault))?;
            self.unchanged.push(name.to_owned());
        } else {
            fs::rename(part, &path).map_err(|fault| Failure::output(&path, fault))?;
            self.changed.push(name.to_owned());
        }
        Ok(())
    }
}

impl Table {
    /// Writes a row.
    ///
    /// # Errors
    /// A full or broken disk.
    pub fn row<I: IntoIterator<Item = T>, T: AsRef<[u8]>>(&mut self, cells: I) -> Result<(), Failure> {
        self.csv
            .write_record(cells)
            .map_err(|fault| Failure::output(&self.part, fault))
    }
}

/// Whether two files hold the same bytes.
fn same(left: &Path, right: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map(|m| m.len()).ok();
    if length(left).is_none() || length(left) != length(right) {
        return false;
    }
    let (Ok(left), Ok(right)) = (File::open(left), File::open(right)) else {
        return false;
    };
    let (left, right) = (
        std::io::BufReader::new(left).bytes(),
        std::io::BufReader::new(right).bytes(),
    );
    left.zip(right)
        .all(|pair| matches!(pair, (Ok(a), Ok(b)) if a == b))
}
