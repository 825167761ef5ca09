//! What a definition may refer to: sources, thresholds, parameters, and data sets with their columns.
//!
//! The columns of a derived data set come from the SQL engine; until they are known, references to them are let pass
//! and `check_schemas` looks at them later.

use std::collections::BTreeMap;

use tieout_model::{ColumnSchema, ColumnType, Currency, CurrencyOf};

use super::value::Text;
use crate::definition::SourceKind;
use crate::sql::BUILTIN_PARAMETERS;

/// Everything that can be referred to by name.
#[derive(Default)]
pub(crate) struct Names {
    /// Sources by name, with their kind where it could be read.
    pub(crate) sources: Vec<(String, Option<SourceKind>)>,
    /// Ids of thresholds with their currencies, where those could be read.
    pub(crate) thresholds: Vec<(String, Option<Currency>)>,
    /// Names of declared parameters, without the `$`.
    pub(crate) parameters: Vec<String>,
    /// Names of those among them that are lists.
    pub(crate) lists: Vec<String>,
    /// Extracted data sets, then derived ones, in order.
    pub(crate) tables: Vec<Table>,
}

/// A data set, as references see it.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns; `None` while they are not known.
    pub(crate) columns: Option<Vec<KnownColumn>>,
    /// Its amount columns.
    pub(crate) amounts: Vec<KnownAmount>,
}

/// An amount column, as references see it.
#[derive(Clone)]
pub(crate) struct KnownAmount {
    /// Its name.
    pub(crate) column: String,
    /// Where its currency comes from; `None` when that could not be read.
    pub(crate) currency: Option<CurrencyOf>,
}

/// A column, as references see it.
pub(crate) struct KnownColumn {
    /// Its name.
    pub(crate) name: String,
    /// Its type; `None` when that could not be read.
    pub(crate) data_type: Option<ColumnType>,
}

impl Names {
    /// The data set of this name; another name is reported.
    pub(crate) fn table(&self, text: &Text<'_>) -> Option<&Table> {
        let table = self.tables.iter().find(|table| table.name == text.as_str());
        if table.is_none() {
            let known = self.tables.iter().map(|table| table.name.as_str());
            text.report_unknown(format!("there is no data set '{}'", text.as_str()), known);
        }
        table
    }

    /// Adds a data set and says at which place.
    pub(crate) fn enter(&mut self, table: Table) -> usize {
        self.tables.push(table);
        self.tables.len() - 1
    }

    /// Names of all parameters, those that every control has among them.
    pub(crate) fn parameters(&self) -> Vec<&str> {
        BUILTIN_PARAMETERS.into_iter().chain(self.parameters.iter().map(String::as_str)).collect()
    }
}

impl Names {
    /// The folder of a source of kind `definition`; `None` for another source.
    pub(crate) fn definition_folder(&self, source: &str) -> Option<&str> {
        self.sources.iter().find_map(|(name, kind)| match kind {
            Some(SourceKind::Definition { folder }) if name == source => Some(folder.as_str()),
            _ => None,
        })
    }

    /// Names of parameters that are lists.
    pub(crate) fn lists(&self) -> Vec<&str> {
        self.lists.iter().map(String::as_str).collect()
    }
}

impl Table {
    /// The column of this name; another name is reported where the columns are known.
    pub(crate) fn column(&self, text: &Text<'_>) -> Option<&KnownColumn> {
        let columns = self.columns.as_ref()?;
        let column = columns.iter().find(|column| column.name == text.as_str());
        if column.is_none() {
            let known = columns.iter().map(|column| column.name.as_str());
            text.report_unknown(format!("'{}' has no column '{}'", self.name, text.as_str()), known);
        }
        column
    }

    /// The type of a column, where both are known; nothing is reported.
    pub(crate) fn type_of(&self, name: &str) -> Option<ColumnType> {
        self.columns.iter().flatten().find(|column| column.name == name)?.data_type
    }

    /// Reports a column that is not there or whose type is another than `wanted` describes.
    pub(crate) fn expect_type(&self, text: &Text<'_>, wanted: &str, fits: impl Fn(ColumnType) -> bool) {
        if let Some(KnownColumn { data_type: Some(data_type), .. }) = self.column(text)
            && !fits(*data_type)
        {
            text.report(format!("column '{}' of '{}' is {data_type}, not {wanted}", text.as_str(), self.name));
        }
    }

    /// The amount column of this name; a column without a currency is reported, and one that is not there too.
    pub(crate) fn amount(&self, text: &Text<'_>) -> Option<&KnownAmount> {
        let amount = self.amounts.iter().find(|amount| amount.column == text.as_str());
        if self.columns.is_some() && self.column(text).is_none() {
            return None;
        }
        if amount.is_none() {
            let known = self.amounts.iter().map(|amount| amount.column.as_str());
            text.report_unknown(
                format!("column '{}' of '{}' has no currency, so it has no control total", text.as_str(), self.name),
                known,
            );
        }
        amount
    }
}

/// The columns of a derived data set, as the SQL engine planned them.
pub(crate) fn planned_columns(schemas: &BTreeMap<String, Vec<ColumnSchema>>, name: &str) -> Option<Vec<KnownColumn>> {
    let known =
        |column: &ColumnSchema| KnownColumn { name: column.name.clone(), data_type: column.data_type.parse().ok() };
    schemas.get(name).map(|columns| columns.iter().map(known).collect())
}

/// Reports every name that an earlier entry has already; says whether all differ.
pub(crate) fn report_duplicates(texts: &[Text<'_>], what: &str) -> bool {
    let mut all_differ = true;
    for (index, text) in texts.iter().enumerate() {
        if texts.iter().take(index).any(|earlier| earlier.as_str() == text.as_str()) {
            text.report(format!("there are two {what} named '{}'", text.as_str()));
            all_differ = false;
        }
    }
    all_differ
}
