//! The nearest right name to a wrong one.
//!
//! A suggestion is made only when it is near enough to be a slip of the keyboard, and the first of equals wins.

/// `did you mean 'x'?` for the nearest candidate; `None` when none is near.
pub(crate) fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A third of the letters, and at least two: `titel` for `title`, `ordr_dat` for `order_date`.
    let limit = (wrong.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != wrong)
        .map(|candidate| (strsim::osa_distance(&wrong.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| format!("did you mean '{candidate}'?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let names = ["title", "order_date", "due_date"];
        assert_eq!(did_you_mean("titel", names).as_deref(), Some("did you mean 'title'?"));
        assert_eq!(did_you_mean("oder_date", names).as_deref(), Some("did you mean 'order_date'?"));
        assert_eq!(did_you_mean("colour", names), None);
        assert_eq!(did_you_mean("x", ["id"]), None);
    }
}
