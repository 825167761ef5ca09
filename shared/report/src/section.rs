//! The sections of the page: each turns one part of the result into headings, sentences and tables.
//!
//! Sections choose what is shown and in which order; they compute no figure that the result does not hold.

mod assertions;
mod classifications;
mod comparison_details;
mod comparisons;
mod data_sets;
mod evidence;
mod exceptions;
mod footing;
mod thresholds;
mod tie_outs;

use crate::table::{Table, Tone};
use crate::{ReportError, ReportInput};

/// A section of the page.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// One sentence on how to read it; may be empty.
    pub(crate) about: &'static str,
    /// Whether its tables may be wider than a portrait page.
    pub(crate) wide: bool,
    pub(crate) blocks: Vec<Block>,
}

/// One subject of a section.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// The subject's name; empty when the section has one subject only.
    pub(crate) heading: String,
    /// What kind of thing it is, next to the heading; may be empty.
    pub(crate) kind: String,
    /// One sentence on it; may be empty.
    pub(crate) about: String,
    /// What must not be overlooked.
    pub(crate) notices: Vec<(Tone, String)>,
    pub(crate) tables: Vec<Table>,
    /// Label and value of what needs no table.
    pub(crate) facts: Vec<(&'static str, Vec<String>)>,
    /// Commands to type.
    pub(crate) commands: Vec<String>,
}

/// The sections of figures: what the reader came for.
pub(crate) fn figures(input: &ReportInput<'_>) -> Vec<Section> {
    let sections = [
        thresholds::section(input),
        tie_outs::section(input),
        comparisons::section(input),
        assertions::section(input),
        classifications::section(input),
    ];
    sections.into_iter().filter(|section| !section.blocks.is_empty()).collect()
}

/// The sections of detail: what shows that the figures can be relied on.
pub(crate) fn detail(input: &ReportInput<'_>) -> Result<Vec<Section>, ReportError> {
    let sections =
        [exceptions::section(input)?, data_sets::section(input), footing::section(input), evidence::section(input)];
    Ok(sections.into_iter().filter(|section| !section.blocks.is_empty()).collect())
}

/// A name from the result in words: `after_cutoff` reads `after cutoff`.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
