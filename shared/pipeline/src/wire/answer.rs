//! What a database was asked and what it says of its answer, as evidence: the text as it was sent, its values apart.
//!
//! Server, database and login are as the server names them. No host name and no secret is among them.

use serde::{Deserialize, Serialize};
use tieout_extract::database::BoundText;
use tieout_model::{Decimal, Digest, Parameter};

use crate::ports::SourceProof;

/// What a database was asked, and its proof of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseAnswer {
    /// Digest of the text as it was sent: equal for two runs whose lists are equally long.
    pub text_digest: Digest,
    /// The values in the order in which they were bound.
    pub values: Vec<SentValue>,
    /// Rows of the driving table under all filters and without the enrichment joins.
    pub rows: u64,
    /// Sums of the control-total columns of what the query selects.
    pub totals: Vec<StatedSum>,
    /// The server's name for itself.
    pub server: String,
    /// The database.
    pub database: String,
    /// The login.
    pub login: String,
    /// What the server's clock showed when the reading began.
    pub server_clock: String,
    /// The isolation under which answer and proof were read.
    pub isolation: String,
}

/// A value that was sent beside a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentValue {
    /// Name in the definition; of a list, with the number of the value.
    pub name: String,
    /// How it stands in the text, such as `$1`.
    pub mark: String,
    /// Its type in the words of the definition.
    #[serde(rename = "type")]
    pub data_type: String,
    /// The value as text.
    pub value: String,
}

/// A sum that a source states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedSum {
    /// The column of the contract.
    pub column: String,
    /// The sum.
    pub amount: Decimal,
}

impl DatabaseAnswer {
    /// The evidence of an answer.
    pub fn new(sent: &BoundText, proof: SourceProof) -> Self {
        let sums = proof.totals.into_iter().map(|(column, amount)| StatedSum { column, amount });
        Self {
            text_digest: proof.query_digest,
            values: sent_values(sent),
            rows: proof.rows,
            totals: sums.collect(),
            server: proof.server,
            database: proof.database,
            login: proof.login,
            server_clock: proof.server_clock,
            isolation: proof.isolation,
        }
    }
}

fn sent_values(sent: &BoundText) -> Vec<SentValue> {
    let data_type = |value: &Parameter| match value {
        Parameter::Text(_) => "text",
        Parameter::Integer(_) => "integer",
        Parameter::Decimal(_) => "decimal",
        Parameter::Boolean(_) => "boolean",
        Parameter::Date(_) => "date",
        Parameter::List(_) => "list(text)",
    };
    let value = |value: &tieout_extract::database::BoundValue| SentValue {
        name: value.name.clone(),
        mark: value.mark.clone(),
        data_type: data_type(&value.value).to_owned(),
        value: value.value.to_string(),
    };
    sent.values.iter().map(value).collect()
}
