//! The books of a few companies as files of PG-01: rows as an accountant would jot them down, with what every row has.
//!
//! The control totals beside the files are counted from the rows, so a file that is whole is proven whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tieout_model::{CutoffDate, Decimal};

/// The headers of a data set with what a row holds where nothing is said.
type Headers = &'static [(&'static str, &'static str)];

/// Data sets with their headers, and the column of their control total.
const DATA_SETS: &[(&str, &[&str], Headers)] = &[
    (
        "cr_03",
        &["Amount"],
        &[
            ("id_company", ""),
            ("Entry No_", ""),
            ("Document No_", "D-1"),
            ("Voucher No_", ""),
            ("Posting Date", "2025-09-15"),
            ("Document Type", ""),
            ("Chart of Accounts No_", "18412"),
            ("Document Description", ""),
            ("Amount", ""),
            ("Bal_ Account Type", ""),
            ("User ID", "NAV/13"),
        ],
    ),
    (
        "cr_04",
        &["BALANCE_AT_DATE"],
        &[
            ("ID_COMPANY", ""),
            ("CLOSING_DATE", "2025-09-30"),
            ("REFRESH_DATE", "2025-10-02 06:00:00"),
            ("GROUP_COA_ACCOUNT_NO", ""),
            ("CURRENCY", ""),
            ("BALANCE_AT_DATE", ""),
        ],
    ),
    (
        "cr_05",
        &["FX_rate"],
        &[("Company_Code", ""), ("rate_type", "Closing"), ("year", "2025"), ("cod_month", "9"), ("FX_rate", "")],
    ),
    (
        "ipe_07",
        &["rem_amt_LCY"],
        &[
            ("id_company", ""),
            ("Entry No_", ""),
            ("Posting Date", "2025-06-01"),
            ("Customer No_", "C1"),
            ("Customer Posting Group", "NAT"),
            ("Busline Code", "BL01"),
            ("rem_amt_LCY", ""),
        ],
    ),
    (
        "ipe_08",
        &["remaining_amount"],
        &[
            ("ID_COMPANY", ""),
            ("id", ""),
            ("business_use", "refund"),
            ("is_active", "0"),
            ("discount_amount", "0"),
            ("Is_Valid", "valid"),
            ("created_at", "2024-03-15 10:00:00"),
            ("to_date", ""),
            ("voucher_inactive_date", "2025-09-10 12:00:00"),
            ("remaining_amount", ""),
            ("TotalAmountUsed", "0"),
        ],
    ),
    (
        "ipe_08_usage",
        &["TotalAmountUsed"],
        &[
            ("ID_Company", ""),
            ("id", ""),
            ("business_use", "refund"),
            ("voucher_type", "reusablecredit"),
            ("creation_year", "2025"),
            ("Delivery_mth", "202506"),
            ("TotalAmountUsed", ""),
        ],
    ),
    (
        "ipe_10",
        &["PAID_FOR_ITEMS", "PAID_FOR_SHIPPING"],
        &[
            ("ID_COMPANY", ""),
            ("IS_PREPAYMENT", "1"),
            ("COD_OMS_SALES_ORDER_ITEM", ""),
            ("IS_MARKETPLACE", "0"),
            ("ORDER_CREATION_DATE", "2025-08-30"),
            ("FINANCE_VERIFIED_DATE", "2025-09-02"),
            ("DELIVERED_DATE", ""),
            ("PACKAGE_DELIVERY_DATE", ""),
            ("REFUND_DATE", ""),
            ("PAID_FOR_ITEMS", ""),
            ("PAID_FOR_SHIPPING", "0"),
        ],
    ),
    (
        "ipe_12",
        &["amount_expected"],
        &[
            ("ID_COMPANY", ""),
            ("PAYMENT_METHOD", "CashOnDelivery"),
            ("PACKAGE_NUMBER", ""),
            ("DELIVERED_DATE", "2025-09-20"),
            ("IS_PREPAYMENT", "0"),
            ("amount_expected", ""),
            ("amount_received", ""),
            ("troubleshoot_resolution_date", ""),
            ("paid_price", "0"),
            ("paid_shipping", "0"),
        ],
    ),
    (
        "ipe_31",
        &["Amount"],
        &[
            ("ID_Company", ""),
            ("Event_date", "2025-09-12"),
            ("CP", "Hub"),
            ("Transaction_Type", "Payment"),
            ("Related_Entity", "E1"),
            ("Amount", ""),
        ],
    ),
    (
        "ipe_34",
        &["AmountToRefund"],
        &[
            ("ID_COMPANY", ""),
            ("Case_Type", ""),
            ("ORDER_NR", "O1"),
            ("RETURN_DATE", ""),
            ("REFUND_DATE", ""),
            ("AmountToRefund", ""),
        ],
    ),
    ("jdash", &["Amount Used"], &[("Company", ""), ("Voucher Id", ""), ("Amount Used", "")]),
];

/// Rows by data set; each row by header.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    rows: BTreeMap<&'static str, Vec<BTreeMap<String, String>>>,
    left_out: Vec<(&'static str, &'static str)>,
}

impl Books {
    /// Books of companies with a closing rate and a balance of zero each; without these nothing can be concluded.
    pub(crate) fn of(cutoff: &str, companies: &[(&str, &str, &str)]) -> Self {
        let cutoff: CutoffDate = cutoff.parse().unwrap();
        let date = cutoff.date();
        let (year, month, day) = (date.year().to_string(), date.month().to_string(), date.to_string());
        let refreshed = format!("{} 06:00:00", cutoff.end().date());
        let mut books = Self::default();
        for (company, currency, rate) in companies {
            let balance = [
                ("CLOSING_DATE", day.as_str()),
                ("REFRESH_DATE", &refreshed),
                ("GROUP_COA_ACCOUNT_NO", "13009"),
                ("CURRENCY", currency),
                ("BALANCE_AT_DATE", "0"),
            ];
            books.add("cr_04", company, &balance);
            if !rate.is_empty() {
                books.add("cr_05", company, &[("year", year.as_str()), ("cod_month", &month), ("FX_rate", rate)]);
            }
        }
        books
    }

    /// Adds a row: what every row has, with these cells instead.
    pub(crate) fn add(&mut self, data_set: &'static str, company: &str, cells: &[(&str, &str)]) -> &mut Self {
        let (_, _, headers) = DATA_SETS.iter().find(|(name, _, _)| *name == data_set).unwrap();
        let mut row: BTreeMap<String, String> =
            headers.iter().map(|(header, cell)| ((*header).to_owned(), (*cell).to_owned())).collect();
        let of_company = headers.iter().find(|(_, cell)| cell.is_empty()).unwrap().0;
        row.insert(of_company.to_owned(), company.to_owned());
        for (header, cell) in cells {
            row.insert((*header).to_owned(), (*cell).to_owned());
        }
        self.rows.entry(data_set).or_default().push(row);
        self
    }

    /// A voucher with what remains on it.
    pub(crate) fn voucher(&mut self, company: &str, id: &str, remaining: &str, cells: &[(&str, &str)]) -> &mut Self {
        let own = [("id", id), ("remaining_amount", remaining), ("discount_amount", remaining)];
        self.add("ipe_08", company, &[own.as_slice(), cells].concat())
    }

    /// A ledger line on the voucher liability.
    pub(crate) fn ledger(&mut self, company: &str, entry: &str, amount: &str, cells: &[(&str, &str)]) -> &mut Self {
        self.add("cr_03", company, &[[("Entry No_", entry), ("Amount", amount)].as_slice(), cells].concat())
    }

    /// A balance of the ledger in the company's currency.
    pub(crate) fn balance(&mut self, company: &str, currency: &str, account: &str, amount: &str) -> &mut Self {
        let cells = [("GROUP_COA_ACCOUNT_NO", account), ("CURRENCY", currency), ("BALANCE_AT_DATE", amount)];
        self.add("cr_04", company, &cells)
    }

    /// Leaves a column out of the file of a data set.
    pub(crate) fn without_column(&mut self, data_set: &'static str, header: &'static str) -> &mut Self {
        self.left_out.push((data_set, header));
        self
    }

    /// Writes all files, with the control totals of those that have amounts.
    pub(crate) fn write(&self, folder: &Path) {
        let mut totals = vec!["dataset,rows,amount".to_owned()];
        for (name, summed, headers) in DATA_SETS {
            let rows = self.rows.get(name).cloned().unwrap_or_default();
            let mut columns: Vec<String> = headers.iter().map(|(header, _)| (*header).to_owned()).collect();
            for header in rows.iter().flat_map(BTreeMap::keys) {
                if !columns.contains(header) {
                    columns.push(header.clone());
                }
            }
            columns.retain(|column| !self.left_out.contains(&(*name, column.as_str())));
            let mut text = columns.join(",") + "\n";
            for row in &rows {
                let cells = columns.iter().map(|column| quoted(row.get(column).map_or("", String::as_str)));
                text += &(cells.collect::<Vec<_>>().join(",") + "\n");
            }
            fs::write(folder.join(format!("{name}.csv")), text).unwrap();
            let amounts = rows.iter().flat_map(|row| summed.iter().filter_map(|column| amount(row.get(*column)?)));
            let amount = amounts.fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount).unwrap());
            totals.push(format!("{name},{},{amount}", rows.len()));
        }
        fs::write(folder.join("control_totals.csv"), totals.join("\n")).unwrap();
    }
}

fn amount(cell: &str) -> Option<Decimal> {
    cell.trim().replace(',', "").parse().ok()
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
