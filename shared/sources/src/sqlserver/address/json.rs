//! The JSON form: an object with the keys of ODBC, or with those that a secret store gives a database's secret.
//!
//! `{"connection_string": "DRIVER=…"}` holds the ODBC form.

use serde_json::Value;

use super::{Address, AddressError, Settings};

/// Reads a JSON object.
pub(super) fn parse(text: &str) -> Result<Address, AddressError> {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text) else { return Err(AddressError::Form) };
    if let Some(Value::String(inner)) = object.get("connection_string") {
        // One level: what is inside is text, and no JSON again.
        return if inner.trim_start().starts_with('{') { Err(AddressError::Form) } else { Address::parse(inner) };
    }
    let mut settings = Settings::default();
    for (key, value) in &object {
        match value {
            Value::String(text) => settings.set(key, text),
            Value::Number(number) => settings.set(key, &number.to_string()),
            Value::Bool(truth) => settings.set(key, if *truth { "yes" } else { "no" }),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
    settings.address()
}
