//! What is made of a query: read as the server would read it.

use super::*;

const TEXT: &str = "WITH rates AS (SELECT 1 AS r),
population AS (
    SELECT e.[Entry No_], e.[Amount] -- (the driving table
    FROM [NAV].[dbo].[Entries] AS e
    WHERE e.[Posting Date] < @cutoff_end
),
names AS (SELECT n.no, n.name FROM dbo.names AS n)
SELECT p.[Entry No_], p.[Amount] * 1 AS [Amount], n.name AS amount
FROM population AS p
LEFT JOIN names AS n ON n.no = p.[Entry No_]
ORDER BY p.[Entry No_];
";

fn statements(text: &str, dialect: DatabaseDialect) -> DatabaseStatements {
    let query = DatabaseQuery {
        path: "q.sql".to_owned(),
        text: text.to_owned(),
        population: "population".to_owned(),
        control_total: vec!["amount".to_owned()],
        chunks: Some(Chunks { column: "Entry No_".to_owned(), rows: 1000 }),
        export: None,
    };
    DatabaseStatements::new(&query, dialect).unwrap()
}

fn total(headers: &[&str]) -> Vec<ControlTotal> {
    let headers = headers.iter().map(|&header| header.to_owned()).collect();
    vec![ControlTotal { column: "amount".to_owned(), headers, scale: 10 }]
}

#[test]
fn the_count_reads_the_driving_table_and_no_join() {
    let statements = statements(TEXT, DatabaseDialect::SqlServer);
    let count = statements.count(None).unwrap();
    let head = &TEXT[..TEXT.find(",\nnames").unwrap()];
    assert_eq!(count.as_str(), format!("{head}\nSELECT COUNT_BIG(*) AS tieout_rows FROM [population]"));
}

#[test]
fn the_total_sums_what_the_query_selects() {
    let found = statements(TEXT, DatabaseDialect::SqlServer).total(&total(&["AMOUNT", "Amount"]), None).unwrap();
    let expected = "SELECT COUNT_BIG(*) AS tieout_rows,
  SUM(CAST(p.[Amount] * 1 AS decimal(38, 10))) AS tieout_total_1
FROM population AS p
LEFT JOIN names AS n ON n.no = p.[Entry No_]";
    assert!(found.as_str().ends_with(expected), "{}", found.as_str());
    assert!(found.as_str().starts_with(&TEXT[..TEXT.find("SELECT p.").unwrap()]));
    let absent = statements(TEXT, DatabaseDialect::SqlServer).total(&total(&["Betrag"]), None).unwrap_err();
    assert_eq!(absent.to_string(), "the query has no selected column 'Betrag'");
}

#[test]
fn the_total_of_a_grouped_answer_wraps_it() {
    let text = "WITH population AS (SELECT a.k, a.v FROM a) SELECT p.k, SUM(p.v) AS Total FROM population AS p
GROUP BY p.k ORDER BY p.k";
    let found = statements(text, DatabaseDialect::Postgres).total(&total(&["total"]), None).unwrap();
    let expected = "WITH population AS (SELECT a.k, a.v FROM a),
tieout_selected AS (
SELECT p.k, SUM(p.v) AS Total FROM population AS p
GROUP BY p.k
)
SELECT COUNT(*) AS tieout_rows,
  SUM(CAST(\"total\" AS numeric)) AS tieout_total_1
FROM tieout_selected";
    assert_eq!(found.as_str(), expected);
}

#[test]
fn a_range_cuts_the_population_and_leaves_the_rest() {
    let statements = statements(TEXT, DatabaseDialect::SqlServer);
    assert_eq!(statements.rows(None).unwrap().as_str(), TEXT.trim_end().trim_end_matches(';'));
    let rows = statements.rows(Some(RangeEnds { has_after: true, has_until: true })).unwrap();
    let cut = ") AS tieout_population WHERE tieout_population.[Entry No_] > @tieout_after AND \
               tieout_population.[Entry No_] <= @tieout_until),\nnames AS (";
    assert!(rows.as_str().contains(cut), "{}", rows.as_str());
    assert!(rows.as_str().contains("population AS (SELECT tieout_population.* FROM (\n    SELECT e.[Entry No_]"));
    assert_eq!(rows.parameters(), ["cutoff_end", "tieout_after", "tieout_until"]);
    let count = statements.count(Some(RangeEnds { has_after: false, has_until: true })).unwrap();
    assert!(count.as_str().contains("WHERE tieout_population.[Entry No_] <= @tieout_until)\nSELECT COUNT_BIG(*)"));
    let ranges = statements.ranges().unwrap().unwrap();
    assert!(ranges.as_str().contains("WHERE n.tieout_row % 1000 = 0\nORDER BY n.[Entry No_]"), "{}", ranges.as_str());
}
