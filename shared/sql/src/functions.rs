//! The functions that a query may call: those that are exact, know neither clock nor chance, and mean the same on
//! this engine and in Athena. A function that is not on the list does not exist.

use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use crate::date_trunc;

/// Functions by the names under which a query may call them, in order of name.
const CALLABLE: &[&str] = &[
    "abs",
    "bool_and",
    "bool_or",
    "ceil",
    "coalesce",
    "count",
    "date_trunc",
    "dense_rank",
    "first_value",
    "floor",
    "lag",
    "last_value",
    "lead",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "max",
    "min",
    "nth_value",
    "ntile",
    "nullif",
    "rank",
    "replace",
    "reverse",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "starts_with",
    "strpos",
    "substr",
    "sum",
    "trim",
    "upper",
];

/// Functions that people reach for, and what to write instead.
const REFUSED: &[(&[&str], &str)] = &[
    (
        &[
            "current_date",
            "current_time",
            "current_timestamp",
            "getdate",
            "localtime",
            "localtimestamp",
            "now",
            "sysdate",
            "today",
        ],
        "it reads the clock, and the same inputs must give the same answer: use $cutoff_date or another parameter",
    ),
    (&["gen_random_uuid", "newid", "rand", "random", "uuid"], "it answers differently every time"),
    (&["avg", "mean"], "it rounds: divide sum(x) by count(x) and cast the result to the decimals that you need"),
    (&["concat", "concat_ws"], "it passes over nulls here and not in Athena: use ||"),
    (&["greatest", "least"], "it passes over nulls here and not in Athena: use case when"),
    (&["try_cast", "safe_cast"], "it turns a value that does not convert into null: use cast"),
];

/// Why a function may not be called, with the cure; `None` when it may. `name` is in lower case.
pub(crate) fn refusal(name: &str) -> Option<String> {
    if CALLABLE.contains(&name) {
        return None;
    }
    if let Some((_, why)) = REFUSED.iter().find(|(names, _)| names.contains(&name)) {
        return Some(format!("{name}() is not allowed: {why}"));
    }
    Some(match nearest(name, CALLABLE.iter().copied()) {
        Some(near) => format!("there is no function '{name}'; did you mean '{near}'?"),
        None => format!("there is no function '{name}'; the functions are: {}", CALLABLE.join(", ")),
    })
}

/// The scalar functions on the list.
pub(crate) fn scalars() -> Vec<Arc<ScalarUDF>> {
    let functions = SessionStateDefaults::default_scalar_functions();
    let ours = [Arc::new(date_trunc::function())];
    let theirs = functions.into_iter().filter(|function| ours.iter().all(|own| own.name() != function.name()));
    theirs.filter(|function| listed(function.name(), function.aliases())).chain(ours.clone()).collect()
}

/// The aggregate functions on the list.
pub(crate) fn aggregates() -> Vec<Arc<AggregateUDF>> {
    let functions = SessionStateDefaults::default_aggregate_functions();
    // first_value, last_value and nth_value depend on the order of rows, which only a window states in full.
    let by_order = ["first_value", "last_value", "nth_value"];
    let listed_and_ordered = |function: &Arc<AggregateUDF>| {
        listed(function.name(), function.aliases()) && !by_order.contains(&function.name())
    };
    functions.into_iter().filter(listed_and_ordered).collect()
}

/// The window functions on the list.
pub(crate) fn windows() -> Vec<Arc<WindowUDF>> {
    let functions = SessionStateDefaults::default_window_functions();
    functions.into_iter().filter(|function| listed(function.name(), function.aliases())).collect()
}

/// The candidate that is most like `name`, if any is like it at all.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Half of the letters in place: what people call a typing error, not another word.
    const ALIKE_PERCENT: usize = 50;
    candidates
        .filter_map(|candidate| {
            let length = name.chars().count().max(candidate.chars().count());
            let distance = strsim::damerau_levenshtein(name, candidate);
            (distance * 100 <= length * ALIKE_PERCENT).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

fn listed(name: &str, aliases: &[String]) -> bool {
    CALLABLE.contains(&name) || aliases.iter().any(|alias| CALLABLE.contains(&alias.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use datafusion::logical_expr::Volatility;

    use super::*;

    #[test]
    fn every_function_on_the_list_exists_and_is_immutable() {
        let mut names = BTreeSet::new();
        for function in scalars() {
            assert_eq!(function.signature().volatility, Volatility::Immutable, "{}", function.name());
            names.insert(function.name().to_owned());
            names.extend(function.aliases().iter().cloned());
        }
        for function in aggregates() {
            assert_eq!(function.signature().volatility, Volatility::Immutable, "{}", function.name());
            names.insert(function.name().to_owned());
        }
        for function in windows() {
            assert_eq!(function.signature().volatility, Volatility::Immutable, "{}", function.name());
            names.insert(function.name().to_owned());
        }
        let absent: Vec<_> = CALLABLE.iter().filter(|name| !names.contains(**name)).collect();
        assert!(absent.is_empty(), "{absent:?}");
    }

    #[test]
    fn a_refusal_names_the_cure() {
        assert_eq!(refusal("sum"), None);
        assert_eq!(refusal("uper").unwrap(), "there is no function 'uper'; did you mean 'upper'?");
        assert!(refusal("now").unwrap().contains("use $cutoff_date"));
        assert!(refusal("xyzzy").unwrap().starts_with("there is no function 'xyzzy'; the functions are: abs, "));
    }
}
