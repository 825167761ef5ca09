//! Which columns of the two sides belong together.
//!
//! By name, unless it is said otherwise. A column without a counterpart is a difference of the schemas: all of them
//! are told at once, and nothing runs until each is left out or mapped.

use std::collections::BTreeSet;

use tieout_model::ColumnNames;

use super::super::arguments::{CompareArguments, DuplicateRule};

/// Pairs of columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pairing {
    /// Columns of the key.
    pub(super) key: Vec<ColumnNames>,
    /// Columns that are compared, in the order of the left side.
    pub(super) values: Vec<ColumnNames>,
    /// Columns that are read and not compared: currencies, orders, sums.
    pub(super) others: Vec<ColumnNames>,
}

impl Pairing {
    /// Pairs the columns of both sides. What does not fit is told in full, one sentence each.
    pub(super) fn new(arguments: &CompareArguments, left: &[&str], right: &[&str]) -> Result<Self, Vec<String>> {
        let mut made = Making { arguments, left, right, pairing: Self::default(), misfits: Vec::new() };
        made.pair_key();
        if arguments.columns.columns.is_empty() {
            made.pair_by_name();
        } else {
            made.pair_named();
        }
        made.pair_others();
        made.check_mentions();
        if made.misfits.is_empty() { Ok(made.pairing) } else { Err(made.misfits) }
    }

    /// All pairs: key, compared columns, others.
    pub(super) fn all(&self) -> impl Iterator<Item = &ColumnNames> {
        self.key.iter().chain(&self.values).chain(&self.others)
    }
}

struct Making<'a> {
    arguments: &'a CompareArguments,
    left: &'a [&'a str],
    right: &'a [&'a str],
    pairing: Pairing,
    misfits: Vec<String>,
}

impl Making<'_> {
    fn pair_key(&mut self) {
        let mut seen = BTreeSet::new();
        for names in &self.arguments.on {
            let is_there = self.expect_pair(names, "--on");
            if !seen.insert(&names.left) {
                self.misfits.push(format!("--on names '{}' twice; name it once", names.left));
            } else if is_there {
                self.pairing.key.push(names.clone());
            }
        }
    }

    /// The columns of `--columns`.
    fn pair_named(&mut self) {
        for name in &self.arguments.columns.columns {
            let names = ColumnNames { left: name.clone(), right: self.counterpart(name) };
            if self.is_in_key(name) {
                self.misfits.push(format!("--columns names '{name}', which is in the key; leave it out there"));
            } else if self.pairing.values.iter().any(|value| value.left == *name) {
                self.misfits.push(format!("--columns names '{name}' twice; name it once"));
            } else if self.expect_pair(&names, "--columns") {
                self.pairing.values.push(names);
            }
        }
    }

    /// Every column that is neither in the key nor left out.
    fn pair_by_name(&mut self) {
        let options = &self.arguments.columns;
        for name in options.ignore.iter().filter(|name| !self.left.contains(&name.as_str())) {
            if !self.right.contains(&name.as_str()) {
                let near = nearest(name, self.left.iter().chain(self.right).copied());
                self.misfits.push(format!("--ignore names '{name}', which neither side has{near}"));
            }
        }
        for names in &options.map {
            self.expect_pair(names, "--map");
        }
        for name in self.left {
            if self.is_ignored(name) || self.is_in_key(name) {
                continue;
            }
            let names = ColumnNames { left: (*name).to_owned(), right: self.counterpart(name) };
            if self.right.contains(&names.right.as_str()) && !self.is_ignored(&names.right) {
                self.pairing.values.push(names);
            } else if !options.map.iter().any(|map| map.left == *name) {
                let near = nearest(name, self.right.iter().copied());
                self.misfits.push(format!("column '{name}' is only in {}{near}", self.left_name()));
            }
        }
        self.look_at_right_columns();
    }

    /// Every column of the right side is paired once, or left out.
    fn look_at_right_columns(&mut self) {
        for name in self.right {
            let is_named = self.arguments.on.iter().any(|names| names.right == *name);
            let pairs = self.pairing.key.iter().chain(&self.pairing.values);
            let lefts: Vec<&str> =
                pairs.filter(|names| names.right == *name).map(|names| names.left.as_str()).collect();
            let right = self.right_name();
            let misfit = match lefts.as_slice() {
                [] if is_named || self.is_ignored(name) => continue,
                [_] => continue,
                [] => format!("column '{name}' is only in {right}{}", nearest(name, self.left.iter().copied())),
                lefts => format!("column '{name}' of {right} is paired with '{}'", lefts.join("' and with '")),
            };
            self.misfits.push(misfit);
        }
    }

    /// Columns that are read only for what they say about others.
    fn pair_others(&mut self) {
        let duplicates = &self.arguments.duplicates;
        let order = duplicates.order.iter().map(|names| (names, "--order"));
        let sum = duplicates.sum.iter().map(|names| (names, "--sum"));
        let currency = duplicates.currency.iter().map(|names| (names, "--currency"));
        for (names, option) in order.chain(sum).chain(currency) {
            let names = ColumnNames { left: names.left.clone(), right: self.right_of(names) };
            if self.expect_pair(&names, option) && !self.pairing.all().any(|known| *known == names) {
                self.pairing.others.push(names);
            }
        }
    }

    /// Every column that an option is about must be there for it.
    fn check_mentions(&mut self) {
        let CompareArguments { equality, report, duplicates, .. } = self.arguments;
        let compared = each(&equality.abs_tol, "--abs-tol")
            .chain(each(&equality.rel_tol, "--rel-tol"))
            .chain(each(&equality.days_tol, "--days-tol"))
            .chain(each(&equality.cap, "--cap"))
            .chain(each(&report.what_if, "--what-if"))
            .chain(report.sum_diff.iter().map(|name| (name.as_str(), "--sum-diff")));
        let Pairing { key, values, .. } = &self.pairing;
        let mut found: Vec<String> =
            compared.filter_map(|(name, option)| missed(name, option, values.iter(), "compared")).collect();
        let any = each(&equality.normalise, "--normalise").chain(report.by.iter().map(|name| (name.as_str(), "--by")));
        let known = || key.iter().chain(values);
        found.extend(any.filter_map(|(name, option)| missed(name, option, known(), "in the key or compared")));
        let relaxed = report.relax.iter().flatten();
        found.extend(relaxed.filter_map(|name| missed(name, "--relax", key.iter(), "in the key")));
        self.misfits.append(&mut found);
        for (names, is_needed, option, rule) in [
            (duplicates.order.is_empty(), duplicates.duplicates == DuplicateRule::Pair, "--order", "pair"),
            (duplicates.sum.is_none(), duplicates.duplicates == DuplicateRule::Sum, "--sum", "sum"),
        ] {
            if names && is_needed {
                self.misfits.push(format!("--duplicates {rule} needs {option}"));
            } else if !names && !is_needed {
                self.misfits.push(format!("{option} is of use with --duplicates {rule} only; give both or none"));
            }
        }
    }

    /// Notes what is missing of a pair that an option names.
    fn expect_pair(&mut self, names: &ColumnNames, option: &str) -> bool {
        let sides = [(self.left, &names.left, self.left_name()), (self.right, &names.right, self.right_name())];
        let before = self.misfits.len();
        for (columns, name, file) in sides {
            if !columns.contains(&name.as_str()) {
                let near = nearest(name, columns.iter().copied());
                self.misfits.push(format!("{option} names '{name}', which {file} does not have{near}"));
            }
        }
        self.misfits.len() == before
    }

    fn is_in_key(&self, name: &str) -> bool {
        self.arguments.on.iter().any(|names| names.left == name)
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.arguments.columns.ignore.iter().any(|ignored| ignored == name)
    }

    /// The right name of a left column: as it is mapped, or the same.
    fn counterpart(&self, left: &str) -> String {
        let maps = self.arguments.columns.map.iter().chain(&self.arguments.on);
        maps.filter(|map| map.left == left).map(|map| map.right.clone()).next().unwrap_or_else(|| left.to_owned())
    }

    /// The right name of a pair of which the left name may be all that was given.
    fn right_of(&self, names: &ColumnNames) -> String {
        if names.left == names.right { self.counterpart(&names.left) } else { names.right.clone() }
    }

    fn left_name(&self) -> String {
        self.arguments.left.display().to_string()
    }

    fn right_name(&self) -> String {
        self.arguments.right.display().to_string()
    }
}

/// The columns that a repeated option is about.
fn each<'a, T>(list: &'a [(String, T)], option: &'static str) -> impl Iterator<Item = (&'a str, &'static str)> {
    list.iter().map(move |(name, _)| (name.as_str(), option))
}

/// What to say of a name that an option is about and that is not among these columns.
fn missed<'a>(
    name: &str,
    option: &str,
    mut among: impl Iterator<Item = &'a ColumnNames> + Clone,
    what: &str,
) -> Option<String> {
    let names = among.clone().map(|names| names.left.as_str());
    let is_there = among.any(|names| names.left == name);
    (!is_there).then(|| format!("{option} names '{name}', which is not {what}{}", nearest(name, names)))
}

/// `; did you mean 'amount'?`, or nothing where no name is near.
fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let lower = wanted.to_lowercase();
    let tolerated = (lower.chars().count() / 3).max(1);
    names
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= tolerated)
        .min_by_key(|(distance, _)| *distance)
        .map_or_else(String::new, |(_, near)| format!("; did you mean '{near}'?"))
}
