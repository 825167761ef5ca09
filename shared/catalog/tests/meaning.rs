//! What a definition means once it is loaded: the defaults, and every key in its place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::folder;
use tieout_catalog::{
    Compression, Control, CutoffRuleKind, DataSetQuery, DataSetTest, DerivedBy, Encoding, ExpectedCount, ExpectedTotal,
    FileFormat, FilesQuery, PeriodStart, SourceKind, Within, definition_digest, load,
};
use tieout_model::{
    ColumnNames, ColumnType, CurrencyOf, DayTolerance, Decimal, Duplicates, HeaderMatch, NegativeForm,
    NormalisationStep, Normalise, Outcome, RelativeBase, RelativeTolerance, Severity, Tolerance, TotalRow,
    WhatIfColumn,
};

fn loaded(edits: &[(&str, &str)]) -> Control {
    load(&folder(edits)).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn columns(left: &str, right: &str) -> ColumnNames {
    ColumnNames { left: left.to_owned(), right: right.to_owned() }
}

fn format_of(control: &Control, index: usize) -> &FileFormat {
    let DataSetQuery::Files(FilesQuery { format, .. }) = &control.data_sets[index].query else { panic!() };
    format
}

#[test]
fn people_rules_and_settings_are_as_written() {
    let control = loaded(&[]);
    assert_eq!((control.owner.name.as_str(), control.reviewer.email.as_str()), ("Ann", "bob@example.com"));
    assert_eq!(control.cutoff.kind, CutoffRuleKind::PreviousMonthEnd);
    assert_eq!(control.parameters[0].default.as_deref(), Some("0.00"));
    assert_eq!(control.sources[0].kind, SourceKind::Files { folder: "data".to_owned() });
    assert_eq!(control.thresholds[0].amount.to_string(), "5.00");
    assert_eq!(control.notify.recipients[0].person, control.owner);
    assert_eq!(control.notify.recipients[0].on, [Outcome::Clean, Outcome::Exceptions]);
    assert_eq!(control.notify.recipients[1].person.email, "cem@example.com");
}

#[test]
fn data_sets_have_their_format_contract_scope_and_tests() {
    let control = loaded(&[]);
    let bank = &control.data_sets[0];
    let DataSetQuery::Files(FilesQuery { file, format, compression }) = &bank.query else { panic!() };
    assert_eq!((file.as_str(), *compression), ("bank*.csv", Compression::ByName));
    let csv =
        FileFormat::Csv { delimiter: b';', quote: Some(b'"'), header: true, skip_rows: 0, encoding: Encoding::Utf8 };
    assert_eq!(*format, csv);
    let names: Vec<_> = bank.contract.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["reference", "booked_on", "amount", "count"]);
    let amount = bank.contract.column("amount").unwrap();
    assert_eq!(amount.data_type, ColumnType::Decimal { precision: 18, scale: 2 });
    assert_eq!(
        (amount.format.number.decimal_mark, amount.format.number.group_marks.as_slice()),
        (',', ['.'].as_slice())
    );
    assert_eq!(bank.contract.column("booked_on").unwrap().headers, ["Booked"]);
    assert_eq!(bank.contract.amounts[0].currency, CurrencyOf::Fixed("EUR".parse().unwrap()));
    assert_eq!(bank.scope.since, Some(PeriodStart::MonthStart));
    assert_eq!(bank.tests[0], DataSetTest::MinRows { rows: 2 });
    let sum_of = ExpectedCount::SumOf { data_set: "ledger".to_owned(), column: "lines".to_owned() };
    assert_eq!(bank.tests[2], DataSetTest::ExpectedCount { expected: sum_of });
    let expected = ExpectedTotal::TotalOf { data_set: "sums".to_owned(), column: "amount".to_owned() };
    assert_eq!(bank.tests[3], DataSetTest::ExpectedTotal { column: "amount".to_owned(), expected });

    let ledger = &control.data_sets[1];
    assert_eq!(*format_of(&control, 1), FileFormat::Xlsx { sheet: Some("Ledger".to_owned()), header_row: 1 });
    assert_eq!(ledger.contract.amounts[0].currency, CurrencyOf::Column("money".to_owned()));
    let within = Within { data_set: "bank".to_owned(), on: vec!["reference".to_owned()] };
    assert_eq!(ledger.scope.within, Some(within));
    let DerivedBy::Sql { text, .. } = &control.derived[0].by else { panic!("not by SQL") };
    assert_eq!((ledger.rejects_tolerated, text.as_str()), (0, fixture::SQL));
}

#[test]
fn a_column_overrides_the_format_of_its_data_set() {
    let edit = (
        r#"{ name = "amount", type = "decimal(18,2)", currency = "EUR" },"#,
        "{ name = \"amount\", type = \"decimal(18,2)\", currency = \"EUR\", decimal_mark = \".\", group_mark = \"\", \
         negative = [\"parentheses\"], aliases = [\"Sum\"] },",
    );
    let control = loaded(&[edit]);
    let amount = control.data_sets[0].contract.column("amount").unwrap();
    assert_eq!((amount.format.number.decimal_mark, amount.format.number.group_marks.as_slice()), ('.', [].as_slice()));
    assert_eq!(amount.format.number.negative, [NegativeForm::Parentheses]);
    assert_eq!(amount.headers, ["amount", "Sum"]);
    assert_eq!(control.data_sets[0].contract.column("count").unwrap().format.number.decimal_mark, ',');
}

#[test]
fn files_without_quotes_or_header_and_other_encodings_are_declared() {
    let edit = (r#"delimiter = ";""#, r#"delimiter = "\t", quote = "", skip_rows = 2, encoding = "latin-1""#);
    let control = loaded(&[edit]);
    let csv = FileFormat::Csv { delimiter: b'\t', quote: None, header: true, skip_rows: 2, encoding: Encoding::Latin1 };
    assert_eq!(*format_of(&control, 0), csv);
    let control = loaded(&[(r#"kind = "xlsx", sheet = "Ledger""#, r#"kind = "json_lines""#)]);
    assert_eq!(*format_of(&control, 1), FileFormat::JsonLines);
}

#[test]
fn checks_are_as_written() {
    let control = loaded(&[]);
    let [bank_sums, bank_ledger] = control.comparisons.as_slice() else { panic!("two comparisons") };
    assert_eq!(
        bank_sums.columns[0].tolerance,
        Tolerance { absolute: Some(decimal("0.01")), relative: None, days: None, cap: None }
    );
    let half = RelativeTolerance { fraction: decimal("0.5"), base: RelativeBase::Right };
    assert_eq!(bank_ledger.columns[0].tolerance, Tolerance { relative: Some(half), ..Tolerance::default() });
    assert_eq!(bank_ledger.key[0].names, columns("reference", "reference"));
    assert!(bank_ledger.key[0].normalisation.is_empty() && bank_ledger.columns[0].normalisation.is_empty());
    assert_eq!(bank_ledger.duplicates, Duplicates::List);
    assert!(bank_ledger.what_if.is_empty() && bank_ledger.relax.is_empty() && !bank_ledger.paranoid);
    let tie_out = &control.tie_outs[0];
    assert_eq!(
        (tie_out.by.as_slice(), tie_out.thresholds.as_slice()),
        (["reference".to_owned()].as_slice(), ["small".to_owned()].as_slice())
    );
    let [positive, sums_positive] = control.assertions.as_slice() else { panic!("two assertions") };
    let at_stake = positive.at_stake.as_ref().unwrap();
    assert_eq!((at_stake.expression.as_str(), at_stake.decimals), ("abs(amount)", 2));
    assert_eq!((sums_positive.severity, sums_positive.at_stake.as_ref()), (Severity::Review, None));
}

#[test]
fn a_comparison_declares_how_rows_match_and_what_may_differ() {
    let declared = r#"key = [{ name = "reference", normalise = ["case", "trim"] }, { left = "count", right = "lines" }]
columns = [
  { name = "amount", absolute = "0.05", relative = "0.01", relative_base = "max", cap = "100.00" },
  { left = "reference", right = "money", normalise = ["number"] },
]
duplicates = { sum = "amount" }
what_if = [{ column = "amount", tolerances = ["0", "0.01", "1"] }]
relax = [["count"], ["reference"]]
paranoid = true"#;
    let key_and_columns = "key = [{ left = \"reference\", right = \"reference\" }]\n\
                           columns = [{ left = \"amount\", right = \"amount\", relative = \"0.5\" }]";
    let control = loaded(&[(key_and_columns, declared)]);
    let comparison = &control.comparisons[1];
    assert_eq!(comparison.key[0].normalisation.0, [NormalisationStep::Trim, NormalisationStep::Case].into());
    assert_eq!(comparison.key[1].names, columns("count", "lines"));
    let relative = RelativeTolerance { fraction: decimal("0.01"), base: RelativeBase::Max };
    assert_eq!(
        comparison.columns[0].tolerance,
        Tolerance {
            absolute: Some(decimal("0.05")),
            relative: Some(relative),
            days: None,
            cap: Some(decimal("100.00"))
        }
    );
    assert_eq!(comparison.columns[1].names, columns("reference", "money"));
    assert_eq!(comparison.columns[1].normalisation.0, [NormalisationStep::Number].into());
    assert_eq!(comparison.duplicates, Duplicates::Sum(columns("amount", "amount")));
    let tolerances = ["0", "0.01", "1"].map(decimal).to_vec();
    assert_eq!(comparison.what_if, [WhatIfColumn { column: "amount".to_owned(), tolerances }]);
    assert_eq!(comparison.relax, [["count"], ["reference"]]);
    assert!(comparison.paranoid);
}

#[test]
fn rows_of_one_key_are_paired_in_a_declared_order_and_days_count_both_ways() {
    let declared = [
        (
            r#"columns = [{ name = "amount", absolute = "0.01" }]"#,
            "columns = [{ name = \"booked_on\", days = 2 }]\n\
             duplicates = { pair_by = [\"booked_on\", { left = \"amount\", right = \"amount\" }] }",
        ),
        (
            r#"columns = [{ left = "amount", right = "amount", relative = "0.5" }]"#,
            "columns = [{ left = \"booked_on\", right = \"booked_on\", days = { before = 1, after = 3 } }]\n\
             duplicates = \"list\"",
        ),
        (
            r#"  { name = "lines", type = "integer" },"#,
            "  { name = \"lines\", type = \"integer\" },\n  { name = \"booked_on\", type = \"date\" },",
        ),
    ];
    let control = loaded(&declared);
    let [bank_sums, bank_ledger] = control.comparisons.as_slice() else { panic!("two comparisons") };
    assert_eq!(bank_sums.columns[0].tolerance.days, Some(DayTolerance { before: 2, after: 2 }));
    let order = vec![columns("booked_on", "booked_on"), columns("amount", "amount")];
    assert_eq!(bank_sums.duplicates, Duplicates::Pair(order));
    assert_eq!(bank_ledger.columns[0].tolerance.days, Some(DayTolerance { before: 1, after: 3 }));
    assert_eq!(bank_ledger.duplicates, Duplicates::List);
}

#[test]
fn the_digest_is_over_lengths_paths_and_bytes() {
    let files = [("a".to_owned(), b"xy".to_vec()), ("b.sql".to_owned(), Vec::new())].into();
    let encoded = b"\0\0\0\0\0\0\0\x01a\0\0\0\0\0\0\0\x02xy\0\0\0\0\0\0\0\x05b.sql\0\0\0\0\0\0\0\0";
    assert_eq!(definition_digest(&files), tieout_model::Digest::of(encoded));
    let control = loaded(&[]);
    assert_eq!(control.files.keys().collect::<Vec<_>>(), ["control.toml", "sums.sql"]);
    assert_eq!(control.digest, definition_digest(&control.files));
}

#[test]
fn reading_rules_are_as_written() {
    let format = r#"group_mark = [".", " "], plus_sign = true, null = ["", "NULL"], ignore_case = true, \
        null_dates = ["1753-01-01"], fraction_digits = 7"#
        .replace("\\\n        ", "");
    let file = "file = \"bank*.csv\"\nheader_match = \"folded\"\n\
        total_row = { column = \"reference\", labels = [\"Total\"] }";
    let control = loaded(&[
        (r#"group_mark = ".""#, &format),
        ("file = \"bank*.csv\"", file),
        (
            r#"{ name = "reference", type = "text" },
  { name = "booked_on", type = "date", header = "Booked" },
  { name = "amount", type = "decimal(18,2)", currency = "EUR" },"#,
            r#"{ name = "reference", type = "text", aliases = ["reference", "Ref"], normalise = "key" },
  { name = "booked_on", type = "date", header = "Booked" },
  { name = "amount", type = "decimal(18,2)", currency = "EUR", null = "zero" },"#,
        ),
    ]);
    let bank = &control.data_sets[0].contract;
    assert_eq!(bank.header_match, HeaderMatch::Folded);
    let total_row = TotalRow { column: "reference".to_owned(), labels: vec!["Total".to_owned()] };
    assert_eq!(bank.total_row, Some(total_row));
    let format = &bank.column("reference").unwrap().format;
    assert_eq!((format.normalise, format.null_as_zero), (Some(Normalise::Key), false));
    assert_eq!((format.number.group_marks.as_slice(), format.number.plus_sign), (['.', ' '].as_slice(), true));
    assert_eq!((format.ignore_case, format.fraction_digits), (true, 7));
    assert_eq!((format.null.join("|"), format.null_dates.len()), ("|NULL".to_owned(), 1));
    let amount = &bank.column("amount").unwrap().format;
    assert_eq!((amount.null_as_zero, amount.null.join("|")), (true, "|NULL".to_owned()));
}
