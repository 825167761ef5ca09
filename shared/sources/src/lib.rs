//! Adapters of the port Source.
