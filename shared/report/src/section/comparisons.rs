//! Comparisons: differences by class, with rows and amounts on both sides.

use tieout_model::{AmountPair, ClassLine, ComparisonResult, Decimal, counted};

use super::{Block, Section, comparison_details};
use crate::ReportInput;
use crate::table::{Cell, Look, Table, Tone};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    Section {
        title: "Comparisons",
        about: "Two data sets, compared key by key. The difference is the left sum less the right sum.",
        wide: false,
        blocks: input.result.comparisons.iter().flat_map(blocks).collect(),
    }
}

fn blocks(comparison: &ComparisonResult) -> impl Iterator<Item = Block> {
    std::iter::once(block(comparison)).chain(comparison_details::blocks(comparison))
}

fn block(comparison: &ComparisonResult) -> Block {
    let total = comparison.total_line();
    let shape = Shape::of(&total);
    let mut headers = vec!["Class".to_owned(), "#Keys".to_owned()];
    headers.extend([&comparison.left, &comparison.right].map(|side| format!("#Rows in {side}")));
    if shape.columns {
        headers.push("Amount".to_owned());
    }
    if shape.amounts {
        headers.push("Currency".to_owned());
        headers.extend([&comparison.left, &comparison.right].map(|side| format!("#Sum in {side}")));
        headers.push("#Difference".to_owned());
    }
    headers.push("Result".to_owned());
    let mut table = Table::new(format!("Comparison {} by class", comparison.id), headers);
    for line in comparison.class_lines() {
        let look = if line.is_empty() { Look::Quiet } else { Look::Plain };
        push_line(&mut table, &line, look, shape);
    }
    push_line(&mut table, &total, Look::Total, shape);
    Block { heading: comparison.id.clone(), about: about(comparison, &total), tables: vec![table], ..Block::default() }
}

/// Which columns the table needs.
#[derive(Clone, Copy)]
struct Shape {
    /// There are amounts.
    amounts: bool,
    /// There are amounts of several columns, so each row names its own.
    columns: bool,
}

impl Shape {
    fn of(total: &ClassLine) -> Self {
        let first = total.amounts.first().map(|pair| &pair.column);
        Self { amounts: first.is_some(), columns: total.amounts.iter().any(|pair| Some(&pair.column) != first) }
    }
}

/// One row for the class, and one more for each further amount.
fn push_line(table: &mut Table, line: &ClassLine, look: Look, shape: Shape) {
    let mut cells = vec![
        Cell::text(line.title.as_str()),
        line.class.map_or(Cell::SAME, |_| Cell::count_or_nothing(line.keys)),
        Cell::count(line.left_rows),
        Cell::count(line.right_rows),
    ];
    let pairs = shown(line);
    let mut pairs = pairs.iter();
    cells.extend(pair_cells(pairs.next().copied(), shape));
    cells.push(match line.class {
        Some(_) if line.is_exception() && !line.is_empty() => Cell::Status(Tone::Warn, "exceptions".to_owned()),
        _ => Cell::SAME,
    });
    table.push(look, cells);
    for pair in pairs {
        let mut cells = vec![Cell::SAME; 4];
        cells.extend(pair_cells(Some(pair), shape));
        cells.push(Cell::SAME);
        table.push(if look == Look::Total { Look::Total } else { Look::More }, cells);
    }
}

/// The amounts worth a row: a currency of which a class holds nothing is left out, but never from the population.
fn shown(line: &ClassLine) -> Vec<&AmountPair> {
    let holds = |amount: Option<Decimal>| amount.is_some_and(|amount| !amount.is_zero());
    line.amounts.iter().filter(|pair| line.class.is_none() || holds(pair.left) || holds(pair.right)).collect()
}

fn pair_cells(pair: Option<&AmountPair>, shape: Shape) -> Vec<Cell> {
    let mut cells = Vec::new();
    if shape.columns {
        cells.push(pair.map_or(Cell::SAME, |pair| Cell::text(pair.column.as_str())));
    }
    if shape.amounts {
        match pair {
            Some(pair) => {
                cells.push(Cell::text(pair.currency.as_str()));
                cells.extend([pair.left, pair.right, pair.difference].map(Cell::amount_or_nothing));
            }
            None => cells.extend(vec![Cell::SAME; 4]),
        }
    }
    cells
}

fn about(comparison: &ComparisonResult, total: &ClassLine) -> String {
    let amounts = match (Shape::of(total).columns, total.amounts.first()) {
        (false, Some(pair)) => format!(", with sums of {}", pair.column),
        _ => String::new(),
    };
    let sides = format!("{} against {}{amounts}.", comparison.left, comparison.right);
    let columns: Vec<String> = comparison
        .mismatch_by_column
        .iter()
        .filter(|(_, keys)| **keys > 0)
        .map(|(column, keys)| format!("{column} ({})", counted(*keys, "key")))
        .collect();
    if columns.is_empty() { sides } else { format!("{sides} Mismatches are in {}.", columns.join(", ")) }
}
