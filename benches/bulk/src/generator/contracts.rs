use super::uniform;

/// Days since 1970-01-01 of a Gregorian date.
pub(crate) const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let m = (5 * of_year + 2) / 153;
    let month = if m < 10 { m + 3 } else { m - 9 };
    (
        year + era * 400 + (month <= 2) as i64,
        month,
        of_year - (153 * m + 2) / 5 + 1,
    )
}

const fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The last day of a term of some months.
fn last_day(start: i64, months: i64) -> i64 {
    let (year, month, day) = civil(start);
    let month = year * 12 + month - 1 + months;
    let (year, month) = (month / 12, month % 12 + 1);
    days(year, month, day.min(days_of_month(year, month))) - 1
}

/// Contracts with obligations.
#[derive(Debug, Default)]
pub struct Contracts {
    /// The price of each contract, in cents.
    pub price: Vec<i64>,
    /// The index of each contract's first obligation, and in the end their number.
    pub offsets: Vec<u32>,
    /// Of each obligation, its place in the contract.
    pub place: Vec<u8>,
    /// Its stand-alone selling price, in cents.
    pub ssp: Vec<i64>,
    /// Its first day, counted from 1970-01-01.
    pub first_day: Vec<i32>,
    /// Its last day.
    pub last_day: Vec<i32>,
}

/// So many contracts with 3 to 8 obligations of 12 to 36 months each, from 2024 on.
#[must_use]
pub fn contracts(n: usize) -> Contracts {
    let mut contracts = Contracts {
        offsets: vec![0],
        ..Contracts::default()
    };
    let base = days(2024, 1, 1);
    for c in 0..n as u64 {
        let obligations = 3 + uniform(1, c, 1, 6) as u64;
        let start = base + uniform(1, c, 3, 731);
        let mut sum = 0;
        for j in 0..obligations {
            let row = c * 8 + j;
            let ssp = 1000 + uniform(2, row, 1, 5_000_000);
            let start = start + uniform(2, row, 2, 31);
            sum += ssp;
            contracts.place.push(j as u8);
            contracts.ssp.push(ssp);
            contracts.first_day.push(start as i32);
            contracts
                .last_day
                .push(last_day(start, 12 + uniform(2, row, 3, 25)) as i32);
        }
        contracts
            .price
            .push(sum * (10_000 - uniform(1, c, 2, 4001)) / 10_000);
        contracts.offsets.push(contracts.ssp.len() as u32);
    }
    contracts
}

impl Contracts {
    /// Proves that the generator made the data that others made.
    #[must_use]
    pub fn checksum(&self) -> i128 {
        let row = |row: usize| {
            i128::from(self.ssp[row]) + i128::from(self.first_day[row]) + i128::from(self.last_day[row])
        };
        (0..self.ssp.len())
            .map(|r| crate::weight(r as u64) * row(r))
            .sum()
    }
}
