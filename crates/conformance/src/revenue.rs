//! Kinds of the revenue page, a file for each topic.

mod classification;
mod exact_split;

pub(crate) use classification::classification;
pub(crate) use exact_split::exact_split;
use l2c_revenue::Book;

use crate::given::Stop;

/// The framework, US GAAP if none is named.
fn book(framework: Option<&str>) -> Result<Book, Stop> {
    match framework {
        None | Some("ASC606") => Ok(Book::Asc606),
        Some("IFRS15") => Ok(Book::Ifrs15),
        Some(_) => Err(Stop::Refused("unknown_framework")),
    }
}
