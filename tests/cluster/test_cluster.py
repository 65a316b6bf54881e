"""Lesson 08b's scripts: by themselves, and on a Slurm of two nodes where one can be started."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
SCRIPTS = ROOT / "notebooks" / "scripts"
sys.path[:0] = [str(FOLDER), str(SCRIPTS)]

import gather_seeds  # noqa: E402
import slurm  # noqa: E402

why_not = slurm.missing()
needs_slurm = pytest.mark.skipif(bool(why_not), reason=f"no Slurm here: {why_not}")


@needs_slurm
def test_two_nodes_start_run_tasks_and_stop(tmp_path):
    task = "srun -N2 -n2 --label sh -c 'echo $SLURMD_NODENAME $SLURM_NTASKS'"
    command = f"sinfo --noheader -o %D; {task}; env | grep SLURM_CONF"
    run = [sys.executable, str(FOLDER / "slurm.py"), "bash", "-c", command]
    done = subprocess.run(run, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    nodes, *tasks, configuration = done.stdout.splitlines()
    assert nodes.strip() == "2" and sorted(tasks) == ["0: n1 2", "1: n2 2"]
    # its folder is gone, and so is every process that was told of it
    configuration = configuration.partition("=")[2]
    assert not Path(configuration).exists()
    assert not [pid for node in slurm.NODES for pid in slurm.tasks_of(configuration, node)]


@needs_slurm
@pytest.mark.parametrize("part", ["team", "digits", "seeds"])
def test_what_the_lesson_quotes_happens_again(part, request):
    if not request.config.getoption("--everything"):
        pytest.skip("minutes: once a week by itself, or with --everything")
    options = {"seeds": {"number": 4, "spoiled": 2}}.get(part, {})
    # in a process of its own, which cannot leave the network that it closes
    code = f"import json, record; print(json.dumps(record.record({part!r}, **{options!r})[1]))"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, timeout=1800, cwd=FOLDER)
    assert done.returncode == 0, done.stderr[-2000:]
    check(part, json.loads(done.stdout.splitlines()[-1]), members=4)


def check(part, figures, members):
    if part == "team":
        assert set(figures["workers from one"]) == {"2", "4"}
        assert max(figures["workers from one"].values()) < 1e-5
        assert figures["killed and restarted from undisturbed"] == 0
    if part == "digits":
        assert figures["starts"] == 2 and figures["worker 0 saw"] == "UnavailableError"
        assert figures["two nodes from one process"] < 1e-5
        assert figures["lost and requeued from undisturbed"] == 0
    if part == "seeds":
        assert [run["seed"] for run in figures["runs"]] == list(range(members))


@pytest.mark.parametrize("part", ["team", "digits", "seeds"])
def test_what_the_lesson_quotes_was_recorded(part):
    figures = json.loads((SCRIPTS / "stored" / f"{part}.json").read_text(encoding="utf-8"))
    log = (SCRIPTS / "stored" / f"{part}.log").read_text(encoding="utf-8")
    check(part, figures, members=100)
    assert not [place for place in ("/tmp", "/home", "/root", "/work") if place in log]


def test_gather_names_who_left_nothing(tmp_path, capsys):
    for seed in (0, 2):
        (tmp_path / f"seed_{seed}.json").write_text(json.dumps({"seed": seed}))
    # half a result, and a folder in the way, are none
    (tmp_path / "seed_1.part").write_text("{")
    (tmp_path / "seed_3.json").mkdir()
    assert gather_seeds.gather(tmp_path, 4) == ([{"seed": 0}, {"seed": 2}], [1, 3])
    assert gather_seeds.main(tmp_path, 4) == 2
    assert "--array=1,3 churn_seeds.sbatch" in capsys.readouterr().out
    assert json.loads((tmp_path / "seeds.json").read_text()) == [{"seed": 0}, {"seed": 2}]
