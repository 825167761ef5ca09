//! Reasons for which a row that was read is kept out of the population.

/// The row's date lies after the cutoff date.
pub const AFTER_CUTOFF: &str = "after_cutoff";
/// The row's date lies before the first day of the period.
pub const BEFORE_PERIOD: &str = "before_period";
