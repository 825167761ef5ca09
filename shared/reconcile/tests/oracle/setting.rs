//! Random comparisons, in the words of the engine and in those of the oracle.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tieout_model::{
    ColumnNames, ComparedColumn, DayTolerance, Decimal, Duplicates, KeyColumn, Normalisation, NormalisationStep,
    RelativeBase, RelativeTolerance, Tolerance, WhatIfColumn,
};
use tieout_reconcile::{ComparisonSpec, SumDifference};
use tieout_testkit::{OracleColumn, OracleComparison, OracleDuplicates, OraclePair};

use super::tables::COLUMNS;

/// A comparison of the random tables.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: Vec<(&'static str, Vec<NormalisationStep>)>,
    pub(crate) columns: Vec<(&'static str, Tolerance, Vec<NormalisationStep>)>,
    pub(crate) duplicates: Doubles,
}

/// What is done with duplicates.
#[derive(Debug, Clone)]
pub(crate) enum Doubles {
    List,
    Pair(Vec<&'static str>),
    Sum(&'static str),
}

pub(crate) fn limit(choices: &'static [&'static str]) -> impl Strategy<Value = Option<Decimal>> {
    prop::option::of(prop::sample::select(choices).prop_map(|text| text.parse().unwrap()))
}

fn tolerance() -> impl Strategy<Value = Tolerance> {
    let base = prop::sample::select(vec![RelativeBase::Left, RelativeBase::Right, RelativeBase::Max]);
    let absolute = limit(&["0", "0.01", "0.055", "0.2", "1"]);
    (absolute, limit(&["0", "0.1", "0.333", "1"]), base, limit(&["0", "0.1"])).prop_map(
        |(absolute, fraction, base, cap)| Tolerance {
            absolute,
            relative: fraction.map(|fraction| RelativeTolerance { fraction, base }),
            days: None,
            cap: cap.filter(|_| absolute.is_some() || fraction.is_some()),
        },
    )
}

fn days() -> impl Strategy<Value = Tolerance> {
    let days = prop::option::of((0_u32..3, 0_u32..4).prop_map(|(before, after)| DayTolerance { before, after }));
    days.prop_map(|days| Tolerance { days, ..Tolerance::default() })
}

pub(crate) fn settings() -> impl Strategy<Value = Setting> {
    use NormalisationStep::{Case, Date, LeadingZeros, Nfc, Number, Trim};
    let text_steps = prop::sample::subsequence(vec![Nfc, Trim, Case, LeadingZeros, Number], 1..=5);
    let key = prop_oneof![
        3 => Just(vec![("nr", vec![]), ("part", vec![])]),
        3 => text_steps.prop_map(|steps| vec![("part", steps), ("nr", vec![])]),
        1 => Just(vec![("moment", vec![Date])]),
        1 => Just(vec![("moment", vec![])]),
        1 => Just(vec![("rate", vec![]), ("blob", vec![])]),
    ];
    let note_steps = prop::sample::select(vec![vec![], vec![Case]]);
    let more = prop::sample::subsequence(vec!["currency", "day", "moment", "rate", "blob", "quantity"], 0..=6);
    let columns =
        (tolerance(), note_steps, more, days(), tolerance()).prop_map(|(amount, steps, more, days, quantity)| {
            let mut columns = vec![("amount", amount, vec![]), ("note", Tolerance::default(), steps)];
            columns.extend(more.into_iter().map(|name| match name {
                "day" | "moment" => (name, days, vec![]),
                "quantity" => (name, quantity, vec![]),
                _ => (name, Tolerance::default(), vec![]),
            }));
            columns
        });
    let duplicates = prop_oneof![
        2 => Just(Doubles::List),
        2 => Just(Doubles::Pair(vec!["day"])),
        2 => Just(Doubles::Pair(vec!["note", "amount"])),
        2 => Just(Doubles::Sum("amount")),
        1 => Just(Doubles::Sum("quantity")),
    ];
    (key, columns, duplicates).prop_map(|(key, columns, duplicates)| Setting { key, columns, duplicates })
}

fn names(name: &str) -> ColumnNames {
    ColumnNames { left: name.into(), right: name.into() }
}

fn place(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).unwrap()
}

fn pair(name: &str, steps: &[NormalisationStep]) -> OraclePair {
    OraclePair { left: place(name), right: place(name), steps: steps.to_vec() }
}

impl Setting {
    fn compared(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, ..)| *column == name)
    }

    fn what_if(&self) -> Vec<(&'static str, Vec<Decimal>)> {
        let limits = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let amount = ("amount", limits(&["0", "0.055", "1"]));
        let quantity = self.compared("quantity").map(|_| ("quantity", limits(&["0", "1"])));
        std::iter::once(amount).chain(quantity).collect()
    }

    fn by(&self) -> Vec<(&'static str, Vec<NormalisationStep>)> {
        let columns = self.columns.iter().map(|(name, _, steps)| (*name, steps.clone()));
        let columns: Vec<_> = self.key.iter().cloned().chain(columns).collect();
        let mut seen = BTreeSet::new();
        let texts = columns.into_iter().filter(|(name, _)| matches!(*name, "nr" | "part" | "note" | "currency"));
        texts.filter(|(name, _)| seen.insert(*name)).collect()
    }

    pub(crate) fn spec(&self) -> ComparisonSpec {
        let normalisation = |steps: &[NormalisationStep]| Normalisation(steps.iter().copied().collect());
        let key = self.key.iter();
        let key = key.map(|(name, steps)| KeyColumn { names: names(name), normalisation: normalisation(steps) });
        let columns = self.columns.iter().map(|(name, tolerance, steps)| ComparedColumn {
            names: names(name),
            tolerance: *tolerance,
            normalisation: normalisation(steps),
        });
        let what_if = self.what_if().into_iter();
        ComparisonSpec {
            id: "c".into(),
            key: key.collect(),
            columns: columns.collect(),
            duplicates: match &self.duplicates {
                Doubles::List => Duplicates::List,
                Doubles::Pair(order) => Duplicates::Pair(order.iter().map(|name| names(name)).collect()),
                Doubles::Sum(name) => Duplicates::Sum(names(name)),
            },
            sum_difference: Some(SumDifference {
                amount: "amount".into(),
                by: self.by().into_iter().map(|(name, _)| name.to_owned()).collect(),
            }),
            what_if: what_if.map(|(column, tolerances)| WhatIfColumn { column: column.into(), tolerances }).collect(),
        }
    }

    pub(crate) fn oracle(&self) -> OracleComparison {
        let currency = Some((place("currency"), place("currency")));
        let steps_of = |name: &str| {
            let column = self.compared(name).and_then(|column| self.columns.get(column));
            column.map_or(vec![], |(_, _, steps)| steps.clone())
        };
        OracleComparison {
            key: self.key.iter().map(|(name, steps)| pair(name, steps)).collect(),
            columns: self
                .columns
                .iter()
                .map(|(name, tolerance, steps)| OracleColumn { pair: pair(name, steps), tolerance: *tolerance })
                .collect(),
            duplicates: match &self.duplicates {
                Doubles::List => OracleDuplicates::List,
                Doubles::Pair(order) => {
                    OracleDuplicates::Pair(order.iter().map(|name| pair(name, &steps_of(name))).collect())
                }
                Doubles::Sum(name) => OracleDuplicates::Sum {
                    pair: pair(name, &[]),
                    column: self.compared(name),
                    currency: currency.filter(|_| *name == "amount"),
                },
            },
            currency,
            amounts: self.compared("amount").into_iter().collect(),
            what_if: self.what_if().into_iter().map(|(name, limits)| (self.compared(name).unwrap(), limits)).collect(),
            difference: Some((0, self.by().iter().map(|(name, steps)| pair(name, steps)).collect())),
        }
    }
}
