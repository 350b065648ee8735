//! An answer's text as frames of a stream or as one whole body, with the faults that are in the frames.
use std::collections::VecDeque;

use bytes::Bytes;

use crate::body::Piece;
use crate::exchange::Spoken;
use crate::script::Fault;

/// The mark in an answer's text that becomes bytes which are no UTF-8; from the private use area, so nobody writes it.
pub(crate) const NO_TEXT: char = '\u{e000}';

const HUGE_PIECE: usize = 64 * 1024;

/// The frames of a streamed answer: `before` (the thinking), one of `of_text` for each piece of the text, `after`.
/// Each leaves the process on its own, as servers flush each token.
pub(crate) fn streamed(
    spoken: &Spoken,
    before: Vec<String>,
    of_text: impl Fn(&str) -> String,
    of_error: impl Fn(&str) -> String,
    after: Vec<String>,
) -> VecDeque<Piece> {
    let mut frames: Vec<Bytes> = before.into_iter().map(on_the_wire).collect();
    if let Some(Fault::Huge(bytes)) = spoken.fault {
        let frame = on_the_wire(of_text(&filler(HUGE_PIECE)));
        frames.resize(frames.len() + bytes.div_ceil(HUGE_PIECE), frame);
    } else {
        let texts = split(&spoken.answer.text, spoken.chunk_bytes);
        frames.extend(texts.iter().map(|text| on_the_wire(of_text(text))));
    }
    match &spoken.fault {
        Some(Fault::ErrorInStream(message)) => {
            frames.truncate(frames.len().div_ceil(2));
            frames.push(on_the_wire(of_error(message)));
        }
        _ => frames.extend(after.into_iter().map(on_the_wire)),
    }
    let mut pieces = VecDeque::with_capacity(3 * frames.len());
    for (at, frame) in frames.into_iter().enumerate() {
        if at > 0 {
            pieces.push_back(Piece::Flush);
            if !spoken.chunk_gap.is_zero() {
                pieces.push_back(Piece::Wait(spoken.chunk_gap));
            }
        }
        pieces.push_back(Piece::Bytes(frame));
    }
    pieces
}

/// A plain answer in one body.
pub(crate) fn in_one(spoken: &Spoken, of_text: impl Fn(&str) -> String) -> VecDeque<Piece> {
    let Some(Fault::Huge(bytes)) = spoken.fault else {
        return VecDeque::from([Piece::Bytes(on_the_wire(of_text(&spoken.answer.text)))]);
    };
    let body = of_text(&NO_TEXT.to_string());
    let (head, tail) = body.split_once(NO_TEXT).unwrap();
    let filler = Bytes::from(filler(HUGE_PIECE));
    let mut pieces = VecDeque::from([Piece::Bytes(Bytes::from(head.to_owned()))]);
    pieces.extend((0..bytes.div_ceil(HUGE_PIECE)).map(|_| Piece::Bytes(filler.clone())));
    pieces.push_back(Piece::Bytes(Bytes::from(tail.to_owned())));
    pieces
}

/// Text in pieces of at most so many bytes, never inside a character; one empty piece for an empty text.
pub(crate) fn split(text: &str, bytes: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > bytes {
        let at = boundary(rest, bytes.max(4));
        let (piece, more) = rest.split_at(at);
        pieces.push(piece);
        rest = more;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// The last place at or before `at` where a character begins.
pub(crate) fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn filler(bytes: usize) -> String {
    "and so on ".chars().cycle().take(bytes).collect()
}

fn on_the_wire(frame: String) -> Bytes {
    if !frame.contains(NO_TEXT) {
        return Bytes::from(frame);
    }
    let parts: Vec<&[u8]> = frame.split(NO_TEXT).map(str::as_bytes).collect();
    Bytes::from(parts.join(&b"\xff\xfe\xc3"[..]))
}
