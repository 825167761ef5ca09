//! CSV: dialects, headers, ragged rows, quotes, line numbers.

use proptest::prelude::*;
use tieout_catalog::{Encoding, FileFormat};
use tieout_model::ReasonCode;

use crate::support::{column, csv, not_null, read_one, refusal};

fn columns() -> Vec<tieout_model::Column> {
    vec![not_null("reference", "text"), column("amount", "decimal(18,2)")]
}

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let read = read_one("a.csv", bytes, csv(), columns()).unwrap();
    assert_eq!(read.rejects(), Vec::<String>::new());
    read.rows()
}

fn detail(bytes: &[u8]) -> String {
    let (code, detail, _) = refusal("a.csv", bytes, csv(), columns());
    assert_eq!(code, ReasonCode::SourceUnreadable);
    detail
}

fn dialect(delimiter: u8, quote: Option<u8>, header: bool, skip_rows: u64) -> FileFormat {
    FileFormat::Csv { delimiter, quote, header, skip_rows, encoding: Encoding::Utf8 }
}

#[test]
fn columns_are_found_by_header_in_any_order_and_unknown_ones_are_passed_over() {
    assert_eq!(rows(b"x;amount;reference\n9;1.50;A\n9;;B\n"), [["A", "1.50"], ["B", "~"]]);
}

#[test]
fn line_ends_of_every_kind_and_a_missing_last_one_are_read() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["reference;amount", "A;1", "B;2"].join(end);
        for text in [text.clone(), format!("{text}{end}"), format!("{text}{end}{end}{end}")] {
            assert_eq!(rows(text.as_bytes()), [["A", "1.00"], ["B", "2.00"]], "{text:?}");
        }
    }
}

#[test]
fn quotes_protect_delimiters_line_ends_and_quotes() {
    let text = b"reference;amount\r\n\"A;\"\"B\"\"\r\nC\";\"1\"\r\n5\" disk;2\r\n";
    assert_eq!(rows(text), [["A;\"B\"\r\nC", "1.00"], ["5\" disk", "2.00"]].map(|row| row.map(str::to_owned)));
}

#[test]
fn without_quotes_declared_a_quote_is_text() {
    let read = read_one("a.csv", b"\"A;1\n\"B\"x;2\n", dialect(b';', None, false, 0), columns()).unwrap();
    assert_eq!(read.rows(), [["\"A", "1.00"], ["\"B\"x", "2.00"]]);
}

#[test]
fn other_delimiters_quotes_and_preambles_are_read_as_declared() {
    let text = b"Export of \"May\nprinted 1 June\n\nreference\tamount\n'A\tB'\t7\n";
    let read = read_one("a.csv", text, dialect(b'\t', Some(b'\''), true, 3), columns()).unwrap();
    assert_eq!(read.rows(), [["A\tB", "7.00"]]);
}

#[test]
fn without_header_cells_follow_the_contract() {
    let text = b"A;1\nB;2;x\nC\nD;4\n";
    let read = read_one("a.csv", text, dialect(b';', Some(b'"'), false, 0), columns()).unwrap();
    assert_eq!(read.rows(), [["A", "1.00"], ["D", "4.00"]]);
    let expected = [
        "2 reference: has 3 cells, the contract has 2 columns []",
        "3 reference: has 1 cell, the contract has 2 columns []",
    ];
    assert_eq!(read.rejects(), expected);
}

#[test]
fn a_ragged_or_blank_row_is_a_reject_with_its_line() {
    let text = b"reference;amount\r\n\"A\r\n\";1\r\nB\r\n\r\nC;3;x\r\nD;4\r\n\r\n\r\n";
    let read = read_one("a.csv", text, csv(), columns()).unwrap();
    assert_eq!(read.rows().len(), 2);
    let expected = [
        "4 reference: has 1 cell, the header has 2 columns []",
        "5 reference: has 1 cell, the header has 2 columns []",
        "6 reference: has 3 cells, the header has 2 columns []",
    ];
    assert_eq!(read.rejects(), expected);
}

#[test]
fn in_a_file_of_one_column_a_blank_line_between_rows_is_a_null() {
    let read = read_one("a.csv", b"note\nA\n\n\"\"\nB\n\n", csv(), vec![column("note", "text")]).unwrap();
    assert_eq!(read.rows(), [["A"], ["~"], ["~"], ["B"]]);
    let strict = read_one("a.csv", b"note\nA\n\nB\n", csv(), vec![not_null("note", "text")]).unwrap();
    assert_eq!(strict.rejects(), ["3 note: is null, and the column has no nulls []"]);
}

#[test]
fn a_bad_value_is_reported_masked_with_file_line_and_column() {
    let read = read_one("a.csv", b"reference;amount\nA;1\nB;12 Main St\nC;1.005\n", csv(), columns()).unwrap();
    assert_eq!(read.rows(), [["A", "1.00"]]);
    let reject = &read.rejects[0];
    assert_eq!((reject.origin.as_str(), reject.line, reject.column.as_str()), ("a.csv", 3, "amount"));
    assert_eq!(reject.masked, "99 Aaaa Aa");
    assert_eq!((read.rejects[1].line, read.rejects[1].masked.as_str()), (4, "9.999"));
}

#[test]
fn an_absent_optional_column_is_null_and_an_absent_required_one_is_refused() {
    let mut columns = columns();
    columns[1].required = false;
    assert_eq!(read_one("a.csv", b"reference\nA\n", csv(), columns.clone()).unwrap().rows(), [["A", "~"]]);
    columns[1].required = true;
    let (code, detail, cure) = refusal("a.csv", b"reference;Amuont\nA;1\n", csv(), columns);
    assert_eq!((code, detail.as_str()), (ReasonCode::ColumnMissing, "a.csv has no column 'amount'"));
    assert_eq!(cure, "correct `header` or add an alias: the file has 'Amuont'");
}

#[test]
fn a_wrong_delimiter_is_suspected_when_the_header_is_one_cell() {
    let (code, detail, cure) = refusal("a.csv", b"reference,amount\nA,1\n", csv(), columns());
    assert_eq!((code, detail.as_str()), (ReasonCode::ColumnMissing, "a.csv has no columns 'reference', 'amount'"));
    assert!(cure.starts_with("correct `delimiter`"), "{cure}");
}

#[test]
fn two_headers_for_one_column_are_refused() {
    let (code, detail, _) = refusal("a.csv", b"reference;amount;amount\n", csv(), columns());
    assert_eq!(code, ReasonCode::HeaderAmbiguous);
    assert_eq!(detail, "a.csv has two columns for 'amount': the 2. and the 3. both carry its header");
}

#[test]
fn a_header_alone_is_a_file_of_no_rows_and_less_is_refused() {
    assert_eq!(rows(b"reference;amount\n"), Vec::<Vec<String>>::new());
    assert_eq!(rows(b"reference;amount"), Vec::<Vec<String>>::new());
    for bytes in [&b""[..], b"\n", b"\r\n\r\n", b"\xEF\xBB\xBF"] {
        assert_eq!(detail(bytes), "a.csv is empty: not even a header is there");
    }
    assert_eq!(detail(b"\nreference;amount\n"), "a.csv, line 1: the header is a blank line");
    let empty = read_one("a.csv", b"", dialect(b';', None, false, 0), columns()).unwrap();
    assert_eq!((empty.rows().len(), empty.batches.len()), (0, 0));
}

#[test]
fn a_file_that_ends_within_the_rows_to_skip_is_refused() {
    let (_, detail, _) = refusal("a.csv", b"one\ntwo", dialect(b';', None, true, 2), columns());
    assert_eq!(detail, "a.csv, line 2: the file ends within the 2 rows to skip");
}

#[test]
fn a_quote_that_is_never_closed_is_refused_with_the_line_where_it_opens() {
    for text in
        ["reference;amount\nA;1\n\"B;2\nC;3\n", "reference;amount\nA;1\n\"B;2\nC;3", "reference;amount\nA;1\nB;\""]
    {
        assert_eq!(detail(text.as_bytes()), "a.csv, line 3: a quote in the record that begins here is never closed");
    }
}

#[test]
fn text_behind_a_closing_quote_is_refused_because_rows_may_have_been_swallowed() {
    let expected = "a.csv, line 4: text follows a closing quote";
    assert_eq!(detail(b"reference;amount\nA;1\n\"B;2\nC;3\nD\";\"x\"y\n").replace("line 5", "line 4"), expected);
    assert_eq!(detail(b"reference;amount\nA;1\nB;2\n\"Smith \"Bob\" & co\";3\n"), expected);
}

#[test]
fn a_record_above_sixteen_mebibytes_is_refused() {
    let mut text = b"reference;amount\nA;1\n\"B".to_vec();
    text.resize(20 * 1024 * 1024, b'x');
    assert_eq!(detail(&text), "a.csv, line 3: the record that begins here is larger than 16 MiB");
    let mut text = b"reference;amount\nA;1\n".to_vec();
    text.resize(100_000, b';');
    assert_eq!(detail(&text), "a.csv, line 3: the record that begins here has more than 16384 cells");
}

#[test]
fn a_large_record_below_the_limit_and_many_cells_are_read_whole() {
    let note = "x".repeat(3 * 1024 * 1024);
    let many = ";".repeat(999);
    let text = format!("reference;amount{many}\n{note};1{many}\n");
    assert_eq!(rows(text.as_bytes()), [[note.as_str(), "1.00"]]);
}

#[test]
fn lines_are_counted_across_the_borders_of_reads() {
    // With each padding the borders of reads fall on other places of a record.
    for end in ["\n", "\r\n", "\r"] {
        for padding in 0..3 {
            let note = "x".repeat(padding);
            let mut text = format!("reference;amount{end}");
            for _ in 0..20_000 {
                text += &format!("{note}A;1{end}\"B{end}\";2{end}");
            }
            text += &format!("{end}C;bad{end}");
            let read = read_one("a.csv", text.as_bytes(), csv(), columns()).unwrap();
            let lines: Vec<u64> = read.rejects.iter().map(|reject| reject.line).collect();
            assert_eq!((lines, read.rows().len()), (vec![60_002, 60_003], 40_000), "{end:?} {padding}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_with_quotes_is_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a;\"\r\n é]{0,4}", 3), 1..20),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        always in any::<bool>(),
        last_end in any::<bool>(),
    ) {
        let columns = ["a", "b", "c"].map(|name| {
            let mut column = column(name, "text");
            column.format.trim = false;
            column.format.null = Vec::new();
            column
        });
        let needed = |text: &str| always || text.contains([';', '"', '\r', '\n']);
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let cell = |text: &String| if needed(text) { quoted(text) } else { text.clone() };
        let lines: Vec<String> = rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(";")).collect();
        let text = format!("a;b;c{end}{}{}", lines.join(end), if last_end { end } else { "" });
        let read = read_one("a.csv", text.as_bytes(), csv(), columns.to_vec()).unwrap();
        prop_assert_eq!(read.rejects(), Vec::<String>::new());
        prop_assert_eq!(read.rows(), rows);
    }
}
