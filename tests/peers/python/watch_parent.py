"""Ends this process when the one that started it is gone, however that ended: its end of our standard input closes."""

import os
import sys
import threading


def end_with_parent():
    def watch():
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
