//! What `tieout compare` refuses: with the place and the cure, exit code 2, and nothing left behind.

use std::fs;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray};

use crate::compare_files::{compare, every_kind, folder, names, stderr, write_parquet};

/// Two small files that are compared as these arguments say: the exit code and standard error.
fn refused(left: &str, right: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = folder(&[("a.csv", left), ("b.csv", right)]);
    let output = compare(folder.path(), &[&["a.csv", "b.csv", "--output", "out"][..], arguments].concat());
    assert_eq!(names(folder.path()), ["a.csv", "b.csv"], "nothing is left behind");
    assert!(output.stdout.is_empty());
    (output.status.code(), stderr(&output))
}

#[test]
fn bad_input_is_refused_with_its_place_and_cure() {
    let rows = "id,amount,name,day\n1,2.50,x,2024-01-01\n";
    for (left, right, arguments, hints) in [
        (rows, "nr,amount,name,day\n1,2.50,x,2024-01-01\n", &["--on", "id"][..], &["b.csv does not have"][..]),
        (rows, rows, &["--on", "amuont"], &["a.csv does not have; did you mean 'amount'?"]),
        (
            rows,
            rows,
            &["--on", "id", "--abs-tol", "name=0.05"],
            &["column 'name' has a tolerance", "leave the tolerance out"],
        ),
        (rows, rows, &["--on", "id", "--abs-tol", "id=0.05"], &["--abs-tol names 'id', which is not compared"]),
        (rows, rows, &["--on", "id", "--days-tol", "amount=1"], &["'amount'", "tolerance"]),
        (rows, rows, &["--on", "id", "--abs-tol", "amuont=1"], &["did you mean 'amount'?"]),
        (rows, rows, &["--on", "id", "--abs-tol", "amount=x"], &["is not a plain decimal number"]),
        (rows, rows, &["--on", "id", "--abs-tol", "amount=-1"], &["is below zero"]),
        (rows, rows, &["--on", "id", "--cap", "amount=1"], &["amount", "cap"]),
        (rows, rows, &["--on", "id", "--normalise", "name=upper"], &["there are nfc, trim"]),
        (rows, rows, &["--on", "id", "--normalise", "amount=trim"], &["amount", "trim"]),
        (rows, rows, &["--on", "id", "--duplicates", "pair"], &["--duplicates pair needs --order"]),
        (rows, rows, &["--on", "id", "--sum", "amount"], &["--sum is of use with --duplicates sum only"]),
        (rows, rows, &["--on", "id", "--sum-diff", "name"], &["name"]),
        (rows, rows, &["--on", "id", "--by", "name"], &["--sum-diff"]),
        (rows, rows, &["--on", "id", "--relax", "name"], &["--relax names 'name', which is not in the key"]),
        (rows, rows, &["--on", "id", "--ignore", "nmae"], &["which neither side has; did you mean 'name'?"]),
        (rows, rows, &["--on", "id", "--type", "name=integer"], &["a.csv, line 2, column 'name', read as integer"]),
        (rows, rows, &["--on", "id", "--type", "name=number"], &["is not a column type"]),
        (rows, rows, &["--on", "id,id"], &["--on names 'id' twice"]),
        (rows, rows, &["--on", "id", "--memory-limit", "1"], &["memory"]),
        (rows, rows, &["--on", "id", "--scratch", "nowhere"], &["--scratch 'nowhere' takes no temporary files"]),
        (rows, "", &["--on", "id"], &["b.csv is empty: not even a header is there"]),
        (rows, "id;amount;name;day\n1;2;x;y\n", &["--on", "id"], &["b.csv does not have"]),
        (rows, "id,amount,name,day\n1,2.50\n", &["--on", "id"], &["b.csv, line 2: the row has 2 cells"]),
        (rows, "id,amount,name,day\n1,2.50,\"x,y\n", &["--on", "id"], &["b.csv", "quote"]),
    ] {
        let (code, text) = refused(left, right, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {text}");
        for hint in hints {
            assert!(text.contains(hint), "{arguments:?}: {hint} in {text}");
        }
    }
}

#[test]
fn differences_of_the_schemas_are_told_all_at_once() {
    let left = "id,amount,name,only_here\n1,2.50,x,1\n";
    let right = "id,amount,nmae,there\nx,2.50,x,1\n";
    let (code, text) = refused(left, right, &["--on", "id"]);
    assert_eq!(code, Some(2));
    for hint in
        ["4 things", "'name' is only in a.csv; did you mean 'nmae'?", "'only_here'", "'nmae'", "'there'", "--map"]
    {
        assert!(text.contains(hint), "{hint} in {text}");
    }
}

#[test]
fn types_that_do_not_compare_are_told_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut lists = ListBuilder::new(arrow::array::Int64Builder::new());
    lists.append_value([Some(1)]);
    let columns = |rate: ArrayRef, name: ArrayRef, list: ArrayRef| {
        let id: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        RecordBatch::try_from_iter_with_nullable([
            ("id", id, true),
            ("rate", rate, true),
            ("name", name, true),
            ("list", list, true),
        ])
        .unwrap()
    };
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let list: ArrayRef = Arc::new(lists.finish());
    let left = columns(Arc::new(Float64Array::from(vec![0.5])), Arc::clone(&text), Arc::clone(&list));
    write_parquet(&folder.path().join("a.parquet"), &left);
    write_parquet(&folder.path().join("b.parquet"), &columns(Arc::clone(&whole), Arc::clone(&whole), list));
    let files = ["a.parquet", "b.parquet", "--on", "id"];
    let output = compare(folder.path(), &files);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("a.parquet: column 'list'") && text.contains("b.parquet: column 'list'"), "{text}");
    let output = compare(folder.path(), &[&files[..], &["--ignore", "list"]].concat());
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("2 things") && text.contains("'rate'") && text.contains("'name'"), "{text}");
    let output = compare(folder.path(), &[&files[..], &["--ignore", "list,rate,name"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = compare(folder.path(), &[&files[..], &["--type", "id=text"]].concat());
    assert!(stderr(&output).contains("--type id=... is for text files"), "{}", stderr(&output));
}

#[test]
fn a_file_that_is_not_there_not_whole_or_something_else_is_refused() {
    let folder = every_kind();
    let whole = fs::read(folder.path().join("left.parquet")).unwrap();
    fs::write(folder.path().join("cut.parquet"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("other.parquet"), b"id,amount\n").unwrap();
    fs::write(folder.path().join("nameless"), b"id\n").unwrap();
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    for (left, hint) in [
        ("cut.parquet", "'cut.parquet' is not a whole Parquet file"),
        ("other.parquet", "'other.parquet' is not a whole Parquet file"),
        ("nowhere.parquet", "'nowhere.parquet' cannot be opened"),
        ("nowhere.csv", "there is no file 'nowhere.csv'"),
        ("nameless", "tells no kind of file"),
        ("left.parquet.gz", "unpack it first"),
        ("folder.csv", "'folder.csv' is not a file"),
    ] {
        let output = compare(folder.path(), &[left, "right.parquet", "--on", "id", "--output", "out"]);
        assert_eq!(output.status.code(), Some(2), "{left}: {}", stderr(&output));
        assert!(stderr(&output).contains(hint), "{left}: {}", stderr(&output));
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
fn a_parquet_file_that_is_damaged_inside_leaves_nothing_behind() {
    let folder = every_kind();
    let mut bytes = fs::read(folder.path().join("left.parquet")).unwrap();
    for byte in &mut bytes[8..200] {
        *byte = !*byte;
    }
    fs::write(folder.path().join("bad.parquet"), bytes).unwrap();
    let before = names(folder.path());
    let output = compare(folder.path(), &["bad.parquet", "right.parquet", "--on", "id", "--output", "out"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("bad.parquet"), "{}", stderr(&output));
    assert_eq!(names(folder.path()), before);
}

#[test]
fn a_folder_that_holds_something_else_is_not_touched() {
    let folder = every_kind();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/notes.txt"), "mine").unwrap();
    let output = compare(folder.path(), &["left.csv", "right.csv", "--on", "id", "--output", "mine"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("holds 'notes.txt'"), "{}", stderr(&output));
    assert_eq!(names(&folder.path().join("mine")), ["notes.txt"]);
    for _ in 0..2 {
        let output = compare(folder.path(), &["left.csv", "right.csv", "--on", "id", "--output", "out"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    }
    assert_eq!(names(&folder.path().join("out")), ["exceptions.parquet", "summary.json"]);
}

#[test]
fn no_cell_content_is_in_an_error() {
    let (code, text) =
        refused("id,amount\n1,secret77\n", "id,amount\n1,2\n", &["--on", "id", "--type", "amount=integer"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("a.csv, line 2, column 'amount'") && !text.contains("secret77"), "{text}");
}
