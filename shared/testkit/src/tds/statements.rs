//! Statements that the session itself carries out: settings and transactions.
//!
//! A batch goes to the back end unless every statement of it is of this kind.

/// What a statement changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionStatement {
    /// `SET …` and `USE …`: nothing that the test server acts upon.
    Setting,
    /// A transaction begins.
    Begin,
    /// The transaction is committed.
    Commit,
    /// The transaction is rolled back.
    Rollback,
}

/// The statements of a batch, if the session carries out all of them.
pub(super) fn of(sql: &str) -> Option<Vec<SessionStatement>> {
    let statements = sql.split(';').map(str::trim).filter(|statement| !statement.is_empty());
    let found: Option<Vec<_>> = statements.map(one).collect();
    found.filter(|found| !found.is_empty())
}

fn one(statement: &str) -> Option<SessionStatement> {
    let words: Vec<String> = statement.split_whitespace().take(4).map(str::to_uppercase).collect();
    let first_two = (words.first().map_or("", String::as_str), words.get(1).map_or("", String::as_str));
    match first_two {
        ("SET" | "USE", _) => Some(SessionStatement::Setting),
        ("BEGIN", "TRAN" | "TRANSACTION") => Some(SessionStatement::Begin),
        ("COMMIT", _) => Some(SessionStatement::Commit),
        ("ROLLBACK", _) => Some(SessionStatement::Rollback),
        ("IF", "@@TRANCOUNT") => {
            let rest = statement.to_uppercase();
            if rest.contains("ROLLBACK") { Some(SessionStatement::Rollback) } else { Some(SessionStatement::Commit) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_settings_is_the_sessions_and_a_query_is_not() {
        let expected = vec![SessionStatement::Setting, SessionStatement::Begin];
        assert_eq!(of("SET LOCK_TIMEOUT 900000;\nbegin transaction;"), Some(expected));
        assert_eq!(of("SET NOCOUNT ON; SELECT 1"), None);
        assert_eq!(of("IF @@TRANCOUNT > 0 ROLLBACK TRAN"), Some(vec![SessionStatement::Rollback]));
        assert_eq!(of(" ; "), None);
    }
}
