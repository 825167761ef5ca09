//! The program `tieout`: everything else is in the library, so that tests can reach it.

fn main() -> std::process::ExitCode {
    tieout_local::program::main()
}
