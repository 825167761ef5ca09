//! Panics that a reader caught, and whose they are.
//!
//! The decoders of Parquet and of workbooks panic over some damaged files, and the readers refuse those. A panic in
//! our own code is a mistake even when it is caught, and so is one of a library that we call with a bad argument.

use std::backtrace::Backtrace;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};

/// Where a stack that leads into a decoder shows it.
const DECODERS: [&str; 3] = ["parquet::", "calamine::", "arrow_ipc::"];

/// Where it shows our own code.
const OURS: &str = "tieout_";

static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();

/// Notes every panic of ours from here on; nothing is printed for the others.
pub(crate) fn watch() {
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let stack = Backtrace::force_capture().to_string();
            let of_decoder = |frame: &str| DECODERS.iter().any(|decoder| frame.contains(decoder));
            let innermost = stack.lines().find(|frame| frame.contains(OURS) || of_decoder(frame));
            if !innermost.is_some_and(of_decoder) {
                print(panic);
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(panic.to_string());
            }
        }));
    });
}

/// The panics of ours since the last call.
pub(crate) fn ours() -> Vec<String> {
    std::mem::take(&mut PANICS.lock().unwrap_or_else(PoisonError::into_inner))
}
