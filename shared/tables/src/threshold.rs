//! Exact comparison of an amount with a threshold, and its rounded form for display.
//!
//! A product of two decimals has at most 76 digits, which 256 bits hold.

use std::cmp::Ordering;

use arrow::datatypes::i256;
use tieout_model::Decimal;

/// Decimals of amounts that are shown in the contract's currency.
const SHOWN_SCALE: u8 = 2;
/// Decimals of a threshold in the amount's own currency, where it needs more than that.
const PRODUCT_SCALE: u8 = 10;

/// Whether `|amount| < value x rate`.
pub fn is_below(amount: Decimal, value: Decimal, rate: Decimal) -> bool {
    let (amount, value, rate) = (amount.abs().normalized(), value.normalized(), rate.normalized());
    let amount_scale = u32::from(amount.scale());
    let product_scale = u32::from(value.scale()) + u32::from(rate.scale());
    let own = i256::from_i128(amount.unscaled());
    let Some(product) = i256::from_i128(value.unscaled()).checked_mul(i256::from_i128(rate.unscaled())) else {
        return true;
    };
    let scaled = |number: i256, from: u32, to: u32| number.checked_mul(power_of_ten(to.saturating_sub(from))?);
    let scale = amount_scale.max(product_scale);
    match (scaled(own, amount_scale, scale), scaled(product, product_scale, scale)) {
        (Some(own), Some(product)) => own.cmp(&product) == Ordering::Less,
        // What does not fit into 256 bits is larger than the other number, which has at most 76 digits; zero always fits.
        (own, _) => own.is_some(),
    }
}

/// `amount / rate`, rounded to two decimals, half away from zero; `None` when it has too many digits.
pub fn converted((amount, rate): (Decimal, Decimal)) -> Option<Decimal> {
    let (amount, rate) = (amount.normalized(), rate.normalized());
    let up = u32::from(SHOWN_SCALE) + u32::from(rate.scale());
    let down = u32::from(amount.scale());
    let numerator = i256::from_i128(amount.abs().unscaled()).checked_mul(power_of_ten(up.saturating_sub(down))?)?;
    let denominator = i256::from_i128(rate.unscaled()).checked_mul(power_of_ten(down.saturating_sub(up))?)?;
    let two = i256::from_i128(2);
    let rounded =
        numerator.checked_mul(two)?.checked_add(denominator)?.checked_div(denominator.checked_mul(two)?)?.to_i128()?;
    let signed = if amount.unscaled() < 0 { rounded.checked_neg()? } else { rounded };
    Decimal::new(signed, SHOWN_SCALE).ok()
}

/// `value x rate`, exact where it has at most ten decimals, otherwise rounded to ten; `None` when it has too many
/// digits.
pub fn product(value: Decimal, rate: Decimal) -> Option<Decimal> {
    let (value, rate) = (value.normalized(), rate.normalized());
    let scale = u32::from(value.scale()) + u32::from(rate.scale());
    let exact = i256::from_i128(value.unscaled()).checked_mul(i256::from_i128(rate.unscaled()))?;
    let over = scale.saturating_sub(u32::from(PRODUCT_SCALE));
    if over == 0 {
        return Decimal::new(exact.to_i128()?, u8::try_from(scale).ok()?).ok();
    }
    let divisor = power_of_ten(over)?;
    let two = i256::from_i128(2);
    let rounded = exact.checked_mul(two)?.checked_add(divisor)?.checked_div(divisor.checked_mul(two)?)?;
    Decimal::new(rounded.to_i128()?, PRODUCT_SCALE).ok()
}

fn power_of_ten(exponent: u32) -> Option<i256> {
    i256::from_i128(10).checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn equal_is_not_below_and_a_rounded_value_never_decides() {
        // Worked example 30: threshold 1000 at rate 50.
        for (amount, below) in
            [("50000", false), ("49999.99", true), ("1000", true), ("-50000", false), ("-49999.9999999999", true)]
        {
            assert_eq!(is_below(of(amount), of("1000"), of("50")), below, "{amount}");
        }
        // 999.996 is shown as 1000.00 and is below all the same.
        assert!(is_below(of("999.996"), of("1000"), of("1")));
        assert_eq!(converted((of("999.996"), of("1"))), Some(of("1000.00")));
        assert!(is_below(of("0"), of("0.01"), of("0.0000000001")));
    }

    #[test]
    fn numbers_of_38_digits_compare_exactly() {
        let large = "99999999999999999999999999999999999999";
        let small = "0.00000000000000000000000000000000000001";
        assert!(!is_below(of(large), of(small), of(small)));
        assert!(is_below(of(small), of(large), of(large)));
        assert!(!is_below(of(large), of(large), of("1")));
        assert!(is_below(of(large), of(large), of("1.0000000001")));
    }

    #[test]
    fn display_is_rounded_half_away_from_zero() {
        // Worked example 6 among them.
        for (amount, rate, shown) in [
            ("1550", "15.5", "100.00"),
            ("400", "4", "100.00"),
            ("1000", "50", "20.00"),
            ("165000.00", "1650", "100.00"),
            ("0.005", "1", "0.01"),
            ("-0.005", "1", "-0.01"),
            ("-0.0049", "1", "0.00"),
            ("1", "3", "0.33"),
        ] {
            assert_eq!(converted((of(amount), of(rate))), Some(of(shown)), "{amount} at {rate}");
        }
        assert_eq!(product(of("1000"), of("1650.123456789")), Some(of("1650123.456789")));
        assert_eq!(product(of("0.5"), of("0.0000000001")).unwrap().to_string(), "0.0000000001");
    }
}
