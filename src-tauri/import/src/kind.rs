//! What a file is: by its bytes first, then by its name, then by its first lines. Nothing is parsed here.

use std::path::Path;

use serde::Serialize;

use crate::text::binary_kind;

/// What some bytes are, as far as importing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A decision file in TOML.
    DecisionToml,
    /// A decision file in JSON.
    DecisionJson,
    /// A table with commas or semicolons.
    Csv,
    /// A table with tabs.
    Tsv,
    /// An Excel workbook (`.xlsx`, `.xlsm`).
    Xlsx,
    /// Known, and not read: `what` it is and what to do instead, in words.
    Unsupported {
        /// In words: `a PDF`.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
}

/// Tells what `bytes` are. `name_hint` is the file's name, when there is one; text from the clipboard has none.
#[must_use]
pub fn sniff(name_hint: Option<&str>, bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"PK\x03\x04") {
        return office_kind(bytes);
    }
    if let Some(what) = binary_kind(bytes) {
        return Kind::Unsupported {
            what,
            instead: instead_of(what),
        };
    }
    let extension = name_hint
        .and_then(|name| Path::new(name).extension())
        .and_then(|e| e.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("toml") => Kind::DecisionToml,
        Some("json") => Kind::DecisionJson,
        Some("tsv" | "tab") => Kind::Tsv,
        Some("csv") => Kind::Csv,
        _ => by_first_lines(bytes),
    }
}

/// The parts of an office document are named in the clear at the head of each, and all together at the zip's end.
fn office_kind(bytes: &[u8]) -> Kind {
    const HEAD: usize = 64 * 1024;
    const TAIL: usize = 256 * 1024;
    let head = &bytes[..bytes.len().min(HEAD)];
    let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
    let named = |part: &[u8], names: &[u8]| names.windows(part.len()).any(|window| window == part);
    let has = |part: &[u8]| named(part, head) || named(part, tail);
    let unsupported = |what| Kind::Unsupported {
        what,
        instead: instead_of(what),
    };
    if has(b"xl/workbook.bin") {
        unsupported("a binary Excel workbook (.xlsb)")
    } else if has(b"opendocument.spreadsheet") {
        unsupported("an OpenDocument spreadsheet (.ods)")
    } else if has(b"word/document.xml") {
        unsupported("a Word document")
    } else if has(b"xl/") {
        // Last, because three bytes may stand in packed data by chance.
        Kind::Xlsx
    } else {
        unsupported("a zip file")
    }
}

fn instead_of(what: &str) -> &'static str {
    if what.contains("spreadsheet") || what.contains(".xls") {
        "Open it in a spreadsheet program and save it as .xlsx or .csv."
    } else if what.contains("zip") || what.contains("compressed") {
        "Unpack it first, and import the file inside."
    } else {
        "A decision comes as TOML or JSON, a table as CSV, TSV or XLSX."
    }
}

/// Text of unknown name: JSON opens with a brace, TOML has a key or a table header on its first line that says
/// something, and all the rest is taken for a table.
fn by_first_lines(bytes: &[u8]) -> Kind {
    // NULs are dropped so that UTF-16 is told apart without decoding it.
    let head: Vec<u8> = bytes
        .iter()
        .take(8192)
        .copied()
        .filter(|b| *b != 0 && *b < 0x80)
        .collect();
    let head = String::from_utf8_lossy(&head);
    let mut lines = head
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(first) = lines.next() else {
        return Kind::Csv;
    };
    if first.starts_with('{') {
        Kind::DecisionJson
    } else if is_toml_line(first) {
        Kind::DecisionToml
    } else if head
        .lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.contains('\t'))
    {
        Kind::Tsv
    } else {
        Kind::Csv
    }
}

fn is_toml_line(line: &str) -> bool {
    if line.starts_with('[') {
        return line.contains(']') && !line.contains(['\t', ';']);
    }
    let Some((key, value)) = line.split_once('=') else {
        return false;
    };
    let key = key.trim();
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"');
    let starts_a_value =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '\'' | '[' | '{' | '+' | '-');
    !key.is_empty() && key.chars().all(bare) && value.trim_start().starts_with(starts_a_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_speak_before_the_name_and_the_name_before_the_first_lines() {
        let utf16: Vec<u8> = "ponder = 1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let cases: [(Option<&str>, &[u8], Kind); 16] = [
            (Some("a.toml"), b"whatever", Kind::DecisionToml),
            (Some("A.JSON"), b"whatever", Kind::DecisionJson),
            (Some("a.csv"), b"a;b", Kind::Csv),
            (Some("a.tsv"), b"a\tb", Kind::Tsv),
            (Some("a.csv"), b"PK\x03\x04....xl/workbook.xml", Kind::Xlsx),
            (None, b"\n # note\nponder = 1\n", Kind::DecisionToml),
            (None, b"topic = \"x\"\n", Kind::DecisionToml),
            (None, b"[[criteria]]\nname = 'x'\n", Kind::DecisionToml),
            (
                None,
                b"\xEF\xBB\xBF{ \"topic\": \"x\" }",
                Kind::DecisionJson,
            ),
            (None, b"Option\tCost\nA\t1\n", Kind::Tsv),
            (None, b"\tCost\nA\t1\n", Kind::Tsv),
            (None, b"Option,Cost\nA,1\n", Kind::Csv),
            (Some("notes.txt"), b"Option;Cost\nA;1\n", Kind::Csv),
            (None, b"=1+1,Cost\nA,1\n", Kind::Csv),
            (None, b"", Kind::Csv),
            (None, &utf16, Kind::DecisionToml),
        ];
        for (name, bytes, kind) in cases {
            assert_eq!(
                sniff(name, bytes),
                kind,
                "{name:?} {:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn what_is_not_read_says_what_to_do_instead() {
        let cases: [(&[u8], &str, &str); 5] = [
            (
                b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
                ".ods",
                "save it as .xlsx",
            ),
            (b"PK\x03\x04..xl/workbook.bin", ".xlsb", "save it as .xlsx"),
            (
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
                ".xls",
                "save it as .xlsx",
            ),
            (b"PK\x03\x04..readme.txt", "zip", "Unpack"),
            (b"%PDF-1.7", "PDF", "CSV"),
        ];
        for (bytes, word, way) in cases {
            let Kind::Unsupported { what, instead } = sniff(Some("a.csv"), bytes) else {
                panic!("{word} was taken for something readable")
            };
            assert!(
                what.contains(word) && instead.contains(way),
                "{what}: {instead}"
            );
        }
    }
}
