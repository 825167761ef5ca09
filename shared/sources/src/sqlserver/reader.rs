//! Reads the answer of a query on a task of its own, one batch ahead of the caller, and proves it in the same session.
//!
//! Memory holds two batches. The end is said only when the proof is there; a caller that leaves stops the server.

use async_trait::async_trait;
use tiberius::numeric::Numeric;
use tiberius::{Column, ColumnType, CommandItem, Row};
use tieout_extract::database::BoundText;
use tieout_model::{ColumnType as HouseType, Contract, Decimal, ReasonCode};
use tieout_pipeline::ports::{SourceBatch, SourceError, SourceProof, SourceReader};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::session::Session;
use super::values::value_of;
use crate::database::Statements;
use crate::files::refusal::{refused, transient, unreadable};
use crate::rows::DatabaseRows;

/// Batches that wait for the caller at most.
const BATCHES_AHEAD: usize = 1;

/// What the reading task says.
enum Message {
    Batch(SourceBatch),
    End(SourceProof, Vec<String>),
    Failed(SourceError),
}

/// Hands on what the reading task says.
pub(super) struct SqlServerReader {
    data_set: String,
    origin: String,
    sent: BoundText,
    receiver: Receiver<Message>,
    state: State,
}

enum State {
    Reading,
    Ended(SourceProof, Vec<String>),
    Failed(SourceError),
}

/// What is read, and what evidence says of it.
pub(super) struct Wanted {
    /// Name of the data set.
    pub(super) data_set: String,
    /// Its contract.
    pub(super) contract: Contract,
    /// Path of the query below the control's folder.
    pub(super) path: String,
    /// The query, the server and how the connection is protected.
    pub(super) origin: String,
}

/// Starts the task; `permit` is given back when it ends.
pub(super) fn start(
    session: Session,
    statements: Statements,
    of: Wanted,
    permit: OwnedSemaphorePermit,
) -> SqlServerReader {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let sent = statements.rows.clone();
    let Wanted { data_set, contract, path, origin } = of;
    let name = data_set.clone();
    tokio::spawn(async move {
        let mut reading = Reading { session, statements, contract, path, origin: name, sender };
        let last = reading.run().await.map_or_else(Message::Failed, |(proof, notes)| Message::End(proof, notes));
        reading.session.close().await;
        drop(permit);
        // When the caller has dropped its reader, there is nobody left to tell.
        drop(reading.sender.send(last).await);
    });
    SqlServerReader { data_set, origin, sent, receiver, state: State::Reading }
}

#[async_trait]
impl SourceReader for SqlServerReader {
    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        if let State::Reading = self.state {
            self.state = match self.receiver.recv().await {
                Some(Message::Batch(batch)) => return Ok(Some(batch)),
                Some(Message::End(proof, notes)) => State::Ended(proof, notes),
                Some(Message::Failed(error)) => State::Failed(error),
                None => State::Failed(transient(format!("reading data set '{}' broke off", self.data_set))),
            };
        }
        match &self.state {
            State::Failed(error) => Err(error.clone()),
            State::Reading | State::Ended(..) => Ok(None),
        }
    }

    fn origins(&self) -> Vec<String> {
        vec![self.origin.clone()]
    }

    fn size_bytes(&self) -> Option<u64> {
        None
    }

    fn notes(&self) -> Vec<String> {
        match &self.state {
            State::Ended(_, notes) => notes.clone(),
            State::Reading | State::Failed(_) => Vec::new(),
        }
    }

    fn sent(&self) -> Option<BoundText> {
        Some(self.sent.clone())
    }

    async fn proof(&mut self) -> Option<SourceProof> {
        match &self.state {
            State::Ended(proof, _) => Some(proof.clone()),
            State::Reading | State::Failed(_) => None,
        }
    }
}

/// The task's own.
struct Reading {
    session: Session,
    statements: Statements,
    contract: Contract,
    path: String,
    origin: String,
    sender: Sender<Message>,
}

impl Reading {
    async fn run(&mut self) -> Result<(SourceProof, Vec<String>), SourceError> {
        let Self { session, statements, contract, path, origin, sender } = self;
        let mut rows: Option<DatabaseRows> = None;
        let mut text = String::new();
        let mut answer = session.execute(&statements.rows).await?;
        while let Some(item) = answer.next().await? {
            match (item, &mut rows) {
                (CommandItem::Metadata(_), Some(_)) => return Err(several_answers(origin)),
                (CommandItem::Metadata(metadata), None) => {
                    rows = Some(begin(origin, metadata.columns(), contract)?);
                }
                (CommandItem::Row(row), Some(rows)) => {
                    if let Some(batch) = take(rows, &row, &mut text)? {
                        send(sender, batch).await?;
                    }
                }
                _ => {}
            }
        }
        drop(answer);
        let mut rows = rows.ok_or_else(|| several_answers(origin))?;
        if let Some(batch) = rows.finish()? {
            send(sender, batch).await?;
        }
        Ok((prove(session, statements, path).await?, rows.notes().to_vec()))
    }
}

/// Counts and sums in the session's transaction.
pub(super) async fn prove(
    session: &mut Session,
    statements: &Statements,
    path: &str,
) -> Result<SourceProof, SourceError> {
    let unproven = || {
        let detail = format!("{path}: a sum needs more than 38 digits, or the count is no number");
        refused(ReasonCode::AmountOverflow, detail, "check the amounts in the source for wrong values")
    };
    let counted = session.rows(&statements.count).await?;
    let rows = counted.first().and_then(|row| row.try_get::<i64, _>(0).ok().flatten());
    let rows = rows.and_then(|rows| u64::try_from(rows).ok()).ok_or_else(unproven)?;
    let mut totals = Vec::with_capacity(statements.totals.len());
    if !statements.totals.is_empty() {
        let summed = session.rows(&statements.total).await?;
        let row = summed.first().ok_or_else(unproven)?;
        for (index, wanted) in statements.totals.iter().enumerate() {
            // The first column counts the rows. The sum of no rows is null.
            let sum = row.try_get::<Numeric, _>(index + 1).map_err(|_| unproven())?;
            let sum = sum.map_or(Ok(Decimal::zero(wanted.scale)), |sum| Decimal::new(sum.value(), sum.scale()));
            totals.push((wanted.column.clone(), sum.map_err(|_| unproven())?));
        }
    }
    let isolation = session.isolation().await?;
    let facts = session.facts.clone();
    Ok(SourceProof {
        rows,
        totals,
        server: facts.server,
        database: facts.database,
        login: facts.login,
        server_clock: facts.clock,
        query_digest: statements.rows.digest(),
        isolation,
    })
}

/// Finds the contract's columns among those of the answer, and refuses types that cannot be read exactly.
fn begin(origin: &str, columns: &[Column], contract: &Contract) -> Result<DatabaseRows, SourceError> {
    let headers: Vec<_> = columns.iter().map(Column::name).collect();
    let rows = DatabaseRows::new(origin, &headers, contract, 0)?;
    for (index, column) in columns.iter().enumerate() {
        let Some(target) = rows.contract_column(index).and_then(|target| contract.columns.get(target)) else {
            continue;
        };
        let problem = match column.column_type() {
            ColumnType::Float4 | ColumnType::Float8 | ColumnType::Floatn if target.data_type != HouseType::Text => {
                "is a binary float, which holds no amount, rate or key exactly"
            }
            ColumnType::SSVariant => "is of type sql_variant, whose values have no one type",
            ColumnType::Udt => "is of a CLR type, which has no form outside the server",
            _ => continue,
        };
        let detail = format!("column '{}' of the query for data set '{origin}' {problem}", column.name());
        return Err(unreadable(detail, format!("CAST the column in the query, to {} for example", target.data_type)));
    }
    Ok(rows)
}

fn take(rows: &mut DatabaseRows, row: &Row, text: &mut String) -> Result<Option<SourceBatch>, SourceError> {
    rows.begin_row();
    let mut bytes = 0;
    for (index, (column, data)) in row.cells().enumerate() {
        if rows.wants(index) {
            let value = value_of(column.column_type(), data, text);
            bytes += size_of_value(data);
            rows.set(index, value);
        }
    }
    rows.end_row(bytes)
}

/// About how many bytes a value took on the wire.
fn size_of_value(data: &tiberius::ColumnData<'static>) -> usize {
    match data {
        tiberius::ColumnData::String(Some(text)) => text.len(),
        tiberius::ColumnData::Binary(Some(bytes)) => bytes.len(),
        tiberius::ColumnData::Numeric(Some(_)) => 17,
        _ => 8,
    }
}

async fn send(sender: &Sender<Message>, batch: SourceBatch) -> Result<(), SourceError> {
    sender.send(Message::Batch(batch)).await.map_err(|_| transient("reading was given up"))
}

fn several_answers(origin: &str) -> SourceError {
    let detail = format!("the query for data set '{origin}' does not give exactly one table");
    unreadable(detail, "make it one WITH ... SELECT ... ORDER BY")
}
