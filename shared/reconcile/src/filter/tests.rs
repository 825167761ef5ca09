//! The filter against a naive count, over fingerprints made by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::UInt64Type;
use proptest::prelude::*;

use super::*;

/// Groups of rows: key (none is null) and value.
#[derive(Debug, Clone)]
struct Side(Vec<Vec<(Option<u64>, u64)>>);

/// Spreads a small number over all bits, differently for each word.
fn spread(number: u64, salt: u64) -> u64 {
    let mixed = (number ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(17)
}

impl Fingerprinted for Side {
    fn group_rows(&self) -> Vec<usize> {
        self.0.iter().map(Vec::len).collect()
    }

    fn fingerprint(
        &self,
        group: usize,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        for (number, window) in self.0[group].chunks(7).enumerate() {
            let null_keys = (0_u32..).zip(window).filter(|(_, (key, _))| key.is_none()).map(|(at, _)| at);
            sink(&Fingerprints {
                first_row: number * 7,
                keys: window
                    .iter()
                    .map(|(key, _)| key.map_or([0; 2], |key| [spread(key, 1), spread(key, 2)]))
                    .collect(),
                values: window.iter().map(|(_, value)| *value).collect(),
                null_keys: null_keys.collect(),
            })?;
        }
        Ok(())
    }

    fn key_fingerprints(
        &self,
        group: usize,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        self.fingerprint(group, &mut |window| sink(&Fingerprints { values: Vec::new(), ..window.clone() }))
    }

    /// A row is its value.
    fn value_fingerprints(&self, group: usize, choose: Choose<'_>) -> Result<Option<RecordBatch>, TableError> {
        let mut chosen = Vec::new();
        self.fingerprint(group, &mut |window| {
            let mut wanted = Vec::new();
            choose(&Fingerprints { keys: Vec::new(), null_keys: Vec::new(), ..window.clone() }, &mut wanted)?;
            chosen.extend(wanted.iter().map(|row| window.values[*row as usize]));
            Ok(())
        })?;
        let array: ArrayRef = Arc::new(UInt64Array::from(chosen));
        Ok((!array.is_empty()).then(|| RecordBatch::try_from_iter([("value", array)]).unwrap()))
    }

    fn rows_like(
        &self,
        group: usize,
        rows: &BooleanBuffer,
        others: &RecordBatch,
        values: &[u64],
    ) -> Result<RecordBatch, TableError> {
        let own: Vec<u64> = rows.set_indices().map(|row| self.0[group][row].1).collect();
        assert_eq!((own.as_slice(), others.num_rows()), (values, own.len()));
        assert!(
            others.column(0).as_primitive::<UInt64Type>().values().iter().zip(&own).all(|(one, other)| one != other)
        );
        let array: ArrayRef = Arc::new(UInt64Array::from(own));
        Ok(RecordBatch::try_from_iter([("value", array)]).unwrap())
    }
}

impl Side {
    fn rows(&self) -> Vec<(Option<u64>, u64)> {
        self.0.iter().flatten().copied().collect()
    }

    /// Rows by key.
    fn by_key(&self) -> BTreeMap<u64, Vec<u64>> {
        let mut keys: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (key, value) in self.rows() {
            if let Some(key) = key {
                keys.entry(key).or_default().push(value);
            }
        }
        keys
    }
}

fn marked(candidates: &Candidates) -> Vec<bool> {
    candidates.groups.iter().flat_map(|group| group.iter().collect::<Vec<_>>()).collect()
}

fn check(left: &Side, right: &Side, threads: usize, memory_limit_bytes: Option<u64>) {
    let scratch = tempfile::tempdir().unwrap();
    let settings = FilterSettings { threads, memory_limit_bytes, scratch: scratch.path() };
    let found = filter(left, right, settings).unwrap();
    let (lefts, rights) = (left.by_key(), right.by_key());
    let is_matched = |key: &u64| lefts[key].len() == 1 && rights.get(key) == lefts.get(key);
    assert_eq!(found.matched, lefts.keys().filter(|key| is_matched(key)).count() as u64);
    for (side, candidates) in [(left, &found.left), (right, &found.right)] {
        let expected = side
            .rows()
            .into_iter()
            .map(|(key, _)| !key.is_some_and(|key| lefts.contains_key(&key) && is_matched(&key)));
        assert_eq!(marked(candidates), expected.collect::<Vec<_>>());
        assert_eq!(candidates.groups.iter().map(BooleanBuffer::len).collect::<Vec<_>>(), side.group_rows());
        // What was read and what was not are the candidates.
        let rows = side.rows();
        let values = |bits: &[BooleanBuffer]| {
            let bits = bits.iter().flat_map(|group| group.iter().collect::<Vec<_>>());
            let mut values: Vec<u64> =
                rows.iter().zip(bits).filter(|(_, is_set)| *is_set).map(|((_, value), _)| *value).collect();
            values.sort_unstable();
            values
        };
        let mut read = values(&candidates.unread);
        for batch in &candidates.read {
            read.extend_from_slice(batch.column(0).as_primitive::<UInt64Type>().values());
        }
        read.sort_unstable();
        assert_eq!(read, values(&candidates.groups));
    }
}

fn side() -> impl Strategy<Value = Side> {
    let row = (prop::option::weighted(0.95, 0_u64..40), 0_u64..3);
    prop::collection::vec(prop::collection::vec(row, 0..20), 0..6).prop_map(Side)
}

proptest! {
    #[test]
    fn matched_are_exactly_the_keys_that_are_once_on_each_side_with_equal_values(
        left in side(), right in side(), threads in 1_usize..4,
    ) {
        check(&left, &right, threads, None);
    }
}

/// A side of many keys; every tenth is repeated, every seventh differs on the side with `salt` 1.
fn large(keys: u64, salt: u64) -> Side {
    let mut rows = Vec::new();
    for key in salt..keys {
        let value = if key % 7 == 0 { salt } else { 9 };
        rows.push((Some(key), value));
        if key % 10 == salt {
            rows.push((Some(key), value));
        }
    }
    rows.extend((0..500).map(|_| (Some(3), 1)));
    Side(rows.chunks(5_000).map(<[_]>::to_vec).collect())
}

#[test]
fn what_waits_in_the_scratch_folder_is_found_all_the_same() {
    let (left, right) = (large(700_000, 0), large(690_000, 1));
    let least = match Layout::new(700_000, 2, Some(0)).unwrap_err() {
        ReconcileError::MemoryLimit { least_bytes, .. } => least_bytes,
        other => panic!("{other}"),
    };
    assert!(Layout::new(690_000, 2, Some(least)).unwrap().bundles() > 0);
    check(&left, &right, 2, Some(least));
    check(&left, &right, 2, None);
}

#[test]
fn an_error_of_a_side_is_the_answer() {
    struct Broken;
    impl Fingerprinted for Broken {
        fn group_rows(&self) -> Vec<usize> {
            vec![1]
        }
        fn fingerprint(
            &self,
            _: usize,
            _: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
        ) -> Result<(), TableError> {
            Err(TableError::NoSuchColumn { column: "amount".to_owned() })
        }
        fn key_fingerprints(
            &self,
            group: usize,
            sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
        ) -> Result<(), TableError> {
            self.fingerprint(group, sink)
        }
        fn value_fingerprints(&self, _: usize, _: Choose<'_>) -> Result<Option<RecordBatch>, TableError> {
            Ok(None)
        }
        fn rows_like(
            &self,
            _: usize,
            _: &BooleanBuffer,
            others: &RecordBatch,
            _: &[u64],
        ) -> Result<RecordBatch, TableError> {
            Ok(others.clone())
        }
    }
    let scratch = tempfile::tempdir().unwrap();
    let settings = FilterSettings { threads: 2, memory_limit_bytes: None, scratch: scratch.path() };
    assert!(matches!(filter(&Broken, &Side(vec![]), settings), Err(ReconcileError::Table(_))));
}
