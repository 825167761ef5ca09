//! Evidence: the digests that pin the run down, and the commands that check them without us.

use super::{Block, Section};
use crate::ReportInput;
use crate::table::{Cell, Look, Table};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    let result = input.result;
    let facts = vec![
        ("Definition", vec![result.definition.to_string()]),
        ("Program", vec![input.code_version.to_owned()]),
        ("Package", vec![result.package.clone().unwrap_or_else(|| input.package_file.to_owned())]),
    ];
    let mut blocks = vec![Block { facts, ..Block::default() }];
    if !result.tables.is_empty() {
        let mut table = Table::new("Tables of the run", ["Table", "#Rows", "Digest of the rows"]);
        for row in &result.tables {
            let cells = vec![Cell::text(row.name.as_str()), Cell::count(row.rows), Cell::text(row.digest.to_string())];
            table.push(Look::Plain, cells);
        }
        blocks.push(Block { heading: "Tables".to_owned(), tables: vec![table], ..Block::default() });
    }
    let package = input.package_file;
    blocks.push(Block {
        heading: "How to verify".to_owned(),
        about: "The first two commands need nothing of ours; the third recomputes every figure from the rows."
            .to_owned(),
        commands: vec![
            format!("unzip {package} -d package"),
            "(cd package && sha256sum -c checksums.sha256)".to_owned(),
            format!("tieout verify {package}"),
        ],
        ..Block::default()
    });
    Section { title: "Evidence", about: "What pins this run down, byte by byte.", wide: false, blocks }
}
