//! Evaluates the conditions of all rules on the rows of a batch, each condition once.
//!
//! A mark is zero where a condition is not met; above it says which of the condition's phrases or words was found. A
//! text is cut into words once a row, and not at all where it is that of the row before.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Schema};
use tieout_model::{Condition, Phrase, RuleSet, Sign, Test};

use crate::ReconcileError;
use crate::amount::{Numbers, scale_of};
use crate::error::misfit;

/// Not met.
const NOT: u16 = 0;
/// Met, by a test that has no phrases.
const MET: u16 = 1;

/// The conditions of a rule set, prepared for tables of one schema.
#[derive(Debug)]
pub(super) struct Evaluator {
    /// Different conditions of all rules.
    conditions: Vec<Condition>,
    /// For each rule its conditions by place; `None` for a rule with a column that is absent.
    rules: Vec<Option<Vec<usize>>>,
    /// Columns with text tests.
    texts: Vec<TextColumn>,
    /// Conditions on numbers and nulls, with the place of their column.
    others: Vec<(usize, usize)>,
    /// For each condition, whether its column had a value so far.
    valued: Vec<bool>,
    rows: u64,
}

/// A column of texts with the conditions on it.
#[derive(Debug)]
struct TextColumn {
    index: usize,
    /// Conditions that look at the whole text or its first word.
    whole: Vec<usize>,
    /// First word of a phrase to: condition, mark, and the words that must follow.
    phrases: BTreeMap<String, Vec<(usize, u16, Vec<String>)>>,
    /// All conditions of this column.
    all: Vec<usize>,
}

/// The marks of a batch: by condition, then by row.
#[derive(Debug)]
pub(super) struct Evaluation {
    marks: Vec<Vec<u16>>,
}

impl Evaluator {
    pub(super) fn new(rules: &RuleSet, schema: &Schema, data_set: &str) -> Result<Self, ReconcileError> {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut of_rules = Vec::with_capacity(rules.rules.len());
        for rule in &rules.rules {
            let mut places = Some(Vec::with_capacity(rule.when.len()));
            for condition in &rule.when {
                if condition.optional && schema.index_of(&condition.column).is_err() {
                    places = None;
                    break;
                }
                let alike = |known: &Condition| known.column == condition.column && known.test == condition.test;
                let place = conditions.iter().position(alike).unwrap_or_else(|| {
                    conditions.push(condition.clone());
                    conditions.len() - 1
                });
                if let Some(places) = &mut places {
                    places.push(place);
                }
            }
            of_rules.push(places);
        }
        let valued = vec![false; conditions.len()];
        let mut evaluator =
            Self { conditions, rules: of_rules, texts: Vec::new(), others: Vec::new(), valued, rows: 0 };
        for place in 0..evaluator.conditions.len() {
            evaluator.prepare(place, schema, data_set)?;
        }
        Ok(evaluator)
    }

    /// Finds the column of a condition and files it under the way in which it is tested.
    fn prepare(&mut self, place: usize, schema: &Schema, data_set: &str) -> Result<(), ReconcileError> {
        let Some(condition) = self.conditions.get(place) else { return Ok(()) };
        let index = crate::amount::position(schema, &condition.column, data_set)?;
        let data_type = schema.field(index).data_type();
        let wrong = |wanted: &str| {
            let problem = format!("column '{}' of '{data_set}' is not {wanted}", condition.column);
            misfit(problem, "test another column, or cast it")
        };
        match &condition.test {
            Test::Null(_) => self.others.push((place, index)),
            Test::Sign(_) if scale_of(data_type).is_some() => self.others.push((place, index)),
            Test::Sign(_) => return Err(wrong("a number")),
            _ if *data_type != DataType::Utf8 => return Err(wrong("text")),
            test => {
                let phrases = match test {
                    Test::Phrases(phrases) => phrases.clone(),
                    _ => Vec::new(),
                };
                let column = self.text_column(index);
                column.all.push(place);
                if phrases.is_empty() {
                    column.whole.push(place);
                }
                column.add_phrases(place, &phrases);
            }
        }
        Ok(())
    }

    fn text_column(&mut self, index: usize) -> &mut TextColumn {
        let at = self.texts.iter().position(|column| column.index == index).unwrap_or(self.texts.len());
        if at == self.texts.len() {
            let (whole, phrases, all) = (Vec::new(), BTreeMap::new(), Vec::new());
            self.texts.push(TextColumn { index, whole, phrases, all });
        }
        &mut self.texts[at]
    }

    /// Evaluates every condition on every row.
    pub(super) fn evaluate(&mut self, batch: &RecordBatch) -> Result<Evaluation, ReconcileError> {
        let rows = batch.num_rows();
        self.rows += rows as u64;
        let mut marks = vec![vec![NOT; rows]; self.conditions.len()];
        for (place, index) in &self.others {
            let column = batch.column(*index);
            note_values(&mut self.valued, *place, column);
            if let (Some(marks), Some(condition)) = (marks.get_mut(*place), self.conditions.get(*place)) {
                evaluate_other(&condition.test, column, marks);
            }
        }
        for text in &self.texts {
            let column = batch.column(text.index);
            for place in &text.all {
                note_values(&mut self.valued, *place, column);
            }
            let texts = column.as_string_opt::<i32>().ok_or_else(|| misfit("a column is not text", "cast it"))?;
            text.evaluate(&self.conditions, texts, &mut marks);
        }
        Ok(Evaluation { marks })
    }

    /// Whether a row meets a rule.
    pub(super) fn meets(&self, evaluation: &Evaluation, rule: usize, row: usize) -> bool {
        let Some(Some(places)) = self.rules.get(rule) else { return false };
        places.iter().all(|place| evaluation.mark(*place, row) != NOT)
    }

    /// The conditions of a rule by place, with what they look at.
    pub(super) fn place_of(&self, condition: &Condition) -> Option<usize> {
        self.conditions.iter().position(|known| known.column == condition.column && known.test == condition.test)
    }

    /// Rules that could take no row: a column that they look at is absent, or no row has a value in it.
    pub(super) fn rules_without_values(&self) -> Vec<bool> {
        let is_blind = |place: &usize| {
            let is_null_test = |condition: &Condition| matches!(condition.test, Test::Null(_) | Test::NoneOf(_));
            let null_test = self.conditions.get(*place).is_some_and(is_null_test);
            self.rows > 0 && !null_test && !self.valued.get(*place).copied().unwrap_or(true)
        };
        self.rules.iter().map(|places| places.as_ref().is_none_or(|places| places.iter().any(is_blind))).collect()
    }
}

impl Evaluation {
    /// The mark of a condition on a row; zero where it is not met.
    pub(super) fn mark(&self, place: usize, row: usize) -> u16 {
        self.marks.get(place).and_then(|marks| marks.get(row)).copied().unwrap_or(NOT)
    }
}

impl TextColumn {
    fn add_phrases(&mut self, place: usize, phrases: &[Phrase]) {
        for (number, phrase) in phrases.iter().enumerate() {
            if let Some((first, rest)) = phrase.0.split_first() {
                let mark = u16::try_from(number + 1).unwrap_or(u16::MAX);
                self.phrases.entry(first.clone()).or_default().push((place, mark, rest.to_vec()));
            }
        }
    }

    fn evaluate(&self, conditions: &[Condition], texts: &StringArray, marks: &mut [Vec<u16>]) {
        let mut before: Option<usize> = None;
        let mut upper = String::new();
        for row in 0..texts.len() {
            if texts.is_null(row) {
                continue;
            }
            let text = texts.value(row);
            if let Some(same) = before.filter(|before| texts.value(*before) == text) {
                for place in &self.all {
                    if let Some(marks) = marks.get_mut(*place) {
                        marks[row] = marks[same];
                    }
                }
                continue;
            }
            before = Some(row);
            upper.clear();
            if text.is_ascii() {
                upper.push_str(text);
                upper.make_ascii_uppercase();
            } else {
                upper.push_str(&text.to_uppercase());
            }
            let words: Vec<&str> =
                upper.split(|each: char| !each.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            for place in &self.whole {
                if let (Some(marks), Some(condition)) = (marks.get_mut(*place), conditions.get(*place)) {
                    marks[row] = whole_mark(&condition.test, upper.trim(), &words);
                }
            }
            self.find_phrases(&words, row, marks);
        }
    }

    /// Marks the phrases that stand in the words; of several phrases of one condition the first one listed.
    fn find_phrases(&self, words: &[&str], row: usize, marks: &mut [Vec<u16>]) {
        if self.phrases.is_empty() {
            return;
        }
        for (at, word) in words.iter().enumerate() {
            for (place, mark, rest) in self.phrases.get(*word).into_iter().flatten() {
                let follows = words.get(at + 1..).is_some_and(|after| {
                    after.len() >= rest.len() && rest.iter().zip(after).all(|(wanted, word)| wanted == word)
                });
                if let (true, Some(cell)) = (follows, marks.get_mut(*place).and_then(|marks| marks.get_mut(row))) {
                    *cell = if *cell == NOT { *mark } else { (*cell).min(*mark) };
                }
            }
        }
    }
}

fn whole_mark(test: &Test, whole: &str, words: &[&str]) -> u16 {
    let met = match test {
        Test::AnyOf(wanted) => wanted.iter().any(|each| each == whole),
        Test::NoneOf(unwanted) => !unwanted.iter().any(|each| each == whole),
        Test::FirstWord(wanted) => {
            let place = words.first().and_then(|first| wanted.iter().position(|each| each == first));
            return place.map_or(NOT, |place| u16::try_from(place + 1).unwrap_or(u16::MAX));
        }
        Test::Phrases(_) | Test::Sign(_) | Test::Null(_) => false,
    };
    if met { MET } else { NOT }
}

/// Signs and nulls.
fn evaluate_other(test: &Test, column: &ArrayRef, marks: &mut [u16]) {
    match test {
        Test::Null(wanted) => {
            for (row, mark) in marks.iter_mut().enumerate() {
                *mark = if column.is_null(row) == *wanted { MET } else { NOT };
            }
        }
        Test::Sign(sign) => {
            let Some(numbers) = Numbers::read(column) else { return };
            for (row, mark) in marks.iter_mut().enumerate() {
                let met = numbers.get(row).is_some_and(|number| match sign {
                    Sign::Negative => number < 0,
                    Sign::Zero => number == 0,
                    Sign::Positive => number > 0,
                });
                *mark = if met { MET } else { NOT };
            }
        }
        _ => {}
    }
}

fn note_values(valued: &mut [bool], place: usize, column: &ArrayRef) {
    if let Some(valued) = valued.get_mut(place) {
        *valued |= column.null_count() < column.len();
    }
}
