"""A team of worker processes, as the notebook that starts them sees it."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from helpers.workers.errors import WorkersError

LAST_LINES = 6


def run(script, workers, *arguments, seconds=120):
    """Start a script as a team of workers, wait until all have ended; return what each printed, a list of texts.

    Args, Raises: see `start` and `Team.wait`.
    """
    with start(script, workers, *arguments, seconds=seconds) as team:
        return team.wait()


def start(script, workers, *arguments, seconds=120, ports=None):
    """Start a script several times at once, each with TF_CONFIG in its environment; return the Team.

    Args:
        script: path of a Python file; what it prints is kept, what it reads is empty.
        workers: how many.
        arguments: what stands behind the script on its command line, the same for all; made into text.
        seconds: how long the team may take in all; the waiting methods end with an error after that.
        ports: one for each worker; None takes those from 17001 on, which are free in a network of its own.

    Raises:
        WorkersError: no such script, a port that is taken, or a machine on which the workers could be reached from
            outside: TensorFlow's server listens on every interface, so they only start in a network that has none
            but the loopback (Linux).
    """
    script = Path(script).resolve()
    if not script.is_file():
        raise WorkersError("no script to run", "a Python file", f"nothing at {script.name}", "write the file first")
    if ports is not None and len(ports) != workers:
        raise WorkersError("ports do not fit", f"{workers} ports", f"{len(ports)}", "name one port for each worker")
    return Team(script, workers, [str(argument) for argument in arguments], seconds, ports)


class Team:
    """Worker processes that run one script. Use it with `with`: at its end no worker is left."""

    def __init__(self, script, workers, arguments, seconds, ports):
        self.workers, self.seconds = workers, seconds
        self._deadline = time.monotonic() + seconds
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._codes, self._order, self._messages = {}, [], queue.SimpleQueue()
        task = {"script": str(script), "workers": workers, "arguments": arguments, "ports": ports}
        task["folder"] = self._folder.name
        # in a session of its own: Ctrl-C is the notebook's, which then ends its workers
        self._leader = subprocess.Popen(
            [sys.executable, "-m", "helpers.workers.leader", json.dumps(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self.pids = self._pids()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _listen(self):
        for line in self._leader.stdout:
            self._messages.put(json.loads(line))
        self._messages.put(None)

    def _pids(self):
        message = self._next_message()
        if message is None:
            said = self._leader.stderr.read().strip().splitlines()[-1:]
            raise WorkersError("no worker started", "a process", " ".join(said), "look at the message above")
        problem = message.get("problem")
        if problem == "port":
            raise WorkersError(
                f"port {message['found']} is taken",
                "a free port for each worker",
                f"something listens on port {message['found']}, or two workers were to share it",
                "leave ports out, or name others",
            )
        if problem == "network":
            raise WorkersError(
                "workers cannot be kept to this machine",
                "a network that ends at the loopback interface (Linux can make one)",
                message["found"],
                "run this on Linux, in WSL or in a container that allows it; all else in the lesson runs anywhere",
            )
        return message["pids"]

    def _next_message(self):
        """Return the leader's next message, None after its last; raise WorkersError when the team's time is over."""
        try:
            return self._messages.get(timeout=max(0.0, self._deadline - time.monotonic()))
        except queue.Empty:
            raise self._too_late() from None

    def _too_late(self):
        states = [f"worker {rank} {self._state(rank)}" for rank in range(self.workers)]
        return WorkersError(
            f"not done after {self.seconds:g} seconds",
            f"{self.workers} workers that end",
            "; ".join(states),
            "a worker that says nothing may never have come, and the others wait for it; if all work, allow more",
        )

    def _state(self, rank):
        if rank in self._codes:
            return f"ended with code {self._codes[rank]}"
        said = self.text(rank).strip().splitlines()
        return f"runs, and said last {said[-1]!r}" if said else "runs, and has said nothing"

    def _note(self, message):
        if message is None:
            gone = "the process that started the workers is gone"
            raise WorkersError(gone, "a process", "none", "start them again")
        self._codes[message["ended"]] = message["code"]
        self._order.append(message["ended"])

    def text(self, rank):
        """Return what a worker has printed so far."""
        return Path(self._folder.name, f"{rank}.out").read_text(encoding="utf-8", errors="replace")

    def errors(self, rank):
        """Return what a worker has written to its standard error so far: warnings, and the error it died of."""
        return Path(self._folder.name, f"{rank}.err").read_text(encoding="utf-8", errors="replace")

    def wait_for(self, rank, words):
        """Wait until a worker has printed these words; raise WorkersError if it ends without them, or time is over."""
        while words not in self.text(rank):
            try:
                self._note(self._messages.get(timeout=0.02))
            except queue.Empty:
                if time.monotonic() > self._deadline:
                    raise self._too_late() from None
            if rank in self._codes and words not in self.text(rank):
                raise self._died(rank)

    def kill(self, rank):
        """End a worker at once, as a power cut would."""
        os.kill(self.pids[rank], signal.SIGKILL)
        self.wait_end(rank)

    def wait_end(self, rank):
        """Wait until this worker has ended, in whatever way; return what it printed."""
        while rank not in self._codes:
            self._note(self._next_message())
        return self.text(rank)

    def wait(self):
        """Wait until all workers have ended; return what each printed, a list of texts.

        Raises:
            WorkersError: one died (its last lines are in the message, and the others are ended), or time is over.
        """
        while len(self._codes) < self.workers:
            self._note(self._next_message())
            if self._codes[self._order[-1]] != 0:
                raise self._died(self._order[-1])
        return [self.text(rank) for rank in range(self.workers)]

    def _died(self, rank):
        last = "\n            ".join(self.errors(rank).strip().splitlines()[-LAST_LINES:]) or "no message"
        return WorkersError(
            f"worker {rank} of {self.workers} died",
            "exit code 0",
            f"exit code {self._codes[rank]}, and its last lines:\n            {last}",
            "read these lines: the script failed there. The other workers were ended",
        )

    def close(self):
        """End all workers that still run, and the process that watches them."""
        if self._folder is None:
            return
        # the end of this pipe is what the leader and all workers wait for
        self._leader.stdin.close()
        try:
            self._leader.wait(10)
        except subprocess.TimeoutExpired:
            self._leader.kill()
            self._leader.wait()
        self._listener.join()
        self._leader.stdout.close()
        self._leader.stderr.close()
        self._folder.cleanup()
        self._folder = None
