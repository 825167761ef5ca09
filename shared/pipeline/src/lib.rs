//! The shell: ports, stage drivers, object layout, wire formats.

pub mod ports;
