//! Parameters of a control, and the registries of those that are lists.
//!
//! Registries are looked at after all data sets are known, for a registry is one of them.

use tieout_model::ColumnType;

use super::definition_tables::{Cells, read_cells};
use super::forms;
use super::names::{Names, report_duplicates};
use super::reader::{Reader, read_table};
use super::value::Text;
use crate::definition::{DataSet, Member, Parameter, ParameterType, Registry};
use crate::folder::ControlFolder;
use crate::parameter::check_parameter;
use crate::registry::list_values;
use crate::sql::BUILTIN_PARAMETERS;

/// The type of a list.
const LIST: &str = "list(text)";

/// A parameter whose registry is not looked at yet.
pub(crate) struct ParameterHead<'a> {
    name: Text<'a>,
    kind: Kind<'a>,
    default: Option<Text<'a>>,
}

enum Kind<'a> {
    One(ColumnType),
    List(Option<Box<RegistryText<'a>>>),
}

/// The key `registry`.
struct RegistryText<'a> {
    table: Text<'a>,
    column: Text<'a>,
    also: Vec<Text<'a>>,
    whole: Option<Text<'a>>,
}

/// Reads one parameter and enters it into `names`.
pub(crate) fn head<'a>(
    reader: &mut Reader<'a>,
    names: &mut Names,
    texts: &mut Vec<Text<'a>>,
) -> Option<ParameterHead<'a>> {
    let name = reader.text("name").inspect(|name| {
        if BUILTIN_PARAMETERS.contains(&name.as_str()) {
            name.report(format!("every control has the parameter '{}' already", name.as_str()));
        }
        forms::name(name);
        names.parameters.push(name.to_owned());
        texts.push(name.clone());
    });
    let type_text = reader.text("type");
    let is_list = type_text.as_ref().is_some_and(|text| text.as_str() == LIST);
    let kind = if is_list {
        names.lists.extend(name.as_ref().map(Text::to_owned));
        let registry = reader.optional("registry").map(|value| read_table(&value, registry_text));
        match registry {
            None => Some(Kind::List(None)),
            Some(registry) => registry.map(|registry| Kind::List(Some(Box::new(registry)))),
        }
    } else {
        type_text.as_ref().and_then(one).map(Kind::One)
    };
    let default = reader.optional_text("default");
    if let (Some(default), Some(Kind::One(data_type))) = (&default, &kind)
        && let Err(problem) = check_parameter(default.as_str(), *data_type)
    {
        default.report(format!("'default' is '{}', which {problem}", default.as_str()));
    }
    Some(ParameterHead { name: name?, kind: kind?, default })
}

fn one(text: &Text<'_>) -> Option<ColumnType> {
    match text.as_str().parse() {
        Ok(ColumnType::Timestamp) => {
            text.report("a parameter cannot be a timestamp: use a date");
            None
        }
        Ok(data_type) => Some(data_type),
        Err(error) => {
            text.report(format!("'type' is '{}', which {error}; a list is {LIST}", text.as_str()));
            None
        }
    }
}

fn registry_text<'a>(entry: &mut Reader<'a>) -> Option<RegistryText<'a>> {
    let table = entry.text("table");
    let column = entry.text("column");
    let also = entry.optional_texts("also");
    let whole = entry.optional_text("whole");
    Some(RegistryText { table: table?, column: column?, also, whole })
}

impl ParameterHead<'_> {
    /// Second pass: the registry with its members, and the default, which must be a list of them.
    pub(crate) fn body(self, names: &Names, data_sets: &[DataSet], folder: &ControlFolder) -> Option<Parameter> {
        let Self { name, kind, default } = self;
        let data_type = match kind {
            Kind::One(data_type) => ParameterType::One(data_type),
            Kind::List(None) => ParameterType::List { registry: None },
            Kind::List(Some(text)) => ParameterType::List { registry: Some(text.read(names, data_sets, folder)?) },
        };
        if let (Some(default), ParameterType::List { registry }) = (&default, &data_type)
            && let Err(error) = list_values(default.as_str(), registry.as_ref())
        {
            default.report(format!("'default' {error}"));
        }
        Some(Parameter { name: name.to_owned(), data_type, default: default.map(|text| text.to_owned()) })
    }
}

impl RegistryText<'_> {
    fn read(self, names: &Names, data_sets: &[DataSet], folder: &ControlFolder) -> Option<Registry> {
        names.table(&self.table)?;
        let Some(data_set) = data_sets.iter().find(|data_set| data_set.name == self.table.as_str()) else {
            self.table.report("a registry must be an extracted data set that is part of the definition");
            return None;
        };
        let Some(table_folder) = names.definition_folder(&data_set.source) else {
            let help = "name a data set whose source has the kind definition";
            self.table.report_with_help("a registry must be part of the definition", help);
            return None;
        };
        let cells = match read_cells(data_set, table_folder, folder) {
            Ok(cells) => cells,
            Err(problem) => {
                self.table.report(problem);
                return None;
            }
        };
        report_duplicates(&self.also, "columns here");
        let place = |text: &Text<'_>| place_of(text, data_set, &cells);
        let value = place(&self.column);
        let also: Vec<_> = self.also.iter().map(&place).collect();
        let whole = self.whole.as_ref().map(&place);
        let also = also.into_iter().collect::<Option<Vec<_>>>()?;
        let (value, whole) = (value?, whole.map_or(Some(None), |place| place.map(Some))?);
        let member = |row: &Vec<String>| {
            let cell = |place: usize| row.get(place).map(|cell| cell.trim().to_owned()).unwrap_or_default();
            Member {
                value: cell(value),
                also: also.iter().map(|place| cell(*place)).filter(|text| !text.is_empty()).collect(),
                group: whole.map(cell).unwrap_or_default(),
            }
        };
        let mut members: Vec<Member> =
            cells.rows.iter().map(member).filter(|member| !member.value.is_empty()).collect();
        let mut seen = std::collections::BTreeSet::new();
        members.retain(|member| seen.insert(member.value.to_lowercase()));
        if members.is_empty() {
            self.table.report("the registry has no rows");
        }
        Some(Registry { data_set: data_set.name.clone(), members, whole: self.whole.map(|text| text.to_owned()) })
    }
}

/// Where a column of the contract stands in the file.
fn place_of(text: &Text<'_>, data_set: &DataSet, cells: &Cells) -> Option<usize> {
    let columns = &data_set.contract.columns;
    let Some(column) = columns.iter().find(|column| column.name == text.as_str()) else {
        let known = columns.iter().map(|column| column.name.as_str());
        text.report_unknown(format!("'{}' has no column '{}'", data_set.name, text.as_str()), known);
        return None;
    };
    let place = cells.place(column);
    if place.is_none() {
        text.report(format!("the file of '{}' has no header for column '{}'", data_set.name, column.name));
    }
    place
}
