"""Writes a model of random weights (0.5 MB) that llama.cpp loads like any other: no download, no meaning.

usage: tiny_model.py FOLDER   writes tiny.gguf and cursed.gguf

The first channel of every embedding is the same and no layer writes to it, so the first column of the output matrix is
a bias for each token. It makes letters, spaces and digits likely, ends an answer after some dozen tokens, and keeps
control characters out. Everything else is random, so an answer depends on its prompt. The cursed model is the same but
for its bias: it likes the bytes from 128 up, which in any order are hardly ever UTF-8.
"""

import os
import sys

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 32768
BYTES = 256
MERGES = [("Ġ", "t"), ("h", "e"), ("Ġt", "he")]  # the tokenizer wants some
CONTROL = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"]

CHAT = """{% for m in messages %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def letters_of_bytes():
    """GPT-2's alphabet: each byte as a letter that can be printed."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(byte if byte in printable else next(spare)) for byte in range(BYTES)]


def likelihood(words, cursed):
    """The bias of each token."""
    bias = np.full(words, -40.0)
    bias[33:127] = -4.0
    for characters, value in [
        (b"\n", -6.0),
        (b"abcdefghijklmnopqrstuvwxyz", 0.0),
        (b"etaoinshr", 1.0),
        (b"0123456789", 0.5),
        (b" ", 1.5),
        (b'"', 1.2),  # a string under a grammar ends after some twenty bytes
        (b".,}]", 0.3),
    ]:
        bias[list(characters)] = value
    bias[BYTES : BYTES + len(MERGES)] = 0.5
    bias[words - 1] = 1.5  # <|im_end|>
    if cursed:
        bias[128:256] = 0.5
    return bias


def write(path, name, cursed):
    alphabet = letters_of_bytes()
    words = alphabet + [left + right for left, right in MERGES] + CONTROL
    kinds = [gguf.TokenType.NORMAL] * (len(words) - len(CONTROL))
    kinds += [gguf.TokenType.CONTROL] * len(CONTROL)

    out = gguf.GGUFWriter(path, "llama")
    out.add_name(name)
    out.add_context_length(CONTEXT)
    out.add_embedding_length(WIDTH)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(INNER)
    out.add_head_count(HEADS)
    out.add_head_count_kv(HEADS)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(WIDTH // HEADS)
    out.add_vocab_size(len(words))
    out.add_file_type(gguf.LlamaFileType.ALL_F32)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(words)
    out.add_token_types(kinds)
    out.add_token_merges([f"{left} {right}" for left, right in MERGES])
    out.add_bos_token_id(words.index("<s>"))
    out.add_eos_token_id(words.index("<|im_end|>"))
    out.add_add_bos_token(True)
    out.add_chat_template(CHAT)

    random = np.random.default_rng(1)

    def weights(rows, columns, scale=1.0):
        drawn = random.standard_normal((rows, columns)) * scale / np.sqrt(columns)
        return drawn.astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    embedding = weights(len(words), WIDTH, np.sqrt(WIDTH))
    embedding[:, 0] = 3.0
    out.add_tensor("token_embd.weight", embedding)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        out.add_tensor(block + "attn_norm.weight", ones)
        out.add_tensor(block + "ffn_norm.weight", ones)
        for part in ("attn_q", "attn_k", "attn_v"):
            out.add_tensor(f"{block}{part}.weight", weights(WIDTH, WIDTH, 4.0))
        for part, width in [("attn_output", WIDTH), ("ffn_down", INNER)]:
            back = weights(WIDTH, width, 2.0)
            back[0, :] = 0.0  # the constant channel stays constant
            out.add_tensor(f"{block}{part}.weight", back)
        out.add_tensor(block + "ffn_gate.weight", weights(INNER, WIDTH))
        out.add_tensor(block + "ffn_up.weight", weights(INNER, WIDTH))
    out.add_tensor("output_norm.weight", ones)
    last = weights(len(words), WIDTH, 2.0)
    last[:, 0] = likelihood(len(words), cursed) / 2.2  # what the last norm makes of the constant channel
    out.add_tensor("output.weight", last)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


if __name__ == "__main__":
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, cursed in [("tiny", False), ("cursed", True)]:
        path = os.path.join(folder, f"{name}.gguf")
        write(path + ".new", name, cursed)
        os.replace(path + ".new", path)
        print(f"{path}: {os.path.getsize(path)} bytes")
