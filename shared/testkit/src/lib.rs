//! Builders, fakes, fault-injecting store, naive oracle, tidy.
