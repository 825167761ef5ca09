//! Which queries with which bound parameters; is what came back whole.
