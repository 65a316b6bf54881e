"""Run lesson 08b's jobs on a Slurm of two nodes, for real, and store what they said where the lesson reads it.

    python tests/cluster/record.py team        one, two and four worker processes, of which one is killed (a minute)
    python tests/cluster/record.py digits      one training on two nodes, of which one is lost (two minutes)
    python tests/cluster/record.py seeds       an array of a hundred seeds (a quarter of an hour)

They write notebooks/scripts/stored/digits.log and .json, seeds.log and .json.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import slurm

from helpers import workers

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "notebooks" / "scripts"
STORED = SCRIPTS / "stored"
EPOCHS = 8
SEEDS, SPOILED = 100, 37


class NoCluster:
    environment = dict(os.environ)


class Session:
    """What a person would see who typed the commands, in the folder of the scripts."""

    def __init__(self, cluster, folder):
        self.cluster, self.folder, self.lines = cluster, folder, []

    def type(self, command, shown=None):
        """Run a shell command; note it and what it says. Returns that."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.cluster.environment, capture_output=True, text=True
        )
        said = (done.stdout + done.stderr).rstrip("\n")
        self.lines += [f"$ {shown or command}", *said.splitlines()]
        return said

    def submit(self, command):
        """Submit a job by sbatch; return its number."""
        return re.search(r"\d+", self.type(command))[0]

    def note(self, words):
        self.lines.append(f"# {words}")

    def store(self, name, **figures):
        STORED.mkdir(exist_ok=True)
        (STORED / f"{name}.log").write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        (STORED / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def prepare(folder):
    """Copy the scripts; return the environment in which their `python` is this one, on the bundled data."""
    for file in SCRIPTS.glob("*.*"):
        shutil.copy(file, folder)
    python = os.path.dirname(sys.executable)
    quiet = {"COURSE_DATA": "bundled", "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
    return quiet | {"PYTHONPATH": str(ROOT), "PATH": python + os.pathsep + os.environ["PATH"]}


def put_digits(folder):
    """Write digits.npz as lesson 08 does."""
    from helpers import data

    digits = data.load_mnist(source="bundled")
    x = (digits.train_images / np.float32(255)).reshape(-1, 784)
    folder.mkdir()
    np.savez(folder / "digits.npz", x=x, y=digits.train_labels.astype("int64"))


def largest_difference(one, other):
    with np.load(one) as first, np.load(other) as second:
        return max(float(np.abs(first[name] - second[name]).max()) for name in first.files)


def digits(session, epochs=EPOCHS):
    """Train on both nodes undisturbed, alone, and with a node that is lost; compare the weights."""
    folder, cluster = session.folder, session.cluster
    for name in ("calm", "lost", "alone"):
        put_digits(folder / name)
    session.type("sinfo")
    calm = session.submit(f"sbatch train_digits.sbatch calm {epochs}")
    cluster.wait_jobs(600)
    session.type(f"cat digits_{calm}.log")
    alone = f"python train_digits.py alone {epochs}"
    session.type(f"{alone} 2> alone.err | tail -n 1", shown=alone + " | tail -n 1")

    job = session.submit(f"sbatch train_digits.sbatch lost {epochs}")
    log = folder / f"digits_{job}.log"
    slurm.wait_until(lambda: log.exists() and "0: epoch 2" in log.read_text(), 600, "epoch 2 is over")
    cluster.lose_node("n2")
    lost_at = time.monotonic()
    session.note("epoch 2 is over, and n2 loses its power")
    errors = folder / f"digits_{job}.err"
    slurm.wait_until(lambda: "UnavailableError" in errors.read_text(), 60, "worker 0 notices")
    noticed = time.monotonic() - lost_at
    slurm.wait_until(lambda: cluster.states()["n2"].startswith("down"), 120, "the controller notices")
    down = time.monotonic() - lost_at
    session.type("sinfo")
    session.type("squeue")
    session.note("n2 is back")
    cluster.start_node("n2")
    cluster.wait_jobs(600)
    session.type(f"cat digits_{job}.log")
    weights = {name: folder / name / "weights.npz" for name in ("calm", "lost", "alone")}
    return {
        "worker 0 saw": re.findall(r"\w*UnavailableError", errors.read_text())[0],
        "seconds until worker 0 ended": round(noticed, 1),
        "seconds until the node counted as lost": round(down, 1),
        "starts": log.read_text().count("start "),
        "two nodes from one process": largest_difference(weights["calm"], weights["alone"]),
        "lost and requeued from undisturbed": largest_difference(weights["lost"], weights["calm"]),
        "weights": {name: float(np.abs(np.load(path)["arr_0"]).sum()) for name, path in weights.items()},
    }


def seeds(session, number=SEEDS, spoiled=SPOILED):
    """Run a seed a member; one member fails, is found by the gather step, and runs again alone."""
    folder, cluster = session.folder, session.cluster
    results = folder / "results"
    # what spoils a member: a folder stands where its result belongs
    (results / f"seed_{spoiled}.json").mkdir(parents=True)
    start = time.monotonic()
    array = session.submit(f"sbatch --array=0-{number - 1} churn_seeds.sbatch results")
    session.submit(f"sbatch --dependency=afterany:{array} gather_seeds.sbatch results {number}")
    cluster.wait_jobs(3600)
    seconds = time.monotonic() - start
    session.type("cat gather.log")
    session.type(f"tail -n 1 seed_{spoiled}.err")
    session.type(f"rmdir results/seed_{spoiled}.json")
    again = session.submit(f"sbatch --array={spoiled} churn_seeds.sbatch results")
    session.submit(f"sbatch --dependency=afterok:{again} gather_seeds.sbatch results {number}")
    cluster.wait_jobs(600)
    session.type("tail -n 1 gather.log")
    return {"seconds": round(seconds), "runs": json.loads((results / "seeds.json").read_text())}


def team(session, epochs=EPOCHS):
    """Train by one, two and four worker processes; kill one of two in mid-run, and start the two again."""
    folder, script = session.folder, session.folder / "train_digits.py"
    for name in ("1", "2", "4", "killed"):
        put_digits(folder / name)
    texts = {number: workers.run(script, number, folder / str(number), epochs, seconds=600) for number in (1, 2, 4)}
    with workers.start(script, 2, folder / "killed", epochs, seconds=600) as two:
        two.wait_for(1, "epoch 2")
        two.kill(1)
        killed_at = time.monotonic()
        said, seconds = two.wait_end(0), time.monotonic() - killed_at
        errors = two.errors(0)
    again = workers.run(script, 2, folder / "killed", epochs, seconds=600)[0]
    session.lines += ["# worker 0, until worker 1 was killed after its epoch 2", *said.splitlines()]
    session.lines += [
        "# and its last words",
        *[line[:100] for line in errors.splitlines() if "UnavailableError" in line][-1:],
    ]
    session.lines += ["# worker 0, after both were started again", *again.splitlines()]
    weights = {name: folder / name / "weights.npz" for name in ("1", "2", "4", "killed")}
    return {
        "last lines": {number: said[-1].splitlines()[-1] for number, said in texts.items()},
        "workers from one": {number: largest_difference(weights["1"], weights[number]) for number in ("2", "4")},
        "seconds until worker 0 ended": round(seconds, 2),
        "killed and restarted from undisturbed": largest_difference(weights["2"], weights["killed"]),
    }


PARTS = {"team": team, "digits": digits, "seeds": seeds}


def record(part, **options):
    """Run a part of the recording, in a cluster where it needs one; return the session and its figures."""
    needed = contextlib.nullcontext(NoCluster()) if part == "team" else slurm.running()
    with needed as cluster, tempfile.TemporaryDirectory(prefix="jobs_") as folder:
        cluster.environment |= prepare(Path(folder))
        session = Session(cluster, Path(folder))
        return session, PARTS[part](session, **options)


if __name__ == "__main__":
    if why := slurm.missing():
        sys.exit(why)
    for part in sys.argv[1:]:
        session, figures = record(part)
        session.store(part, **figures)
