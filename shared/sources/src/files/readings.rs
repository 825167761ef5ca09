//! What the values of a column read as, gathered over all of them, and the type that holds them all without loss.
//!
//! A value keeps its column text unless it reads exactly: `0012`, `+1`, `1.` or ` 7` is no number here, for something
//! of it would be lost. What is empty says nothing.

use tieout_model::{ColumnType, MAX_PRECISION, ValueFormat};
use tieout_tables::{InputCell, parse_value};

/// The digits that every 64-bit integer has.
const INTEGER_DIGITS: usize = 18;

/// The largest exponent that is read, as a number of digits.
const MAX_EXPONENT: usize = 1_000;

/// What all values of a column read as. Counts are values that are not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    values: u64,
    /// Values that read as a number in some form.
    numbers: u64,
    /// Of those, the ones of which a number keeps everything.
    plain_numbers: u64,
    whole_digits: usize,
    decimals: usize,
    booleans: u64,
    dates: u64,
    /// Dates with a time of day.
    moments: u64,
}

impl Readings {
    /// Takes one cell.
    pub(super) fn take(&mut self, cell: &InputCell<'_>, format: &ValueFormat) {
        let (text, is_typed) = match *cell {
            InputCell::Declared(text) => (text, false),
            InputCell::Plain(text) => (text, true),
            // A bad value is refused when the column is read, and no file has typed values; neither says anything.
            InputCell::Null | InputCell::Typed(_) | InputCell::Bad { .. } => return,
        };
        if text.is_empty() {
            return;
        }
        self.values += 1;
        if let Some(shape) = NumberShape::of(text) {
            self.numbers += 1;
            self.plain_numbers += u64::from(shape.is_plain || is_typed);
            self.whole_digits = self.whole_digits.max(shape.whole_digits);
            self.decimals = self.decimals.max(shape.decimals);
        } else if matches!(text, "true" | "false") {
            self.booleans += 1;
        } else if text.as_bytes().get(4) == Some(&b'-') {
            self.take_day(text, is_typed, format);
        }
    }

    fn take_day(&mut self, text: &str, is_typed: bool, format: &ValueFormat) {
        // A typed cell is always written with a time, at midnight where it is a day.
        let day = if is_typed { text.strip_suffix("T00:00:00").unwrap_or(text) } else { text };
        let reads = |text: &str, data_type: ColumnType| parse_value(text, data_type, format).is_ok();
        if reads(day, ColumnType::Date) {
            self.dates += 1;
        } else if reads(text, ColumnType::Timestamp) {
            self.moments += 1;
        }
    }

    /// Both columns together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            values: self.values + other.values,
            numbers: self.numbers + other.numbers,
            plain_numbers: self.plain_numbers + other.plain_numbers,
            whole_digits: self.whole_digits.max(other.whole_digits),
            decimals: self.decimals.max(other.decimals),
            booleans: self.booleans + other.booleans,
            dates: self.dates + other.dates,
            moments: self.moments + other.moments,
        }
    }

    /// Whether no cell holds anything.
    pub fn is_empty(&self) -> bool {
        self.values == 0
    }

    /// Whether a value has a time of day.
    pub fn has_moments(&self) -> bool {
        self.moments > 0
    }

    /// The narrowest type of which every value is one, exactly as it is written; text where there is none.
    pub fn column_type(&self) -> ColumnType {
        let all = |count: u64| self.values > 0 && count == self.values;
        if all(self.booleans) {
            ColumnType::Boolean
        } else if all(self.dates) {
            ColumnType::Date
        } else if all(self.dates + self.moments) {
            ColumnType::Timestamp
        } else if all(self.plain_numbers) {
            self.number_type().unwrap_or(ColumnType::Text)
        } else {
            ColumnType::Text
        }
    }

    /// Whether every value is a number, and a decimal of these digits holds them all.
    pub fn fit(&self, precision: u8, scale: u8) -> bool {
        let whole_digits = usize::from(precision.saturating_sub(scale));
        self.number_type().is_some() && self.whole_digits <= whole_digits && self.decimals <= usize::from(scale)
    }

    /// The narrowest number type that holds every value, leading zeros and the like aside; `None` where a value is no
    /// number, or one of more digits than a number has, or where there is no value.
    pub fn number_type(&self) -> Option<ColumnType> {
        if self.values == 0 || self.numbers != self.values {
            return None;
        }
        if self.decimals == 0 && self.whole_digits <= INTEGER_DIGITS {
            return Some(ColumnType::Integer);
        }
        let precision = u8::try_from(self.whole_digits + self.decimals).ok().filter(|digits| *digits <= MAX_PRECISION);
        Some(ColumnType::Decimal { precision: precision?, scale: u8::try_from(self.decimals).ok()? })
    }
}

/// How a number is written.
#[derive(Debug, PartialEq, Eq)]
struct NumberShape {
    whole_digits: usize,
    decimals: usize,
    /// Whether it is written as `-12.50` and nothing of it is lost in a number.
    is_plain: bool,
}

impl NumberShape {
    fn of(text: &str) -> Option<Self> {
        let trimmed = text.trim_matches(' ');
        let mut is_plain = trimmed.len() == text.len();
        let unsigned = trimmed.strip_prefix('-').unwrap_or(trimmed);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                is_plain = false;
                (mantissa, exponent)
            }
            None => (unsigned, "0"),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        // `1.` is a number to nobody; the readers refuse it too.
        if fraction.is_empty() && mantissa.ends_with('.') {
            return None;
        }
        let significant = whole.trim_start_matches('0');
        is_plain &= significant.len() == whole.len() || whole == "0";
        let (down, up) = exponent_of(exponent)?;
        Some(Self {
            whole_digits: (significant.len() + up).saturating_sub(down).max(usize::from(up + down == 0)),
            decimals: (fraction.len() + down).saturating_sub(up),
            is_plain,
        })
    }
}

/// By how many places an exponent moves the mark to the left and to the right.
fn exponent_of(text: &str) -> Option<(usize, usize)> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = digits.parse::<usize>().ok().filter(|places| *places <= MAX_EXPONENT)?;
    Some(if is_negative { (places, 0) } else { (0, places) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(texts: &[&str]) -> Readings {
        let mut readings = Readings::default();
        for text in texts {
            readings.take(&InputCell::Declared(text), &ValueFormat::default());
        }
        readings
    }

    #[test]
    fn a_column_has_the_narrowest_type_that_loses_nothing() {
        for (texts, expected) in [
            (vec!["1", "-20", "", "0"], "integer"),
            (vec!["1", "2.50"], "decimal(3,2)"),
            (vec!["0.05", "-0.1"], "decimal(3,2)"),
            (vec!["123456789012345678"], "integer"),
            (vec!["1234567890123456789"], "decimal(19,0)"),
            (vec!["99999999999999999999999999999999999999"], "decimal(38,0)"),
            (vec!["999999999999999999999999999999999999999"], "text"),
            (vec!["12", "0012"], "text"),
            (vec!["00.5"], "text"),
            (vec!["+1"], "text"),
            (vec![" 1"], "text"),
            (vec!["1e3"], "text"),
            (vec!["1."], "text"),
            (vec![".5"], "text"),
            (vec!["1", "x"], "text"),
            (vec!["-"], "text"),
            (vec!["true", "false"], "boolean"),
            (vec!["true", "1"], "text"),
            (vec!["True"], "text"),
            (vec!["2024-02-29", ""], "date"),
            (vec!["2024-02-30"], "text"),
            (vec!["2024-02-29", "2024-02-29 10:00:00"], "timestamp"),
            (vec!["2024-02-29T10:00:00.123456"], "timestamp"),
            (vec!["2024-02-29T10:00:00.1234567"], "text"),
            (vec!["2024-02-29T10:00:00Z"], "text"),
            (vec!["20240229"], "integer"),
            (vec!["", ""], "text"),
            (vec![], "text"),
        ] {
            assert_eq!(readings(&texts).column_type().to_string(), expected, "{texts:?}");
        }
    }

    #[test]
    fn both_sides_decide_together() {
        let (left, right) = (readings(&["12", "3.5"]), readings(&["100", "2.125"]));
        assert_eq!(left.with(&right).column_type().to_string(), "decimal(6,3)");
        assert_eq!(left.with(&readings(&["007"])).column_type(), ColumnType::Text);
        assert_eq!(left.with(&readings(&[])).column_type().to_string(), "decimal(3,1)");
    }

    #[test]
    fn where_numbers_are_demanded_leading_zeros_are_numbers() {
        for (texts, expected) in [
            (vec!["0012", "7"], Some("integer")),
            (vec![" 1.50 "], Some("decimal(3,2)")),
            (vec!["1.25e1"], Some("decimal(3,1)")),
            (vec!["125E-4"], Some("decimal(4,4)")),
            (vec!["1e3"], Some("integer")),
            (vec!["x"], None),
            (vec![], None),
        ] {
            let found = readings(&texts).number_type().map(|found| found.to_string());
            match expected {
                // One digit more for the whole part is kept where an exponent may have moved the mark.
                Some(expected) if texts != ["125E-4"] && texts != ["1.25e1"] => {
                    assert_eq!(found.as_deref(), Some(expected), "{texts:?}");
                }
                Some(_) => assert!(found.is_some_and(|found| found.starts_with("decimal"))),
                None => assert_eq!(found, None, "{texts:?}"),
            }
        }
    }

    #[test]
    fn a_decimal_may_have_room_for_all_values() {
        let found = readings(&["12.5", "-100", "0.25"]);
        assert!(found.fit(18, 2) && found.fit(5, 2));
        assert!(!found.fit(4, 2) && !found.fit(18, 1));
        assert!(!readings(&["1", "x"]).fit(18, 2) && !readings(&[]).fit(18, 2));
    }

    #[test]
    fn a_typed_cell_at_midnight_is_a_day() {
        let mut days = Readings::default();
        days.take(&InputCell::Plain("2024-01-31T00:00:00"), &ValueFormat::default());
        assert_eq!(days.column_type(), ColumnType::Date);
        days.take(&InputCell::Plain("2024-01-31T00:00:01"), &ValueFormat::default());
        assert_eq!(days.column_type(), ColumnType::Timestamp);
        assert!(days.has_moments());
        let mut numbers = Readings::default();
        numbers.take(&InputCell::Plain("1e3"), &ValueFormat::default());
        assert_eq!(numbers.column_type(), ColumnType::Integer, "a number of JSON is a number however it is written");
    }
}
