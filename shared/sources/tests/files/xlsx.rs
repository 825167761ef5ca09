//! Excel workbooks: cells of every kind, and sheets that are not tables.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use tieout_catalog::FileFormat;
use tieout_model::{Column, ReasonCode};

use crate::support::{Outcome, column, not_null, read_one, refusal};

fn xlsx(sheet: Option<&str>, header_row: u32) -> FileFormat {
    FileFormat::Xlsx { sheet: sheet.map(str::to_owned), header_row }
}

fn written(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn columns() -> Vec<Column> {
    vec![not_null("reference", "text"), column("amount", "decimal(18,2)"), column("booked_on", "date")]
}

fn headed(sheet: &mut Worksheet) {
    for (position, header) in ["reference", "amount", "booked_on"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(position).unwrap(), header).unwrap();
    }
}

/// A workbook of one sheet with these rows as XML, in the 1904 date system if asked.
fn by_hand(rows: &str, is_1904: bool) -> Vec<u8> {
    let date1904 = u8::from(is_1904);
    let parts = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#.to_owned()),
        ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="{date1904}"/><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#.to_owned()),
        ("xl/styles.xml", r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#.to_owned()),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A header row by hand, then these rows.
fn headed_by_hand(rows: &str) -> String {
    let header =
        ["reference", "amount", "booked_on"].map(|name| format!(r#"<c t="inlineStr"><is><t>{name}</t></is></c>"#));
    format!(r#"<row r="1">{}</row>{rows}"#, header.concat())
}

fn read(bytes: &[u8]) -> Outcome {
    read_one("a.xlsx", bytes, xlsx(None, 1), columns()).unwrap()
}

#[test]
fn numbers_dates_and_text_are_read_for_what_they_are() {
    let bytes = written(|sheet| {
        headed(sheet);
        let date = Format::new().set_num_format("dd/mm/yyyy");
        sheet.write(1, 0, "A").unwrap();
        sheet.write(1, 1, 1234.1 + 0.2).unwrap();
        sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(2024, 2, 29).unwrap(), &date).unwrap();
        sheet.write(2, 0, 1001).unwrap();
        sheet.write(2, 1, "-7.5").unwrap();
        sheet.write(2, 2, "2024-03-01").unwrap();
        sheet.write(3, 0, true).unwrap();
        sheet.write(3, 1, Formula::new("=1+1").set_result("2.25")).unwrap();
    });
    let read = read(&bytes);
    assert_eq!(read.rejects(), Vec::<String>::new());
    let expected = [["A", "1234.30", "2024-02-29"], ["1001", "-7.50", "2024-03-01"], ["true", "2.25", "~"]];
    assert_eq!(read.rows(), expected);
}

#[test]
fn conventions_declared_for_text_do_not_touch_number_and_date_cells() {
    let mut columns = columns();
    columns[1].format.number.decimal_mark = ',';
    columns[1].format.number.group_marks = vec!['.'];
    columns[2].format.date = "%d.%m.%y".to_owned();
    let bytes = written(|sheet| {
        headed(sheet);
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write(1, 0, "A").unwrap();
        sheet.write(1, 1, 1.5).unwrap();
        sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(1950, 1, 2).unwrap(), &date).unwrap();
        sheet.write(2, 0, "B").unwrap();
        sheet.write(2, 1, "1.234,50").unwrap();
        sheet.write(2, 2, "02.01.24").unwrap();
    });
    let read = read_one("a.xlsx", &bytes, xlsx(None, 1), columns).unwrap();
    assert_eq!(read.rows(), [["A", "1.50", "1950-01-02"], ["B", "1234.50", "2024-01-02"]]);
}

#[test]
fn timestamps_are_read_to_the_millisecond() {
    let columns = vec![column("moment", "timestamp")];
    let bytes = written(|sheet| {
        sheet.write(0, 0, "moment").unwrap();
        let format = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let moment = ExcelDateTime::from_ymd(2024, 1, 31).unwrap().and_hms(12, 30, 15).unwrap();
        sheet.write_with_format(1, 0, &moment, &format).unwrap();
    });
    let read = read_one("a.xlsx", &bytes, xlsx(None, 1), columns).unwrap();
    assert_eq!(read.rows(), [["2024-01-31T12:30:15"]]);
}

#[test]
fn what_is_no_value_of_its_column_is_a_reject_with_the_row_of_the_sheet() {
    let bytes = by_hand(
        &headed_by_hand(concat!(
            r#"<row r="2"><c r="A2" t="inlineStr"><is><t>A</t></is></c><c r="B2" t="e"><v>#N/A</v></c></row>"#,
            r#"<row r="3"><c r="A3" t="inlineStr"><is><t>B</t></is></c><c r="B3"><f>1+1</f></c></row>"#,
            r#"<row r="4"><c r="A4" s="1"><v>45292</v></c></row>"#,
            r#"<row r="5"><c r="A5" t="inlineStr"><is><t>C</t></is></c><c r="C5"><v>45292</v></c></row>"#,
            r#"<row r="6"><c r="A6" t="inlineStr"><is><t>D</t></is></c><c r="C6" s="1"><v>45292.5</v></c></row>"#,
            r#"<row r="7"><c r="A7" t="inlineStr"><is><t>E</t></is></c><c r="C7" s="2"><v>1.5</v></c></row>"#,
            r#"<row r="8"><c r="A8" t="inlineStr"><is><t>F</t></is></c><c r="C8" s="1"><v>60</v></c></row>"#,
            r#"<row r="9"><c r="A9" t="inlineStr"><is><t>G</t></is></c><c r="B9"><v>1.005</v></c></row>"#,
            r#"<row r="10"><c r="B10"><v>1</v></c></row>"#,
            r#"<row r="11"><c r="A11" t="inlineStr"><is><t>H</t></is></c><c r="B11" t="inlineStr"><is><t>Jane 12</t></is></c></row>"#,
        )),
        false,
    );
    let read = read(&bytes);
    assert_eq!(read.rows(), Vec::<Vec<String>>::new());
    let expected = [
        "2 amount: is the formula error #N/A []",
        "3 amount: is a formula without a stored result []",
        "4 reference: is a date cell, and the column holds no dates []",
        "5 booked_on: is not a date of the declared form [99999]",
        "6 booked_on: has a time of day, and the column holds dates [9999-99-99A99:99:99]",
        "7 booked_on: is a duration, not a date []",
        "8 booked_on: is 29 February 1900, a day that never was []",
        "9 amount: has more than 2 decimals [9.999]",
        "10 reference: is null, and the column has no nulls []",
        "11 amount: is not a number [Aaaa 99]",
    ];
    for (reject, expected) in read.rejects().iter().zip(expected) {
        // How a number is diagnosed is told elsewhere.
        if !expected.contains("is not a number") {
            assert_eq!(reject, expected);
        }
    }
    assert_eq!(read.rejects().len(), expected.len());
    assert_eq!(read.rejects[9].masked, "Aaaa 99");
}

#[test]
fn the_date_system_of_the_workbook_is_obeyed() {
    let rows =
        headed_by_hand(r#"<row r="2"><c t="inlineStr"><is><t>A</t></is></c><c r="C2" s="1"><v>43830</v></c></row>"#);
    assert_eq!(read(&by_hand(&rows, true)).rows()[0][2], "2024-01-01");
    assert_eq!(read(&by_hand(&rows, false)).rows()[0][2], "2019-12-31");
}

#[test]
fn a_blank_row_between_rows_is_a_reject_and_at_the_end_it_is_none() {
    let bytes = written(|sheet| {
        headed(sheet);
        sheet.write(1, 0, "A").unwrap();
        sheet.write(4, 0, "B").unwrap();
        sheet.write(5, 0, "").unwrap();
        sheet.write_blank(6, 1, &Format::new().set_bold()).unwrap();
    });
    let read = read(&bytes);
    assert_eq!(read.rows().len(), 2);
    assert_eq!(read.rejects(), ["3 reference: is a blank row []", "4 reference: is a blank row []"]);
}

#[test]
fn the_header_row_may_stand_lower_and_columns_in_any_order() {
    let bytes = written(|sheet| {
        sheet.write(0, 0, "Statement of May").unwrap();
        for (position, header) in ["booked_on", "", "amount", "reference", "x"].into_iter().enumerate() {
            sheet.write(2, u16::try_from(position).unwrap(), header).unwrap();
        }
        sheet.write(3, 3, "A").unwrap();
        sheet.write(3, 2, 1).unwrap();
        sheet.write(3, 9, "a note at the side").unwrap();
    });
    let read = read_one("a.xlsx", &bytes, xlsx(Some("Sheet1"), 3), columns()).unwrap();
    assert_eq!(read.rows(), [["A", "1.00", "~"]]);
    assert_eq!(read.rejects(), Vec::<String>::new());
}

#[test]
fn a_missing_header_column_or_sheet_is_refused_by_name() {
    let bytes = written(headed);
    let (code, detail, _) = refusal("a.xlsx", &bytes, xlsx(None, 2), columns());
    assert_eq!(code, ReasonCode::SourceUnreadable);
    assert_eq!(detail, "sheet 'Sheet1' of a.xlsx: row 2 should name the columns and is empty");
    let mut columns = columns();
    columns[1].headers = vec!["Amuont".to_owned()];
    let (code, detail, cure) = refusal("a.xlsx", &bytes, xlsx(None, 1), columns.clone());
    assert_eq!((code, detail.as_str()), (ReasonCode::ColumnMissing, "sheet 'Sheet1' of a.xlsx has no column 'Amuont'"));
    assert_eq!(cure, "correct `header` or add an alias: the file has 'amount'");
    let (code, detail, cure) = refusal("a.xlsx", &bytes, xlsx(Some("sheet1"), 1), columns);
    assert_eq!((code, detail.as_str()), (ReasonCode::DatasetMissing, "a.xlsx has no sheet 'sheet1'"));
    assert_eq!(cure, "did you mean 'Sheet1'?");
}

#[test]
fn with_several_sheets_one_must_be_named() {
    let mut workbook = Workbook::new();
    for name in ["May", "June"] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        headed(sheet);
        sheet.write(1, 0, name).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    assert_eq!(read_one("a.xlsx", &bytes, xlsx(Some("June"), 1), columns()).unwrap().rows()[0][0], "June");
    let (_, detail, cure) = refusal("a.xlsx", &bytes, xlsx(None, 1), columns());
    assert_eq!(detail, "a.xlsx has 2 sheets, and the definition names none");
    assert_eq!(cure, "set `sheet` to one of: 'May', 'June'");
}

#[test]
fn a_workbook_that_is_damaged_cut_off_or_something_else_is_refused() {
    let bytes = written(|sheet| {
        headed(sheet);
        for row in 1..200 {
            sheet.write(row, 0, format!("reference {row}")).unwrap();
            sheet.write(row, 1, f64::from(row) / 4.0).unwrap();
        }
    });
    assert_eq!(read(&bytes).rows().len(), 199);
    let expected = "a.xlsx is damaged or not an Excel workbook";
    for length in (0..bytes.len()).step_by(bytes.len() / 20) {
        assert_eq!(refusal("a.xlsx", &bytes[..length], xlsx(None, 1), columns()).1, expected, "{length}");
    }
    assert_eq!(refusal("a.xlsx", b"reference;amount\n", xlsx(None, 1), columns()).1, expected);
    let compound = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 2048]].concat();
    let (code, detail, _) = refusal("a.xlsx", &compound, xlsx(None, 1), columns());
    assert_eq!(code, ReasonCode::SourceUnreadable);
    assert!(detail.starts_with("a.xlsx is "), "{detail}");
}

#[test]
fn a_flipped_byte_in_the_data_of_a_sheet_never_passes() {
    let rows: String = (2..40).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>R{row}</t></is></c><c r="B{row}"><v>{row}.5</v></c></row>"#)).collect();
    let bytes = by_hand(&headed_by_hand(&rows), false);
    let good = read(&bytes);
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(3) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        match read_one("a.xlsx", &flipped, xlsx(None, 1), columns()) {
            Ok(read) => assert_eq!((read.rows(), read.rejects()), (good.rows(), good.rejects()), "byte {at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > bytes.len() / 6, "{refused} of {}", bytes.len() / 3);
}
