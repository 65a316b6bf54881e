"""One worker: `python -m helpers.workers.member SCRIPT ARGUMENTS` runs the script as `python SCRIPT ARGUMENTS` does.

It also watches its input, on which nobody ever writes: its end says that whoever started the worker is gone, tidily, by
Ctrl-C or by a dead kernel. Then the worker goes, too. A pipe says that on every system.
"""

import os
import runpy
import sys
import threading


def leave_with_parent(leave):
    """Call `leave` when the process's input ends; returns at once."""

    def watch():
        while os.read(sys.__stdin__.fileno(), 1):
            pass
        leave()

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    leave_with_parent(lambda: os._exit(1))
    del sys.argv[0]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
