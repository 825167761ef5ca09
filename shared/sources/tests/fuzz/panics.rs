//! Panics that a reader caught, and whose they are.
//!
//! The decoders of Parquet and of workbooks panic over some damaged files, and the readers refuse those. A panic in
//! our own code is a mistake even when it is caught, and so is one of a library that we call with a bad argument.

use std::backtrace::Backtrace;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};

/// The crates that decode, and those that they alone call.
const DECODERS: [&str; 3] = ["parquet", "calamine", "arrow_ipc"];

/// Begins the names of our own crates.
const OURS: &str = "tieout_";

static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();

/// Notes every panic of ours from here on; nothing is printed for the others.
pub(crate) fn watch() {
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let stack = Backtrace::force_capture().to_string();
            let mut crates = stack.lines().filter_map(crate_of_frame);
            let innermost = crates.find(|name| name.starts_with(OURS) || DECODERS.contains(name));
            if !innermost.is_some_and(|name| DECODERS.contains(&name)) {
                print(panic);
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(panic.to_string());
            }
        }));
    });
}

/// The crate of a line such as `  12: <parquet::file::Reader<R> as core::iter::Iterator>::next`.
fn crate_of_frame(line: &str) -> Option<&str> {
    let (number, symbol) = line.trim_start().split_once(": ")?;
    number.parse::<u32>().ok()?;
    symbol.trim_start_matches(['<', '&', '*', '(', '[']).split("::").next()
}

/// The panics of ours since the last call.
pub(crate) fn ours() -> Vec<String> {
    std::mem::take(&mut PANICS.lock().unwrap_or_else(PoisonError::into_inner))
}
