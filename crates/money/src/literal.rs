use rust_decimal::Decimal;

/// A decimal from a literal, checked when the code is compiled.
///
/// ```
/// use l2c_money::{Decimal, dec};
/// const FEE: Decimal = dec!(-1_234.50);
/// assert_eq!(FEE.to_string(), "-1234.50");
/// ```
///
/// More digits than a decimal holds, an exponent or a suffix do not compile:
/// ```compile_fail
/// l2c_money::dec!(1e3);
/// ```
// The macro of rust_decimal names that crate at the place of use, where only l2c-money is known.
#[macro_export]
macro_rules! dec {
    ($value:literal) => {
        const { $crate::decimal_literal(stringify!($value)) }
    };
}

/// What [`dec!`] stands for; the text is read as Rust writes numbers.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "only `dec!` calls it, in a const block: a fault here is a compile error"
)]
pub const fn decimal_literal(text: &str) -> Decimal {
    let bytes = text.as_bytes();
    let (mut at, mut digits, mut units, mut scale, mut point) = (0, 0, 0_u128, 0, false);
    let negative = !bytes.is_empty() && bytes[0] == b'-';
    if negative {
        at = 1;
    }
    while at < bytes.len() {
        match bytes[at] {
            digit @ b'0'..=b'9' => {
                // Zeros before the first digit do not count.
                if units > 0 || digit != b'0' {
                    digits += 1;
                }
                units = units * 10 + (digit - b'0') as u128;
                if point {
                    scale += 1;
                }
            }
            b'.' if !point => point = true,
            b'_' | b' ' => {}
            _ => panic!("a decimal is digits with at most one point"),
        }
        if digits > 29 || units >> 96 != 0 || scale > 28 {
            panic!("a decimal has at most 28 decimals and is below 2^96 without its point");
        }
        at += 1;
    }
    let (low, middle, high) = (units as u32, (units >> 32) as u32, (units >> 64) as u32);
    Decimal::from_parts(low, middle, high, negative && units > 0, scale)
}

#[cfg(test)]
mod tests {
    use super::decimal_literal;

    #[test]
    fn a_literal_is_what_it_reads_as() {
        for text in [
            "0",
            "12.50",
            "-12.50",
            "0.005",
            "0.0000000000000000000000000001",
            "1000000000000000000.5",
        ] {
            assert_eq!(decimal_literal(text).to_string(), text);
        }
        assert_eq!(decimal_literal("-0.00").to_string(), "0.00");
        let most = "79228162514264337593543950335".to_owned();
        assert_eq!(decimal_literal(&most).to_string(), most);
        assert_eq!(crate::dec!(-1_000.25), "-1000.25".parse().unwrap());
    }
}
