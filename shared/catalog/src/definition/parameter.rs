//! Parameters of a control: their types, and the registries that say which texts a list may hold.
//!
//! A registry is a table of the definition itself, so a list is refused before anything is read.

use std::fmt;

use tieout_model::ColumnType;

/// A parameter of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name, bound as `$name`; a list is a table of this name instead.
    pub name: String,
    /// Type of the value.
    pub data_type: ParameterType,
    /// Value when none is given, as text; a parameter without one must be given.
    pub default: Option<String>,
}

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterType {
    /// One value.
    One(ColumnType),
    /// `list(text)`: texts, each once.
    List {
        /// The texts that there are; `None` takes any.
        registry: Option<Registry>,
    },
}

impl fmt::Display for ParameterType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(data_type) => data_type.fmt(formatter),
            Self::List { .. } => formatter.write_str("list(text)"),
        }
    }
}

/// The texts that a list may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// The data set of the definition that has them.
    pub data_set: String,
    /// Its rows, in their order.
    pub members: Vec<Member>,
    /// The column whose groups a list holds whole or not at all.
    pub whole: Option<String>,
}

/// One text of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The text as a list holds it.
    pub value: String,
    /// Other texts that stand for it.
    pub also: Vec<String>,
    /// The group that it belongs to; empty where the registry has none.
    pub group: String,
}
