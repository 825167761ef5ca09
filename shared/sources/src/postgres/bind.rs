//! Values that are sent beside a text, in the types that are declared for them.

use std::error::Error;

use tieout_extract::database::BoundText;
use tieout_model::Parameter;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

use super::numeric::write_numeric;

/// Days from 1970-01-01 to 2000-01-01, where `PostgreSQL` begins to count.
pub(super) const EPOCH_DAYS: i32 = 10_957;

/// The types of the parameters of a text, in order.
pub(super) fn bound_types(text: &BoundText) -> Vec<Type> {
    let data_type = |value: &Parameter| match value {
        Parameter::Text(_) | Parameter::List(_) => Type::TEXT,
        Parameter::Integer(_) => Type::INT8,
        Parameter::Decimal(_) => Type::NUMERIC,
        Parameter::Boolean(_) => Type::BOOL,
        Parameter::Date(_) => Type::DATE,
    };
    text.values.iter().map(|value| data_type(&value.value)).collect()
}

/// The values of a text, in order.
pub(super) fn bound_values(text: &BoundText) -> Vec<BoundParameter<'_>> {
    text.values.iter().map(|value| BoundParameter(&value.value)).collect()
}

/// A parameter on its way.
#[derive(Debug)]
pub(super) struct BoundParameter<'a>(&'a Parameter);

impl ToSql for BoundParameter<'_> {
    fn to_sql(&self, data_type: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Parameter::Text(text) => text.to_sql(data_type, out),
            Parameter::Integer(integer) => integer.to_sql(data_type, out),
            Parameter::Boolean(boolean) => boolean.to_sql(data_type, out),
            Parameter::Date(date) => {
                let since = date.since(jiff::civil::date(2000, 1, 1))?;
                out.extend_from_slice(&since.get_days().to_be_bytes());
                Ok(IsNull::No)
            }
            Parameter::Decimal(decimal) => {
                write_numeric(*decimal, out);
                Ok(IsNull::No)
            }
            Parameter::List(_) => Err("a list is bound value by value".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, data_type: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(data_type, out)
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Binary
    }
}
