//! Every mistake of a database's query text, at its place and with its cure.

use super::*;

const GOOD: &str = "-- {note} GETDATE() @nothing
WITH population AS (
    SELECT e.[Entry No_], e.[Amount], e.[Posting Date]
    FROM [NAV].[dbo].[G_L Entries] AS e
    JOIN @companies AS c ON c.value = e.id_company
    WHERE e.[Posting Date] >= @year_start AND e.[Posting Date] < @cutoff_end AND e.note <> 'GETDATE() @x'
)
SELECT p.[Entry No_], p.[Amount] AS [Amount], n.rows * 2 AS [Now]
FROM population AS p
LEFT JOIN (SELECT d.no, COUNT(*) AS rows FROM dbo.detail AS d GROUP BY d.no) AS n ON n.no = p.[Entry No_]
ORDER BY p.[Entry No_];
";

fn of(text: &str, dialect: DatabaseDialect) -> Vec<String> {
    let vocabulary = DatabaseVocabulary {
        dialect,
        parameters: vec!["cutoff_end", "year_start", "companies"],
        lists: vec!["companies"],
        databases: vec!["NAV"],
        population: Some("population"),
    };
    let shown = |mistake: &SqlMistake| {
        let help = mistake.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        format!("{}:{} {}{help}", mistake.line, mistake.column, mistake.message)
    };
    database_mistakes(text, &vocabulary).iter().map(shown).collect()
}

fn changed(from: &str, to: &str) -> Vec<String> {
    assert_eq!(GOOD.matches(from).count(), 1, "{from}");
    of(&GOOD.replacen(from, to, 1), DatabaseDialect::SqlServer)
}

#[test]
fn a_bound_ordered_query_over_its_population_is_good() {
    assert_eq!(of(GOOD, DatabaseDialect::SqlServer), Vec::<String>::new());
    let postgres = "WITH population AS (SELECT e.id, e.amount FROM entries AS e
        JOIN @companies AS c ON c.value = e.company WHERE e.posted < @cutoff_end AND e.tag = $$ @x $$)
        SELECT p.id, p.amount FROM population AS p ORDER BY p.id";
    assert_eq!(of(postgres, DatabaseDialect::Postgres), Vec::<String>::new());
}

#[test]
fn what_a_query_must_not_say_is_named_at_its_place() {
    let mut wrong = Vec::new();
    for (from, to, expected) in [
        ("SELECT p.[Entry No_],", "SELECT *,", "8:8 the query selects all columns with '*'; name the columns"),
        ("SELECT p.[Entry No_],", "SELECT p.*,", "8:10 the query selects all columns with '*'; name the columns"),
        ("ORDER BY p.[Entry No_];", "ORDER BY 1; DELETE FROM x", "11:13 there must be exactly one statement, and this"),
        ("@year_start", "GETDATE()", "6:31 GETDATE reads the clock; use @cutoff_date"),
        ("@year_start", "current_timestamp", "6:31 CURRENT_TIMESTAMP reads the clock; use @cutoff_date"),
        (
            "@year_start",
            "'{year_start}'",
            "6:32 '{year_start}' is a placeholder that nothing binds; bind it: write @year",
        ),
        ("@year_start", "{year_start}", "6:31 '{year_start}' is a placeholder that nothing binds"),
        ("@year_start", "@year_strat", "6:31 there is no parameter '@year_strat'; did you mean 'year_start'?"),
        ("@year_start", "@companies", "6:31 parameter '@companies' is a list, which is no single value; join it"),
        ("@companies AS c", "@cutoff_end AS c", "5:10 parameter '@cutoff_end' is a single value, which is no table"),
        ("@companies AS c ON", "@companies ON", "5:10 the list '@companies' has no name of its own here"),
        ("@year_start", "@@DATEFIRST", "6:31 '@@DATEFIRST' is a variable of the server; leave it out"),
        ("dbo.detail", "#detail", "10:47 '#detail' is a temporary table; use a WITH query"),
        ("dbo.detail", "OTHER.dbo.detail", "10:47 database 'OTHER' is not among the `databases` of the source; add it"),
        (
            "dbo.detail",
            "NAVV..detail",
            "10:47 database 'NAVV' is not among the `databases` of the source; did you mean",
        ),
        ("dbo.detail", "srv.NAV.dbo.detail", "10:47 a name of four parts reaches another server"),
        ("FROM population AS p\n", "INTO x FROM population AS p\n", "9:1 INTO is not allowed here: a query only reads"),
        (
            "SELECT p.[Entry No_],",
            "SELECT TOP 5 p.[Entry No_],",
            "8:8 TOP keeps a part of the answer back; leave it out",
        ),
        ("AS e\n", "AS e WITH (NOLOCK)\n", "4:47 NOLOCK reads rows that are not committed"),
        ("ORDER BY p.[Entry No_]", "", "10:106 the query has no final ORDER BY; end it with ORDER BY"),
        ("WITH population AS", "WITH populace AS", "1:1 no WITH query is named 'population', which 'population' says"),
        ("'GETDATE() @x'", "'open", "6:92 a text literal begins here and never ends"),
        ("AS [Amount],", "AS [Amount] [b] [c],", "8:46 SQL does not parse: expected end"),
        ("n.rows * 2 AS [Now]", "n.rows * 2", "8:47 this selected column has no name; name it with AS"),
    ] {
        let found = changed(from, to);
        if !found.first().is_some_and(|found| found.starts_with(expected)) {
            wrong.push(format!("{to}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn statements_are_refused_by_their_word() {
    for (text, word) in [("DECLARE @x INT = 1", "DECLARE"), ("EXEC sp_who", "EXEC"), ("UPDATE a SET b = 1", "UPDATE")] {
        let found = of(text, DatabaseDialect::SqlServer);
        assert!(found[0].starts_with(&format!("1:1 {word} is not allowed here: a query only reads")), "{found:?}");
    }
    assert_eq!(
        of("SELECT 1 AS a", DatabaseDialect::Postgres)[0].split(';').next(),
        Some("1:1 expected WITH, which names the population")
    );
}

#[test]
fn the_shipped_queries_are_good() {
    let controls = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("controls");
    let mut seen = 0;
    for control in std::fs::read_dir(controls).unwrap() {
        let Ok(files) = std::fs::read_dir(control.unwrap().path().join("queries")) else { continue };
        for file in files {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let vocabulary = DatabaseVocabulary {
                dialect: DatabaseDialect::SqlServer,
                parameters: vec![
                    "cutoff_date",
                    "cutoff_end",
                    "month_start",
                    "year_start",
                    "companies",
                    "accounts",
                    "ledger_accounts",
                    "currencies",
                ],
                lists: vec!["companies", "accounts", "ledger_accounts", "currencies"],
                databases: vec![
                    "AIG_Nav_DW",
                    "AIG_Nav_Jumia_Reconciliation",
                    "STG_AIG_NAV_JUMIA_REC",
                    "D365BC14_DZ",
                    "RING",
                ],
                population: Some("population"),
            };
            assert_eq!(database_mistakes(&text, &vocabulary), [], "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0, "no query is shipped");
}
