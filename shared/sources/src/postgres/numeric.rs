//! `numeric` on the wire: groups of four digits, the power of the first group, a sign, and the digits to show.
//!
//! Exact or not at all: NaN, the infinities and more than 38 digits are refused by name.

use tieout_model::Decimal;
use tieout_tables::TypedValue;
use tokio_postgres::types::private::BytesMut;

use crate::rows::DatabaseValue;

const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xC000;
const INFINITIES: [u16; 2] = [0xD000, 0xF000];

/// Reads a value.
pub(super) fn read_numeric(bytes: &[u8]) -> DatabaseValue<'static> {
    let word = |at: usize| bytes.get(2 * at..2 * at + 2).and_then(|two| two.try_into().ok()).map(u16::from_be_bytes);
    let signed = |at: usize| word(at).map(|word| i32::from(i16::from_be_bytes(word.to_be_bytes())));
    let (Some(groups), Some(weight), Some(sign), Some(scale)) = (word(0), signed(1), word(2), word(3)) else {
        return DatabaseValue::Unfit("is cut short");
    };
    if sign == NOT_A_NUMBER {
        return DatabaseValue::Unfit("is NaN, which is no number");
    }
    if INFINITIES.contains(&sign) {
        return DatabaseValue::Unfit("is infinite");
    }
    let too_long = DatabaseValue::Unfit("needs more than 38 digits");
    let Some(scale) = u8::try_from(scale).ok().filter(|scale| *scale <= 38) else { return too_long };
    let mut unscaled: i128 = 0;
    // The last group's lowest digit stands for 10^(4 * (weight - groups + 1)).
    let mut power = 4 * (weight - i32::from(groups) + 1);
    for group in 0..usize::from(groups) {
        let Some(digits) = word(4 + group) else { return DatabaseValue::Unfit("is cut short") };
        let next = unscaled.checked_mul(10_000).and_then(|unscaled| unscaled.checked_add(i128::from(digits)));
        let Some(next) = next else { return too_long };
        unscaled = next;
    }
    // Bring it to `scale` decimals: trailing zeros of the last group go, missing ones come.
    let wanted = -i32::from(scale);
    while power < wanted {
        if unscaled % 10 != 0 {
            return DatabaseValue::Unfit("has more digits than it says");
        }
        (unscaled, power) = (unscaled / 10, power + 1);
    }
    while power > wanted {
        let Some(next) = unscaled.checked_mul(10) else { return too_long };
        if unscaled == 0 {
            break;
        }
        (unscaled, power) = (next, power - 1);
    }
    if sign == NEGATIVE {
        unscaled = -unscaled;
    }
    if Decimal::new(unscaled, scale).is_err() {
        return too_long;
    }
    DatabaseValue::Typed(TypedValue::Decimal { unscaled, scale })
}

/// Writes a value.
pub(super) fn write_numeric(decimal: Decimal, out: &mut BytesMut) {
    let scale = u16::from(decimal.scale());
    // Whole groups of four after the mark: pad with zeros up to a multiple of four decimals, group by group.
    let padding = (4 - scale % 4) % 4;
    let digits = format!("{}{}", decimal.unscaled().unsigned_abs(), "0".repeat(usize::from(padding)));
    let front = (4 - digits.len() % 4) % 4;
    let digits = format!("{}{digits}", "0".repeat(front));
    let groups: Vec<u16> = digits
        .as_bytes()
        .chunks(4)
        .map(|four| four.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
        .collect();
    let after_mark = usize::from((scale + padding) / 4);
    let weight = i16::try_from(groups.len()).unwrap_or(0) - i16::try_from(after_mark).unwrap_or(0) - 1;
    let count = u16::try_from(groups.len()).unwrap_or(0);
    let sign = if decimal.is_negative() { NEGATIVE } else { 0 };
    for bytes in [count.to_be_bytes(), weight.to_be_bytes(), sign.to_be_bytes(), scale.to_be_bytes()] {
        out.extend_from_slice(&bytes);
    }
    for group in groups {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in
            ["0", "1", "-1", "10000", "0.0001", "-12345.678900", "99999999999999999999999999999999999999", "0.00"]
        {
            let decimal: Decimal = text.parse().unwrap();
            let mut out = BytesMut::new();
            write_numeric(decimal, &mut out);
            match read_numeric(&out) {
                DatabaseValue::Typed(value) => assert_eq!(value.to_string(), text),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_number_is_refused_by_name() {
        let special = |sign: u16| [[0, 0], [0, 0], sign.to_be_bytes(), [0, 0]].concat();
        for (sign, problem) in
            [(0xC000, "is NaN, which is no number"), (0xD000, "is infinite"), (0xF000, "is infinite")]
        {
            assert_eq!(read_numeric(&special(sign)), DatabaseValue::Unfit(problem));
        }
        assert_eq!(read_numeric(&[0]), DatabaseValue::Unfit("is cut short"));
    }
}
