"""Anthropic's official client as the judge of a server: the double, or llama.cpp's own behind its name.

usage: anthropic_client.py BASE-URL KEY [--double]     BASE-URL without /v1, of a server with the model `tiny`; --double
also holds it to what only the double promises
"""

import json
import sys

import anthropic

base, key = sys.argv[1:3]
double = "--double" in sys.argv
client = anthropic.Anthropic(base_url=base, api_key=key, max_retries=0, timeout=60)
SCHEMA = {
    "type": "object",
    "properties": {
        "justification": {"type": "string"},
        "status": {"type": "string", "enum": ["scored", "abstained"]},
        "score": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "memory": {"type": "boolean"},
    },
    "required": ["justification", "status", "score", "memory"],
    "additionalProperties": False,
}
SYSTEM = [{"type": "text", "text": "You judge. " * 20, "cache_control": {"type": "ephemeral"}}]
TALK = [{"role": "user", "content": "Cost of A?"}]
FORMAT = {"format": {"type": "json_schema", "schema": SCHEMA}}
TOOL = {
    "tools": [{"name": "judgement", "input_schema": SCHEMA}],
    "tool_choice": {"type": "tool", "name": "judgement"},
}


def asked(**more):
    return {"model": "tiny", "messages": TALK, "system": SYSTEM, "max_tokens": 400, **more}


def said(message):
    return "".join(block.text for block in message.content if block.type == "text")


def refused(kind, words, call):
    try:
        call()
    except kind as error:
        assert not double or words in str(error), error
    else:
        raise AssertionError(f"no error, expected {kind}")


def test_plain():
    reply = client.messages.create(**asked(max_tokens=2))
    assert reply.stop_reason in ["max_tokens", "end_turn"] and reply.type == "message", reply
    assert reply.usage.input_tokens + (reply.usage.cache_read_input_tokens or 0) + (reply.usage.cache_creation_input_tokens or 0) > 2


def test_stream():
    with client.messages.stream(**asked(max_tokens=12)) as stream:
        pieces = "".join(stream.text_stream)
        last = stream.get_final_message()
    assert pieces == said(last) and last.stop_reason in ["max_tokens", "end_turn"] and last.usage.output_tokens > 0, last


def test_wrong_key():
    wrong = client.with_options(api_key="sk-wrong")
    refused(anthropic.AuthenticationError, "authentication_error", lambda: wrong.messages.create(**asked()))


if double:

    def test_length():
        reply = client.messages.create(**asked(max_tokens=3))
        assert reply.stop_reason == "max_tokens" and said(reply), reply

    def test_models():
        assert [model.id for model in client.models.list().data] == ["tiny"]

    def test_format():
        for stream in [True, False]:
            if stream:
                with client.messages.stream(**asked(output_config=FORMAT)) as events:
                    reply = events.get_final_message()
            else:
                reply = client.messages.create(**asked(output_config=FORMAT))
            assert list(json.loads(said(reply))) == list(SCHEMA["properties"]), reply
            assert reply.stop_reason == "end_turn"

    def test_tool():
        for stream in [True, False]:
            if stream:
                with client.messages.stream(**asked(**TOOL)) as events:
                    reply = events.get_final_message()
            else:
                reply = client.messages.create(**asked(**TOOL))
            [block] = reply.content
            assert block.type == "tool_use" and list(block.input) == list(SCHEMA["properties"]), reply
            assert reply.stop_reason == "tool_use"

    def test_thinking():
        thinking = {"type": "enabled", "budget_tokens": 1024}
        with client.messages.stream(**asked(thinking=thinking, max_tokens=2000)) as events:
            reply = events.get_final_message()
        assert [block.type for block in reply.content] == ["thinking", "text"] and reply.content[0].thinking

    def test_a_marked_prefix_that_came_before_is_read_from_the_cache():
        client.messages.create(**asked())
        usage = client.messages.create(**asked()).usage
        assert usage.cache_read_input_tokens > 0 and usage.cache_creation_input_tokens == 0, usage

    def test_errors():
        refused(anthropic.NotFoundError, "model: nobody", lambda: client.messages.create(**asked(model="nobody")))
        refused(anthropic.BadRequestError, "messages", lambda: client.messages.create(**asked(messages=[])))
        breaks = [{"role": "user", "content": "break off"}]
        refused(anthropic.APIStatusError, "out of memory", lambda: list(client.messages.create(**asked(messages=breaks, stream=True))))
        limited = [{"role": "user", "content": "too many"}]
        refused(anthropic.RateLimitError, "rate_limit_error", lambda: client.messages.create(**asked(messages=limited)))


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
