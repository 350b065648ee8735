//! Noticing that Ollama read less than it was sent. It cuts a prompt to the context without a word; the count of tokens it
//! read is all that tells.

use super::Ollama;
use crate::completion::{CompletionRequest, ContextCut};

/// What was cut, as far as the counts prove it: fewer tokens were read than any tokenizer makes of what was sent, or the
/// prompt fills the context to the last token.
pub(super) async fn cut(
    ollama: &Ollama,
    request: &CompletionRequest,
    read: Option<u64>,
) -> Option<ContextCut> {
    let read_tokens = read?;
    let sent_tokens_at_least = request
        .messages
        .iter()
        .map(|message| tokens_at_least(&message.content))
        .sum();
    let short = read_tokens < sent_tokens_at_least;
    // Contexts are round numbers: any other count is no full context and not worth a question. A model may also have less
    // than it was asked for: no more than it was trained with.
    let worth_a_question = short || (read_tokens >= 1024 && read_tokens.is_multiple_of(256));
    let loaded = if worth_a_question {
        ollama.loaded_context(&request.model).await
    } else {
        None
    };
    let asked = request.context.map(u64::from);
    let limit = asked.into_iter().chain(loaded).min();
    let full = limit.is_some_and(|limit| read_tokens >= limit);
    (short || full).then_some(ContextCut {
        sent_tokens_at_least,
        read_tokens,
        limit,
    })
}

/// Fewer tokens than any tokenizer in use makes of this text: no token reaches over a space between two words, and text in
/// scripts without spaces takes at least a token for every four letters.
pub(super) fn tokens_at_least(text: &str) -> u64 {
    let words = text
        .split_whitespace()
        .filter(|word| word.contains(|letter: char| letter.is_ascii_alphanumeric()))
        .count();
    let unspaced = text
        .chars()
        .filter(|&letter| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'))
        .count();
    (words + unspaced / 4) as u64
}
