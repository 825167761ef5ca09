//! Cells of the naive oracle, their common form, and how far two of them are apart.
//!
//! It shares no code with the crates it judges; of Unicode it knows what its tables hold and no more.

use std::cmp::Ordering;

use tieout_model::{Decimal, DecimalError, NormalisationStep, RelativeBase, Tolerance};

const DAY_NANOSECONDS: i128 = 86_400_000_000_000;

/// A value of a cell; null comes first, numbers are equal by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OracleCell {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer or decimal.
    Number(Decimal),
    /// Text, in the order of its bytes.
    Text(String),
    /// Days since 1970.
    Day(i32),
    /// Nanoseconds since 1970.
    Instant(i128),
    /// A binary float.
    Float(OracleFloat),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A binary float in its total order, in which minus zero comes before zero.
#[derive(Debug, Clone, Copy)]
pub struct OracleFloat(pub f64);

impl PartialEq for OracleFloat {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for OracleFloat {}

impl PartialOrd for OracleFloat {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OracleFloat {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// How two cells compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Apart {
    Equal,
    /// Different; how far apart they are, if both are numbers (or dates, in days begun), and whether that is tolerated.
    Different {
        by: Option<Decimal>,
        tolerated: bool,
    },
}

impl OracleCell {
    /// The cell in its common form.
    #[must_use]
    pub fn form(&self, steps: &[NormalisationStep]) -> Self {
        match self {
            Self::Text(text) => Self::Text(text_form(text, steps)),
            Self::Instant(instant) if steps.contains(&NormalisationStep::Date) => {
                Self::Day(i32::try_from(instant.div_euclid(DAY_NANOSECONDS)).unwrap_or(i32::MAX))
            }
            Self::Float(OracleFloat(value)) if value.is_nan() => Self::Float(OracleFloat(f64::NAN)),
            Self::Float(OracleFloat(value)) if *value == 0.0 => Self::Float(OracleFloat(0.0)),
            other => other.clone(),
        }
    }

    /// The text by which sums are grouped; `None` for null.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            other => Some(format!("{other:?}")),
        }
    }

    /// The number; `None` when it is null or something else.
    pub(super) fn number(&self) -> Option<Decimal> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

/// Compares two cells that are in their common form.
pub(super) fn apart(left: &OracleCell, right: &OracleCell, tolerance: &Tolerance) -> Result<Apart, DecimalError> {
    if left == right {
        return Ok(Apart::Equal);
    }
    let days = |span: i128, day: i128| {
        let within = tolerance.days.is_some_and(|days| {
            (0..=i128::from(days.after) * day).contains(&span) || (0..=i128::from(days.before) * day).contains(&-span)
        });
        let begun = (span.abs() + day - 1) / day;
        Decimal::new(begun, 0).map(|begun| Apart::Different { by: Some(begun), tolerated: within })
    };
    match (left, right) {
        (OracleCell::Number(left), OracleCell::Number(right)) => numbers_apart(*left, *right, tolerance),
        (OracleCell::Day(left), OracleCell::Day(right)) => days(i128::from(*right) - i128::from(*left), 1),
        (OracleCell::Instant(left), OracleCell::Instant(right)) => days(right - left, DAY_NANOSECONDS),
        _ => Ok(Apart::Different { by: None, tolerated: false }),
    }
}

fn numbers_apart(left: Decimal, right: Decimal, tolerance: &Tolerance) -> Result<Apart, DecimalError> {
    let by = left.checked_sub(right)?.abs();
    let mut tolerated = tolerance.absolute.is_some_and(|limit| by <= limit);
    if let Some(relative) = tolerance.relative {
        let base = match relative.base {
            RelativeBase::Left => left.abs(),
            RelativeBase::Right => right.abs(),
            RelativeBase::Max => left.abs().max(right.abs()),
        };
        tolerated |= by <= relative.fraction.checked_mul(base)?;
    }
    Ok(Apart::Different { by: Some(by), tolerated })
}

fn text_form(text: &str, steps: &[NormalisationStep]) -> String {
    let mut text = text.to_owned();
    // Letters that differ in case only may be composed differently, so case brings them into one composition too.
    if steps.contains(&NormalisationStep::Nfc) || steps.contains(&NormalisationStep::Case) {
        text = text.replace("e\u{301}", "\u{e9}");
    }
    if steps.contains(&NormalisationStep::Trim) {
        text = text.trim_matches(' ').to_owned();
    }
    if steps.contains(&NormalisationStep::Case) {
        text = text.to_lowercase();
    }
    if steps.contains(&NormalisationStep::LeadingZeros) {
        let rest = text.trim_start_matches('0');
        let keeps_one = rest.len() < text.len() && !rest.starts_with(char::is_alphanumeric);
        text = if keeps_one { format!("0{rest}") } else { rest.to_owned() };
    }
    if steps.contains(&NormalisationStep::Number)
        && let Ok(number) = text.parse::<Decimal>()
    {
        text = number.normalized().to_string();
    }
    text
}
