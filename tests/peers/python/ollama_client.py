"""Ollama's official client as the judge of the double: what it accepts and what it takes for an error.

usage: ollama_client.py BASE-URL     of a double with the models `tiny` (thinks) and `plain` (does not), that can pull
`small` only, and that breaks off with an error where a prompt says `break off`
"""

import json
import sys

import ollama

client = ollama.Client(host=sys.argv[1])
SCHEMA = {
    "type": "object",
    "properties": {
        "justification": {"type": "string"},
        "status": {"type": "string", "enum": ["scored", "abstained"]},
        "score": {"type": ["number", "null"], "minimum": 0, "maximum": 5},
        "memory": {"type": "boolean"},
    },
    "required": ["justification", "status", "score", "memory"],
}
TALK = [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Cost of A?"}]


def judged(text):
    answer = json.loads(text)
    assert list(answer) == list(SCHEMA["properties"]), answer
    assert answer["status"] == "scored" and 0 <= answer["score"] <= 5, answer
    return answer


def refused(status, words, call):
    try:
        call()
    except ollama.ResponseError as error:
        assert error.status_code == status, error
        assert words in error.error, error
    else:
        raise AssertionError(f"no error, expected {status} {words}")


def test_lists():
    models = client.list().models
    assert [model.model for model in models] == ["tiny:latest", "plain:latest"], models
    assert len(models[0].digest) == 64 and models[0].size > 0 and models[0].modified_at
    assert models[0].details.quantization_level == "F32"


def test_show():
    shown = client.show("tiny")
    assert shown.modelinfo["llama.context_length"] == 32768, shown
    assert "completion" in shown.capabilities and shown.details.family == "llama"
    refused(404, "model 'nobody' not found", lambda: client.show("nobody"))


def test_chat_plain():
    reply = client.chat("tiny", TALK, format=SCHEMA, options={"temperature": 0, "num_ctx": 2048, "seed": 1})
    judged(reply.message.content)
    assert reply.done and reply.done_reason == "stop" and reply.message.role == "assistant"
    assert reply.prompt_eval_count > 0 and reply.eval_count > 0
    parts = reply.load_duration + reply.prompt_eval_duration + reply.eval_duration
    assert 0 < reply.total_duration and parts <= reply.total_duration * 2 + 10_000


def test_chat_stream():
    parts = list(client.chat("tiny", TALK, format=SCHEMA, stream=True))
    text = "".join(part.message.content for part in parts)
    assert judged(text) == judged(client.chat("tiny", TALK, format=SCHEMA).message.content)
    assert len(parts) > 2 and [part.done for part in parts].count(True) == 1 and parts[-1].done
    assert parts[-1].eval_count > 0 and parts[0].eval_count is None


def test_chat_thinks():
    reply = client.chat("tiny", TALK, think=True)
    assert reply.message.thinking and reply.message.content
    parts = list(client.chat("tiny", TALK, think=True, stream=True))
    thoughts = [part.message.thinking for part in parts if part.message.thinking]
    assert "".join(thoughts) == reply.message.thinking
    refused(400, "does not support thinking", lambda: client.chat("plain", TALK, think=True))


def test_chat_is_cut_where_num_predict_says():
    reply = client.chat("tiny", TALK, options={"num_predict": 5})
    assert reply.done_reason == "length" and reply.eval_count == 5, reply


def test_generate():
    judged(client.generate("tiny", "Cost of A?", format=SCHEMA).response)
    parts = list(client.generate("tiny", "Cost of A?", stream=True))
    assert len(parts) > 1 and parts[-1].done and parts[-1].done_reason == "stop"


def test_loaded_models_are_told():
    client.chat("tiny", TALK)
    loaded = client.ps().models
    assert "tiny:latest" in [model.model for model in loaded] and loaded[0].expires_at


def test_embed():
    reply = client.embed("tiny", ["a", "b", "a"])
    first, second, again = reply.embeddings
    assert len(first) == 64 and first == again and first != second
    assert abs(sum(x * x for x in first) - 1) < 1e-9


def test_pull():
    refused(500, "file does not exist", lambda: client.pull("nobody"))
    # Under HTTP 200, in the middle of the stream.
    refused(-1, "file does not exist", lambda: list(client.pull("nobody", stream=True)))
    steps = list(client.pull("small", stream=True))
    assert steps[0].status == "pulling manifest" and steps[-1].status == "success"
    moving = [step for step in steps if step.total]
    assert moving[-1].completed == moving[-1].total
    assert "small:latest" in [model.model for model in client.list().models]
    assert client.pull("small").status == "success"


def test_errors():
    refused(404, "model 'nobody' not found", lambda: client.chat("nobody", TALK))
    breaks = [{"role": "user", "content": "break off"}]
    refused(-1, "out of memory", lambda: list(client.chat("tiny", breaks, stream=True)))


passed = 0
for name, test in list(globals().items()):
    if name.startswith("test_"):
        try:
            test()
        except BaseException as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            raise
        passed += 1
print(f"{passed} passed")
