//! Runs: repeated, begun again, at the same time, killed.

use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use tieout_local::FolderStore;
use tieout_testkit::{FaultMoment, FaultStore};

use crate::harness::{Bench, differences, folder_store, store, tree};

#[tokio::test]
async fn a_repeated_run_returns_the_committed_one() {
    let (bench, folder) = (Bench::bank_ledger(), tempfile::tempdir().unwrap());
    let outbox = folder.path().join("outbox");
    let first = bench.operate(&store(folder.path()), &outbox).await.unwrap();
    let before = tree(folder.path());
    let second = bench.operate(&store(folder.path()), &outbox).await.unwrap();
    assert!(!first.was_committed && second.was_committed);
    assert_eq!(first.result, second.result);
    assert_eq!(differences(&before, &tree(folder.path())), Vec::<String>::new());
}

#[tokio::test]
async fn a_rerun_is_a_run_of_its_own() {
    let (bench, folder) = (Bench::bank_ledger(), tempfile::tempdir().unwrap());
    let outbox = folder.path().join("outbox");
    let first = bench.operate(&store(folder.path()), &outbox).await.unwrap();
    let before = tree(folder.path());
    let second = bench.operate_again(&store(folder.path()), &outbox, true).await.unwrap();
    assert_eq!((first.result.run.to_string().as_str(), second.result.run.to_string().as_str()), ("0001", "0002"));
    let after = tree(folder.path());
    assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)), "the first run is untouched");
    assert_eq!(after.keys().filter(|name| name.starts_with("outbox/")).count(), 2);
}

#[test]
fn runs_at_the_same_time_end_as_one() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let reference = runtime().block_on(Bench::bank_ledger().result()).1;
    let folder = tempfile::tempdir().unwrap();
    let operate = || {
        let bench = Bench::bank_ledger();
        let (store, outbox) = (store(folder.path()), folder.path().join("outbox"));
        runtime().block_on(bench.operate(&store, &outbox)).unwrap().result
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(operate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(differences(&tree(reference.path()), &tree(folder.path())), Vec::<String>::new());
}

#[test]
fn a_killed_run_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("store");
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieout"));
        command.args(["run", "bank-ledger", "--cutoff-date", "2024-01-31", "--store"]).arg(&root);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    for delay_ms in (20..320).step_by(20) {
        let mut child = command().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(command().status().unwrap().code(), Some(1), "exceptions are found");
    let run = root.join("control=bank-ledger/cutoff=2024-01-31/run=0001");
    let verification = tieout_local::verify_run(&run).unwrap();
    assert_eq!(verification.problems, Vec::new());
    let mails = std::fs::read_dir(root.join("outbox")).unwrap();
    let mails = mails.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".eml"));
    assert_eq!(mails.count(), 1, "one message, however often the run was killed");
}

#[tokio::test]
async fn the_folder_store_keeps_the_contract_of_its_port() {
    let folder = tempfile::tempdir().unwrap();
    tieout_testkit::check_store(&FolderStore::open(folder.path()).unwrap()).await.unwrap();
}

#[tokio::test]
async fn an_unfinished_run_is_not_resumed_with_other_parameters() {
    let (mut bench, folder) = (Bench::bank_ledger(), tempfile::tempdir().unwrap());
    let outbox = folder.path().join("outbox");
    let faulty = FaultStore::failing_at(folder_store(folder.path()), 10, FaultMoment::Before);
    bench.operate(&faulty, &outbox).await.unwrap_err();
    bench.parameters.insert("minimum_amount".to_owned(), "1.00".to_owned());
    let refused = bench.operate(&store(folder.path()), &outbox).await.unwrap_err().to_string();
    assert!(refused.contains("minimum_amount=10000.00") && refused.contains("--rerun"), "{refused}");
    let rerun = bench.operate_again(&store(folder.path()), &outbox, true).await.unwrap();
    assert_eq!(rerun.document.parameters["minimum_amount"], "1.00");
}

#[test]
fn an_interrupted_run_says_so_and_leaves_no_scratch() {
    let folder = tempfile::tempdir().unwrap();
    let (scratch, controls) = (folder.path().join("tmp"), folder.path().join("controls/slow/sample"));
    std::fs::create_dir_all(&scratch).unwrap();
    std::fs::create_dir_all(&controls).unwrap();
    let definition = include_str!("slow.toml");
    std::fs::write(controls.join("../control.toml"), definition).unwrap();
    let mut rows = String::from("id,amount\n");
    for row in 0..3_000_000 {
        writeln!(rows, "{row},1.00").unwrap();
    }
    std::fs::write(controls.join("rows.csv"), rows).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(["run", "slow", "--cutoff-date", "2024-01-31", "--controls", "controls"])
        .current_dir(folder.path())
        .env("TMPDIR", &scratch)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let code = child.wait().unwrap().code();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.unwrap(), &mut said).unwrap();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
}
