//! Files that are given by their path, without a definition: what is found in them, and how they are read then.

use std::path::PathBuf;

use tieout_model::{ColumnType, ReasonCode};
use tieout_pipeline::ports::SourceError;
use tieout_sources::{GivenFile, GivenFormat, Survey};
use tieout_tables::cell_text;

use crate::support::folder;

const CSV: GivenFormat = GivenFormat::Csv { delimiter: b',' };

fn given(name: &str, bytes: &[u8], format: GivenFormat) -> (tempfile::TempDir, Result<GivenFile, SourceError>) {
    let folder = folder(&[(name, bytes)]);
    let file = GivenFile::open(&folder.path().join(name), format);
    (folder, file)
}

fn survey(name: &str, bytes: &[u8], format: GivenFormat) -> Result<Survey, SourceError> {
    given(name, bytes, format).1.and_then(|file| file.survey())
}

/// Columns as `name type`.
fn types(survey: &Survey) -> Vec<String> {
    let describe =
        |column: &tieout_sources::SurveyedColumn| format!("{} {}", column.name, column.readings.column_type());
    survey.columns.iter().map(describe).collect()
}

/// All rows as text under these types; null is `~`, a bad value the place and problem of its row.
fn rows(file: &GivenFile, survey: &Survey, types: &[ColumnType]) -> Vec<Vec<String>> {
    let columns: Vec<_> = survey.columns.iter().zip(types.iter().copied()).collect();
    let mut reader = file.read(&columns).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut rows = Vec::new();
    while let Some(batch) = runtime.block_on(reader.next_batch()).unwrap() {
        for row in 0..batch.rows.num_rows() {
            let cells = batch.rows.columns().iter();
            rows.push(cells.map(|cell| cell_text(cell, row).unwrap().unwrap_or("~".to_owned())).collect());
        }
        let reject = |reject: &tieout_pipeline::ports::Reject| {
            vec![reject.line.to_string(), reject.column.clone(), reject.problem.clone()]
        };
        rows.extend(batch.rejects.iter().map(reject));
    }
    rows
}

fn detail(error: SourceError) -> String {
    match error {
        SourceError::Refused { code, detail, .. } => {
            assert!(matches!(code, ReasonCode::SourceUnreadable | ReasonCode::DatasetMissing));
            detail.rsplit_once('/').map_or(detail.clone(), |(_, end)| end.to_owned())
        }
        SourceError::Transient { detail } => panic!("transient: {detail}"),
    }
}

fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (position, header) in ["id", "amount", "open", "booked", "note"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(position).unwrap(), header).unwrap();
    }
    for (row, amount) in [(1_u8, 0.25), (2, 0.5)] {
        sheet.write(u32::from(row), 0, i32::from(row)).unwrap();
        sheet.write(u32::from(row), 1, amount).unwrap();
        sheet.write(u32::from(row), 2, row == 1).unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2024, 1, row).unwrap();
        sheet.write_with_format(u32::from(row), 3, &day, &date).unwrap();
    }
    sheet.write(1, 4, "first").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_file_of_any_kind_is_surveyed_and_then_read_in_the_types_found() {
    let csv = "id,amount,open,booked,note\n1,0.25,true,2024-01-01,first\n2,0.50,false,2024-01-02,\n";
    let json = "{\"id\":1,\"amount\":0.25,\"open\":true,\"booked\":\"2024-01-01\",\"note\":\"first\"}\n\
                {\"id\":2,\"amount\":0.50,\"open\":false,\"booked\":\"2024-01-02\",\"note\":null}\n";
    let sheet = GivenFormat::Xlsx { sheet: None };
    for (name, bytes, format) in [
        ("a.csv", csv.as_bytes().to_vec(), CSV),
        ("a.jsonl", json.as_bytes().to_vec(), GivenFormat::JsonLines),
        ("a.xlsx", workbook(), sheet),
        ("a.csv.zst", zstd::encode_all(csv.as_bytes(), 1).unwrap(), CSV),
    ] {
        let (_folder, file) = given(name, &bytes, format);
        let file = file.unwrap();
        let survey = file.survey().unwrap();
        let found = types(&survey);
        assert_eq!(found, ["id integer", "amount decimal(3,2)", "open boolean", "booked date", "note text"], "{name}");
        assert_eq!(survey.rows, 2);
        let types: Vec<_> = survey.columns.iter().map(|column| column.readings.column_type()).collect();
        let expected = [["1", "0.25", "true", "2024-01-01", "first"], ["2", "0.50", "false", "2024-01-02", "~"]];
        assert_eq!(rows(&file, &survey, &types), expected, "{name}");
    }
}

#[test]
fn text_stays_as_it_is_and_an_empty_cell_is_null() {
    let (_folder, file) = given("a.csv", b"code,name\n0012, Ab \n,\"\"\n7,x\n", CSV);
    let file = file.unwrap();
    let survey = file.survey().unwrap();
    assert_eq!(types(&survey), ["code text", "name text"]);
    let read = rows(&file, &survey, &[ColumnType::Text, ColumnType::Text]);
    assert_eq!(read, [["0012", " Ab "], ["~", "~"], ["7", "x"]]);
    let demanded = rows(&file, &survey, &[ColumnType::Integer, ColumnType::Text]);
    assert_eq!(demanded, [["12", " Ab "], ["~", "~"], ["7", "x"]]);
}

#[test]
fn a_value_that_does_not_convert_has_its_line_and_column() {
    let (_folder, file) = given("a.csv", b"id,amount\n1,2.50\n2,x\n", CSV);
    let file = file.unwrap();
    let survey = file.survey().unwrap();
    let amount = ColumnType::Decimal { precision: 10, scale: 2 };
    let read = rows(&file, &survey, &[ColumnType::Integer, amount]);
    assert_eq!(read, [vec!["1", "2.50"], vec!["3", "amount", "is not a number of the declared format"]]);
}

#[test]
fn columns_of_json_lines_are_the_keys_of_all_objects() {
    let found =
        survey("a.jsonl", b"{\"b\":1}\n{\"a\":\"x\",\"b\":2.5}\n{\"c\":1e2}\n", GivenFormat::JsonLines).unwrap();
    assert_eq!(types(&found), ["b decimal(2,1)", "a text", "c integer"]);
    let empty = survey("a.jsonl", b"", GivenFormat::JsonLines).unwrap();
    assert_eq!((empty.columns.len(), empty.rows, empty.has_header), (0, 0, false));
}

#[test]
fn a_column_without_a_name_is_called_by_its_place() {
    let found = survey("a.csv", b",id , amount\n0,1,2\n", CSV).unwrap();
    assert_eq!(types(&found), ["column_1 integer", "id integer", "amount integer"]);
}

#[test]
fn what_cannot_be_read_as_rows_is_refused_with_its_place() {
    for (name, bytes, format, expected) in [
        ("a.csv", &b""[..], CSV, "a.csv is empty: not even a header is there"),
        ("a.csv", b"a,a\n1,2\n", CSV, "a.csv has two columns called 'a'"),
        ("a.csv", b"a,b\n1\n", CSV, "a.csv, line 2: the row has 1 cell, the header has 2 columns"),
        ("a.csv", b"a,b\n1,2\n\n3,4\n", CSV, "a.csv, line 3: the row has 1 cell, the header has 2 columns"),
        ("a.csv.gz", b"a,b\n", CSV, "a.csv.gz is read as gzip and is cut off"),
        ("a.jsonl", b"{\"a\":1}\n[1]\n", GivenFormat::JsonLines, "a.jsonl, line 2: the row is not a JSON object"),
        (
            "a.jsonl",
            b"{\"a\":1,\"a\":2}\n",
            GivenFormat::JsonLines,
            "a.jsonl, line 1: column 'a' stands twice in its object",
        ),
        ("a.xlsx", b"no workbook", GivenFormat::Xlsx { sheet: None }, "a.xlsx is damaged or not an Excel workbook"),
    ] {
        assert_eq!(detail(survey(name, bytes, format).unwrap_err()), expected);
    }
    let absent = GivenFile::open(&PathBuf::from("nowhere/a.csv"), CSV).unwrap_err();
    assert_eq!(detail(absent), "a.csv'");
    let folder = folder(&[]);
    assert!(detail(GivenFile::open(folder.path(), CSV).unwrap_err()).ends_with("is not a file"));
}
