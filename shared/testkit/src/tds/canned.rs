//! A back end of canned answers: the first rule whose text occurs in a statement answers it.
//!
//! A rule knows how often it was asked, so that a test can fail the first time and succeed the second.

use std::sync::atomic::{AtomicU64, Ordering};

use super::answer::{Answer, ServerError};
use super::request::Request;
use super::server::TdsBackend;

type Reply = Box<dyn Fn(&Request, u64) -> Answer + Send + Sync>;

struct Rule {
    text: String,
    asked: AtomicU64,
    reply: Reply,
}

/// Answers by rules; a statement without a rule is an error 208.
#[derive(Default)]
pub struct CannedBackend {
    rules: Vec<Rule>,
}

impl CannedBackend {
    /// A back end without rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule: statements with this text in them are answered by `reply`, which gets the request and how often
    /// the rule was asked before.
    #[must_use]
    pub fn on(mut self, text: &str, reply: impl Fn(&Request, u64) -> Answer + Send + Sync + 'static) -> Self {
        self.rules.push(Rule { text: text.to_owned(), asked: AtomicU64::new(0), reply: Box::new(reply) });
        self
    }
}

impl TdsBackend for CannedBackend {
    fn answer(&self, request: &Request) -> Answer {
        match self.rules.iter().find(|rule| request.sql.contains(&rule.text)) {
            Some(rule) => (rule.reply)(request, rule.asked.fetch_add(1, Ordering::Relaxed)),
            None => Answer::error(ServerError::new(208, "Invalid object name: no canned answer for this statement.")),
        }
    }
}
