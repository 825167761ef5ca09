//! Digests, manifest, package, verify.
