//! Texts that try to be markup, formulas or more than one text, and what a reader must see of them. The expectation is
//! written here a second time, apart from the room's own code.
#![allow(dead_code)] // each of its users needs a part of it

use proptest::prelude::*;

/// Names that somebody has tried somewhere.
pub const NAMES: [&str; 36] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></svg><b>",
    "</style><h1>x",
    "<!-- -->",
    "]]>",
    "&lt;b&gt; &amp; &#60; &nbsp;",
    "a|b||c",
    "\\|\\",
    "`code` ``two``",
    "[link](https://example.org) ![image](x.png) [[wiki]] [^1]",
    "<https://example.org>",
    "# heading",
    "#",
    "- item",
    "* item",
    "1. item",
    "12) item",
    "> quote",
    "---",
    "===",
    "```\nfence\n```",
    "~~struck~~ __bold__ *it* _it_ a_b_c $x$ $$y$$ ^z^ ~s~",
    "    four blanks",
    "ends with two blanks  \nnext",
    "one\n\n\nthree\n",
    "\n\nafter empty lines",
    ": definition",
    "{#id .class}",
    "=HYPERLINK(\"http://example.org\")",
    "@SUM(A1)",
    "nul\0bell\u{7}del\u{7f}nel\u{85}non\u{ffff}",
    "over\u{202e}ride",
    "tab\tand\r\nline\rends",
    "",
];

/// Any text, or pieces of markup in any order.
pub fn text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 48] = [
        "|",
        "`",
        "```",
        "*",
        "**",
        "_",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "<b>",
        "</td>",
        "</p>",
        "<!--",
        "-->",
        "]]>",
        "&",
        "amp;",
        "&#60;",
        "#",
        "-",
        "--",
        "+",
        "=",
        "1",
        ".",
        "1.",
        "\n",
        "\n\n",
        "\r",
        " ",
        "  ",
        "\t",
        "\\",
        "~",
        "$",
        "^",
        "!",
        ":",
        "\"",
        "'",
        "\0",
        "\u{202e}",
        "a",
        "Größe",
        "👩‍👩‍👧",
    ];
    let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12);
    prop_oneof![any::<String>(), pieces.prop_map(|pieces| pieces.concat())]
}

/// What a reader sees of `text` where line ends are kept.
pub fn shown(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let seen = |character: char| match u32::from(character) {
        0x09 | 0x0a => character.to_string(),
        code @ 0x202a..=0x202e => format!("[U+{code:X}]"),
        0..=0x1f | 0x7f..=0x9f | 0xfdd0..=0xfdef => "\u{fffd}".to_owned(),
        code if code % 0x1_0000 >= 0xfffe => "\u{fffd}".to_owned(),
        _ => character.to_string(),
    };
    text.chars().map(seen).collect()
}

/// What a reader sees of `text` on one line.
pub fn on_one_line(text: &str) -> String {
    let parts = shown(text);
    let parts: Vec<&str> = parts
        .split(['\n', '\t', '\u{2028}', '\u{2029}'])
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}
