//! The reason that lies in a comparison, and whether its figures contradict one another.
//!
//! A figure that follows from others is derived again; a record that says otherwise is not relied on.

use std::collections::BTreeSet;

use super::figures::check_failed;
use crate::footing::class_rows;
use crate::{
    Absorbed, ComparisonClass, ComparisonDetails, ComparisonResult, Decimal, Reason, ReasonCode, Side, WhatIf,
};

/// The reason, if there is one.
pub(super) fn comparison_reason(comparison: &ComparisonResult) -> Option<Reason> {
    let contradictions = comparison.contradictions();
    if !contradictions.is_empty() {
        return Some(check_failed(&comparison.id, contradictions.join("; ")));
    }
    let null_keys = comparison.null_key_rows_left.saturating_add(comparison.null_key_rows_right);
    let found: Vec<String> = [
        (comparison.mismatch, "beyond tolerance".to_owned()),
        (comparison.only_left, format!("only in {}", comparison.left)),
        (comparison.only_right, format!("only in {}", comparison.right)),
        (comparison.duplicate_keys, "with a key that is there more than once".to_owned()),
        (null_keys, "without a complete key".to_owned()),
        (comparison.details.ambiguous_keys, "that could be paired in more than one way".to_owned()),
        (comparison.details.group_mismatch_keys, "whose sums differ".to_owned()),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .chain(comparison.details.absorbed.iter().filter(|absorbed| absorbed.over_cap).map(over_cap))
    .collect();
    (!found.is_empty()).then(|| Reason {
        code: ReasonCode::ComparisonDifferences,
        subject: comparison.id.clone(),
        detail: format!("{} against {}: {}", comparison.left, comparison.right, found.join(", ")),
        cure: "explain or correct each row of the exceptions table".to_owned(),
    })
}

fn over_cap(absorbed: &Absorbed) -> String {
    format!("tolerance of {} absorbed {}", absorbed.column, absorbed.total_and_cap())
}

impl ComparisonResult {
    /// In which ways its figures contradict one another, in words; none of a result that was made by this program.
    pub fn contradictions(&self) -> Vec<String> {
        let details = &self.details;
        let checks = [
            (counts_agree(self), "its counts of keys and of rows contradict each other"),
            (absorbed_follows(self), "what its tolerances absorbed contradicts its other figures or its caps"),
            (merged_follows(details), "what its normalisation merged contradicts itself"),
            (what_if_follows(details), "a larger tolerance of its what-if leaves more than a smaller one"),
        ];
        checks.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what.to_owned()).collect()
    }
}

/// Whether the counts of keys say the same as the counts of rows by side and class.
fn counts_agree(comparison: &ComparisonResult) -> bool {
    use ComparisonClass::{DuplicateKey, Matched, Mismatch, NullKey, OnlyLeft, OnlyRight, WithinTolerance};
    let pairs = [
        (Side::Left, Matched, comparison.matched),
        (Side::Right, Matched, comparison.matched),
        (Side::Left, WithinTolerance, comparison.within_tolerance),
        (Side::Right, WithinTolerance, comparison.within_tolerance),
        (Side::Left, Mismatch, comparison.mismatch),
        (Side::Right, Mismatch, comparison.mismatch),
        (Side::Left, OnlyLeft, comparison.only_left),
        (Side::Right, OnlyRight, comparison.only_right),
        (Side::Left, OnlyRight, 0),
        (Side::Right, OnlyLeft, 0),
        (Side::Left, DuplicateKey, comparison.duplicate_rows_left),
        (Side::Right, DuplicateKey, comparison.duplicate_rows_right),
        (Side::Left, NullKey, comparison.null_key_rows_left),
        (Side::Right, NullKey, comparison.null_key_rows_right),
    ];
    let duplicate_rows = comparison.duplicate_rows_left.saturating_add(comparison.duplicate_rows_right);
    let declared = [
        (ComparisonClass::Ambiguous, comparison.details.ambiguous_keys),
        (ComparisonClass::GroupMatched, comparison.details.group_matched_keys),
        (ComparisonClass::GroupMismatch, comparison.details.group_mismatch_keys),
    ];
    let rows = |class| [Side::Left, Side::Right].map(|side| class_rows(comparison, side, class)).iter().sum::<u64>();
    pairs.into_iter().all(|(side, class, count)| class_rows(comparison, side, class) == count)
        && (comparison.duplicate_keys == 0) == (duplicate_rows == 0)
        && declared.into_iter().all(|(class, keys)| (keys == 0) == (rows(class) == 0) && keys <= rows(class))
}

/// Whether each column and currency is there once, of no more keys than could be, and over its cap when its total is.
fn absorbed_follows(comparison: &ComparisonResult) -> bool {
    let details = &comparison.details;
    let keys = comparison.within_tolerance.saturating_add(details.group_matched_keys);
    let mut seen = BTreeSet::new();
    details.absorbed.iter().all(|absorbed| {
        seen.insert((&absorbed.column, &absorbed.currency))
            && absorbed.keys <= keys
            && (absorbed.keys == 0) == absorbed.total.is_zero()
            && !absorbed.total.is_negative()
            && absorbed.over_cap == absorbed.cap.is_some_and(|cap| absorbed.total > cap)
            && details.absorbed.iter().all(|other| other.column != absorbed.column || other.cap == absorbed.cap)
    })
}

/// Whether no column merged more keys than all columns together.
fn merged_follows(details: &ComparisonDetails) -> bool {
    let mut seen = BTreeSet::new();
    details.normalised.iter().all(|of| seen.insert(&of.column) && of.keys_merged <= details.keys_merged)
}

/// Whether a larger tolerance of a column leaves at most the keys and amounts of a smaller one.
fn what_if_follows(details: &ComparisonDetails) -> bool {
    let amount = |what_if: &WhatIf, currency| {
        let of = what_if.amounts.iter().find(|of| of.currency == currency);
        of.map_or(Decimal::ZERO, |of| of.amount)
    };
    let at_most = |smaller: &WhatIf, larger: &WhatIf| {
        smaller.tolerance != larger.tolerance
            && larger.keys <= smaller.keys
            && larger.amounts.iter().all(|of| of.amount <= amount(smaller, of.currency.clone()))
    };
    let pairs = details.what_if.iter().enumerate().flat_map(|(place, one)| {
        let others = details.what_if.iter().skip(place.saturating_add(1));
        others.filter(|other| other.column == one.column).map(move |other| (one, other))
    });
    pairs
        .map(|(one, other)| if one.tolerance <= other.tolerance { (one, other) } else { (other, one) })
        .all(|(smaller, larger)| at_most(smaller, larger))
}
