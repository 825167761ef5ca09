//! Whether the text of a parameter is a value of its type.
//!
//! The plain forms only: a parameter is typed by a person or a schedule, not read from a file with its own habits.

use tieout_model::{ColumnType, CutoffDate, Decimal, DecimalError};

/// Says why the text is not a value of the type, as the end of a sentence (`is not a whole number`).
pub(crate) fn check_parameter(text: &str, data_type: ColumnType) -> Result<(), String> {
    match data_type {
        ColumnType::Text => Ok(()),
        ColumnType::Integer => text.parse::<i64>().map(drop).map_err(|_| "is not a whole number of 64 bits".to_owned()),
        ColumnType::Decimal { precision, scale } => fits(text, precision, scale).map_err(|error| error.to_string()),
        ColumnType::Boolean if matches!(text, "true" | "false") => Ok(()),
        ColumnType::Boolean => Err("is neither true nor false".to_owned()),
        ColumnType::Date => {
            text.parse::<CutoffDate>().map(drop).map_err(|_| "is not a date of the form YYYY-MM-DD".to_owned())
        }
        ColumnType::Timestamp => Err("would be a timestamp, which no parameter is".to_owned()),
    }
}

fn fits(text: &str, precision: u8, scale: u8) -> Result<(), DecimalError> {
    let unscaled = text.parse::<Decimal>()?.rescaled(scale)?.unscaled().unsigned_abs();
    let limit = 10_u128.checked_pow(u32::from(precision)).ok_or(DecimalError::Overflow)?;
    if unscaled < limit { Ok(()) } else { Err(DecimalError::Overflow) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_values_of_the_type_are_taken() {
        let decimal = ColumnType::Decimal { precision: 4, scale: 2 };
        for (text, data_type) in [
            ("anything", ColumnType::Text),
            ("-7", ColumnType::Integer),
            ("99.99", decimal),
            ("1.5000", decimal),
            ("true", ColumnType::Boolean),
            ("2024-02-29", ColumnType::Date),
        ] {
            assert_eq!(check_parameter(text, data_type), Ok(()), "{text}");
        }
        for (text, data_type) in [
            ("7.0", ColumnType::Integer),
            ("100.00", decimal),
            ("1.005", decimal),
            ("1e3", decimal),
            ("yes", ColumnType::Boolean),
            ("29.02.2024", ColumnType::Date),
            ("2024-01-01", ColumnType::Timestamp),
        ] {
            assert!(check_parameter(text, data_type).is_err(), "{text}");
        }
    }
}
