//! The statements of a data set: the query, the count of its population, the sum of what it selects, its ranges.
//!
//! The count reads the driving table under all filters without the enrichment joins; were a join to repeat or to
//! drop a row, the answer would have another number of rows.

use tieout_catalog::{Chunks, DatabaseDialect, DatabaseQuery, QueryOutline, SelectItem, WithQuery};

use super::{DatabaseText, DatabaseTextError};

/// The name of the column that counts rows in a proof.
pub const ROWS_COLUMN: &str = "tieout_rows";

/// The name of the column with the sum of a control total, by its 0-based place among them.
pub fn total_column(index: usize) -> String {
    format!("tieout_total_{}", index + 1)
}

/// A column whose sum is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlTotal {
    /// The column of the contract.
    pub column: String,
    /// Names under which the query may select it, tried in order.
    pub headers: Vec<String>,
    /// Decimals of the sum.
    pub scale: u8,
}

/// A range of the column by which a data set is read in parts: `after < value <= until`.
///
/// Its ends are bound as `tieout_after` and `tieout_until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeEnds {
    /// Whether there is a value before the range.
    pub has_after: bool,
    /// Whether there is a last value.
    pub has_until: bool,
}

/// The statements of one data set.
#[derive(Debug, Clone)]
pub struct DatabaseStatements {
    text: String,
    dialect: DatabaseDialect,
    outline: QueryOutline,
    population: WithQuery,
    chunks: Option<Chunks>,
}

impl DatabaseStatements {
    /// Takes the query of a data set.
    pub fn new(query: &DatabaseQuery, dialect: DatabaseDialect) -> Result<Self, DatabaseTextError> {
        let outline = QueryOutline::of(&query.text, dialect)?;
        let population = outline.with_query(&query.population).cloned();
        let population = population.ok_or_else(|| absent("WITH query", &query.population))?;
        Ok(Self { text: query.text.clone(), dialect, outline, population, chunks: query.chunks.clone() })
    }

    /// The query itself; with `range`, over that part of its population.
    pub fn rows(&self, range: Option<RangeEnds>) -> Result<DatabaseText, DatabaseTextError> {
        let rest = self.part(self.population.body.end..self.outline.end);
        self.made(&format!("{}{rest}", self.head(range)))
    }

    /// Counts the population as `tieout_rows`.
    pub fn count(&self, range: Option<RangeEnds>) -> Result<DatabaseText, DatabaseTextError> {
        let count = self.count_function();
        let name = self.quoted(&self.population.name);
        self.made(&format!("{})\nSELECT {count} AS {ROWS_COLUMN} FROM {name}", self.head(range)))
    }

    /// Sums the control totals of what the query selects as `tieout_total_1` and so on, and counts its rows as
    /// `tieout_rows`.
    pub fn total(&self, totals: &[ControlTotal], range: Option<RangeEnds>) -> Result<DatabaseText, DatabaseTextError> {
        let with = self.part(self.population.body.end..self.outline.select);
        let head = format!("{}{with}", self.head(range));
        let count = self.count_function();
        let items = totals.iter().map(|total| Ok((self.selected(total)?, total)));
        let items = items.collect::<Result<Vec<_>, DatabaseTextError>>()?;
        let sums = |of: &dyn Fn(&SelectItem) -> String| {
            let sum = |(index, (item, total)): (usize, &(&SelectItem, &ControlTotal))| {
                format!(",\n  SUM(CAST({} AS {})) AS {}", of(item), self.sum_type(total), total_column(index))
            };
            items.iter().enumerate().map(sum).collect::<String>()
        };
        if self.outline.is_plain {
            // The same FROM with other columns: two columns that differ only by case stay apart.
            let sums = sums(&|item| self.part(item.expression.clone()).to_owned());
            let from = self.part(self.outline.from.clone()).trim_end();
            return self.made(&format!("{head}SELECT {count} AS {ROWS_COLUMN}{sums}\n{from}"));
        }
        let end = self.outline.order_by.unwrap_or(self.outline.end);
        let select = self.part(self.outline.select..end).trim_end();
        let sums = sums(&|item| self.quoted(item.name.as_deref().unwrap_or_default()));
        let with = head.trim_end();
        self.made(&format!(
            "{with},\ntieout_selected AS (\n{select}\n)\nSELECT {count} AS {ROWS_COLUMN}{sums}\nFROM tieout_selected"
        ))
    }

    /// The last value of each full range, in order, as `tieout_until`; `None` for a data set read as a whole.
    pub fn ranges(&self) -> Result<Option<DatabaseText>, DatabaseTextError> {
        let Some(chunks) = &self.chunks else { return Ok(None) };
        let (column, name) = (self.quoted(&chunks.column), self.quoted(&self.population.name));
        let with = self.head(None);
        let rows = chunks.rows;
        let text = format!(
            "{with})\nSELECT DISTINCT n.{column} AS tieout_until FROM (\n  SELECT p.{column}, ROW_NUMBER() OVER (ORDER BY \
             p.{column}) AS tieout_row\n  FROM {name} AS p\n) AS n\nWHERE n.tieout_row % {rows} = 0\nORDER BY n.{column}"
        );
        self.made(&text).map(Some)
    }

    /// Everything up to the end of the population, which is cut to the range.
    fn head(&self, range: Option<RangeEnds>) -> String {
        let (Some(range), Some(chunks)) = (range, &self.chunks) else {
            return self.part(0..self.population.body.end).to_owned();
        };
        let column = self.quoted(&chunks.column);
        let ends = [
            range.has_after.then(|| format!("tieout_population.{column} > @tieout_after")),
            range.has_until.then(|| format!("tieout_population.{column} <= @tieout_until")),
        ];
        let ends: Vec<_> = ends.into_iter().flatten().collect();
        if ends.is_empty() {
            return self.part(0..self.population.body.end).to_owned();
        }
        let before = self.part(0..self.population.body.start);
        let body = self.part(self.population.body.clone()).trim_end();
        let ends = ends.join(" AND ");
        format!("{before}SELECT tieout_population.* FROM ({body}\n) AS tieout_population WHERE {ends}")
    }

    fn selected(&self, total: &ControlTotal) -> Result<&SelectItem, DatabaseTextError> {
        let found = total.headers.iter().find_map(|header| self.outline.item_named(header));
        found.ok_or_else(|| absent("selected column", total.headers.first().unwrap_or(&total.column)))
    }

    /// The type in which a column is summed: exact, and wide enough for a sum.
    fn sum_type(&self, total: &ControlTotal) -> String {
        match self.dialect {
            DatabaseDialect::SqlServer => format!("decimal(38, {})", total.scale),
            DatabaseDialect::Postgres => "numeric".to_owned(),
        }
    }

    fn count_function(&self) -> &'static str {
        match self.dialect {
            DatabaseDialect::SqlServer => "COUNT_BIG(*)",
            DatabaseDialect::Postgres => "COUNT(*)",
        }
    }

    /// A name in quotes, as the dialect writes them; the outline has names as the dialect folds them.
    fn quoted(&self, name: &str) -> String {
        match self.dialect {
            DatabaseDialect::SqlServer => format!("[{}]", name.replace(']', "]]")),
            DatabaseDialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    fn part(&self, range: std::ops::Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn made(&self, text: &str) -> Result<DatabaseText, DatabaseTextError> {
        DatabaseText::parse(text, self.dialect)
    }
}

fn absent(what: &'static str, name: &str) -> DatabaseTextError {
    DatabaseTextError::Absent { what, name: name.to_owned() }
}

#[cfg(test)]
#[path = "statements/tests.rs"]
mod tests;
