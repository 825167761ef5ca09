//! The shapes of SQL that a query may have: what both engines understand alike, and nothing that an engine would
//! pass over in silence. A closed list: a form that is not named here is refused.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, DataType, DateTimeField, Distinct, DuplicateTreatment, Expr, Function, FunctionArguments,
    GroupByExpr, JoinOperator, Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Spanned, TableFactor,
    UnaryOperator, Value, ValueWithSpan, Visitor, WildcardAdditionalOptions,
};

use crate::sql_text::Place;
use crate::{functions, sql_types};

/// Why a query is refused, and where.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
}

/// How many operators may chain in one expression: each makes it one level deeper.
const DEPTH_LIMIT: usize = 100;

/// Walks a query and stops at the first form that is outside the subset.
#[derive(Default)]
pub(crate) struct Shape {
    /// Expressions around the present one.
    depth: usize,
}

impl Visitor for Shape {
    type Break = Refusal;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refusal> {
        refuse_if(clause_of_query(query), query)
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Refusal> {
        refuse_if(clause_of_select(select), select)
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Refusal> {
        let plain = match table {
            TableFactor::Table {
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
                name,
                alias: _,
            } => with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() && name.0.len() == 1,
            TableFactor::Derived { lateral: false, sample: None, .. } | TableFactor::NestedJoin { .. } => true,
            _ => false,
        };
        let message = "a table in FROM is the name of a data set or a subquery in parentheses, and nothing else";
        refuse_if((!plain).then(|| message.to_owned()), table)
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Refusal> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            let message = format!("an expression chains more than {DEPTH_LIMIT} operators: use IN, or split it");
            return ControlFlow::Break(Refusal { message, place: None });
        }
        refuse_if(expression_outside_subset(expression), expression)
    }

    fn post_visit_expr(&mut self, _expression: &Expr) -> ControlFlow<Refusal> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<Refusal> {
        let why = match &value.value {
            Value::Number(number, _) => number_outside_subset(number),
            Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null | Value::Placeholder(_) => None,
            _ => Some("write texts in single quotes".to_owned()),
        };
        refuse_if(why, value)
    }
}

fn refuse_if(message: Option<String>, node: &impl Spanned) -> ControlFlow<Refusal> {
    match message {
        None => ControlFlow::Continue(()),
        Some(message) => ControlFlow::Break(Refusal { message, place: Place::of(node.span()) }),
    }
}

fn clause_of_query(query: &Query) -> Option<String> {
    if query.limit_clause.is_some() && query.order_by.is_none() {
        return Some("LIMIT without ORDER BY picks rows by chance: add ORDER BY".to_owned());
    }
    if let Some(operation) = operation_outside_subset(&query.body) {
        return Some(outside_subset(&operation));
    }
    let clause = if query.with.as_ref().is_some_and(|with| with.recursive) {
        "WITH RECURSIVE"
    } else if query.fetch.is_some() {
        "FETCH"
    } else if !query.locks.is_empty() || query.for_clause.is_some() {
        "FOR"
    } else if query.settings.is_some() || query.format_clause.is_some() {
        "SETTINGS or FORMAT"
    } else if !query.pipe_operators.is_empty() {
        "the operator |>"
    } else {
        return None;
    };
    Some(outside_subset(clause))
}

fn operation_outside_subset(body: &SetExpr) -> Option<String> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => None,
        SetExpr::SetOperation { left, op, set_quantifier, right } => {
            // The engine's EXCEPT ALL and INTERSECT ALL do not count how often a row occurs.
            let counts_rows = matches!(op, SetOperator::Union) && matches!(set_quantifier, SetQuantifier::All);
            if !counts_rows && !matches!(set_quantifier, SetQuantifier::None | SetQuantifier::Distinct) {
                return Some(format!("{op} {set_quantifier}"));
            }
            operation_outside_subset(left).or_else(|| operation_outside_subset(right))
        }
        _ => Some("a statement other than SELECT".to_owned()),
    }
}

fn clause_of_select(select: &Select) -> Option<String> {
    let clause = if matches!(select.distinct, Some(Distinct::On(_))) {
        "DISTINCT ON"
    } else if select.into.is_some() {
        "INTO"
    } else if select.top.is_some() {
        "TOP"
    } else if select.qualify.is_some() {
        "QUALIFY"
    } else if select.prewhere.is_some() || !select.connect_by.is_empty() {
        "PREWHERE or CONNECT BY"
    } else if !(select.cluster_by.is_empty() && select.distribute_by.is_empty() && select.sort_by.is_empty()) {
        "CLUSTER BY, DISTRIBUTE BY or SORT BY"
    } else if !matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty()) {
        "GROUP BY ALL or GROUP BY ... WITH"
    } else if select.from.iter().flat_map(|table| &table.joins).any(|join| !is_plain(&join.join_operator)) {
        "a join other than INNER, LEFT, RIGHT, FULL or CROSS"
    } else if !select.lateral_views.is_empty() || select.value_table_mode.is_some() {
        "LATERAL VIEW or SELECT AS"
    } else if select.exclude.is_some() || select.projection.iter().any(changes_wildcard) {
        "* with EXCLUDE, EXCEPT, REPLACE, RENAME or ILIKE"
    } else {
        return None;
    };
    Some(outside_subset(clause))
}

fn is_plain(join: &JoinOperator) -> bool {
    matches!(
        join,
        JoinOperator::Join(_)
            | JoinOperator::Inner(_)
            | JoinOperator::Left(_)
            | JoinOperator::LeftOuter(_)
            | JoinOperator::Right(_)
            | JoinOperator::RightOuter(_)
            | JoinOperator::FullOuter(_)
            | JoinOperator::CrossJoin(_)
    )
}

fn changes_wildcard(item: &SelectItem) -> bool {
    match item {
        SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
            let WildcardAdditionalOptions {
                wildcard_token: _,
                opt_ilike,
                opt_exclude,
                opt_except,
                opt_replace,
                opt_rename,
                opt_alias,
            } = options;
            opt_ilike.is_some()
                || opt_exclude.is_some()
                || opt_except.is_some()
                || opt_replace.is_some()
                || opt_rename.is_some()
                || opt_alias.is_some()
        }
        _ => false,
    }
}

fn expression_outside_subset(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Cast { kind, data_type, .. } => cast_outside_subset(kind, data_type),
        Expr::TypedString(literal) => sql_types::refusal(&literal.data_type),
        Expr::Function(function) => function_outside_subset(function),
        Expr::Extract { field, .. } => field_outside_subset(field),
        Expr::BinaryOp { op, .. } => (!allowed_operator(op)).then(|| outside_subset(&format!("the operator {op}"))),
        Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not, .. }
        | Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Position { .. }
        | Expr::Substring { .. }
        | Expr::Trim { .. }
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::GroupingSets(_)
        | Expr::Cube(_)
        | Expr::Rollup(_)
        | Expr::Tuple(_)
        | Expr::Interval(_) => None,
        other => Some(outside_subset(&format!("the expression {other}"))),
    }
}

fn cast_outside_subset(kind: &CastKind, data_type: &DataType) -> Option<String> {
    match kind {
        CastKind::Cast => sql_types::refusal(data_type),
        CastKind::TryCast | CastKind::SafeCast => functions::refusal("try_cast"),
        CastKind::DoubleColon => Some("the cast :: is not understood by Athena: write cast(... as ...)".to_owned()),
    }
}

fn function_outside_subset(function: &Function) -> Option<String> {
    let [part] = function.name.0.as_slice() else {
        return Some(outside_subset(&format!("the function {}", function.name)));
    };
    let name = part.as_ident().map(|name| name.value.to_ascii_lowercase()).unwrap_or_default();
    let distinct = matches!(
        &function.args,
        FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
    );
    if distinct && name == "sum" {
        return Some("sum(distinct ...) drops equal amounts: select the distinct rows first, then sum them".to_owned());
    }
    functions::refusal(&name)
}

fn field_outside_subset(field: &DateTimeField) -> Option<String> {
    let alike = matches!(
        field,
        DateTimeField::Year
            | DateTimeField::Quarter
            | DateTimeField::Month
            | DateTimeField::Day
            | DateTimeField::Hour
            | DateTimeField::Minute
    );
    (!alike).then(|| format!("extract({field}) is not allowed: use year, quarter, month, day, hour or minute"))
}

fn allowed_operator(operator: &BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::Gt
            | BinaryOperator::Lt
            | BinaryOperator::GtEq
            | BinaryOperator::LtEq
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::And
            | BinaryOperator::Or
    )
}

fn number_outside_subset(number: &str) -> Option<String> {
    let exponent = number.contains(['e', 'E']);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if exponent {
        return Some(format!("the number {number} is a binary float in Athena: write its digits out"));
    }
    (digits > 38).then(|| "a number has at most 38 digits".to_owned())
}

fn outside_subset(what: &str) -> String {
    format!("{what} is outside the SQL that controls may use (see the README of shared/sql)")
}
