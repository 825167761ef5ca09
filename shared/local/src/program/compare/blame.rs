//! Whose fault a failure is: of the files that were given (exit code 2) or of the machine (exit code 3).
//!
//! A full disk is told as such, with what to do about it; whatever happens, nothing half-written is left.

use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;

use tieout_reconcile::ReconcileError;
use tieout_tables::TableError;

use super::super::failure::{Failure, chain};

/// A failure while writing below `place`.
pub(super) fn machine_failure(error: &(dyn Error + 'static), place: &Path) -> Failure {
    let message = chain(error);
    if !is_full(error) {
        return Failure::machine(message);
    }
    Failure::machine(format!(
        "no room is left on the disk of '{}'\n  because {}\n  make room, or name folders on another disk with --scratch \
         and --output; nothing was left behind",
        place.display(),
        message
    ))
}

/// A failure of the comparison itself.
pub(super) fn comparison_failure(error: &ReconcileError, inputs: [&Path; 2], scratch: &Path) -> Failure {
    match error {
        ReconcileError::Plan { problem, cure } => Failure::bad_input_text(format!("{problem}; {cure}")),
        ReconcileError::Currency { .. }
        | ReconcileError::NotValued { .. }
        | ReconcileError::Overflow { .. }
        | ReconcileError::TooManyRows
        | ReconcileError::MemoryLimit { .. } => {
            let reason = error.reason("comparison");
            Failure::bad_input_text(format!("{}; {}", reason.detail, reason.cure))
        }
        ReconcileError::Table(table) => table_failure(table, inputs, scratch),
        _ => machine_failure(error, scratch),
    }
}

/// A failure of a table: of an input where it names one.
pub(super) fn table_failure(error: &TableError, inputs: [&Path; 2], scratch: &Path) -> Failure {
    let place = match error {
        TableError::File { path, .. } | TableError::Parquet { path, .. } => Some(path.as_path()),
        _ => None,
    };
    let is_of_input = place.is_some_and(|place| inputs.contains(&place));
    let is_of_value = matches!(error, TableError::Value { .. } | TableError::UnsupportedType { .. });
    if is_of_input || is_of_value {
        return Failure::bad_input_text(format!("{}\n  deliver the file again, or leave the column out", chain(error)));
    }
    machine_failure(error, place.and_then(Path::parent).unwrap_or(scratch))
}

/// Whether somewhere among the causes a disk is full.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(present) = cause {
        let kind = present.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)) {
            return true;
        }
        cause = present.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    use parquet::errors::ParquetError;

    #[test]
    fn a_full_disk_is_told_as_such_however_deep_it_lies() {
        let full = || std::io::Error::from(ErrorKind::StorageFull);
        let path = PathBuf::from("/scratch/run/part.parquet");
        let plain = TableError::File { action: "write", path: path.clone(), source: full() };
        let inner = ParquetError::External(Box::new(full()));
        let wrapped = ReconcileError::from(TableError::Parquet { action: "write", path, source: inner });
        let failures = [
            table_failure(&plain, [Path::new("a"), Path::new("b")], Path::new("/scratch")),
            comparison_failure(&wrapped, [Path::new("a"), Path::new("b")], Path::new("/scratch")),
        ];
        for failure in failures {
            let text = format!("{failure:?}");
            assert!(
                text.contains("no room is left on the disk of '/scratch/run'") && text.contains("code: 3"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_broken_input_is_bad_input() {
        let path = PathBuf::from("left.parquet");
        let error = TableError::Parquet { action: "read", path, source: ParquetError::EOF("cut".to_owned()) };
        let failure = table_failure(&error, [Path::new("left.parquet"), Path::new("b")], Path::new("/scratch"));
        assert!(format!("{failure:?}").contains("code: 2"), "{failure:?}");
    }
}
