"""The process between a notebook and its workers: it closes the network, starts them, and says when one has ended.

It is told its task as JSON in its one argument, and writes JSON, one object a line: first {"pids": [...]}, or
{"problem": name, "found": text}; then {"ended": rank, "code": exit code} for each worker, in the order of their ends.
"""

import json
import os
import socket
import subprocess
import sys
import threading

from helpers.workers import network
from helpers.workers.member import leave_with_parent

FIRST_PORT = 17001


def tf_config(rank, ports):
    """Return what TensorFlow has to know of the team before it is imported: where everybody is, and who this one is."""
    workers = [f"127.0.0.1:{port}" for port in ports]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": rank}})


def environment(rank, ports):
    """Return a worker's environment: without proxies, on the processor, and quiet."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    # workers would fight for the memory of one GPU
    return kept | quiet | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CONFIG": tf_config(rank, ports)}


def taken(ports):
    """Return the first port on which a server could not listen, or that is there twice; None if all are free."""
    held = []
    try:
        for port in ports:
            held.append(socket.socket())
            try:
                held[-1].bind(("127.0.0.1", port))
            except OSError:
                return port
    finally:
        for used in held:
            used.close()
    return None


def start(script, arguments, ports, folder):
    """Start a worker for each port; return the processes. What worker 0 prints goes to the folder's 0.out and 0.err."""
    started = []
    for rank in range(len(ports)):
        with open(f"{folder}/{rank}.out", "wb") as out, open(f"{folder}/{rank}.err", "wb") as err:
            command = [sys.executable, "-m", "helpers.workers.member", script, *arguments]
            started.append(subprocess.Popen(command, env=environment(rank, ports), stdout=out, stderr=err))
    return started


def say(**message):
    print(json.dumps(message), flush=True)


def main(task):
    try:
        network.close()
    except OSError as error:
        return say(problem="network", found=str(error))
    ports = task["ports"] or list(range(FIRST_PORT, FIRST_PORT + task["workers"]))
    if (port := taken(ports)) is not None:
        return say(problem="port", found=port)
    workers = start(task["script"], task["arguments"], ports, task["folder"])

    def leave():
        for worker in workers:
            worker.kill()
        os._exit(1)

    leave_with_parent(leave)
    say(pids=[worker.pid for worker in workers])

    def report(rank, worker):
        code = worker.wait()
        say(ended=rank, code=code)

    threads = [threading.Thread(target=report, args=ranked) for ranked in enumerate(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return None


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
