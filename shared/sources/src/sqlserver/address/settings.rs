//! Settings by key, whatever the form of the secret, and the address that they make.
//!
//! Keys are those of ODBC and ADO with case and blanks ignored; a key that says nothing about the connection is
//! passed over.

use super::{Address, AddressError, Login, Trust};

/// The port of a default instance.
const DEFAULT_PORT: u16 = 1433;

/// Settings as they are gathered.
#[derive(Default)]
pub(super) struct Settings {
    server: Option<String>,
    port: Option<String>,
    database: Option<String>,
    user: Option<String>,
    password: Option<String>,
    token: Option<String>,
    encrypt: Option<String>,
    trust_any: Option<String>,
    authority_file: Option<String>,
    host_in_certificate: Option<String>,
    integrated: Option<String>,
    authentication: Option<String>,
}

impl Settings {
    /// Takes a setting. The first value of a key counts, as in ODBC.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let key: String =
            key.chars().filter(|character| !" _-".contains(*character)).flat_map(char::to_lowercase).collect();
        let slot = match key.as_str() {
            "server" | "address" | "addr" | "networkaddress" | "datasource" | "host" | "hostname" => &mut self.server,
            "port" => &mut self.port,
            "database" | "initialcatalog" | "dbname" => &mut self.database,
            "uid" | "userid" | "user" | "username" => &mut self.user,
            "pwd" | "password" => &mut self.password,
            "accesstoken" | "token" => &mut self.token,
            "encrypt" | "encryption" => &mut self.encrypt,
            "trustservercertificate" => &mut self.trust_any,
            "cafile" | "servercertificate" | "trustservercertificateca" => &mut self.authority_file,
            "hostnameincertificate" => &mut self.host_in_certificate,
            "trustedconnection" | "integratedsecurity" => &mut self.integrated,
            "authentication" => &mut self.authentication,
            _ => return,
        };
        if slot.is_none() {
            *slot = Some(value.trim().to_owned());
        }
    }

    /// The address.
    pub(super) fn address(self) -> Result<Address, AddressError> {
        let server =
            self.server.as_deref().filter(|server| !server.is_empty()).ok_or(AddressError::Missing("SERVER"))?;
        let (host, port) = host_and_port(server, self.port.as_deref())?;
        if flag("Trusted_Connection", self.integrated.as_deref(), false)? {
            return Err(AddressError::Authentication("Trusted_Connection"));
        }
        let trust = match (flag("TrustServerCertificate", self.trust_any.as_deref(), false)?, self.authority_file) {
            (true, _) => Trust::Anything,
            (false, Some(file)) if !file.is_empty() => Trust::AuthorityFile(file),
            (false, _) => Trust::System,
        };
        let login = match self.token {
            Some(token) => Login::Token(token),
            None => password_login(self.user, self.password, self.authentication.as_deref())?,
        };
        Ok(Address {
            host,
            port,
            database: self.database.unwrap_or_default(),
            login,
            encrypted: flag("Encrypt", self.encrypt.as_deref(), true)?,
            trust,
            host_in_certificate: self.host_in_certificate.filter(|name| !name.is_empty()),
        })
    }
}

fn password_login(
    user: Option<String>,
    password: Option<String>,
    authentication: Option<&str>,
) -> Result<Login, AddressError> {
    let authentication = authentication.unwrap_or_default().to_lowercase();
    if !matches!(authentication.as_str(), "" | "sqlpassword" | "sql password") {
        return Err(AddressError::Authentication("Authentication"));
    }
    let user = user.filter(|user| !user.is_empty()).ok_or(AddressError::Missing("UID"))?;
    Ok(Login::Sql { user, password: password.ok_or(AddressError::Missing("PWD"))? })
}

/// The parts of `tcp:host\instance,port`. An instance without a port would have to be looked up by a service that
/// firewalls block; with a port, its name means nothing, as in ODBC.
fn host_and_port(server: &str, port: Option<&str>) -> Result<(String, u16), AddressError> {
    let server = server.strip_prefix("tcp:").unwrap_or(server);
    let (server, port_in_server) = match server.rsplit_once(',') {
        Some((server, port)) => (server.trim(), Some(port.trim())),
        None => (server.trim(), None),
    };
    let (host, instance) = server.split_once('\\').unwrap_or((server, ""));
    let host = match host {
        "." | "(local)" => "localhost",
        host => host,
    };
    if host.is_empty() {
        return Err(AddressError::Missing("SERVER"));
    }
    let wanted = AddressError::Value { key: "SERVER", wanted: "host\\instance,port with a port from 1 to 65535" };
    match port_in_server.or(port.map(str::trim)) {
        Some(port) => {
            let port = port.parse().ok().filter(|port| *port != 0).ok_or(wanted)?;
            Ok((host.to_owned(), port))
        }
        None if instance.is_empty() || instance.eq_ignore_ascii_case("MSSQLSERVER") => {
            Ok((host.to_owned(), DEFAULT_PORT))
        }
        None => Err(AddressError::Value { key: "SERVER", wanted: "host\\instance,port: an instance needs its port" }),
    }
}

fn flag(key: &'static str, value: Option<&str>, default: bool) -> Result<bool, AddressError> {
    match value.map(str::to_lowercase).as_deref() {
        None | Some("") => Ok(default),
        Some("yes" | "true" | "1" | "mandatory" | "sspi") => Ok(true),
        Some("no" | "false" | "0" | "optional") => Ok(false),
        // TDS 8 is another protocol; saying yes to it and speaking TDS 7 would be less than what was asked for.
        Some(_) => Err(AddressError::Value { key, wanted: "yes or no" }),
    }
}
