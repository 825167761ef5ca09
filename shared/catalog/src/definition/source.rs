//! Sources: where data sets are read from, by kind.
//!
//! A secret is named here and never held: its value comes from the secret store of the place where a control runs.

/// A source: where data sets are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDefinition {
    /// Name that data sets refer to.
    pub name: String,
    /// The kind and its settings.
    pub kind: SourceKind,
}

/// The kinds of source there are. Adding one adds a variant here and a file under `shared/sources/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// `files`: a folder of files.
    Files {
        /// Folder relative to the control's own folder, used when no data folder is given.
        folder: String,
    },
    /// `definition`: files that are part of the control itself; no data folder stands for them.
    Definition {
        /// Folder below the control's own folder.
        folder: String,
    },
    /// `sqlserver`: a Microsoft SQL Server.
    SqlServer(DatabaseSource),
    /// `postgres`: a `PostgreSQL` server.
    Postgres(DatabaseSource),
}

impl SourceKind {
    /// The name of the kind as it stands in `control.toml`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Files { .. } => "files",
            Self::Definition { .. } => "definition",
            Self::SqlServer(_) => "sqlserver",
            Self::Postgres(_) => "postgres",
        }
    }

    /// The database settings and the dialect of its texts; `None` for a source that is no database.
    pub fn database(&self) -> Option<(&DatabaseSource, DatabaseDialect)> {
        match self {
            Self::Files { .. } | Self::Definition { .. } => None,
            Self::SqlServer(source) => Some((source, DatabaseDialect::SqlServer)),
            Self::Postgres(source) => Some((source, DatabaseDialect::Postgres)),
        }
    }
}

/// A database that is read with one login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSource {
    /// Name in the secret store of the text that says how to connect.
    pub secret: String,
    /// Data sets that are read side by side at most.
    pub connections: u32,
    /// How the reading transaction is kept apart from others.
    pub isolation: Isolation,
    /// Longest time for one statement, in seconds.
    pub statement_timeout_seconds: u32,
    /// Databases that a query may name; empty allows only the one of the connection.
    pub databases: Vec<String>,
}

/// How a reading transaction is kept apart from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// `snapshot`: one point in time; on `PostgreSQL` the same as `repeatable_read`.
    Snapshot,
    /// `read_committed`: each statement sees what is committed when it begins.
    ReadCommitted,
    /// `repeatable_read`: rows that were read do not change; on `PostgreSQL` one point in time.
    RepeatableRead,
    /// `serializable`: as if nobody else was there.
    Serializable,
}

impl Isolation {
    /// The name as it stands in `control.toml` and in evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::ReadCommitted => "read_committed",
            Self::RepeatableRead => "repeatable_read",
            Self::Serializable => "serializable",
        }
    }
}

/// The dialects of SQL in which query texts of databases are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseDialect {
    /// T-SQL.
    SqlServer,
    /// SQL of `PostgreSQL`.
    Postgres,
}
