//! Classification: gives every row of a table to the first rule that it meets, and says why.
//!
//! Rows out are rows in, in their order. All rules are tried on every row, so that the rule that would have come next
//! and the rows that a rule lost to an earlier one are known.

mod coverage;
mod evaluate;
mod explain;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tieout_model::{AmountColumn, Assign, ClassificationResult, RuleSet};

use self::coverage::Coverage;
use self::evaluate::{Evaluation, Evaluator};
use self::explain::Explanations;
use crate::ReconcileError;
use crate::amount::position;

pub use self::coverage::coverage_batch;

/// The columns of a classified table: those of the input, then what is said of each row.
pub fn classified_schema(rules: &RuleSet, input: &Schema) -> SchemaRef {
    let text = |name: &str, nullable| Arc::new(Field::new(name, DataType::Utf8, nullable));
    let mut fields = input.fields().to_vec();
    fields.push(text("rule_id", false));
    fields.extend(rules.columns.iter().map(|name| text(name, true)));
    fields.extend([text("matched", true), text("explanation", false), text("runner_up", true)]);
    Arc::new(Schema::new(fields))
}

/// Classifies the rows of one table, batch by batch.
#[derive(Debug)]
pub struct Classifier {
    data_set: String,
    rules: RuleSet,
    schema: SchemaRef,
    evaluator: Evaluator,
    explanations: Explanations,
    /// For each rule and assigned column, where its text is taken from.
    sources: Vec<Vec<Source>>,
    /// Combinations that were looked at, with the rule that gave them.
    seen: Vec<(usize, Vec<Option<String>>)>,
    coverage: Coverage,
}

/// Where a given text is taken from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Fixed,
    Column { index: usize },
}

/// The rules that a row meets: the one that takes it, and the one that would have been next.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    rule: Option<usize>,
    runner_up: Option<usize>,
}

impl Classifier {
    /// A classifier of rows with the columns `input`; `amounts` are those of the classified data set.
    ///
    /// Errors (`Plan`): a column that a rule needs is absent or of a type that it cannot look at.
    pub fn new(
        rules: &RuleSet,
        input: &Schema,
        amounts: &[AmountColumn],
        data_set: &str,
    ) -> Result<Self, ReconcileError> {
        let source = |assign: &Assign| {
            Ok(match assign {
                Assign::Column { column, source } => {
                    if let Some(source) = source {
                        position(input, source, data_set)?;
                    }
                    Source::Column { index: position(input, column, data_set)? }
                }
                Assign::Nothing | Assign::Text(_) => Source::Fixed,
            })
        };
        let of_rule = |rule: &tieout_model::Rule| rule.assign.iter().map(source).collect::<Result<Vec<_>, _>>();
        let sources = rules.rules.iter().map(of_rule).collect::<Result<Vec<_>, ReconcileError>>()?;
        let evaluator = Evaluator::new(rules, input, data_set)?;
        Ok(Self {
            data_set: data_set.to_owned(),
            rules: rules.clone(),
            schema: classified_schema(rules, input),
            explanations: Explanations::new(rules, &evaluator, input),
            evaluator,
            sources,
            seen: Vec::new(),
            coverage: Coverage::new(rules, input, amounts, data_set)?,
        })
    }

    /// The columns of every classified batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Classifies the rows of a batch.
    ///
    /// Errors: a text taken from a column that may not stand with the others, and an amount that cannot be added up.
    pub fn classify(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ReconcileError> {
        let evaluation = self.evaluator.evaluate(batch)?;
        let mut ids = StringBuilder::new();
        let mut given: Vec<StringBuilder> = self.rules.columns.iter().map(|_| StringBuilder::new()).collect();
        let (mut matched, mut explanation, mut runner_up) =
            (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
        let mut taken = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let of_row = self.take(&evaluation, row);
            taken.push(of_row);
            let rule = of_row.rule.and_then(|index| self.rules.rules.get(index));
            ids.append_value(rule.map_or(self.rules.otherwise.as_str(), |rule| rule.id.as_str()));
            self.give(batch, row, of_row.rule, &mut given)?;
            let (words, why) = self.explanations.of(of_row.rule, &evaluation, batch, row);
            matched.append_option((!words.is_empty()).then_some(words));
            explanation.append_value(why);
            let next = of_row.runner_up.and_then(|index| self.rules.rules.get(index));
            runner_up.append_option(next.map(|rule| rule.id.as_str()));
        }
        self.coverage.add(batch, &taken)?;
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(ids.finish()) as ArrayRef);
        columns.extend(given.into_iter().map(|mut texts| Arc::new(texts.finish()) as ArrayRef));
        for mut texts in [matched, explanation, runner_up] {
            columns.push(Arc::new(texts.finish()));
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// What every rule did.
    pub fn finish(self) -> Result<ClassificationResult, ReconcileError> {
        let without_values = self.evaluator.rules_without_values();
        self.coverage.finish(&self.data_set, &self.rules, &without_values)
    }

    /// The rules that a row meets; every one after the first is counted as shadowed.
    fn take(&mut self, evaluation: &Evaluation, row: usize) -> Taken {
        let mut taken = Taken::default();
        for index in 0..self.rules.rules.len() {
            if !self.evaluator.meets(evaluation, index, row) {
                continue;
            }
            if taken.rule.is_none() {
                taken.rule = Some(index);
                continue;
            }
            self.coverage.shadow(index);
            if taken.runner_up.is_none() {
                taken.runner_up = Some(index);
            }
        }
        taken
    }

    /// Appends what a row is given in every assigned column.
    fn give(
        &mut self,
        batch: &RecordBatch,
        row: usize,
        rule: Option<usize>,
        given: &mut [StringBuilder],
    ) -> Result<(), ReconcileError> {
        let Some((rule, assigns, sources)) =
            rule.and_then(|index| Some((index, &self.rules.rules.get(index)?.assign, self.sources.get(index)?)))
        else {
            given.iter_mut().for_each(StringBuilder::append_null);
            return Ok(());
        };
        let text = |(assign, source): (&'_ Assign, &Source)| match (assign, source) {
            (Assign::Text(text), _) => Some(text.clone()),
            (_, Source::Column { index }) => text_at(batch, *index, row).map(str::to_owned),
            _ => None,
        };
        let is_fixed = sources.iter().all(|source| matches!(source, Source::Fixed));
        let texts: Vec<Option<String>> = assigns.iter().zip(sources).map(text).collect();
        for (builder, text) in given.iter_mut().zip(&texts) {
            builder.append_option(text.as_deref());
        }
        // What a rule gives by itself was looked at when the definition was loaded.
        if !is_fixed && !self.seen.iter().any(|(known, of)| *known == rule && *of == texts) {
            self.check(rule, &texts)?;
            self.seen.push((rule, texts));
        }
        Ok(())
    }

    fn check(&self, rule: usize, texts: &[Option<String>]) -> Result<(), ReconcileError> {
        let borrowed: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
        if self.rules.allows(&borrowed) {
            return Ok(());
        }
        let rule = self.rules.rules.get(rule);
        let column = rule.iter().flat_map(|rule| &rule.assign).find_map(|assign| match assign {
            Assign::Column { column, .. } => Some(column.clone()),
            _ => None,
        });
        let rule = rule.map(|rule| rule.id.clone()).unwrap_or_default();
        Err(ReconcileError::NotAllowed { rule, column: column.unwrap_or_default() })
    }
}

/// The text of a cell; `None` when it is null.
fn text_at(batch: &RecordBatch, column: usize, row: usize) -> Option<&str> {
    let texts: &StringArray = batch.columns().get(column)?.as_string_opt::<i32>()?;
    texts.is_valid(row).then(|| texts.value(row))
}

#[cfg(test)]
mod tests;
