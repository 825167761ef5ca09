//! The ports on one machine, and the program tieout.
