//! The output folder. Files are written into a folder beside the results and take their names together, when all of
//! them are whole: a reader never finds half a file, and a run that fails leaves the folder as it was. A file that
//! would not change is left alone.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::Failure;
use crate::lock::Lock;
use crate::page;

/// Holds what is being written. One that a killed run has left is removed by the next.
const UNFINISHED: &str = ".unfinished";
/// Keeps a second run out of the folder.
const LOCK: &str = "run.lock";

/// The output folder and what is being written to it.
pub struct Output {
    folder: PathBuf,
    unfinished: PathBuf,
    /// Folders that this run made, the innermost first; they go if it fails.
    made: Vec<PathBuf>,
    names: Vec<String>,
    /// A folder in it that holds pages of this run alone.
    pages: Option<String>,
    lock: Option<Lock>,
}

/// How many files a run gave their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Placed {
    /// Files whose content is new or different, and pages of an earlier run that were removed.
    pub changed: usize,
    /// Files that were there with the same content.
    pub unchanged: usize,
}

/// A CSV file in the making.
pub struct Table {
    name: String,
    path: PathBuf,
    csv: csv::Writer<BufWriter<File>>,
}

impl Output {
    /// Opens the folder for one run, creating it where it is missing.
    ///
    /// # Errors
    /// A folder that cannot be created or written to, or that another run is writing to.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let missing = folder.ancestors().take_while(|path| {
            let here = path.as_os_str().is_empty();
            !here && !path.exists()
        });
        let made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        let nearest = made.last().map_or(Some(folder), |path| path.parent());
        if let Some(file) = nearest.filter(|path| path.is_file()) {
            return Err(Failure::Output {
                path: file.to_owned(),
                reason: "is a file; name a folder with --out".to_owned(),
            });
        }
        let fault = |fault| Failure::folder(folder, &fault);
        let mut output = Self {
            folder: folder.to_owned(),
            unfinished: folder.join(UNFINISHED),
            made,
            names: Vec::new(),
            pages: None,
            lock: None,
        };
        fs::create_dir_all(folder).map_err(fault)?;
        output.lock = Lock::take(&folder.join(LOCK)).map_err(fault)?;
        if output.lock.is_none() {
            return Err(Failure::Output {
                path: folder.to_owned(),
                reason: "another run is writing to it; wait for its end, or name another folder with --out"
                    .to_owned(),
            });
        }
        output.clear().map_err(fault)?;
        fs::create_dir(&output.unfinished).map_err(fault)?;
        Ok(output)
    }

    /// Where a file of this run is until the run ends.
    pub fn path(&self, name: &str) -> PathBuf {
        self.unfinished.join(name)
    }

    fn create(&self, name: &str) -> Result<(PathBuf, BufWriter<File>), Failure> {
        let (path, place) = (self.folder.join(name), self.path(name));
        if path.is_dir() {
            return Err(Failure::Output {
                path,
                reason: "is a folder where a file is due; move it, or name another folder with --out"
                    .to_owned(),
            });
        }
        let create = || {
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent)?;
            }
            File::create(&place)
        };
        let file = create().map_err(|fault| Failure::folder(&path, &fault))?;
        Ok((path, BufWriter::new(file)))
    }

    /// Starts a CSV file with its header.
    ///
    /// # Errors
    /// A file that cannot be created.
    pub fn table(&self, name: &str, header: &[&str]) -> Result<Table, Failure> {
        let (path, file) = self.create(name)?;
        let csv = csv::Writer::from_writer(file);
        let name = name.to_owned();
        let mut table = Table { name, path, csv };
        table.row(header)?;
        Ok(table)
    }

    /// Finishes a CSV file.
    ///
    /// # Errors
    /// A file that cannot be written to its end.
    pub fn finish(&mut self, table: Table) -> Result<(), Failure> {
        let Table { name, path, csv } = table;
        let file = csv
            .into_inner()
            .map_err(|fault| Failure::folder(&path, fault.error()))?;
        self.end(name, &path, file)
    }

    /// Writes a JSON file.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        self.write(name, |file| {
            let text = serde_json::to_string_pretty(value).map_err(|fault| fault.to_string())?;
            writeln!(file, "{text}").map_err(|fault| fault.to_string())
        })
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
        let (path, file) = self.create(name)?;
        let mut watched = Watched { file, fault: None };
        let written = write(&mut watched);
        let Watched { file, fault } = watched;
        match (written, fault) {
            (_, Some(fault)) => Err(Failure::folder(&path, &fault)),
            (Err(reason), None) => Err(Failure::Output { path, reason }),
            (Ok(()), None) => self.end(name.to_owned(), &path, file),
        }
    }

    /// Writes a text that is there as a whole.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.write(name, |file| {
            file.write_all(text.as_bytes()).map_err(|fault| fault.to_string())
        })
    }

    /// Says that of all pages that runs have written to a folder in the output folder, it is to hold those of this
    /// run alone: the others are removed when the files take their names. What else is there stays.
    pub fn own_pages(&mut self, folder: &str) {
        self.pages = Some(folder.to_owned());
    }

    fn end(&mut self, name: String, path: &Path, file: BufWriter<File>) -> Result<(), Failure> {
        file.into_inner()
            .map_err(|fault| Failure::folder(path, fault.error()))?;
        self.names.push(name);
        Ok(())
    }

    /// Gives every file its name, unless the same content already has it.
    ///
    /// # Errors
    /// A file that cannot be moved.
    pub fn place(mut self) -> Result<Placed, Failure> {
        let mut placed = Placed::default();
        if let Some(pages) = self.pages.take() {
            let written: BTreeSet<PathBuf> = self.names.iter().map(|name| self.folder.join(name)).collect();
            let folder = self.folder.join(pages);
            let removed =
                remove_others(&folder, &written).map_err(|fault| Failure::folder(&folder, &fault))?;
            placed.changed = removed;
        }
        for name in std::mem::take(&mut self.names) {
            let (from, to) = (self.path(&name), self.folder.join(&name));
            let place = || {
                if same(&from, &to) {
                    return Ok(false);
                }
                if let Some(parent) = to.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::rename(&from, &to).map(|()| true)
            };
            let count = match place() {
                Ok(true) => &mut placed.changed,
                Ok(false) => &mut placed.unchanged,
                Err(fault) => return Err(Failure::folder(&to, &fault)),
            };
            *count = count.saturating_add(1);
        }
        self.made.clear();
        Ok(placed)
    }

    fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.unfinished) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.lock.is_some() {
            let _ = self.clear();
        }
        self.lock = None;
        // A folder that holds something stays: the store may be in it.
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
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
            .map_err(|fault| match fault.into_kind() {
                csv::ErrorKind::Io(fault) => Failure::folder(&self.path, &fault),
                other => Failure::Output {
                    path: self.path.clone(),
                    reason: format!("{other:?}"),
                },
            })
    }
}

/// A file that remembers what the system refused: who formats a file reports it as text.
struct Watched {
    file: BufWriter<File>,
    fault: Option<io::Error>,
}

impl Watched {
    fn note<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|fault| {
            let kind = fault.kind();
            self.fault = Some(fault);
            kind.into()
        })
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.file.write(bytes);
        self.note(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.file.flush();
        self.note(done)
    }
}

/// Removes the pages of a folder and of those in it but for some, and says how many. An HTML file that somebody else
/// has put there is no page.
fn remove_others(folder: &Path, keep: &BTreeSet<PathBuf>) -> io::Result<usize> {
    let mut removed = 0_usize;
    let entries = match fs::read_dir(folder) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            removed = removed.saturating_add(remove_others(&path, keep)?);
        } else if !keep.contains(&path) && is_page(&path)? {
            fs::remove_file(&path)?;
            removed = removed.saturating_add(1);
        }
    }
    Ok(removed)
}

/// Whether a file is a page that a run has written.
fn is_page(path: &Path) -> io::Result<bool> {
    if path.extension().is_none_or(|extension| extension != "html") {
        return Ok(false);
    }
    let mut head = Vec::new();
    File::open(path)?.take(256).read_to_end(&mut head)?;
    Ok(String::from_utf8_lossy(&head).contains(page::GENERATOR))
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
    let (mut left, mut right) = (BufReader::new(left), BufReader::new(right));
    loop {
        let (Ok(a), Ok(b)) = (left.fill_buf(), right.fill_buf()) else {
            return false;
        };
        let both = a.len().min(b.len());
        if both == 0 {
            return a.len() == b.len();
        }
        if a.get(..both) != b.get(..both) {
            return false;
        }
        left.consume(both);
        right.consume(both);
    }
}
