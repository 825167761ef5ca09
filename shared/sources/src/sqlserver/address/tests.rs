//! The three forms of a secret, and what is wrong with others.

use super::*;

fn address(secret: &str) -> Address {
    Address::parse(secret).unwrap_or_else(|error| panic!("{error}"))
}

fn error(secret: &str) -> String {
    Address::parse(secret).err().unwrap().to_string()
}

const ODBC: &str = "DRIVER={ODBC Driver 18 for SQL Server};SERVER=tcp:sql01.corp\\NAV,1533;DATABASE=AIG_Nav_DW;\
                    UID=reader;PWD={p;a}}ss=1};Encrypt=yes;TrustServerCertificate=no;";

#[test]
fn the_three_forms_say_the_same() {
    let odbc = address(ODBC);
    assert_eq!((odbc.host.as_str(), odbc.port, odbc.database.as_str()), ("sql01.corp", 1533, "AIG_Nav_DW"));
    assert!(odbc.login == Login::Sql { user: "reader".to_owned(), password: "p;a}ss=1".to_owned() });
    assert!(odbc.encrypted && odbc.trust == Trust::System);
    let json = r#"{"engine": "sqlserver", "host": "sql01.corp", "port": 1533, "dbname": "AIG_Nav_DW",
                   "username": "reader", "password": "p;a}ss=1"}"#;
    assert!(odbc == address(json));
    assert!(odbc == address("sqlserver://reader:p%3Ba%7Dss=1@sql01.corp:1533/AIG_Nav_DW"));
    let inside = serde_json::json!({ "connection_string": ODBC }).to_string();
    assert!(odbc == address(&inside));
}

#[test]
fn encryption_and_verification_are_on_unless_the_secret_says_otherwise() {
    let plain = address("SERVER=h;UID=u;PWD=p");
    assert!(plain.encrypted && plain.trust == Trust::System && plain.port == 1433);
    let open = address("Server=h;User ID=u;Password='p''q';Encrypt=optional;TrustServerCertificate=yes");
    assert!(!open.encrypted && open.trust == Trust::Anything);
    assert!(open.login == Login::Sql { user: "u".to_owned(), password: "p'q".to_owned() });
    assert_eq!(
        open.described(),
        "only the login encrypted, certificate not verified, as the secret asks, login with password"
    );
    let own = address("sqlserver://u:p@h/d?ca_file=%2Fetc%2Fca.pem&hostNameInCertificate=sql.example");
    assert_eq!(own.trust, Trust::AuthorityFile("/etc/ca.pem".to_owned()));
    assert_eq!(own.host_in_certificate.as_deref(), Some("sql.example"));
}

#[test]
fn a_token_is_a_login_of_its_own() {
    let address = address(r#"{"server": "h,1433", "access_token": "eyJ0"}"#);
    assert!(address.login == Login::Token("eyJ0".to_owned()));
}

#[test]
fn what_is_wrong_is_named_by_its_key_and_never_by_its_value() {
    assert_eq!(error("s3cret"), AddressError::Form.to_string());
    assert_eq!(error("UID=u;PWD=s3cret"), "'SERVER' is missing");
    assert_eq!(error("SERVER=h;UID=u"), "'PWD' is missing");
    assert_eq!(error("SERVER=h;UID=u;PWD={s3cret"), "part 3 of the connection string is not of the form KEY=value");
    assert_eq!(error("SERVER=h;UID=u;PWD={s}3cret"), "part 3 of the connection string is not of the form KEY=value");
    assert_eq!(error("SERVER=h\\NAV;UID=u;PWD=s"), "'SERVER' must be host\\instance,port: an instance needs its port");
    assert_eq!(error("SERVER=h,0;UID=u;PWD=s"), "'SERVER' must be host\\instance,port with a port from 1 to 65535");
    assert_eq!(error("SERVER=h;UID=u;PWD=s;Encrypt=strict"), "'Encrypt' must be yes or no");
    assert!(error("SERVER=h;Trusted_Connection=yes").starts_with("'Trusted_Connection' asks for a way to log in"));
    assert!(error("SERVER=h;Authentication=ActiveDirectoryInteractive").starts_with("'Authentication' asks"));
    assert_eq!(error("sqlserver://u:%zz@h"), "'password' must be percent-encoded UTF-8");
}
