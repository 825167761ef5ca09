//! Runs a control through the library with a clock that stands still, and looks at what it left behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tieout_catalog::{Control, ControlFolder};
use tieout_local::{FolderStore, Library, Outbox};
use tieout_model::RunResult;
use tieout_pipeline::extract::Sources;
use tieout_pipeline::ports::{ArtifactStore, Notifier, Silent, Source};
use tieout_pipeline::wire::RunRequest;
use tieout_pipeline::{Limits, OperateError, Operated, Ports, operate};
use tieout_sources::FilesSource;
use tieout_sql::{EmbeddedEngine, EngineSettings};
use tieout_testkit::{FaultStore, FixedClock};

/// A control with its data, ready to run.
pub(crate) struct Bench {
    pub(crate) control: Control,
    pub(crate) threads: usize,
    pub(crate) parameters: BTreeMap<String, String>,
    /// Adapters by kind of source; files alone unless a test says otherwise.
    pub(crate) kinds: BTreeMap<&'static str, Arc<dyn Source>>,
    /// The folder of `--data`.
    pub(crate) data_folder: Option<PathBuf>,
    control_folder: PathBuf,
    cutoff_date: String,
    _written: TempDir,
}

impl Bench {
    /// The control `bank-ledger` with its committed sample.
    pub(crate) fn bank_ledger() -> Self {
        Self::built_in("bank-ledger", "2024-01-31")
    }

    /// A control that the program was built with.
    pub(crate) fn built_in(name: &str, cutoff_date: &str) -> Self {
        let library = Library::open(None).unwrap();
        let folder = library.find(name).unwrap();
        let written = tempfile::tempdir().unwrap();
        let control_folder = library.on_disk(folder, written.path()).unwrap();
        Self::new(folder, control_folder, written, cutoff_date)
    }

    /// A control from the text of its definition, with data files beside it.
    pub(crate) fn with_files(name: &str, files: &[(&str, &str)], cutoff_date: &str) -> Self {
        let written = tempfile::tempdir().unwrap();
        let mut definition = BTreeMap::new();
        for (path, text) in files {
            let place = written.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
            if !path.starts_with("sample/") {
                definition.insert((*path).to_owned(), text.as_bytes().to_vec());
            }
        }
        let folder = ControlFolder { name: name.to_owned(), files: definition };
        let control_folder = written.path().to_owned();
        Self::new(&folder, control_folder, written, cutoff_date)
    }

    fn new(folder: &ControlFolder, control_folder: PathBuf, written: TempDir, cutoff_date: &str) -> Self {
        let control = tieout_catalog::load(folder).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Self {
            control,
            threads: 2,
            parameters: BTreeMap::new(),
            kinds: BTreeMap::from([("files", Arc::new(FilesSource::new()) as Arc<_>)]),
            data_folder: None,
            control_folder,
            cutoff_date: cutoff_date.to_owned(),
            _written: written,
        }
    }

    /// The control's own folder.
    pub(crate) fn control_folder(&self) -> &Path {
        &self.control_folder
    }

    /// Runs the control; messages go to `outbox` beside the store's root.
    pub(crate) async fn operate(&self, store: &dyn ArtifactStore, outbox: &Path) -> Result<Operated, OperateError> {
        self.operate_again(store, outbox, false).await
    }

    /// Runs the control, with or without `--rerun`.
    pub(crate) async fn operate_again(
        &self,
        store: &dyn ArtifactStore,
        outbox: &Path,
        rerun: bool,
    ) -> Result<Operated, OperateError> {
        let scratch = tempfile::tempdir().unwrap();
        let engine = EmbeddedEngine::new(EngineSettings {
            memory_limit_bytes: 256 * 1024 * 1024,
            scratch: scratch.path().to_owned(),
            threads: self.threads,
        });
        let sources = Sources {
            kinds: self.kinds.clone(),
            data_folder: self.data_folder.clone(),
            control_folder: self.control_folder.clone(),
            ..Sources::default()
        };
        let outbox = Outbox::new(outbox);
        let notifiers: [&dyn Notifier; 1] = [&outbox];
        let ports = Ports {
            store,
            sources: &sources,
            engine: &engine,
            notifiers: &notifiers,
            scratch: scratch.path(),
            limits: Limits { threads: self.threads, memory_limit_bytes: 256 * 1024 * 1024 },
            clock: &FixedClock("2024-02-01T08:00:00Z".parse().unwrap()),
            progress: &Silent,
        };
        let request = RunRequest {
            control: self.control.id.clone(),
            cutoff_date: self.cutoff_date.parse().unwrap(),
            parameters: self.parameters.clone(),
            rerun,
            trigger: "test".to_owned(),
        };
        operate(&self.control, &request, "tieout test", &ports).await
    }

    /// Runs the control in a new store and gives the result and the store's folder.
    pub(crate) async fn result(&self) -> (RunResult, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let operated = self.operate(&store(folder.path()), &folder.path().join("outbox")).await.unwrap();
        (operated.result, folder)
    }
}

/// A store in a folder, which tells of its keys in the same way wherever the folder is.
pub(crate) fn store(folder: &Path) -> FaultStore<FolderStore> {
    FaultStore::never_failing(folder_store(folder))
}

/// The folder behind `store`.
pub(crate) fn folder_store(folder: &Path) -> FolderStore {
    FolderStore::open(&folder.join("store")).unwrap()
}

/// Every file below a folder with its bytes; files on their way in do not count.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.contains(".incoming") {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The folder of the only run below a store's folder.
pub(crate) fn run_folder(folder: &Path, control: &str, cutoff_date: &str, run: &str) -> PathBuf {
    folder.join(format!("store/control={control}/cutoff={cutoff_date}/run={run}"))
}

/// Names that differ between two trees, or whose bytes do.
pub(crate) fn differences(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    names.into_iter().filter(|name| left.get(*name) != right.get(*name)).cloned().collect()
}
