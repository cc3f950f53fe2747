use super::uniform;

/// The number of products.
pub const PRODUCTS: usize = 10_000;
/// The number of tier sets.
pub const TIER_SETS: usize = 64;

/// Lines of quotes, the products that they are of, and the tiers of these.
#[derive(Debug, Default)]
pub struct QuoteLines {
    /// The list price of each product, in units of 1/10000.
    pub price: Vec<i64>,
    /// How a quantity becomes an amount: 0 flat, 1 graduated, 2 volume.
    pub model: Vec<u8>,
    /// The tier set.
    pub tier_set: Vec<u8>,
    /// The floor as a share of list, in basis points.
    pub floor: Vec<i64>,
    /// The decimals of its currency: 0, 2 or 3.
    pub digits: Vec<u8>,
    /// Of each tier set the last quantity of each tier; the last tier has no end.
    pub bound: Vec<[i64; 4]>,
    /// The share of the list price that each tier costs, in basis points.
    pub factor: Vec<[i64; 4]>,
    /// The product of each line.
    pub product: Vec<u32>,
    /// How many.
    pub quantity: Vec<i32>,
    /// A discount, in basis points.
    pub first_discount: Vec<i16>,
    /// A discount on what the first leaves, in basis points.
    pub second_discount: Vec<i16>,
    /// Days of a year.
    pub days: Vec<i16>,
}

/// So many lines.
#[must_use]
pub fn quote_lines(n: usize) -> QuoteLines {
    let product = |column, below| (0..PRODUCTS as u64).map(move |row| uniform(3, row, column, below));
    let line = |column, below| (0..n as u64).map(move |row| uniform(5, row, column, below));
    let bound = |row| {
        let first = 10 + uniform(4, row, 1, 90);
        let second = first + 50 + uniform(4, row, 2, 200);
        [first, second, second + 200 + uniform(4, row, 3, 600), i64::MAX]
    };
    let factor = |row| {
        let second = 10_000 - uniform(4, row, 4, 1_000);
        let third = second - uniform(4, row, 5, 1_000);
        [10_000, second, third, third - uniform(4, row, 6, 1_000)]
    };
    QuoteLines {
        price: product(1, 20_000_000).map(|price| 10_000 + price).collect(),
        model: product(2, 3).map(|model| model as u8).collect(),
        tier_set: product(3, TIER_SETS as u64).map(|set| set as u8).collect(),
        floor: product(4, 3_001).map(|floor| 5_000 + floor).collect(),
        digits: product(5, 4)
            .map(|digits| [2, 2, 0, 3][digits as usize])
            .collect(),
        bound: (0..TIER_SETS as u64).map(bound).collect(),
        factor: (0..TIER_SETS as u64).map(factor).collect(),
        product: line(1, PRODUCTS as u64).map(|product| product as u32).collect(),
        quantity: line(2, 2_000).map(|quantity| 1 + quantity as i32).collect(),
        first_discount: line(3, 2_001).map(|discount| discount as i16).collect(),
        second_discount: line(4, 1_501).map(|discount| discount as i16).collect(),
        days: line(5, 365).map(|days| 1 + days as i16).collect(),
    }
}

impl QuoteLines {
    /// Proves that the generator made the data that others made.
    #[must_use]
    pub fn checksum(&self) -> i128 {
        let row = |row: usize| {
            i128::from(self.product[row])
                + i128::from(self.quantity[row])
                + i128::from(self.first_discount[row])
                + i128::from(self.second_discount[row])
                + i128::from(self.days[row])
        };
        (0..self.product.len())
            .map(|r| crate::weight(r as u64) * row(r))
            .sum()
    }
}
