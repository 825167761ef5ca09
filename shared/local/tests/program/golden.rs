//! The shipped controls against their golden files: every figure that a golden file names must be found.

use serde_json::Value;

use crate::harness::Bench;

/// Checks that `found` has everything that `expected` names; entries of lists are matched in order.
pub(crate) fn covers(place: &str, expected: &Value, found: &Value) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                covers(&format!("{place}.{key}"), value, found.get(key).unwrap_or(&Value::Null));
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{place}");
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                covers(&format!("{place}[{index}]"), expected, found);
            }
        }
        _ => assert_eq!(expected, found, "{place}"),
    }
}

#[tokio::test]
async fn bank_ledger_finds_every_planted_case() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/controls/bank-ledger/golden/expected.json");
    let expected: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let (result, _folder) = Bench::bank_ledger().result().await;
    covers("result", &expected, &serde_json::to_value(&result).unwrap());
    assert!(result.footing.iter().all(|line| line.foots), "{:?}", result.footing);
}
