"""OpenAI's official client as the judge of a server: the double, or llama.cpp's own behind its name.

usage: openai_client.py BASE-URL KEY [--double]     BASE-URL with /v1, of a server with the model `tiny`; --double also
holds it to what only the double promises
"""

import json
import sys

import openai

base, key = sys.argv[1:3]
double = "--double" in sys.argv
client = openai.OpenAI(base_url=base, api_key=key, max_retries=0, timeout=60)
SCHEMA = {
    "type": "object",
    "properties": {
        "justification": {"type": "string", "maxLength": 200},
        "status": {"type": "string", "enum": ["scored", "abstained"]},
        "score": {"type": ["number", "null"]},
        "memory": {"type": "boolean"},
    },
    "required": ["justification", "status", "score", "memory"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "judgement", "strict": True, "schema": SCHEMA}}
TALK = [{"role": "system", "content": "You judge. " * 20}, {"role": "user", "content": "Cost of A?"}]


def chat(**more):
    wanted = {"model": "tiny", "messages": TALK, "max_tokens": 400, "temperature": 0, "seed": 1, **more}
    return client.chat.completions.create(**wanted)


def refused(kind, code, call):
    try:
        call()
    except kind as error:
        assert not double or error.code == code, error
    else:
        raise AssertionError(f"no error, expected {kind}")


def test_models():
    assert "tiny" in [model.id for model in client.models.list().data]


def test_plain_with_schema():
    reply = chat(response_format=FORMAT)
    answer = json.loads(reply.choices[0].message.content)
    assert list(answer) == list(SCHEMA["properties"]), answer
    assert reply.choices[0].finish_reason == "stop" and reply.usage.total_tokens > 2


def test_stream_with_usage():
    parts = list(chat(response_format=FORMAT, stream=True, stream_options={"include_usage": True}))
    text = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    json.loads(text)
    assert parts[-1].choices == [] and parts[-1].usage.completion_tokens > 0, parts[-1]
    reasons = [part.choices[0].finish_reason for part in parts if part.choices]
    assert reasons[-1] == "stop" and set(reasons[:-1]) == {None}


def test_length():
    # Under a schema, so that no model can be done by then.
    assert chat(response_format=FORMAT, max_tokens=3).choices[0].finish_reason == "length"


def test_wrong_key():
    wrong = client.with_options(api_key="sk-wrong")
    refused(openai.AuthenticationError, "invalid_api_key", lambda: wrong.chat.completions.create(model="tiny", messages=TALK))


if double:

    def test_a_prefix_that_came_before_is_cached():
        chat()
        assert chat().usage.prompt_tokens_details.cached_tokens > 0

    def test_errors():
        refused(openai.NotFoundError, "model_not_found", lambda: chat(model="nobody"))
        refused(openai.BadRequestError, "missing_required_parameter", lambda: chat(messages=[]))
        breaks = [{"role": "user", "content": "break off"}]
        refused(openai.APIError, None, lambda: list(chat(messages=breaks, stream=True)))
        limited = [{"role": "user", "content": "too many"}]
        refused(openai.RateLimitError, "rate_limit_exceeded", lambda: chat(messages=limited))


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
