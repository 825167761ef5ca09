//! A real `PostgreSQL` in a scratch folder, for one test: made, started, and taken away again.
//!
//! The server refuses to run as root; as root it is started as the user `nobody`. Where no `PostgreSQL` is installed the
//! test says so and is skipped, except in continuous integration.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Folders in which the programs of `PostgreSQL` are looked for besides `PATH`.
const FOLDERS: [&str; 5] = [
    "/usr/lib/postgresql/15/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/17/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@15/bin",
];

/// The password of the user `tieout` of every cluster that is started here.
pub const PASSWORD: &str = "only for tests";

/// A running server; dropped, it is stopped and its folder removed.
pub struct PostgresServer {
    programs: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

/// The folder of the server's programs; `None` when there is none, after saying so.
///
/// # Panics
///
/// In continuous integration, where a test must not be skipped.
#[expect(clippy::disallowed_methods, reason = "a test reads where it runs")]
pub fn find_postgres() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = FOLDERS.iter().map(PathBuf::from).chain(std::env::split_paths(&path));
    let found = folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file());
    if found.is_none() {
        let cure = "install it, such as with: apt-get install postgresql-15";
        assert!(std::env::var_os("CI").is_none(), "no PostgreSQL is installed: {cure}");
        eprintln!("skipped: no PostgreSQL is installed; {cure}");
    }
    found
}

impl PostgresServer {
    /// Starts a server with `settings` (lines of `postgresql.conf`); `None` where none is installed.
    ///
    /// # Panics
    ///
    /// When an installed server does not start.
    pub fn start(settings: &str) -> Option<Self> {
        let programs = find_postgres()?;
        let folder = tempfile::Builder::new().prefix("tieout-pg").tempdir_in("/tmp").expect("a folder");
        let server = Self { programs, folder, port: free_port() };
        server.own();
        std::fs::write(server.path("password"), PASSWORD).expect("a file");
        server.own();
        let (data, password) = (server.path("data"), server.path("password"));
        server.run(
            "initdb",
            &[
                "-D",
                text(&data),
                "-U",
                "tieout",
                "-A",
                "scram-sha-256",
                "--pwfile",
                text(&password),
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
            ],
        );
        let defaults = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nfsync = off\n\
             cluster_name = 'tieout-test'\nmax_connections = 20\n{settings}\n",
            server.port,
            server.folder.path().display()
        );
        let path = data.join("postgresql.conf");
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, format!("{written}\n{defaults}")).expect("the settings");
        server.own();
        let log = server.path("log");
        server.run("pg_ctl", &["-D", text(&data), "-l", text(&log), "-w", "-t", "60", "start"]);
        Some(server)
    }

    /// A path in the server's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the server's data.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A connection without TLS, as text for a secret.
    pub fn secret(&self) -> String {
        self.secret_with("sslmode=disable")
    }

    /// A connection with other options, as text for a secret.
    pub fn secret_with(&self, options: &str) -> String {
        format!("host=127.0.0.1 port={} user=tieout password='{PASSWORD}' dbname=postgres {options}", self.port)
    }

    /// Carries out SQL and gives back what it prints, without headings.
    ///
    /// # Panics
    ///
    /// When the SQL fails.
    pub fn sql(&self, sql: &str) -> String {
        let port = self.port.to_string();
        let file = self.path("script.sql");
        std::fs::write(&file, sql).expect("a file");
        self.own();
        let output = self.run(
            "psql",
            &[
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "tieout",
                "-d",
                "postgres",
                "-f",
                text(&file),
            ],
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Gives the folder to the user as whom the server runs.
    fn own(&self) {
        if is_root() {
            let path = text(self.folder.path());
            let status = Command::new("chown").args(["-R", "nobody", path]).status();
            assert!(status.is_ok_and(|status| status.success()), "the folder cannot be given to nobody");
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program_path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "nobody", "--", text(&program_path)]);
            command
        } else {
            Command::new(&program_path)
        };
        // What a server inherits would keep a pipe open for as long as it runs.
        let output_path = self.path(&format!("{program}.out"));
        let output_file = std::fs::File::create(&output_path).expect("a file");
        let errors = output_file.try_clone().expect("a file");
        let status = command
            .args(arguments)
            .env("PGPASSWORD", PASSWORD)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(output_file)
            .stderr(errors)
            .status()
            .expect("the program starts");
        let stdout = std::fs::read(&output_path).unwrap_or_default();
        let output = Output { status, stdout, stderr: Vec::new() };
        assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stdout));
        output
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let data = self.data();
        if data.join("postmaster.pid").exists() {
            self.run("pg_ctl", &["-D", text(&data), "-m", "immediate", "-w", "stop"]);
        }
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0")
}

/// A port that nobody listens on at the moment.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}
