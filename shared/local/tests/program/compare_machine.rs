//! `tieout compare` on a machine that gives up: interrupted, or without room on its disk.

use std::fmt::Write;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::compare_files::{folder, names};

/// Many rows, every one of them an exception against `shift` of another value.
fn rows(count: u32, shift: u32) -> String {
    let mut text = String::from("id,amount,note\n");
    for row in 0..count {
        writeln!(text, "{row},{},note number {}", row.wrapping_mul(7919), row.wrapping_mul(104_729) + shift).unwrap();
    }
    text
}

#[cfg(unix)]
#[test]
fn an_interruption_exits_with_130_and_leaves_nothing_behind() {
    let folder = folder(&[("a.csv", &rows(400_000, 0)), ("b.csv", &rows(400_000, 1))]);
    fs::create_dir(folder.path().join("scratch")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(["compare", "a.csv", "b.csv", "--on", "id", "--output", "out", "--scratch", "scratch"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The scratch folder is made after the output's, and reading takes far longer than noticing it.
    while names(&folder.path().join("scratch")).is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    assert!(Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap().success());
    let status = program.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert_eq!(names(folder.path()), ["a.csv", "b.csv", "scratch"]);
    assert_eq!(names(&folder.path().join("scratch")), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_disk_without_room_exits_with_3_says_so_and_leaves_nothing_behind() {
    let folder = folder(&[("a.csv", &rows(20_000, 0)), ("b.csv", &rows(20_000, 1))]);
    // A limit on the size of files is met like the end of a disk: writing fails.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" compare a.csv b.csv --on id --output out";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_tieout")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("no room is left on the disk of") && text.contains("--scratch"), "{text}");
    assert!(output.stdout.is_empty());
    assert_eq!(names(folder.path()), ["a.csv", "b.csv"]);
}
