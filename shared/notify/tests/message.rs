//! The message as a whole: read back by an independent parser, for each outcome and for hostile input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use mail_parser::{Message, MessageParser, MimeHeaders};
use tieout_model::{Absorbed, ClassCount, ComparisonClass, Digest, Reason, ReasonCode, RunResult, Side};
use tieout_notify::{ATTACHMENT_LIMIT_BYTES, Address, ExceptionsFile, MessageInput, NotifyError, compose, subject};

const CSV: &[u8] = "\u{FEFF}check,kind\r\nstatement-ledger,comparison\r\n".as_bytes();

/// A result of `shared/testkit/results`.
fn result(name: &str) -> RunResult {
    let path = format!("{}/../testkit/results/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn address(name: &str, email: &str) -> Address {
    Address { name: name.to_owned(), email: email.to_owned() }
}

fn exceptions(content: &[u8]) -> ExceptionsFile<'_> {
    let location = "control=bank-ledger/cutoff=2024-01-31/run=0001/evidence/exceptions.csv";
    ExceptionsFile { location, size_bytes: content.len() as u64, content: Some(content) }
}

struct Envelope {
    from: Address,
    recipients: Vec<Address>,
}

impl Envelope {
    fn new() -> Self {
        let from = address("Tieout", "tieout@example.com");
        let recipients =
            vec![address("Treasury", "treasury@example.com"), address("Ünal, Controller", "controller@example.com")];
        Self { from, recipients }
    }

    fn input<'a>(&'a self, result: &'a RunResult, exceptions: Option<ExceptionsFile<'a>>) -> MessageInput<'a> {
        MessageInput {
            result,
            from: &self.from,
            recipients: &self.recipients,
            date: "2024-02-02T06:07:08.9Z".parse().unwrap(),
            message_id: "<bank-ledger.2024-01-31.0001@example.com>",
            exceptions,
            report: "control=bank-ledger/cutoff=2024-01-31/run=0001/evidence/report.html",
            package: "control=bank-ledger/cutoff=2024-01-31/run=0001/evidence/bank-ledger_2024-01-31_0001.zip",
            package_digest: Digest::of(b"package"),
        }
    }
}

fn parse(message: &[u8]) -> Message<'_> {
    MessageParser::default().parse(message).unwrap()
}

#[test]
fn the_message_of_each_outcome() {
    for name in ["clean", "exceptions", "not_operated"] {
        let (envelope, result) = (Envelope::new(), result(name));
        let found = (name == "exceptions").then(|| exceptions(CSV));
        let message = compose(&envelope.input(&result, found)).unwrap();
        assert_eq!(message, compose(&envelope.input(&result, found)).unwrap(), "the same input gives the same bytes");
        let parsed = parse(&message);
        insta::with_settings!({omit_expression => true}, {
            insta::assert_snapshot!(format!("{name}_text"), parsed.body_text(0).unwrap().replace("\r\n", "\n"));
            insta::assert_snapshot!(format!("{name}_html"), parsed.body_html(0).unwrap().replace("\r\n", "\n"));
            insta::assert_snapshot!(format!("{name}_eml"), String::from_utf8(message.clone()).unwrap().replace("\r\n", "\n"));
        });
    }
}

#[test]
fn what_tolerance_absorbed_and_declared_classes_are_told() {
    let mut result = result("exceptions");
    let comparison = &mut result.comparisons[0];
    let (currency, cap) = ("EUR".parse().ok(), "1000".parse().ok());
    let (column, total) = ("amount".to_owned(), "1100.25".parse().unwrap());
    comparison.details.absorbed = vec![Absorbed { column, currency, keys: 1_200, total, cap, over_cap: true }];
    comparison.details.group_mismatch_keys = 1;
    comparison.classes.push(ClassCount { side: Side::Left, class: ComparisonClass::GroupMismatch, rows: 3 });
    let envelope = Envelope::new();
    let message = compose(&envelope.input(&result, None)).unwrap();
    let parsed = parse(&message);
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.contains("\n* Sums differ: 1 key (exceptions)\n"), "{text}");
    let absorbed = "Absorbed by the tolerance of amount: EUR 1,100.25 in 1,200 keys, over its cap of EUR 1,000";
    assert!(text.contains(&format!("\n* {absorbed}\n")), "{text}");
    assert!(parsed.body_html(0).unwrap().contains(&format!("{absorbed}</p>")));
}

#[test]
fn headers_parts_and_attachment_are_read_back_by_a_parser() {
    let (envelope, result) = (Envelope::new(), result("exceptions"));
    let message = compose(&envelope.input(&result, Some(exceptions(CSV)))).unwrap();
    let parsed = parse(&message);
    assert_eq!(
        parsed.subject(),
        Some("[bank-ledger] 2024-01-31: 14 exceptions, EUR 4,120.00 and USD 19.99 in the largest finding")
    );
    assert_eq!(parsed.message_id(), Some("bank-ledger.2024-01-31.0001@example.com"));
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2024-02-02T06:07:08Z");
    let to: Vec<_> = parsed.to().unwrap().iter().map(|to| (to.name().unwrap(), to.address().unwrap())).collect();
    assert_eq!(to, [("Treasury", "treasury@example.com"), ("Ünal, Controller", "controller@example.com")]);
    assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 1));
    let attached = parsed.attachment(0).unwrap();
    assert_eq!(attached.attachment_name(), Some("exceptions-2024-01-31.csv"));
    let kind = attached.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype(), kind.attribute("charset")), ("text", Some("csv"), Some("utf-8")));
    assert_eq!(attached.contents(), CSV);
    assert!(String::from_utf8(message.clone()).unwrap().contains("filename=\"exceptions-2024-01-31.csv\""));
}

#[test]
fn lines_are_short_and_end_in_crlf() {
    for name in ["exceptions", "hostile"] {
        let (envelope, result) = (Envelope::new(), result(name));
        let message = String::from_utf8(compose(&envelope.input(&result, Some(exceptions(CSV)))).unwrap()).unwrap();
        assert!(message.is_ascii());
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
        let longest = message.split("\r\n").map(str::len).max().unwrap();
        assert!(longest <= 100, "a line of {longest}");
    }
}

#[test]
fn text_and_html_give_the_same_figures_and_places() {
    let (envelope, result) = (Envelope::new(), result("exceptions"));
    let message = compose(&envelope.input(&result, Some(exceptions(CSV)))).unwrap();
    let parsed = parse(&message);
    let digest = Digest::of(b"package").to_string();
    for said in
        ["14 exceptions", "186,160.32", "1,912.17", "Only in statement", "weekend-posting", "report.html", &digest]
    {
        assert!(parsed.body_text(0).unwrap().contains(said), "{said} in text");
        assert!(parsed.body_html(0).unwrap().contains(said), "{said} in html");
    }
}

#[test]
fn no_content_of_a_row_and_no_person_is_in_the_body() {
    let (envelope, result) = (Envelope::new(), result("exceptions"));
    let message = compose(&envelope.input(&result, None)).unwrap();
    let parsed = parse(&message);
    for body in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
        assert!(body.contains("2 of 22 groups over the threshold"), "groups are counted");
        assert!(!body.contains("2024-01-17"), "and not named");
        assert!(!body.contains("@example.com"));
    }
}

#[test]
fn a_large_file_is_pointed_to_and_not_attached() {
    let (envelope, result) = (Envelope::new(), result("exceptions"));
    let mut file = exceptions(CSV);
    file.size_bytes = ATTACHMENT_LIMIT_BYTES + 1;
    let message = compose(&envelope.input(&result, Some(file))).unwrap();
    let parsed = parse(&message);
    assert_eq!(parsed.attachment_count(), 0);
    let told =
        "too large to attach (5,242,881 bytes): control=bank-ledger/cutoff=2024-01-31/run=0001/evidence/exceptions.csv";
    assert!(parsed.body_text(0).unwrap().contains(told));
    assert!(parsed.body_html(0).unwrap().contains(told));
}

#[test]
fn outside_text_reaches_no_header_and_no_markup() {
    let mut envelope = Envelope::new();
    envelope.from.name = "Tieout\r\nBcc: everyone@example.com\r\n\r\n<script>".to_owned();
    envelope.recipients = vec![
        address("A\u{0}\n\tX-Evil: 1\u{202E}\" <x@y.example>, ", "a@example.com"),
        address(" \n ", "b@example.com"),
    ];
    let result = result("hostile");
    let message = compose(&envelope.input(&result, Some(exceptions(CSV)))).unwrap();
    let parsed = parse(&message);
    let headers: Vec<&str> = parsed.headers_raw().map(|(name, _)| name).collect();
    let expected = ["Date", "From", "Subject", "Message-ID", "Auto-Submitted", "To", "MIME-Version", "Content-Type"];
    assert_eq!(headers, expected);
    let from = parsed.from().unwrap();
    assert_eq!((from.iter().count(), from.first().unwrap().address()), (1, Some("tieout@example.com")));
    let to: Vec<_> = parsed.to().unwrap().iter().map(|to| to.address().unwrap()).collect();
    assert_eq!(to, ["a@example.com", "b@example.com"]);
    assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 1));
    let html = parsed.body_html(0).unwrap();
    for markup in ["<script", "<img", "onerror=alert(1)>\"", "\u{202E}"] {
        assert!(!html.contains(markup), "{markup}");
    }
    let text = parsed.body_text(0).unwrap();
    assert!(
        text.lines().all(|line| !line.starts_with("Bcc:") && !line.starts_with("--")),
        "one outside text, one line"
    );
    assert!(text.chars().all(|character| matches!(character, '\r' | '\n') || !character.is_control()));
}

#[test]
fn a_result_of_any_size_makes_a_small_message_that_says_what_is_left_out() {
    let (envelope, mut result) = (Envelope::new(), result("hostile"));
    let reason = Reason {
        code: ReasonCode::AssertionFailed,
        subject: "\"&<>'".repeat(1_000),
        detail: "\"&<>'".repeat(1_000),
        cure: "ü&".repeat(5_000),
    };
    result.reasons = vec![reason; 400];
    let one = result.tie_outs.first().unwrap().clone();
    result.tie_outs = vec![one; 400];
    let message = compose(&envelope.input(&result, None)).unwrap();
    let parsed = parse(&message);
    let html = parsed.body_html(0).unwrap();
    assert!(html.len() < 100_000, "{}", html.len());
    assert!(html.contains("more reasons") && html.contains("more tie-outs"));
    assert!(parsed.body_text(0).unwrap().contains("more reasons"));
}

#[test]
fn a_message_that_cannot_be_right_is_refused() {
    let (mut envelope, result) = (Envelope::new(), result("clean"));
    for id in ["bank-ledger", "<a b@c>", "<a@b>\r\nBcc: x@y", "<@b>", "<a@b@c>", "<ü@b>"] {
        let mut input = envelope.input(&result, None);
        input.message_id = id;
        assert!(matches!(compose(&input), Err(NotifyError::MessageId)), "{id}");
    }
    let mut input = envelope.input(&result, None);
    input.date = "1969-12-31T23:59:59Z".parse().unwrap();
    assert!(matches!(compose(&input), Err(NotifyError::Date)));
    envelope.recipients = vec![address("x", "a@example.com"), address("x", "a@example.com\r\nBcc: b@example.com")];
    let refused = compose(&envelope.input(&result, None)).unwrap_err();
    assert!(refused.to_string().contains("recipient 2"), "{refused}");
    assert!(!refused.to_string().contains("example.com\r"), "the address itself is not repeated");
    envelope.recipients.clear();
    assert!(matches!(compose(&envelope.input(&result, None)), Err(NotifyError::NoRecipients)));
}

#[test]
fn the_subject_says_the_verdict() {
    assert_eq!(subject(&result("clean")), "[bank-ledger] 2024-01-31: clean, nothing found");
    let told = "[bank-ledger] 2024-01-31: NOT OPERATED, could not conclude (2 reasons), 1 exception so far";
    assert_eq!(subject(&result("not_operated")), told);
    let mut again = result("clean");
    again.run = "0002".parse().unwrap();
    assert_eq!(subject(&again), "[bank-ledger] 2024-01-31: clean, nothing found (run 0002)");
    assert!(subject(&result("hostile")).is_ascii());
}
