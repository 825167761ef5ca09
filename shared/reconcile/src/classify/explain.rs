//! Why a row belongs to its rule: the rule's conditions, the words that were found, and where a text was taken from.

use std::fmt::Write as _;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use tieout_model::{Assign, Condition, Phrase, Rule, RuleSet, Sign, Test};

use super::evaluate::{Evaluation, Evaluator};
use super::text_at;

/// The explanations of a rule set, as far as they do not depend on a row.
#[derive(Debug)]
pub(super) struct Explanations {
    rules: Vec<Explained>,
    otherwise: String,
}

/// A rule with its pieces of text.
#[derive(Debug)]
struct Explained {
    id: String,
    pieces: Vec<Piece>,
    taken: Vec<Given>,
}

/// A text that is taken from a column.
#[derive(Debug)]
struct Given {
    /// The column that is given the text.
    to: String,
    /// The column that it is taken from.
    column: String,
    /// The place of the column that says where it comes from.
    source: Option<usize>,
}

#[derive(Debug)]
enum Piece {
    /// The same for every row.
    Fixed(String),
    /// Words that were found: the place of the condition, its texts by mark, and where they stand.
    Found { condition: Option<usize>, texts: Vec<String>, place: String },
}

impl Explanations {
    pub(super) fn new(rules: &RuleSet, evaluator: &Evaluator, input: &Schema) -> Self {
        let explained = |rule: &Rule| Explained {
            id: rule.id.clone(),
            pieces: rule.when.iter().map(|condition| piece(condition, evaluator)).collect(),
            taken: rule
                .assign
                .iter()
                .zip(&rules.columns)
                .filter_map(|(assign, given)| match assign {
                    Assign::Column { column, source } => Some(Given {
                        to: given.clone(),
                        column: column.clone(),
                        source: source.as_ref().and_then(|source| input.index_of(source).ok()),
                    }),
                    Assign::Nothing | Assign::Text(_) => None,
                })
                .collect(),
        };
        let otherwise = format!("{}: no rule takes it", rules.otherwise);
        Self { rules: rules.rules.iter().map(explained).collect(), otherwise }
    }

    /// The words found in a row, and the whole explanation.
    pub(super) fn of(
        &self,
        rule: Option<usize>,
        evaluation: &Evaluation,
        batch: &RecordBatch,
        row: usize,
    ) -> (String, String) {
        let Some(rule) = rule.and_then(|index| self.rules.get(index)) else {
            return (String::new(), self.otherwise.clone());
        };
        let (mut words, mut why) = (String::new(), rule.id.clone());
        let mut separator = ": ";
        for piece in &rule.pieces {
            why.push_str(separator);
            separator = "; ";
            match piece {
                Piece::Fixed(text) => why.push_str(text),
                Piece::Found { condition, texts, place } => {
                    let mark = condition.map_or(0, |condition| evaluation.mark(condition, row));
                    let found = usize::from(mark).checked_sub(1).and_then(|at| texts.get(at));
                    let found = found.map(String::as_str).unwrap_or_default();
                    if !words.is_empty() {
                        words.push_str(", ");
                    }
                    words.push_str(found);
                    let _ = write!(why, "{found} {place}");
                }
            }
        }
        for Given { to, column, source } in &rule.taken {
            let from = source.and_then(|source| text_at(batch, source, row)).unwrap_or(column);
            let _ = write!(why, "{separator}{to} from {from}");
            separator = "; ";
        }
        (words, why)
    }
}

/// What a condition says, for people.
fn piece(condition: &Condition, evaluator: &Evaluator) -> Piece {
    let column = &condition.column;
    let found = |texts, place| Piece::Found { condition: evaluator.place_of(condition), texts, place };
    match &condition.test {
        Test::AnyOf(texts) => Piece::Fixed(format!("{column} is {}", texts.join(" or "))),
        Test::NoneOf(texts) => Piece::Fixed(format!("{column} is not {}", texts.join(" or "))),
        Test::Sign(Sign::Negative) => Piece::Fixed(format!("{column} is below zero")),
        Test::Sign(Sign::Zero) => Piece::Fixed(format!("{column} is zero")),
        Test::Sign(Sign::Positive) => Piece::Fixed(format!("{column} is above zero")),
        Test::Null(true) => Piece::Fixed(format!("{column} is empty")),
        Test::Null(false) => Piece::Fixed(format!("{column} is not empty")),
        Test::Phrases(phrases) => {
            found(phrases.iter().map(|Phrase(words)| words.join(" ")).collect(), format!("in {column}"))
        }
        Test::FirstWord(texts) => found(texts.clone(), format!("at the start of {column}")),
    }
}
