//! The sample of the control `pg-01`: all its data sets for up to nine companies.
//!
//! One company after the other is made from the operational side (vouchers, orders, customers, collections); its
//! ledger balances come last and are what those ask for, plus the bridges, plus what was planted.

mod answer;
mod balance_line;
mod balances;
mod books;
mod collections;
mod company;
mod data_set;
mod defect;
mod item_rows;
mod ledger;
mod ledger_rows;
mod order_item;
mod orders;
mod outputs;
mod rates;
mod receivables;
mod registers;
mod request;
mod role;
mod sellers;
mod special_lines;
mod special_vouchers;
mod table;
mod tally;
mod voucher;
mod voucher_rows;
mod vouchers;
mod write;

pub use request::Request;
pub use write::{Written, write};
