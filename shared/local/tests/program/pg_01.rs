//! PG-01 end to end: the worked examples of its specification, each with the same numbers, and what must go wrong.

mod answer;
mod books;
mod classification;
mod guards;
mod lines;
mod parameters;
mod planted;
mod vouchers;
