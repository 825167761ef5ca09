//! JSON lines: exact numbers, and objects that are not rows.

use tieout_catalog::FileFormat;
use tieout_model::ReasonCode;

use crate::support::{Outcome, column, not_null, read_one, refusal};

fn columns() -> Vec<tieout_model::Column> {
    vec![not_null("reference", "text"), column("amount", "decimal(38,18)"), column("settled", "boolean")]
}

fn read(text: &str) -> Outcome {
    read_one("a.jsonl", text.as_bytes(), FileFormat::JsonLines, columns()).unwrap()
}

#[test]
fn numbers_keep_every_digit_of_their_text() {
    let read = read(concat!(
        "{\"reference\": \"A\", \"amount\": 12345678901234567890.123456789012345678, \"settled\": true}\n",
        "{\"settled\":false,\"amount\":0.1,\"reference\":\"B\"}\n",
        "{\"reference\":7,\"amount\":\"-0.3\",\"settled\":null,\"unknown\":{\"a\":[1]}}",
    ));
    assert_eq!(read.rejects(), Vec::<String>::new());
    let expected = [
        ["A", "12345678901234567890.123456789012345678", "true"],
        ["B", "0.100000000000000000", "false"],
        ["7", "-0.300000000000000000", "~"],
    ];
    assert_eq!(read.rows(), expected);
}

#[test]
fn scientific_notation_is_read_only_where_it_is_declared() {
    let text = b"{\"reference\":\"A\",\"amount\":1e3,\"settled\":true}\n";
    let mut columns = columns();
    let refused = read_one("a.jsonl", text, FileFormat::JsonLines, columns.clone()).unwrap();
    assert_eq!((refused.rows().len(), refused.rejects[0].column.as_str()), (0, "amount"));
    columns[1].format.number.exponent = true;
    let read = read_one("a.jsonl", text, FileFormat::JsonLines, columns).unwrap();
    assert_eq!(read.rows()[0][1], "1000.000000000000000000");
}

#[test]
fn declared_conventions_hold_for_strings_and_not_for_numbers() {
    let mut columns = columns();
    columns[1].format.number.decimal_mark = ',';
    let text = b"{\"reference\":\"A\",\"amount\":\"1,5\",\"settled\":true}\n{\"reference\":\"B\",\"amount\":1.5}\n";
    let read = read_one("a.jsonl", text, FileFormat::JsonLines, columns).unwrap();
    assert_eq!((&read.rows()[0][1], read.rejects().len()), (&read.rows()[1][1], 0));
}

#[test]
fn escapes_are_resolved() {
    let read = read("{\"re\\u0066erence\":\"a\\n\\\"b\\\" \\ud83d\\ude00\",\"amount\":1,\"settled\":true}\r\n");
    assert_eq!(read.rows()[0][0], "a\n\"b\" 😀");
}

#[test]
fn what_is_no_row_is_a_reject_with_its_line() {
    let read = read(concat!(
        "{\"reference\":\"A\",\"amount\":1,\"settled\":true}\n",
        "{\"reference\":\"B\",\"amount\":{\"value\":1}}\n",
        "{\"reference\":\"C\",\"amount\":1,\"amount\":2}\n",
        "[1,2]\n",
        "{\"reference\":\"D\",\"amount\":1\n",
        "\n",
        "{\"reference\":\"E\",\"amount\":01}\n",
        "{\"reference\":\"F\"} {}\n",
        "{\"amount\":1}\n",
        "{\"reference\":\"a\\u0000b\"}\n",
        "{\"reference\":\"a\\ud800\"}\n",
        "{\"reference\":[\"G\"]}\n",
        "{\"reference\":\"H\",\"amount\":NaN}\n",
        "\"reference\"\n",
        "\n \n",
    ));
    assert_eq!(read.rows().len(), 1);
    let expected = [
        "2 amount: is nested, and a column holds single values []",
        "3 amount: stands twice in its object []",
        "4 reference: is not a JSON object []",
        "5 reference: is not valid JSON at byte 27 []",
        "6 reference: is a blank line []",
        "7 reference: is not valid JSON at byte 28 []",
        "8 reference: is not valid JSON at byte 19 []",
        "9 reference: is null, and the column has no nulls []",
        "10 reference: holds a NUL character []",
        "11 reference: has an escape that is no character []",
        "12 reference: is nested, and a column holds single values []",
        "13 reference: is not valid JSON at byte 27 []",
        "14 reference: is not a JSON object []",
    ];
    assert_eq!(read.rejects(), expected);
}

#[test]
fn a_required_column_that_no_object_has_is_missing() {
    let text = b"{\"reference\":\"A\",\"Amuont\":1,\"settled\":true}\n{\"reference\":\"B\"}\n";
    let (code, detail, cure) = refusal("a.jsonl", text, FileFormat::JsonLines, columns());
    assert_eq!((code, detail.as_str()), (ReasonCode::ColumnMissing, "a.jsonl has no column 'amount'"));
    assert_eq!(cure, "correct `header` or add an alias: the file has 'Amuont'");
    let mut columns = columns();
    columns[1].required = false;
    let read = read_one("a.jsonl", text, FileFormat::JsonLines, columns).unwrap();
    assert_eq!(read.rows(), [["A", "~", "true"], ["B", "~", "~"]]);
    assert_eq!(read_one("a.jsonl", b"", FileFormat::JsonLines, super::json_lines::columns()).unwrap().rows().len(), 0);
}

#[test]
fn two_keys_for_one_column_are_refused() {
    let mut columns = columns();
    columns[1].headers.push("Betrag".to_owned());
    let text = b"{\"reference\":\"A\",\"amount\":1}\n{\"reference\":\"A\",\"amount\":1,\"Betrag\":2}\n";
    let (code, detail, _) = refusal("a.jsonl", text, FileFormat::JsonLines, columns);
    assert_eq!(code, ReasonCode::HeaderAmbiguous);
    assert_eq!(detail, "a.jsonl, line 2: two keys of the object stand for 'amount'");
}

#[test]
fn one_key_for_two_columns_is_refused() {
    let mut columns = columns();
    columns[2].headers.push("amount".to_owned());
    let (code, detail, _) = refusal("a.jsonl", b"{\"amount\":1}\n", FileFormat::JsonLines, columns);
    assert_eq!(code, ReasonCode::HeaderAmbiguous);
    assert_eq!(detail, "a.jsonl has one column that both 'amount' and 'settled' claim");
}

#[test]
fn invalid_utf8_nul_bytes_and_endless_lines_are_refused() {
    let detail = |bytes: &[u8]| refusal("a.jsonl", bytes, FileFormat::JsonLines, columns()).1;
    let bad = detail(b"{\"reference\":\"A\",\"amount\":1}\n{\"reference\":\"\xE4\"}\n");
    assert_eq!(bad, "a.jsonl, line 2: there is a byte that is not valid UTF-8");
    assert_eq!(detail(b"{\"reference\":\"\0\"}\n"), "a.jsonl, line 1: there is a NUL byte");
    let endless = vec![b'x'; 20 * 1024 * 1024];
    assert_eq!(detail(&endless), "a.jsonl, line 1: the record that begins here is larger than 16 MiB");
}
