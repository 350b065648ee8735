"""llama.cpp's own server on a free port of the loopback address. Prints `ready ADDRESS` when it answers.

usage: llama_server.py MODEL.gguf [--api-key KEY] [--slots N] [--context TOKENS-A-SLOT]
"""

import argparse
import threading

import xllamacpp

from watch_parent import end_with_parent

wanted = argparse.ArgumentParser()
wanted.add_argument("model")
wanted.add_argument("--api-key")
wanted.add_argument("--slots", type=int, default=4)
wanted.add_argument("--context", type=int, default=8192)
wanted = wanted.parse_args()
end_with_parent()

params = xllamacpp.CommonParams()
params.model.path = wanted.model
params.model_alias = {"tiny"}
params.hostname = "127.0.0.1"
params.port = 0
params.n_parallel = wanted.slots
params.n_ctx = wanted.slots * wanted.context
params.cpuparams.n_threads = 1
params.n_threads_http = wanted.slots + 2
params.use_jinja = True
params.endpoint_slots = True
params.warmup = False
params.ui = False
params.fit_params = False
params.verbosity = 1
if wanted.api_key:
    params.api_keys = [wanted.api_key]
server = xllamacpp.Server(params)
print("ready", server.listening_address, flush=True)
threading.Event().wait()
