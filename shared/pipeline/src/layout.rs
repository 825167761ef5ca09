//! Where things lie: every key of the store, in one place.
//!
//! Hive-style names, so that Athena reads the tables in place. Keys are made from checked names only
//! (`ControlId`, `CutoffDate`, `RunNumber`, data set and table names of a validated definition).

use tieout_model::{ControlId, CutoffDate, Digest, RunId, RunNumber, StageName};

/// Keys of one run.
#[derive(Debug, Clone)]
pub struct RunLayout {
    root: String,
}

impl RunLayout {
    /// The keys of this run.
    pub fn new(run: &RunId) -> Self {
        Self { root: format!("{}run={}/", runs_prefix(&run.control, run.cutoff_date), run.run) }
    }

    /// The run's own folder, with a `/` at its end.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// `run.json`: the request, written first and once.
    pub fn request(&self) -> String {
        format!("{}run.json", self.root)
    }

    /// The manifest that commits a stage.
    pub fn manifest(&self, stage: StageName) -> String {
        format!("{}{stage}/manifest.json", self.root)
    }

    /// The document that commits one data set.
    pub fn data_set_commit(&self, data_set: &str) -> String {
        format!("{}extract/committed/{data_set}.json", self.root)
    }

    /// A document of a data set that is read in ranges: `ranges`, or the number of a range.
    pub fn chunk(&self, data_set: &str, name: &str) -> String {
        format!("{}extract/chunks/{data_set}/{name}.json", self.root)
    }

    /// A file of an attempt of a stage; `name` is a path such as `orders/part-00000.parquet`.
    pub fn artifact(&self, stage: StageName, attempt: u32, name: &str) -> String {
        format!("{}{stage}/attempt={attempt}/{name}", self.root)
    }

    /// The machine's answer, as the reconcile stage commits it.
    pub fn result(&self) -> String {
        format!("{}reconcile/result.json", self.root)
    }

    /// The receipt of a channel.
    pub fn receipt(&self, channel: &str) -> String {
        format!("{}notify/receipt-{channel}.json", self.root)
    }
}

/// The files of a definition, kept once for all runs that had it.
pub fn definition_key(control: &ControlId, digest: Digest) -> String {
    format!("control={control}/definitions/{}.json", digest.to_hex())
}

/// The prefix under which all runs of a control lie, whatever their cutoff date.
pub fn control_prefix(control: &ControlId) -> String {
    format!("control={control}/cutoff=")
}

/// The prefix under which all runs of a control and cutoff date lie.
pub fn runs_prefix(control: &ControlId, cutoff: CutoffDate) -> String {
    format!("control={control}/cutoff={cutoff}/")
}

/// The run number in a key below `runs_prefix`.
pub fn run_number_of(prefix: &str, key: &str) -> Option<RunNumber> {
    key.strip_prefix(prefix)?.strip_prefix("run=")?.split('/').next()?.parse().ok()
}

/// File name of a table's only part.
pub const PART: &str = "part-00000.parquet";

/// A data set's rows, below an attempt.
pub fn rows_name(data_set: &str) -> String {
    format!("{data_set}/{PART}")
}

/// A data set's excluded rows, below an attempt; a folder of its own, so that the population's table stays clean.
pub fn excluded_name(data_set: &str) -> String {
    format!("{data_set}.excluded/{PART}")
}

/// A data set's rejects, below an attempt.
pub fn rejects_name(data_set: &str) -> String {
    format!("{data_set}.rejects/{PART}")
}

/// A result table, below an attempt.
pub fn table_name(table: &str) -> String {
    format!("{table}.parquet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hive_style_and_stable() {
        let run = RunId {
            control: "bank-ledger".parse().unwrap(),
            cutoff_date: "2024-01-31".parse().unwrap(),
            run: RunNumber::FIRST,
        };
        let layout = RunLayout::new(&run);
        let root = "control=bank-ledger/cutoff=2024-01-31/run=0001/";
        assert_eq!(layout.request(), format!("{root}run.json"));
        assert_eq!(layout.manifest(StageName::Extract), format!("{root}extract/manifest.json"));
        assert_eq!(
            layout.artifact(StageName::Extract, 1, &rows_name("ledger")),
            format!("{root}extract/attempt=1/ledger/part-00000.parquet")
        );
        let prefix = runs_prefix(&run.control, run.cutoff_date);
        assert_eq!(run_number_of(&prefix, &layout.result()), Some(RunNumber::FIRST));
        assert_eq!(run_number_of(&prefix, "elsewhere/run=0001/run.json"), None);
    }
}
