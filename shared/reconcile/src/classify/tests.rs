//! Classification of a few voucher lines, with the numbers of worked examples.

use super::*;
use arrow::array::Decimal128Array;
use tieout_model::{Allowed, AllowedTexts, Condition, CurrencyOf, Digest, Phrase, Rule, RuleStatus, Sign, Test};

/// Posting user, amount in cents, description, document number.
type Line = (&'static str, i128, &'static str, &'static str);

fn is(column: &str, text: &str) -> Condition {
    condition(column, Test::AnyOf(vec![text.to_owned()]))
}

fn condition(column: &str, test: Test) -> Condition {
    Condition { column: column.to_owned(), optional: false, test }
}

fn words(texts: &[&str]) -> Condition {
    condition("description", Test::Phrases(texts.iter().map(|text| Phrase::of(text)).collect()))
}

fn below() -> Condition {
    condition("amount", Test::Sign(Sign::Negative))
}

fn above() -> Condition {
    condition("amount", Test::Sign(Sign::Positive))
}

fn rule(number: u32, id: &str, when: Vec<Condition>, category: &str, kind: Option<&str>) -> Rule {
    let text = |text: &str| Assign::Text(text.to_owned());
    let assign = vec![text(category), kind.map_or(Assign::Nothing, text)];
    Rule { number, id: id.to_owned(), when, assign }
}

fn rules() -> RuleSet {
    let (robot, person) = (|| is("user", "INTEGRATION"), || is("user", "MANUAL"));
    let refund = || words(&["REFUND", "REFUNDS", "REFUNDED", "RF", "RFN"]);
    let countries = ["NG", "EG", "MA"].map(str::to_owned).to_vec();
    let from_column = Assign::Column { column: "found_type".to_owned(), source: Some("found_in".to_owned()) };
    let mut usage = rule(41, "use_int_phrase", vec![robot(), above(), words(&["ITEM PRICE CREDIT"])], "Usage", None);
    usage.assign[1] = from_column;
    let comment = Condition { column: "comment".to_owned(), optional: true, test: words(&["GTB"]).test };
    let texts =
        |texts: &[&str]| AllowedTexts { texts: texts.iter().map(|&text| text.to_owned()).collect(), nothing: true };
    RuleSet {
        version: 3,
        digest: Digest::of(b"rules"),
        columns: vec!["category".to_owned(), "voucher_type".to_owned()],
        allowed: vec![Allowed(vec![
            texts(&["Issuance", "Usage", "Expired", "VTC"]),
            texts(&["Refund", "Apology", "JForce", "Store Credit"]),
        ])],
        rules: vec![
            rule(20, "iss_int_refund", vec![robot(), below(), refund()], "Issuance", Some("Refund")),
            rule(
                21,
                "iss_int_apology",
                vec![robot(), below(), words(&["COMMERCIAL GESTURE"])],
                "Issuance",
                Some("Apology"),
            ),
            rule(22, "iss_int_jforce", vec![robot(), below(), words(&["PYT"])], "Issuance", Some("JForce")),
            rule(
                30,
                "iss_man_store",
                vec![person(), below(), condition("document", Test::FirstWord(countries))],
                "Issuance",
                Some("Store Credit"),
            ),
            rule(31, "iss_man_refund", vec![person(), below(), refund()], "Issuance", Some("Refund")),
            rule(36, "iss_man_other", vec![person(), below()], "Issuance", None),
            usage,
            rule(
                50,
                "exp_apology",
                vec![person(), above(), words(&["EXPR APLGY", "EXPR APOLOGY"])],
                "Expired",
                Some("Apology"),
            ),
            rule(52, "exp_store", vec![person(), above(), words(&["EXPR STR CRDT"])], "Expired", Some("Store Credit")),
            rule(54, "exp_other", vec![person(), above(), words(&["EXPR"])], "Expired", None),
            rule(61, "vtc_gtb", vec![person(), above(), words(&["PYT"]), comment], "VTC", Some("Refund")),
        ],
        otherwise: "no_rule".to_owned(),
    }
}

fn batch(lines: &[Line]) -> RecordBatch {
    let text = |of: fn(&Line) -> &str| Arc::new(StringArray::from_iter_values(lines.iter().map(of))) as ArrayRef;
    let amounts = Decimal128Array::from_iter_values(lines.iter().map(|line| line.1));
    let amounts = amounts.with_precision_and_scale(18, 2).unwrap();
    let constant = |text: &str| Arc::new(StringArray::from(vec![Some(text); lines.len()])) as ArrayRef;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("user", text(|line| line.0)),
        ("amount", Arc::new(amounts)),
        ("description", text(|line| line.2)),
        ("document", text(|line| line.3)),
        ("found_type", constant("Refund")),
        ("found_in", constant("ipe_08")),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn classified(lines: &[Line]) -> (RecordBatch, ClassificationResult) {
    let batch = batch(lines);
    let amounts = [AmountColumn { column: "amount".to_owned(), currency: CurrencyOf::Fixed("NGN".parse().unwrap()) }];
    let mut classifier = Classifier::new(&rules(), &batch.schema(), &amounts, "lines").unwrap();
    let answer = classifier.classify(&batch).unwrap();
    (answer, classifier.finish().unwrap())
}

fn texts(batch: &RecordBatch, columns: &[&str], row: usize) -> Vec<String> {
    let cell = |name: &&str| {
        let index = batch.schema_ref().index_of(name).unwrap();
        text_at(batch, index, row).unwrap_or("none").to_owned()
    };
    columns.iter().map(cell).collect()
}

#[test]
fn whole_words_decide_and_the_first_rule_takes_the_line() {
    let cases: [(Line, [&str; 3]); 12] = [
        (("Integration", -543_700, "RF_317489956_0925", ""), ["iss_int_refund", "Issuance", "Refund"]),
        (("INTEGRATION ", -543_700, "RF 317489956", ""), ["iss_int_refund", "Issuance", "Refund"]),
        (("integration", -1_000, "PYT_789012_0925", ""), ["iss_int_jforce", "Issuance", "JForce"]),
        (("integration", -1_000, "COMMERCIAL GESTURE 09", ""), ["iss_int_apology", "Issuance", "Apology"]),
        (("manual", -15_000, "x", "NG-SC-2024-001"), ["iss_man_store", "Issuance", "Store Credit"]),
        (("manual", -5_000, "RFN voucher", "INV-001"), ["iss_man_refund", "Issuance", "Refund"]),
        (("manual", -15_000, "other", "INV-001"), ["iss_man_other", "Issuance", "none"]),
        (("manual", 3_000, "EXPR_APLGY", ""), ["exp_apology", "Expired", "Apology"]),
        (("manual", 2_000, "EXPR_STR CRDT", ""), ["exp_store", "Expired", "Store Credit"]),
        (("manual", 3_500, "EXPR-2024-001", ""), ["exp_other", "Expired", "none"]),
        (("manual", -1_000, "PERF BONUS", "MANUAL1"), ["iss_man_other", "Issuance", "none"]),
        (("manual", 0, "EXPRESS", ""), ["no_rule", "none", "none"]),
    ];
    let (answer, coverage) = classified(&cases.map(|(line, _)| line));
    assert_eq!(answer.num_rows(), cases.len());
    for (row, (line, expected)) in cases.iter().enumerate() {
        assert_eq!(texts(&answer, &["rule_id", "category", "voucher_type"], row), *expected, "{line:?}");
    }
    assert_eq!(coverage.rows, 12);
    assert_eq!(coverage.rules.iter().map(|rule| rule.rows).sum::<u64>(), 12);
}

#[test]
fn each_line_says_why_and_which_rule_was_next() {
    let lines: [Line; 3] = [
        ("manual", 3_000, "old EXPR_APLGY", ""),
        ("integration", 7_500, "Item price credit", ""),
        ("nobody", 100, "x", ""),
    ];
    let (answer, _) = classified(&lines);
    let columns = ["matched", "explanation", "runner_up", "voucher_type"];
    let why = "exp_apology: user is MANUAL; amount is above zero; EXPR APLGY in description";
    assert_eq!(texts(&answer, &columns, 0), ["EXPR APLGY", why, "exp_other", "Apology"]);
    let why = "use_int_phrase: user is INTEGRATION; amount is above zero; ITEM PRICE CREDIT in description; \
               voucher_type from ipe_08";
    assert_eq!(texts(&answer, &columns, 1), ["ITEM PRICE CREDIT", why, "none", "Refund"]);
    assert_eq!(texts(&answer, &columns, 2), ["none", "no_rule: no rule takes it", "none", "none"]);
}

#[test]
fn coverage_tells_shadowed_silent_and_blind_rules_apart() {
    let (_, coverage) = classified(&[
        ("manual", 3_000, "EXPR_APLGY", ""),
        ("manual", 2_000, "EXPR_APLGY again", ""),
        ("manual", 1_000, "EXPR", ""),
    ]);
    let of = |id: &str| coverage.rules.iter().find(|rule| rule.id == id).unwrap();
    let amounts = |id: &str| of(id).amounts.iter().map(|amount| amount.amount.to_string()).collect::<Vec<_>>();
    assert_eq!((of("exp_apology").rows, amounts("exp_apology")), (2, vec!["50.00".to_owned()]));
    assert_eq!((of("exp_other").rows, of("exp_other").shadowed), (1, 2));
    assert_eq!(of("exp_store").status, RuleStatus::NeverFired);
    assert_eq!(of("vtc_gtb").status, RuleStatus::NotEvaluated);
    let table = coverage_batch(&coverage).unwrap();
    assert_eq!(table.num_rows(), coverage.rules.len());
}

#[test]
fn a_text_from_a_column_must_be_in_the_closed_list() {
    let lines = batch(&[("integration", 7_500, "ITEM PRICE CREDIT", "")]);
    let mut columns = lines.columns().to_vec();
    columns[4] = Arc::new(StringArray::from(vec!["secret"]));
    let hostile = RecordBatch::try_new(lines.schema(), columns).unwrap();
    let mut classifier = Classifier::new(&rules(), &lines.schema(), &[], "lines").unwrap();
    let error = classifier.classify(&hostile).unwrap_err().to_string();
    let expected =
        "rule 'use_int_phrase' takes a text from column 'found_type' that [[allowed]] of the rules does not have";
    assert_eq!(error, expected);
}
