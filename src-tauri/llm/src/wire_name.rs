//! Names of schemas and tools as OpenAI and Anthropic take them.

/// Letters, digits, `_` and `-`, at most 64 of them; what else stands there becomes `_`.
pub(crate) fn wire_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => letter,
            _ => '_',
        })
        .take(64)
        .collect();
    if name.is_empty() {
        "reply".to_owned()
    } else {
        name
    }
}
