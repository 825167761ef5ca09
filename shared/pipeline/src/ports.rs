//! The ports: what a stage may ask of the world, as traits.
//!
//! Every port has at least two living implementations, and one conformance suite that each of them runs.

mod clock;
mod engine;
mod notifier;
mod pause;
mod progress;
mod secret;
mod source;
mod store;

pub use clock::Clock;
pub use engine::{BatchStream, EngineError, EngineTable, Parameter, Parameters, QueryEngine, SqlProblem};
pub use notifier::{Notifier, NotifyError, Receipt};
pub use pause::{NoPause, Pause};
pub use progress::{Progress, Silent};
pub use secret::{Secret, SecretError, SecretStore};
pub use source::{Reject, Source, SourceBatch, SourceError, SourceProof, SourceRange, SourceReader, SourceRequest};
pub use store::{ArtifactStore, PutOutcome, StoreError, Stored};
