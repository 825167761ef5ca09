//! Memory, threads and order.

use std::sync::Arc;

use arrow::array::{Decimal128Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use tieout_pipeline::ports::EngineError;

use crate::fixture::{Columns, World, rows, run};

/// Rows in a scrambled order, many with equal keys.
fn scrambled(count: i64) -> RecordBatch {
    let number = |row: i64| (row * 7_919 + 13) % count;
    let ids: Int64Array = (0..count).map(|row| Some(number(row))).collect();
    let groups: Int64Array = (0..count).map(|row| Some(number(row) % 97)).collect();
    let texts: StringArray = (0..count).map(|row| Some(format!("text {:>60}", number(row)))).collect();
    let amounts: Decimal128Array = (0..count).map(|row| Some(i128::from(number(row) * 31 - 50_000))).collect();
    let amounts = amounts.with_precision_and_scale(18, 2).unwrap();
    Columns::default().with("id", ids).with("g", groups).with("t", texts).with("amount", amounts).batch()
}

fn answer(world: &World, threads: usize, memory: usize, sql: &str) -> Result<Vec<String>, EngineError> {
    let engine = world.engine(threads, memory);
    run(async { Ok(world.batches(&engine, sql).await?.iter().flat_map(rows).collect()) })
}

#[test]
fn threads_and_memory_do_not_change_an_answer() {
    let whole = scrambled(40_000);
    let parts: Vec<_> = (0..4).map(|part| whole.slice(part * 10_000, 10_000)).collect();
    let world = World::new().table_of_files("t", &parts);
    for sql in [
        "select id, row_number() over (partition by g order by amount % 10) as n, \
         sum(amount) over (order by g rows between 3 preceding and current row) as s, \
         lag(id) over (order by g) as before from t order by g, n",
        "select id, amount from t order by g limit 100",
        "select g, sum(amount) as s, count(*) as n from t group by g order by g",
    ] {
        let one = answer(&world, 1, 512 << 20, sql).unwrap();
        assert!(!one.is_empty());
        assert_eq!(answer(&world, 4, 512 << 20, sql).unwrap(), one, "{sql}");
        assert_eq!(answer(&world, 3, 16 << 20, sql).unwrap(), one, "{sql}");
    }
}

#[test]
fn a_sort_larger_than_the_memory_goes_through_the_scratch_folder_and_leaves_nothing() {
    let world = World::new().table("t", &scrambled(60_000));
    let sql = "select id, t from t order by t";
    let sorted = answer(&world, 4, 4 << 20, sql).unwrap();
    assert_eq!(sorted.len(), 60_000);
    assert!(sorted.is_sorted_by_key(|row| row.split_once('|').unwrap().1.to_owned()));
    let left: Vec<_> = std::fs::read_dir(world.folder.path().join("scratch")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_query_that_needs_more_than_the_memory_is_an_error() {
    let world = World::new().table("t", &scrambled(100_000));
    let sql = "select count(*) as n from t a join t b on a.t = b.t";
    match answer(&world, 1, 1 << 20, sql) {
        Err(EngineError::Execution(message)) => {
            assert!(message.starts_with("it needs more memory than the limit of 1 MiB"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(answer(&world, 2, 256 << 20, sql).unwrap(), ["100000"]);
}

#[test]
fn queries_at_the_same_time_do_not_see_each_other() {
    let world = Arc::new(World::new().table("t", &scrambled(10_000)));
    let engine = world.engine(2, 256 << 20);
    let (left, right) = run(async {
        futures::join!(
            world.batches(&engine, "select sum(id) as s from t"),
            world.batches(&engine, "select max(id) as m from t")
        )
    });
    assert_eq!(left.unwrap().iter().flat_map(rows).collect::<Vec<_>>(), ["49995000"]);
    assert_eq!(right.unwrap().iter().flat_map(rows).collect::<Vec<_>>(), ["9999"]);
}
