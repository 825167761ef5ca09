//! The columns that a threshold check reads, and those that it adds.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tieout_model::{
    CurrencyOf, Decimal, ReasonCode, ThresholdCheck, ThresholdContract, ThresholdVersion, converted_name,
};

use super::Judged;
use crate::ReconcileError;
use crate::amount::{Numbers, position, scale_of};
use crate::error::misfit;

/// The name of the column with the reasons of a row.
const REASON: &str = "reason";

/// Where the columns that a check reads stand.
#[derive(Debug)]
pub(super) struct Inputs {
    amount: (usize, u8),
    rate: Option<(usize, u8)>,
    shown: Vec<(usize, u8)>,
    pub(super) question: Vec<usize>,
    pub(super) subject: Vec<usize>,
    pub(super) currency: Option<usize>,
    pub(super) matrix: Option<(usize, usize)>,
    pub(super) reason: Option<usize>,
    /// Columns of the data set that the table of the check keeps.
    pub(super) kept: Vec<usize>,
}

impl Inputs {
    pub(super) fn new(check: &ThresholdCheck, schema: &Schema) -> Result<Self, ReconcileError> {
        let at = |name: &String| position(schema, name, &check.data_set);
        let number = |name: &String| {
            let index = at(name)?;
            let scale = scale_of(schema.field(index).data_type());
            let problem = || format!("column '{name}' of '{}' is not a decimal or integer", check.data_set);
            Ok((index, scale.ok_or_else(|| misfit(problem(), "cast it to decimal(precision,scale)"))?))
        };
        let all = |names: &[String]| names.iter().map(at).collect::<Result<Vec<_>, ReconcileError>>();
        Ok(Self {
            amount: number(&check.amount)?,
            rate: check.rate.as_ref().map(number).transpose()?,
            shown: check.display.iter().map(number).collect::<Result<_, ReconcileError>>()?,
            question: check.question.values().map(at).collect::<Result<_, _>>()?,
            subject: all(&check.subject)?,
            currency: match &check.currency {
                CurrencyOf::Fixed(_) => None,
                CurrencyOf::Column(column) => Some(at(column)?),
            },
            matrix: match &check.matrix {
                Some(matrix) => Some((at(&matrix.rows)?, at(&matrix.columns)?)),
                None => None,
            },
            reason: check.not_operated_column.as_ref().map(at).transpose()?,
            kept: kept(check, schema),
        })
    }

    /// The numbers of a batch.
    pub(super) fn numbers(&self, batch: &RecordBatch) -> Result<NumberAt, ReconcileError> {
        let read = |(index, scale): (usize, u8)| {
            let numbers = batch.columns().get(index).and_then(Numbers::read);
            numbers.map(|numbers| (numbers, scale)).ok_or_else(|| misfit("an amount is not a number", "cast it"))
        };
        Ok(NumberAt {
            amount: read(self.amount)?,
            rate: self.rate.map(read).transpose()?,
            shown: self.shown.iter().map(|place| read(*place)).collect::<Result<_, _>>()?,
        })
    }
}

/// The numbers of one batch, with their decimals.
pub(super) struct NumberAt {
    amount: (Numbers, u8),
    rate: Option<(Numbers, u8)>,
    shown: Vec<(Numbers, u8)>,
}

impl NumberAt {
    pub(super) fn amount(&self, row: usize) -> Result<Option<Decimal>, ReconcileError> {
        number(&self.amount, row)
    }

    /// The rate of a row: one where the check has none, and `None` where the row lacks it.
    pub(super) fn rate(&self, row: usize) -> Result<Option<Decimal>, ReconcileError> {
        match &self.rate {
            Some(rate) => number(rate, row),
            None => Ok(Some(Decimal::from(1_u64))),
        }
    }

    pub(super) fn shown(&self, at: usize, row: usize) -> Result<Option<Decimal>, ReconcileError> {
        self.shown.get(at).map_or(Ok(None), |shown| number(shown, row))
    }
}

fn number((numbers, scale): &(Numbers, u8), row: usize) -> Result<Option<Decimal>, ReconcileError> {
    let overflow = |_| ReconcileError::Overflow { column: "amount".to_owned() };
    numbers.get(row).map(|unscaled| Decimal::new(unscaled, *scale).map_err(overflow)).transpose()
}

fn kept(check: &ThresholdCheck, schema: &Schema) -> Vec<usize> {
    let replaced = |name: &str| name == REASON && check.not_operated_column.as_deref() == Some(REASON);
    let fields = schema.fields().iter().enumerate();
    fields.filter(|(_, field)| !replaced(field.name())).map(|(index, _)| index).collect()
}

/// The columns of a judged table.
pub(super) fn judged_schema(check: &ThresholdCheck, contract: &ThresholdContract, input: &Schema) -> SchemaRef {
    let code = contract.currency.as_str().to_lowercase();
    let kept = kept(check, input);
    let mut fields: Vec<Field> = kept.into_iter().map(|index| input.field(index).clone()).collect();
    let shown = check.display.iter().map(|name| converted_name(name, &code));
    fields.extend(shown.map(|name| Field::new(name, DataType::Decimal128(38, 2), true)));
    let amount = |name: &str| Field::new(name, DataType::Decimal128(38, 10), true);
    fields.push(amount(&format!("threshold_{code}")));
    fields.push(amount("threshold_lcy"));
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    fields.push(text("threshold_rule", true));
    fields.push(Field::new("threshold_version", DataType::Int64, true));
    fields.push(text("threshold_sha256", true));
    fields.push(text("status", false));
    fields.push(text(REASON, true));
    Arc::new(Schema::new(fields))
}

/// The columns that a check adds, while they are filled.
pub(super) struct Added {
    shown: Vec<Decimal128Builder>,
    value: Decimal128Builder,
    threshold: Decimal128Builder,
    rule: StringBuilder,
    version: Int64Builder,
    sha256: StringBuilder,
    status: StringBuilder,
    reason: StringBuilder,
    in_force: Option<(i64, String)>,
    overflow: bool,
}

impl Added {
    pub(super) fn new(shown: usize, version: Option<&ThresholdVersion>) -> Self {
        let amounts = |scale: i8| Decimal128Builder::new().with_data_type(DataType::Decimal128(38, scale));
        Self {
            shown: (0..shown).map(|_| amounts(2)).collect(),
            value: amounts(10),
            threshold: amounts(10),
            rule: StringBuilder::new(),
            version: Int64Builder::new(),
            sha256: StringBuilder::new(),
            status: StringBuilder::new(),
            reason: StringBuilder::new(),
            in_force: version.map(|version| (i64::from(version.version), version.digest.to_hex())),
            overflow: false,
        }
    }

    pub(super) fn push(&mut self, judged: &Judged<'_>) {
        for (builder, amount) in self.shown.iter_mut().zip(&judged.shown) {
            builder.append_option(amount.map(Decimal::unscaled));
        }
        let mut scaled = |amount: Option<Decimal>| {
            let scaled = amount.map(|amount| amount.normalized().rescaled(10));
            self.overflow |= matches!(scaled, Some(Err(_)));
            scaled.and_then(Result::ok).map(Decimal::unscaled)
        };
        let (value, threshold) = (scaled(judged.rule.map(|rule| rule.value)), scaled(judged.threshold));
        self.value.append_option(value);
        self.threshold.append_option(threshold);
        self.rule.append_option(judged.rule.map(|rule| rule.id.as_str()));
        let in_force = self.in_force.as_ref().filter(|_| judged.rule.is_some());
        self.version.append_option(in_force.map(|(version, _)| *version));
        self.sha256.append_option(in_force.map(|(_, digest)| digest.as_str()));
        self.status.append_value(judged.status.as_str());
        let reasons: Vec<&str> = judged.reasons.iter().map(|code| ReasonCode::as_str(*code)).collect();
        self.reason.append_option((!reasons.is_empty()).then(|| reasons.join(", ")));
    }

    pub(super) fn finish(mut self) -> Result<Vec<ArrayRef>, ReconcileError> {
        if self.overflow {
            return Err(ReconcileError::Overflow { column: "threshold_lcy".to_owned() });
        }
        let mut columns: Vec<ArrayRef> = Vec::new();
        for builder in &mut self.shown {
            columns.push(Arc::new(builder.finish()));
        }
        columns.push(Arc::new(self.value.finish()));
        columns.push(Arc::new(self.threshold.finish()));
        columns.push(Arc::new(self.rule.finish()));
        columns.push(Arc::new(self.version.finish()));
        columns.push(Arc::new(self.sha256.finish()));
        columns.push(Arc::new(self.status.finish()));
        columns.push(Arc::new(self.reason.finish()));
        Ok(columns)
    }
}
