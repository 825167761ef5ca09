//! What can be planted in a sample: findings, things to review, and reasons for which the control cannot operate.
//!
//! Names are those of the control's results.

use crate::error::SampleError;

/// What a defect leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Finding,
    Review,
    NotOperated,
}

macro_rules! defects {
    ($($variant:ident $name:literal $severity:ident),* $(,)?) => {
        /// Something that is planted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Defect { $($variant),* }

        impl Defect {
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            pub(super) fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }
        }
    };
}

defects! {
    TieOutOverThreshold "tie_out_over_threshold" Finding,
    CompanyMateriality "company_materiality" Finding,
    UnclassifiedVoucherLine "unclassified_voucher_line" Finding,
    UndatedInactiveVoucher "undated_inactive_voucher" Finding,
    UsageWithoutPhrase "usage_without_phrase" Review,
    AmbiguousVoucherType "ambiguous_voucher_type" Review,
    ValidityDisagrees "validity_disagrees" Review,
    VtcAmountDiffers "vtc_amount_differs" Review,
    PossibleDuplicate "possible_duplicate" Review,
    MultiplePostingGroups "multiple_posting_groups" Review,
    BusinessLineReclass "business_line_reclass" Review,
    VoucherBucketOverThreshold "voucher_bucket_over_threshold" Review,
    DatasetMissing "dataset_missing" NotOperated,
    ColumnMissing "column_missing" NotOperated,
    HeaderAmbiguous "header_ambiguous" NotOperated,
    BadValue "bad_value" NotOperated,
    DuplicateKey "duplicate_key" NotOperated,
    FanOut "fan_out" NotOperated,
    EmptyDataset "empty_dataset" NotOperated,
    CompletenessFailed "completeness_failed" NotOperated,
    CompletenessNotProven "completeness_not_proven" NotOperated,
    AccuracyFailed "accuracy_failed" NotOperated,
    StaleSource "stale_source" NotOperated,
    NoActuals "no_actuals" NotOperated,
    FxRateMissing "fx_rate_missing" NotOperated,
    JdashMissingForCompany "jdash_missing_for_company" NotOperated,
}

impl Severity {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Review => "review",
            Self::NotOperated => "not_operated",
        }
    }
}

impl Defect {
    /// What is planted when nothing is asked for: everything that still lets the control conclude.
    pub(super) fn usual() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|defect| defect.severity() != Severity::NotOperated).collect()
    }

    /// The defects of these names; `none` alone is no defect, `usual` stands for the usual ones.
    pub(super) fn named(names: &[String]) -> Result<Vec<Self>, SampleError> {
        let mut defects = Vec::new();
        for name in names.iter().map(|name| name.trim()) {
            match Self::ALL.iter().find(|defect| defect.name() == name) {
                Some(defect) => defects.push(*defect),
                None if name == "usual" => defects.extend(Self::usual()),
                None if name == "none" && names.len() == 1 => {}
                None => return Err(unknown(name)),
            }
        }
        defects.sort();
        defects.dedup();
        Ok(defects)
    }

    /// Whether it is in a file as a whole and not in one company's part of it.
    pub(super) fn is_of_a_file(self) -> bool {
        use Defect::{
            ColumnMissing, CompletenessFailed, CompletenessNotProven, DatasetMissing, EmptyDataset, HeaderAmbiguous,
        };
        let of_files =
            [ColumnMissing, CompletenessFailed, CompletenessNotProven, DatasetMissing, EmptyDataset, HeaderAmbiguous];
        of_files.contains(&self)
    }

    /// The place of the company in which it is planted, among so many.
    pub(super) fn place(self, companies: usize) -> usize {
        let number = Self::ALL.iter().position(|defect| *defect == self).unwrap_or(0);
        (number * 2 + 1) % companies.max(1)
    }
}

fn unknown(name: &str) -> SampleError {
    let names: Vec<&str> = Defect::ALL.iter().map(|defect| defect.name()).collect();
    let problem = format!("names '{name}', which cannot be planted");
    SampleError::argument("--defects", problem, format!("choose from none, usual, {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_the_control_from_operating_is_planted_only_when_asked_for() {
        assert_eq!(Defect::usual().len(), 12);
        assert!(Defect::named(&["none".to_owned()]).unwrap().is_empty());
        let asked = ["usual", "fan_out"].map(str::to_owned);
        assert_eq!(Defect::named(&asked).unwrap().len(), 13);
    }

    #[test]
    fn an_unknown_defect_is_refused_with_the_known_ones() {
        let error = Defect::named(&["fanout".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("'fanout'") && error.contains("fan_out"), "{error}");
    }
}
