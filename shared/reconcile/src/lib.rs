//! Compare, tie out, assert, foot, conclude.
