//! Bytes to text: UTF-8, UTF-16 and Windows-1252 are told apart by evidence, anything else is refused in words.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::MAX_BYTES;
use crate::problem::{ImportProblem, ProblemCode, thousands};

/// Text with what had to be assumed to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `windows-1252`.
    pub encoding: &'static str,
    /// What the user should know, in plain words; empty for plain UTF-8.
    pub notices: Vec<String>,
}

/// Why bytes could not be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Nothing, or only blanks.
    #[error("There is nothing in it: the file or text is empty.")]
    Empty,
    /// Over [`MAX_BYTES`].
    #[error("It is too large: {} bytes, and at most {} are read. Keep the rows and columns of the decision, and leave out the rest.", thousands(*.bytes), thousands(*.limit))]
    TooLarge {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not text at all.
    #[error(
        "It is {looks_like}, not text. A decision comes as TOML or JSON, a table as CSV, TSV or XLSX."
    )]
    Binary {
        /// In words: `a PDF`, `a picture (PNG)`, `a binary file`.
        looks_like: &'static str,
    },
    /// UTF-8 for the most part, with bytes that are not.
    #[error(
        "Line {line}: the text is UTF-8 up to here, then comes a byte (0x{byte:02X}) that does not belong. The file is damaged or was joined from two; save it again as UTF-8."
    )]
    BrokenUtf8 {
        /// Line of the first such byte, from 1.
        line: usize,
        /// The byte.
        byte: u8,
    },
    /// Neither UTF-8, UTF-16 nor Windows-1252.
    #[error(
        "Line {line}: the text is neither UTF-8, UTF-16 nor Windows-1252 (byte 0x{byte:02X}). Save it again as UTF-8."
    )]
    UnknownEncoding {
        /// Line of the first such byte, from 1.
        line: usize,
        /// The byte.
        byte: u8,
    },
    /// UTF-16 with an odd number of bytes or halves of characters.
    #[error(
        "The text is {encoding} and damaged: it ends or breaks in the middle of a character. Save it again as UTF-8."
    )]
    BrokenUtf16 {
        /// `UTF-16LE` or `UTF-16BE`.
        encoding: &'static str,
    },
}

impl From<ImportError> for ImportProblem {
    fn from(error: ImportError) -> Self {
        let code = match error {
            ImportError::Empty => ProblemCode::Empty,
            ImportError::TooLarge { .. } => ProblemCode::TooLarge,
            _ => ProblemCode::Unreadable,
        };
        Self::new(code, error.to_string())
    }
}

/// Reads bytes as text.
///
/// A byte order mark decides. Without one: UTF-16 if every second byte of the beginning is zero, UTF-8 if it is valid,
/// Windows-1252 otherwise, which is said in the notices because no file says so of itself.
///
/// # Errors
/// Empty input, more than [`MAX_BYTES`], bytes that are no text, and text that is damaged or in another encoding.
pub fn decode(bytes: &[u8]) -> Result<Decoded, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge {
            bytes: bytes.len(),
            limit: MAX_BYTES,
        });
    }
    if let Some(looks_like) = binary_kind(bytes) {
        return Err(ImportError::Binary { looks_like });
    }
    let (text, encoding, notices) = if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        (utf8(rest)?, "UTF-8", Vec::new())
    } else if let Some((encoding, rest)) = utf16_marked(bytes) {
        (utf16(encoding, rest)?, encoding.name(), Vec::new())
    } else if let Some(encoding) = utf16_by_zeros(bytes) {
        let notice = format!(
            "Read as {}: the file does not say so, but every second byte is zero.",
            encoding.name()
        );
        (utf16(encoding, bytes)?, encoding.name(), vec![notice])
    } else {
        match utf8(bytes) {
            Ok(text) => (text, "UTF-8", Vec::new()),
            Err(broken @ ImportError::BrokenUtf8 { .. }) => return Err(broken),
            Err(_) => (
                windows_1252(bytes)?,
                WINDOWS_1252.name(),
                vec![windows_1252_notice(bytes)],
            ),
        }
    };
    if text.chars().all(char::is_whitespace) {
        return Err(ImportError::Empty);
    }
    if looks_binary(&text) {
        return Err(ImportError::Binary {
            looks_like: "a binary file",
        });
    }
    Ok(Decoded {
        text,
        encoding,
        notices,
    })
}

/// What a file is by its first bytes, when that is no text.
pub(crate) fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 13] = [
        (b"%PDF-", "a PDF"),
        (b"PK\x03\x04", "a zip file or an office document"),
        (b"PK\x05\x06", "an empty zip file"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            "an office document of the old kind (.xls, .doc)",
        ),
        (b"\x89PNG\r\n", "a picture (PNG)"),
        (b"\xFF\xD8\xFF", "a picture (JPEG)"),
        (b"GIF8", "a picture (GIF)"),
        (b"\x1F\x8B", "a compressed file (gzip)"),
        (b"7z\xBC\xAF\x27\x1C", "a compressed file (7z)"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"\x7FELF", "a program"),
        (b"MZ\x90\x00", "a program"),
        (b"{\\rtf", "a formatted document (RTF)"),
    ];
    SIGNATURES
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature))
        .map(|(_, name)| *name)
}

fn utf8(bytes: &[u8]) -> Result<String, ImportError> {
    let Err(error) = std::str::from_utf8(bytes) else {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    };
    let at = error.valid_up_to();
    let (line, byte) = (line_of(bytes, at), bytes.get(at).copied().unwrap_or(0));
    // A sequence of two or more bytes that is valid UTF-8 hardly occurs in other encodings: where such sequences
    // are the majority, the file is broken UTF-8, and reading it as Windows-1252 would garble every accent in it.
    let mut multibyte = 0usize;
    let mut invalid = 0usize;
    for chunk in bytes.utf8_chunks() {
        multibyte += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    if multibyte > invalid {
        Err(ImportError::BrokenUtf8 { line, byte })
    } else {
        Err(ImportError::UnknownEncoding { line, byte })
    }
}

fn utf16_marked(bytes: &[u8]) -> Option<(&'static Encoding, &[u8])> {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        Some((UTF_16LE, rest))
    } else {
        bytes.strip_prefix(b"\xFE\xFF").map(|rest| (UTF_16BE, rest))
    }
}

/// UTF-16 without a mark: tables are mostly ASCII, so one byte of each pair is zero, and always the same one.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let pairs = sample.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (first, second) = (zeros(0), zeros(1));
    if second * 10 >= pairs * 6 && first * 20 <= pairs {
        Some(UTF_16LE)
    } else if first * 10 >= pairs * 6 && second * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn utf16(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, ImportError> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
        .ok_or(ImportError::BrokenUtf16 {
            encoding: encoding.name(),
        })
}

fn windows_1252(bytes: &[u8]) -> Result<String, ImportError> {
    // The five bytes that Windows-1252 leaves undefined: letters in other code pages, so a sign of one of those.
    const UNDEFINED: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];
    if let Some(at) = bytes.iter().position(|b| UNDEFINED.contains(b)) {
        return Err(ImportError::UnknownEncoding {
            line: line_of(bytes, at),
            byte: bytes[at],
        });
    }
    Ok(WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned())
}

fn windows_1252_notice(bytes: &[u8]) -> String {
    let at = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    format!(
        "Read as Windows-1252, because it is not UTF-8 (first seen on line {}). Check letters with accents.",
        line_of(bytes, at)
    )
}

fn looks_binary(text: &str) -> bool {
    let control =
        |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}');
    text.contains('\0')
        || text.chars().take(4096).filter(control).count() * 20 > text.chars().take(4096).count()
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|b| **b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, little: bool) -> Vec<u8> {
        let unit = |u: u16| {
            if little {
                u.to_le_bytes()
            } else {
                u.to_be_bytes()
            }
        };
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn each_encoding_is_told_apart_by_evidence() {
        let text = "Option,Größe\nÄpfel,1\n";
        let with = |mark: &[u8], body: Vec<u8>| [mark, &body].concat();
        let cp1252: Vec<u8> = WINDOWS_1252.encode(text).0.into_owned();
        let cases = [
            (text.as_bytes().to_vec(), "UTF-8", 0),
            (with(b"\xEF\xBB\xBF", text.as_bytes().to_vec()), "UTF-8", 0),
            (with(b"\xFF\xFE", utf16_bytes(text, true)), "UTF-16LE", 0),
            (with(b"\xFE\xFF", utf16_bytes(text, false)), "UTF-16BE", 0),
            (utf16_bytes(text, true), "UTF-16LE", 1),
            (utf16_bytes(text, false), "UTF-16BE", 1),
            (cp1252, "windows-1252", 1),
        ];
        for (bytes, encoding, notices) in cases {
            let decoded = decode(&bytes).unwrap();
            assert_eq!(
                (
                    decoded.text.as_str(),
                    decoded.encoding,
                    decoded.notices.len()
                ),
                (text, encoding, notices)
            );
        }
    }

    #[test]
    fn windows_1252_names_the_line_where_it_was_first_seen() {
        let decoded = decode(b"Option,Price\nCaf\xE9,1\n").unwrap();
        assert_eq!(decoded.text, "Option,Price\nCafé,1\n");
        assert!(
            decoded.notices[0].contains("line 2"),
            "{}",
            decoded.notices[0]
        );
    }

    #[test]
    fn what_is_no_text_is_refused_in_words() {
        let cases: [(&[u8], &str); 6] = [
            (b"%PDF-1.7 ...", "a PDF"),
            (b"\x89PNG\r\n\x1a\n....", "picture"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", ".xls"),
            (b"a,b\0c,d\n1,2,3,4\n", "binary"),
            (b"\x01\x02\x03\x04\x05\x06\x07\x08 text", "binary"),
            (b"\xFF\xFE\x00\x00a\x00\x00\x00", "binary"),
        ];
        for (bytes, word) in cases {
            let message = decode(bytes).unwrap_err().to_string();
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_windows_1252() {
        let mut bytes = "Größe,Länge,Höhe\nÄ,Ö,Ü\n".as_bytes().to_vec();
        bytes.extend(b"x,\xFF,1\n");
        assert_eq!(
            decode(&bytes),
            Err(ImportError::BrokenUtf8 {
                line: 3,
                byte: 0xFF
            })
        );
    }

    #[test]
    fn other_code_pages_are_refused_and_name_the_line() {
        assert_eq!(
            decode(b"a,b\nPra\x9D,1\n"),
            Err(ImportError::UnknownEncoding {
                line: 2,
                byte: 0x9D
            })
        );
    }

    #[test]
    fn utf16_cut_in_a_character_is_refused() {
        let mut bytes = [b"\xFF\xFE".as_slice(), &utf16_bytes("a,b\n", true)].concat();
        bytes.push(b'x');
        assert_eq!(
            decode(&bytes),
            Err(ImportError::BrokenUtf16 {
                encoding: "UTF-16LE"
            })
        );
    }

    #[test]
    fn nothing_and_too_much_are_said_plainly() {
        assert_eq!(decode(b""), Err(ImportError::Empty));
        assert_eq!(decode(b"\xEF\xBB\xBF \n"), Err(ImportError::Empty));
        let message = decode(&vec![b'a'; MAX_BYTES + 1]).unwrap_err().to_string();
        assert!(message.contains("33\u{a0}554\u{a0}433 bytes"), "{message}");
    }
}
