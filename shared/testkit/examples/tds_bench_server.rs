//! Serves a generated ledger of 12 columns over TDS, for measuring how fast clients read it.
//!
//! `tds_bench_server ROWS FOLDER` prints its port and the bytes of all rows when it listens, writes its certificate authority to
//! FOLDER/authority.pem, and serves until its standard input ends. A block of 1,000 rows is encoded once and sent
//! again and again, so that the server is not what is measured.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot be taken stops with the reason"
)]

use std::io::Read;

use tieout_testkit::tds::{
    Answer, CannedBackend, Encryption, Request, ServerOptions, TdsColumn, TdsServer, TdsType, TdsValue,
};

/// Rows of the block that is repeated.
const BLOCK_ROWS: u64 = 1000;

fn columns() -> Vec<TdsColumn> {
    vec![
        TdsColumn::required("entry_no", TdsType::BigInt),
        TdsColumn::new("company", TdsType::VarChar(10)),
        TdsColumn::new("document_no", TdsType::NVarChar(20)),
        TdsColumn::new("posting_date", TdsType::Date),
        TdsColumn::new("created_at", TdsType::DateTime2(6)),
        TdsColumn::new("account", TdsType::VarChar(10)),
        TdsColumn::new("description", TdsType::NVarChar(100)),
        TdsColumn::new("currency", TdsType::Char(3)),
        TdsColumn::new("amount", TdsType::Decimal(38, 20)),
        TdsColumn::new("amount_lcy", TdsType::Decimal(19, 4)),
        TdsColumn::new("quantity", TdsType::Int),
        TdsColumn::new("open", TdsType::Bit),
    ]
}

/// A row in which every value is a function of its number; one in eight has nulls.
fn row(number: u64) -> Vec<TdsValue> {
    let signed = i64::try_from(number).unwrap();
    let cents = i128::from(signed) * 7919 % 10_000_000 - 5_000_000;
    let nullable = |value: TdsValue| if number % 8 == 3 { TdsValue::Null } else { value };
    vec![
        TdsValue::Int(signed),
        TdsValue::text(["EC_NG", "JM_EG", "EC_KE", "JD_GH", "EC_MA"][usize::try_from(number % 5).unwrap()]),
        TdsValue::Text(format!("PSINV-{:08}", number * 37 % 10_000_000)),
        TdsValue::Date(739_158 + u32::try_from(number % 365).unwrap()),
        TdsValue::DateTime2(739_158 + u32::try_from(number % 365).unwrap(), number * 1_000_003 % 86_400_000_000),
        TdsValue::Text((13_001 + number % 9).to_string()),
        nullable(TdsValue::Text(format!("Payment of order {} by customer", 300_000_000 + number * 11))),
        TdsValue::text("NGN"),
        TdsValue::Decimal(cents * 10_i128.pow(18)),
        TdsValue::Decimal(cents * 100),
        nullable(TdsValue::Int(signed % 50)),
        TdsValue::Bit(number.is_multiple_of(3)),
    ]
}

fn one(name: &str, value: i64) -> Answer {
    Answer::table(vec![TdsColumn::new(name, TdsType::BigInt)], vec![vec![TdsValue::Int(value)]])
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rows: u64 = arguments.next().expect("ROWS").parse().expect("ROWS is a number");
    let folder = arguments.next().expect("FOLDER");
    let block: Vec<_> = (0..BLOCK_ROWS).map(row).collect();
    let first = block.clone();
    let block_bytes = Answer::encode(&columns(), &block).unwrap().len() as u64;
    let count = i64::try_from(rows).unwrap();
    let backend = CannedBackend::new()
        .on("tieout_rows", move |_: &Request, _| one("tieout_rows", count))
        // A client that asks for the first row alone wants to know the types.
        .on("TOP 1 ", move |_: &Request, _| Answer::table(columns(), vec![first[0].clone()]))
        .on("ledger", move |_: &Request, _| Answer::encoded(columns(), &block, rows / BLOCK_ROWS).unwrap());
    let options =
        ServerOptions { encryption: Encryption::LoginOnly, password: "bench".to_owned(), ..ServerOptions::default() };
    let server = TdsServer::start(options, backend).unwrap();
    std::fs::write(std::path::Path::new(&folder).join("authority.pem"), server.authority_pem()).unwrap();
    println!("{} {}", server.port(), block_bytes * rows / BLOCK_ROWS);
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
