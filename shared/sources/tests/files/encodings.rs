//! Text encodings: what is read, and what is refused rather than replaced.

use tieout_catalog::{Encoding, FileFormat};
use tieout_model::ReasonCode;

use crate::support::{column, read_one, refusal};

const TEXT: &str = "reference;note\nA;Käse\nB;žluť 😀\n";
const LATIN: &str = "reference;note\nA;Käse\nB;\u{a3}\u{ff}\n";

fn csv(encoding: Encoding) -> FileFormat {
    FileFormat::Csv { delimiter: b';', quote: Some(b'"'), header: true, skip_rows: 0, encoding }
}

fn columns() -> Vec<tieout_model::Column> {
    vec![column("reference", "text"), column("note", "text")]
}

fn rows(bytes: &[u8], encoding: Encoding) -> Vec<Vec<String>> {
    read_one("a.csv", bytes, csv(encoding), columns()).unwrap().rows()
}

fn detail(bytes: &[u8], encoding: Encoding) -> String {
    let (code, detail, _) = refusal("a.csv", bytes, csv(encoding), columns());
    assert_eq!(code, ReasonCode::SourceUnreadable);
    detail
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn utf8_is_read_with_and_without_byte_order_mark() {
    let expected = [["A", "Käse"], ["B", "žluť 😀"]];
    assert_eq!(rows(TEXT.as_bytes(), Encoding::Utf8), expected);
    assert_eq!(rows(&[b"\xEF\xBB\xBF", TEXT.as_bytes()].concat(), Encoding::Utf8), expected);
}

#[test]
fn utf16_is_read_in_both_byte_orders_and_a_mark_wins_over_the_declaration() {
    let expected = [["A", "Käse"], ["B", "žluť 😀"]];
    let little = utf16(TEXT, u16::to_le_bytes);
    let big = utf16(TEXT, u16::to_be_bytes);
    for encoding in [Encoding::Utf16, Encoding::Utf8, Encoding::Latin1] {
        assert_eq!(rows(&[b"\xFF\xFE", little.as_slice()].concat(), encoding), expected);
        assert_eq!(rows(&[b"\xFE\xFF", big.as_slice()].concat(), encoding), expected);
        assert_eq!(rows(&[b"\xEF\xBB\xBF", TEXT.as_bytes()].concat(), encoding), expected);
    }
    assert_eq!(rows(&little, Encoding::Utf16), expected);
}

#[test]
fn latin1_reads_every_byte_as_the_character_of_its_number() {
    let bytes: Vec<u8> = LATIN.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    assert_eq!(rows(&bytes, Encoding::Latin1), [["A", "Käse"], ["B", "\u{a3}\u{ff}"]]);
}

#[test]
fn text_longer_than_a_read_is_decoded_across_its_borders() {
    let body: String = (0..30_000).map(|number| format!("{number};😀žä{}\n", "é".repeat(number % 7))).collect();
    let text = format!("reference;note\n{body}");
    let expected = rows(text.as_bytes(), Encoding::Utf8);
    assert_eq!(expected.len(), 30_000);
    assert_eq!(rows(&utf16(&text, u16::to_le_bytes), Encoding::Utf16), expected);
}

#[test]
fn an_invalid_byte_is_refused_with_its_line_and_never_replaced() {
    let expected = "a.csv, line 4: there is a byte that is not valid UTF-8";
    for bad in [&b"\xE4"[..], b"\xC3\xC3", b"\xED\xA0\x80", b"\xF5", b"\xC0\xAF"] {
        let text = [b"reference;note\nA;1\nB;2\nC;x", bad, b"y\nD;4\n"].concat();
        assert_eq!(detail(&text, Encoding::Utf8), expected, "{bad:?}");
    }
    let in_quotes = b"reference;note\nA;1\n\"B\n\xE4\";2\n";
    assert_eq!(detail(in_quotes, Encoding::Utf8), expected);
    let cut_off = b"reference;note\nA;1\nB;2\nC;\xC3";
    assert_eq!(detail(cut_off, Encoding::Utf8), expected);
}

#[test]
fn a_character_cut_in_two_by_a_delimiter_is_refused() {
    let detail = detail(b"reference;note\n\xC3;\xA9\n", Encoding::Utf8);
    assert_eq!(detail, "a.csv, line 2: a cell ends within a character");
}

#[test]
fn half_a_surrogate_pair_and_half_a_unit_are_refused_with_their_line() {
    let expected = "a.csv, line 3: there is a byte that is not valid UTF-16";
    let lone = [utf16("reference;note\nA;1\nB;", u16::to_le_bytes), vec![0x00, 0xD8], utf16("x\n", u16::to_le_bytes)];
    assert_eq!(detail(&lone.concat(), Encoding::Utf16), expected);
    let half = [utf16("reference;note\nA;1\nB;2", u16::to_le_bytes), vec![0x41]];
    assert_eq!(detail(&half.concat(), Encoding::Utf16), expected);
    // The same behind more text than one read holds.
    let many: String = (0..50_000).map(|_| "A;1\n").collect();
    let late = [utf16(&format!("reference;note\n{many}B;"), u16::to_le_bytes), vec![0x00, 0xDC, 0x41, 0x00]];
    assert_eq!(detail(&late.concat(), Encoding::Utf16), "a.csv, line 50002: there is a byte that is not valid UTF-16");
}

#[test]
fn a_nul_byte_is_refused_with_its_line() {
    assert_eq!(detail(b"reference;note\nA;1\nB;\0\n", Encoding::Utf8), "a.csv, line 3: there is a NUL byte");
    assert_eq!(detail(b"reference;note\nA;1\n\"B\n\0\";2\n", Encoding::Latin1), "a.csv, line 4: there is a NUL byte");
    let utf16_without_mark = utf16("reference;note\n", u16::to_le_bytes);
    assert_eq!(detail(&utf16_without_mark, Encoding::Utf8), "a.csv, line 1: there is a NUL byte");
}
