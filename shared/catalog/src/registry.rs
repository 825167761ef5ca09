//! Finds the members of a registry that the texts of a list parameter name.
//!
//! Spaces around a text and its case do not count; repeats collapse; what is not in the registry is refused.

use std::collections::BTreeSet;

use crate::definition::{Member, Registry};

/// The word that stands for every member.
const ALL: &str = "all";

/// Why a list is refused, as the end of a sentence that begins with the parameter's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The list holds nothing, or an entry of it does.
    #[error("must not be empty: give values with a comma between them, or leave it out")]
    Empty,
    /// A text that the registry does not have.
    #[error("has '{text}', which is not in '{registry}'; there are: {known}")]
    Unknown {
        /// What was given.
        text: String,
        /// The data set with the texts there are.
        registry: String,
        /// The texts there are.
        known: String,
    },
    /// A text that stands for several members.
    #[error("has '{text}', which stands for several of '{registry}': {members}")]
    Ambiguous {
        /// What was given.
        text: String,
        /// The data set with the texts there are.
        registry: String,
        /// The members that it stands for.
        members: String,
    },
    /// A part of a group.
    #[error("must hold the {column} '{group}' whole: give {members}, or none of them")]
    NotWhole {
        /// The column of the groups.
        column: String,
        /// The group.
        group: String,
        /// Its members.
        members: String,
    },
}

/// The values of a list that is written as `text`, in order, each once.
pub fn list_values(text: &str, registry: Option<&Registry>) -> Result<Vec<String>, RegistryError> {
    let texts: Vec<&str> = text.split(',').map(str::trim).collect();
    if texts.iter().any(|text| text.is_empty()) {
        return Err(RegistryError::Empty);
    }
    let values: BTreeSet<String> = match registry {
        None => texts.into_iter().map(str::to_owned).collect(),
        Some(registry) if texts == [ALL] => registry.members.iter().map(|member| member.value.clone()).collect(),
        Some(registry) => {
            let found = texts.into_iter().map(|text| Ok(registry.find(text)?.value.clone()));
            found.collect::<Result<_, RegistryError>>()?
        }
    };
    if let Some(registry) = registry {
        registry.check_whole(&values)?;
    }
    Ok(values.into_iter().collect())
}

impl Registry {
    fn find(&self, text: &str) -> Result<&Member, RegistryError> {
        let wanted = text.to_lowercase();
        let same = |other: &str| other.to_lowercase() == wanted;
        if let Some(member) = self.members.iter().find(|member| same(&member.value)) {
            return Ok(member);
        }
        let found: Vec<&Member> =
            self.members.iter().filter(|member| member.also.iter().any(|also| same(also))).collect();
        let (text, registry) = (text.escape_default().to_string(), self.data_set.clone());
        match found.as_slice() {
            [member] => Ok(member),
            [] => Err(RegistryError::Unknown { text, registry, known: joined(&self.members) }),
            several => Err(RegistryError::Ambiguous { text, registry, members: joined(several.iter().copied()) }),
        }
    }

    fn check_whole(&self, values: &BTreeSet<String>) -> Result<(), RegistryError> {
        let Some(column) = &self.whole else { return Ok(()) };
        let chosen = |member: &&Member| values.contains(&member.value);
        for member in self.members.iter().filter(chosen) {
            let group: Vec<&Member> = self.members.iter().filter(|other| other.group == member.group).collect();
            if !group.iter().all(chosen) {
                return Err(RegistryError::NotWhole {
                    column: column.clone(),
                    group: member.group.clone(),
                    members: joined(group),
                });
            }
        }
        Ok(())
    }
}

fn joined<'a>(members: impl IntoIterator<Item = &'a Member>) -> String {
    members.into_iter().map(|member| member.value.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(whole: Option<&str>, members: &[(&str, &str, &str)]) -> Registry {
        let member = |&(value, also, group): &(&str, &str, &str)| Member {
            value: value.to_owned(),
            also: vec![also.to_owned()],
            group: group.to_owned(),
        };
        let members = members.iter().map(member).collect();
        Registry { data_set: "registry".to_owned(), members, whole: whole.map(str::to_owned) }
    }

    fn refusal(text: &str, registry: &Registry) -> String {
        list_values(text, Some(registry)).unwrap_err().to_string()
    }

    #[test]
    fn a_member_is_found_by_either_name_in_any_case_and_once() {
        let companies =
            registry(None, &[("EC_NG", "NG", ""), ("JM_EG", "EG", ""), ("HF_SN", "XOF", ""), ("EC_IC", "XOF", "")]);
        assert_eq!(list_values("NG, ec_ng ,EC_NG", Some(&companies)).unwrap(), ["EC_NG"]);
        assert_eq!(list_values("jm_eg,ng", Some(&companies)).unwrap(), ["EC_NG", "JM_EG"]);
        assert_eq!(list_values("all", Some(&companies)).unwrap(), ["EC_IC", "EC_NG", "HF_SN", "JM_EG"]);
        assert_eq!(
            refusal("EC_CI", &companies),
            "has 'EC_CI', which is not in 'registry'; there are: EC_NG, JM_EG, HF_SN, EC_IC"
        );
        assert_eq!(refusal("xof", &companies), "has 'xof', which stands for several of 'registry': HF_SN, EC_IC");
        for empty in ["", " ", "NG,", ",NG", "NG,,EG"] {
            assert_eq!(list_values(empty, Some(&companies)), Err(RegistryError::Empty), "{empty}");
        }
        assert_eq!(list_values(" b,a,b", None).unwrap(), ["a", "b"]);
    }

    #[test]
    fn a_group_is_held_whole_or_not_at_all() {
        let accounts = registry(
            Some("line"),
            &[("13003", "", "receivables"), ("18412", "", "vouchers"), ("13004", "", "receivables")],
        );
        assert_eq!(list_values("18412", Some(&accounts)).unwrap(), ["18412"]);
        assert_eq!(list_values("13003,13004", Some(&accounts)).unwrap(), ["13003", "13004"]);
        assert_eq!(
            refusal("18412,13003", &accounts),
            "must hold the line 'receivables' whole: give 13003, 13004, or none of them"
        );
    }
}
