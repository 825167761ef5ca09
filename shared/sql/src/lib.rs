//! The embedded SQL engine behind the port QueryEngine.
