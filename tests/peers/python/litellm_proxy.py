"""LiteLLM's proxy on a free port of the loopback address, in front of one OpenAI-compatible server.
Prints `ready ADDRESS` when it answers.

usage: litellm_proxy.py UPSTREAM     such as http://127.0.0.1:8080/v1; keys come by the environment:
       PROXY_KEY  what clients must show to the proxy      UPSTREAM_KEY  what the proxy shows to the server behind it

It offers the server's `tiny`, and models that fail as LiteLLM's own mocks do: `mock-429`, `mock-500`, `mock-context`.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile

from watch_parent import end_with_parent

end_with_parent()
os.environ.update(
    LITELLM_LOCAL_MODEL_COST_MAP="True",  # else it downloads the list of prices at every start
    LITELLM_LOG="ERROR",
    DO_NOT_TRACK="1",
)
upstream = sys.argv[1]


def mock(name, error):
    params = {"model": f"openai/{name}", "api_key": "none", "mock_response": error}
    return {"model_name": name, "litellm_params": params}


config = {
    "model_list": [
        {
            "model_name": "tiny",
            "litellm_params": {
                "model": "openai/tiny",
                "api_base": upstream,
                "api_key": os.environ.get("UPSTREAM_KEY", "none"),
            },
        },
        mock("mock-429", "litellm.RateLimitError"),
        mock("mock-500", "litellm.InternalServerError"),
        mock("mock-context", "litellm.ContextWindowExceededError"),
    ],
    "general_settings": {"master_key": os.environ["PROXY_KEY"]},
    "litellm_settings": {"num_retries": 0, "telemetry": False},
    "router_settings": {"num_retries": 0, "disable_cooldowns": True},
}
folder = tempfile.TemporaryDirectory(prefix="litellm-")
os.environ["CONFIG_FILE_PATH"] = os.path.join(folder.name, "config.yaml")
with open(os.environ["CONFIG_FILE_PATH"], "w") as file:
    json.dump(config, file)  # JSON is YAML

import uvicorn  # noqa: E402 (LiteLLM reads the environment when it is imported)
from litellm.proxy.proxy_server import app  # noqa: E402

listener = socket.socket()
listener.bind(("127.0.0.1", 0))


async def serve():
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if server.started:
        host, port = listener.getsockname()
        print(f"ready http://{host}:{port}", flush=True)
        if os.environ.get("SHOW_MODULES"):
            print(*sorted({m.split(".")[0] for m in sys.modules}), file=sys.stderr)
    await serving


asyncio.run(serve())
