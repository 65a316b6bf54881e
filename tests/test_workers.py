"""helpers.workers: a team starts, dies and ends as promised. Scripts here leave TensorFlow out, which takes seconds."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from helpers import workers
from helpers.workers import leader, network

why_not = network.why_not_closed()
needs_team = pytest.mark.skipif(bool(why_not), reason=f"no workers here: {why_not}")


def script(tmp_path, text):
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


@needs_team
def test_every_worker_knows_all_and_itself(tmp_path):
    told = script(tmp_path, "import os, sys\nprint(os.environ['TF_CONFIG'])\nprint(sys.argv[1:])")
    texts = workers.run(told, 3, "a", 7)
    configs = [json.loads(text.splitlines()[0]) for text in texts]
    assert [config["task"] for config in configs] == [{"type": "worker", "index": rank} for rank in range(3)]
    (cluster,) = {json.dumps(config["cluster"]) for config in configs}
    places = json.loads(cluster)["worker"]
    assert len(set(places)) == 3 and all(place.startswith("127.0.0.1:") for place in places)
    assert [text.splitlines()[1] for text in texts] == ["['a', '7']"] * 3


@needs_team
def test_a_team_reaches_its_own_and_nobody_reaches_it(tmp_path):
    # worker 1 listens on every interface, as TensorFlow does
    listening = script(
        tmp_path,
        """
        import os, json, socket, time
        config = json.loads(os.environ["TF_CONFIG"])
        host, port = config["cluster"]["worker"][1].split(":")
        if config["task"]["index"] == 1:
            with socket.create_server(("", int(port))) as server:
                print("listens", flush=True)
                server.accept()
                server.accept()
        else:
            while True:
                try:
                    socket.create_connection((host, int(port))).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.02)
            print("reached", [name for _, name in socket.if_nameindex()], flush=True)
            input_ended = os.read(0, 1)
        """,
    )
    with workers.start(listening, 2) as team:
        team.wait_for(1, "listens")
        team.wait_for(0, "reached")
        assert "['lo']" in team.text(0)
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", leader.FIRST_PORT + 1), timeout=1)


@needs_team
def test_a_worker_that_dies_is_named_with_its_last_lines(tmp_path):
    dying = script(
        tmp_path,
        """
        import os, json, time
        if json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 1:
            raise RuntimeError("out of luck")
        time.sleep(600)
        """,
    )
    with workers.start(dying, 2) as team:
        with pytest.raises(workers.WorkersError, match="worker 1 of 2 died") as caught:
            team.wait()
        pids = team.pids
    assert "out of luck" in str(caught.value) and "exit code 1" in caught.value.found
    assert_all_gone(pids)


@needs_team
def test_a_worker_that_never_comes_is_named_after_the_time_is_over(tmp_path):
    late = script(
        tmp_path,
        """
        import os, json, time
        if json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 0:
            print("waits for worker 1", flush=True)
        time.sleep(600)
        """,
    )
    with workers.start(late, 2, seconds=2) as team:
        with pytest.raises(workers.WorkersError, match="not done after 2 seconds") as caught:
            team.wait()
        pids = team.pids
    assert "worker 0 runs, and said last 'waits for worker 1'" in caught.value.found
    assert "worker 1 runs, and has said nothing" in caught.value.found
    assert_all_gone(pids)


@needs_team
def test_the_other_of_a_killed_worker_can_be_waited_for(tmp_path):
    waiting = script(
        tmp_path,
        """
        import os, json, time
        print("here", flush=True)
        time.sleep(0 if json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 0 else 600)
        """,
    )
    with workers.start(waiting, 2) as team:
        team.wait_for(1, "here")
        team.kill(1)
        assert team.wait_end(0) == "here\n"
        with pytest.raises(workers.WorkersError, match="worker 1 of 2 died"):
            team.wait_for(1, "never said")


@needs_team
def test_two_workers_on_one_port_are_refused(tmp_path):
    with pytest.raises(workers.WorkersError, match="port 17005 is taken") as caught:
        workers.start(script(tmp_path, ""), 2, ports=[17005, 17005])
    assert "leave ports out" in caught.value.mend


def test_a_port_on_which_somebody_listens_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert leader.taken([port]) == port
    assert leader.taken([]) is None


def test_what_cannot_be_started_is_said_before_anything_starts(tmp_path):
    with pytest.raises(workers.WorkersError, match="no script to run"):
        workers.start(tmp_path / "absent.py", 2)
    with pytest.raises(workers.WorkersError, match="ports do not fit"):
        workers.start(script(tmp_path, ""), 2, ports=[17001])


def test_a_machine_without_closed_networks_starts_no_worker(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(network.sys, "platform", "win32")
    assert "only Linux" in network.why_not_closed()
    task = {"script": "x.py", "arguments": [], "workers": 2, "ports": None, "folder": str(tmp_path)}
    leader.main(task)
    said = json.loads(capsys.readouterr().out)
    assert said["problem"] == "network" and "only Linux" in said["found"]
    assert not list(tmp_path.iterdir())


def test_every_error_has_four_parts():
    error = workers.WorkersError("a", "b", "c", "d")
    assert str(error) == "a\n  expected: b\n  found:    c\n  to mend:  d"


# What starts a team and then goes, without a word: by Ctrl-C, or killed as a dead kernel is.
STARTS_A_TEAM = """
import sys, time
from helpers import workers
with workers.start(sys.argv[1], 2) as team:
    team.wait_for(0, "here")
    team.wait_for(1, "here")
    print(*team.pids, flush=True)
    team.wait()
"""


@needs_team
@pytest.mark.parametrize("gone_by", ["SIGINT", "SIGKILL"])
def test_no_worker_outlives_who_started_it(tmp_path, gone_by):
    sleeping = script(tmp_path, "import time\nprint('here', flush=True)\ntime.sleep(600)")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", STARTS_A_TEAM, str(sleeping)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as notebook:
        pids = [int(pid) for pid in notebook.stdout.readline().split()]
        assert len(pids) == 2
        notebook.send_signal(getattr(signal, gone_by))
        notebook.wait(60)
    assert_all_gone(pids)


def assert_all_gone(pids):
    """Wait until no process with these ids is left (the machine may be busy), or fail."""
    deadline = time.monotonic() + 60
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "a worker outlived the team"
        time.sleep(0.05)


def is_running(pid):
    try:
        # a dead process that nobody has asked about yet is a zombie, Z
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
