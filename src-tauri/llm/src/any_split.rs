//! Tests only: however the network cuts an answer into pieces, the same is understood of it, and each byte is looked at
//! once.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use proptest::prelude::*;

use crate::completion::{Finish, Usage};
use crate::error::LlmError;
use crate::frames::{Events, FRAME_BYTES, Lines};
use crate::reply::{Reader, Reply};
use crate::{anthropic, ollama, openai};

/// Everything that was understood.
#[derive(Debug, PartialEq)]
struct Understood {
    text: String,
    heard: String,
    thinking: String,
    finish: Option<Finish>,
    usage: Usage,
    model: Option<String>,
    result: Result<(), LlmError>,
}

fn understand(reader: &mut dyn Reader, pieces: &[&[u8]]) -> Understood {
    let mut heard = String::new();
    let mut hear = |piece: &str| heard.push_str(piece);
    let mut reply = Reply::new(&mut hear);
    let mut result = Ok(());
    for piece in pieces {
        result = reader.feed(piece, &mut reply);
        if result.is_err() {
            break;
        }
    }
    if result.is_ok() {
        result = reader.end(&mut reply);
    }
    let Reply {
        text,
        thinking,
        finish,
        usage,
        model,
        ..
    } = reply;
    Understood {
        text,
        heard,
        thinking,
        finish,
        usage,
        model,
        result,
    }
}

fn cut<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place % (bytes.len() + 1))
        .collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places {
        pieces.push(&bytes[from..place]);
        from = place;
    }
    pieces.push(&bytes[from..]);
    pieces
}

/// How one frame of an answer goes wrong, or does not.
#[derive(Debug, Clone)]
enum Frame {
    Text(String),
    Thought(String),
    Nothing,
    Broken,
    NotText,
    Error,
}

fn frame() -> impl Strategy<Value = Frame> {
    prop_oneof![
        8 => "\\PC{0,12}|[\"\\\\\n\r\t🦀ß]{0,6}".prop_map(Frame::Text),
        2 => "\\PC{0,8}".prop_map(Frame::Thought),
        2 => Just(Frame::Nothing),
        1 => Just(Frame::Broken),
        1 => Just(Frame::NotText),
        1 => Just(Frame::Error),
    ]
}

fn ollama_bytes(frames: &[Frame], done: bool, line_end: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for frame in frames {
        match frame {
            Frame::Text(text) => bytes.extend_from_slice(
                serde_json::json!({"model": "m", "message": {"content": text}, "done": false})
                    .to_string()
                    .as_bytes(),
            ),
            Frame::Thought(text) => bytes.extend_from_slice(
                serde_json::json!({"message": {"content": "", "thinking": text}})
                    .to_string()
                    .as_bytes(),
            ),
            Frame::Nothing => {}
            Frame::Broken => bytes.extend_from_slice(b"{\"message\":"),
            Frame::NotText => bytes.extend_from_slice(b"{\"message\":{\"content\":\"\xc3\x28\"}}"),
            Frame::Error => bytes.extend_from_slice(b"{\"error\":\"out of memory\"}"),
        }
        bytes.extend_from_slice(line_end.as_bytes());
    }
    if done {
        bytes.extend_from_slice(
            b"{\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":5,\"eval_count\":6}",
        );
    }
    bytes
}

fn openai_bytes(frames: &[Frame], done: bool, line_end: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut event = |data: &[u8]| {
        bytes.extend_from_slice(b"data: ");
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(line_end.as_bytes());
        bytes.extend_from_slice(line_end.as_bytes());
    };
    for frame in frames {
        match frame {
            Frame::Text(text) => event(
                serde_json::json!({"model": "m", "choices": [{"index": 0, "delta": {"content": text}}]})
                    .to_string()
                    .as_bytes(),
            ),
            Frame::Thought(text) => event(
                serde_json::json!({"choices": [{"delta": {"reasoning_content": text}}]})
                    .to_string()
                    .as_bytes(),
            ),
            Frame::Nothing => event(b"{\"choices\":[],\"usage\":{\"prompt_tokens\":3}}"),
            Frame::Broken => event(b"{\"choices\":["),
            Frame::NotText => event(b"{\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}"),
            Frame::Error => event(b"{\"error\":{\"message\":\"out of memory\"}}"),
        }
    }
    if done {
        event(b"{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
        event(b"[DONE]");
    }
    bytes
}

fn anthropic_bytes(frames: &[Frame], done: bool, line_end: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut event = |name: &str, data: &[u8]| {
        bytes.extend_from_slice(format!("event: {name}{line_end}data: ").as_bytes());
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(line_end.as_bytes());
        bytes.extend_from_slice(line_end.as_bytes());
    };
    let delta = |delta: serde_json::Value| {
        serde_json::json!({"type": "content_block_delta", "index": 0, "delta": delta}).to_string()
    };
    event(
        "message_start",
        b"{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":5}}}",
    );
    for frame in frames {
        match frame {
            Frame::Text(text) => event(
                "content_block_delta",
                delta(serde_json::json!({"type": "text_delta", "text": text})).as_bytes(),
            ),
            Frame::Thought(text) => event(
                "content_block_delta",
                delta(serde_json::json!({"type": "thinking_delta", "thinking": text})).as_bytes(),
            ),
            Frame::Nothing => event("ping", b"{\"type\": \"ping\"}"),
            Frame::Broken => event("content_block_delta", b"{\"type\":"),
            Frame::NotText => event("content_block_delta", b"{\"delta\":{\"text\":\"\xff\"}}"),
            Frame::Error => event(
                "error",
                b"{\"type\":\"error\",\"error\":{\"message\":\"out of memory\"}}",
            ),
        }
    }
    if done {
        event(
            "message_delta",
            b"{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":6}}",
        );
        event("message_stop", b"{\"type\":\"message_stop\"}");
    }
    bytes
}

proptest! {
    #[test]
    fn anthropics_answers_are_understood_the_same_however_they_are_cut(
        frames in prop::collection::vec(frame(), 0..8),
        done: bool,
        returns: bool,
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let bytes = anthropic_bytes(&frames, done, if returns { "\r\n" } else { "\n" });
        let whole = understand(&mut anthropic::stream_reader("m"), &[&bytes]);
        let pieces = understand(&mut anthropic::stream_reader("m"), &cut(&bytes, &places));
        prop_assert_eq!(&whole, &pieces);
        prop_assert_eq!(&whole.text, &whole.heard);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&whole, &understand(&mut anthropic::stream_reader("m"), &single));
        let good = frames.iter().all(|frame| matches!(frame, Frame::Text(_) | Frame::Thought(_) | Frame::Nothing));
        prop_assert_eq!(whole.result.is_ok(), good);
        if good {
            let said: String = frames.iter().filter_map(|frame| match frame { Frame::Text(text) => Some(text.as_str()), _ => None }).collect();
            prop_assert_eq!(whole.text, said);
            prop_assert_eq!(whole.finish.is_some(), done);
        }
    }

    #[test]
    fn ollamas_answers_are_understood_the_same_however_they_are_cut(
        frames in prop::collection::vec(frame(), 0..8),
        done: bool,
        returns: bool,
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let bytes = ollama_bytes(&frames, done, if returns { "\r\n" } else { "\n" });
        let whole = understand(&mut ollama::chat_reader("m"), &[&bytes]);
        let pieces = understand(&mut ollama::chat_reader("m"), &cut(&bytes, &places));
        prop_assert_eq!(&whole, &pieces);
        prop_assert_eq!(&whole.text, &whole.heard);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&whole, &understand(&mut ollama::chat_reader("m"), &single));
        let good = frames.iter().all(|frame| matches!(frame, Frame::Text(_) | Frame::Thought(_) | Frame::Nothing));
        prop_assert_eq!(whole.result.is_ok(), good);
        if good {
            let said: String = frames.iter().filter_map(|frame| match frame { Frame::Text(text) => Some(text.as_str()), _ => None }).collect();
            prop_assert_eq!(whole.text, said);
            prop_assert_eq!(whole.finish.is_some(), done);
        }
    }

    #[test]
    fn openais_answers_are_understood_the_same_however_they_are_cut(
        frames in prop::collection::vec(frame(), 0..8),
        done: bool,
        returns: bool,
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let bytes = openai_bytes(&frames, done, if returns { "\r\n" } else { "\n" });
        let whole = understand(&mut openai::stream_reader("m"), &[&bytes]);
        let pieces = understand(&mut openai::stream_reader("m"), &cut(&bytes, &places));
        prop_assert_eq!(&whole, &pieces);
        prop_assert_eq!(&whole.text, &whole.heard);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&whole, &understand(&mut openai::stream_reader("m"), &single));
        let good = frames.iter().all(|frame| matches!(frame, Frame::Text(_) | Frame::Thought(_) | Frame::Nothing));
        prop_assert_eq!(whole.result.is_ok(), good);
        if good {
            let said: String = frames.iter().filter_map(|frame| match frame { Frame::Text(text) => Some(text.as_str()), _ => None }).collect();
            prop_assert_eq!(whole.text, said);
            prop_assert_eq!(whole.finish.is_some(), done);
        }
    }

    #[test]
    fn no_bytes_whatsoever_stop_a_reader_in_its_tracks(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        places in prop::collection::vec(any::<usize>(), 0..10),
    ) {
        let pieces = cut(&bytes, &places);
        let a = understand(&mut ollama::chat_reader("m"), &pieces);
        let b = understand(&mut openai::stream_reader("m"), &pieces);
        let c = understand(&mut anthropic::stream_reader("m"), &pieces);
        prop_assert!(a.text.is_empty() && b.text.is_empty() && c.text.is_empty());
    }
}

fn events_of(pieces: &[&[u8]]) -> Vec<String> {
    let mut events = Events::default();
    let mut seen = Vec::new();
    let mut each = |data: &[u8]| {
        seen.push(String::from_utf8(data.to_vec()).unwrap());
        Ok(())
    };
    for piece in pieces {
        events.feed(piece, &mut each).unwrap();
    }
    events.end(&mut each).unwrap();
    seen
}

#[test]
fn events_follow_the_standard() {
    let table: [(&str, &[&str]); 11] = [
        ("data: a\n\n", &["a"]),
        ("data:a\n\n", &["a"]),
        ("data:  a\n\n", &[" a"]),
        ("data: a\r\n\r\n", &["a"]),
        ("data: a\ndata: b\n\n", &["a\nb"]),
        ("data: a", &["a"]),
        ("data: a\n\ndata: b\n", &["a", "b"]),
        (": comment\nevent: x\nid: 1\nretry: 5\n\n", &[]),
        ("event: x\ndata: a\nid: 7\n\n", &["a"]),
        ("data:\n\n", &[""]),
        ("\n\n\n", &[]),
    ];
    for (bytes, expected) in table {
        assert_eq!(events_of(&[bytes.as_bytes()]), expected, "{bytes:?}");
        let single: Vec<&[u8]> = bytes.as_bytes().chunks(1).collect();
        assert_eq!(events_of(&single), expected, "{bytes:?}");
    }
}

#[test]
fn a_frame_without_an_end_is_given_up() {
    let mut lines = Lines::default();
    let piece = vec![b'x'; 1_000_000];
    let mut fed = 0;
    let error = loop {
        match lines.feed(&piece, |_| Ok(())) {
            Ok(()) => fed += piece.len(),
            Err(error) => break error,
        }
        assert!(fed <= FRAME_BYTES);
    };
    assert_eq!(error, LlmError::TooLarge { limit: FRAME_BYTES });
    let mut events = Events::default();
    let line = [b"data: ".as_slice(), &piece, b"\n"].concat();
    let error = (0..20)
        .find_map(|_| events.feed(&line, |_| Ok(())).err())
        .unwrap();
    assert_eq!(error, LlmError::TooLarge { limit: FRAME_BYTES });
}
