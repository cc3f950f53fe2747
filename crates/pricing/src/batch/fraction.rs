/// The least common multiple of two numbers above zero; none beyond 128 bits.
pub(super) fn least_multiple(a: u128, b: u128) -> Option<u128> {
    a.checked_mul(b.checked_div(greatest_divisor(a, b))?)
}

/// The greatest common divisor.
pub(super) fn greatest_divisor(mut a: u128, mut b: u128) -> u128 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}
