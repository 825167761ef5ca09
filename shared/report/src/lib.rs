//! From results to HTML and CSV.
