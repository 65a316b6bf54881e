"""A Slurm of two nodes on one machine, which nobody can reach from outside and which leaves nothing behind.

    python tests/cluster/slurm.py COMMAND ...      start it, run the command in it, stop it

Debian and Ubuntu have it: apt-get install slurmctld slurmd slurm-client munge. All daemons run as whoever starts them,
in a network of their own without any interface but the loopback, and keep all they write in one folder.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers.workers import network

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "sinfo", "squeue")
NODES = ("n1", "n2")
# seconds: how soon a lost node counts as lost, and how soon a job that ran on it may start again
LOST_AFTER, AGAIN_AFTER = 10, 10
CONFIGURATION = """\
ClusterName=course
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire={again_after}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool_%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd_%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd_%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2,sched_min_interval=100000
ReturnToService=2
SlurmdTimeout={lost_after}
SlurmctldTimeout=30
InactiveLimit=0
KillWait=5
JobRequeue=1
NodeName=n[1-2] NodeHostname={host} NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Return why Slurm cannot run here, in words; an empty text where it can."""
    if sys.platform != "linux":
        return "Slurm runs on Linux alone"
    with environment_with_sbin():
        absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        packages = "apt-get install slurmctld slurmd slurm-client munge"
        return f"Slurm is not installed: no {', '.join(absent)} ({packages})"
    return network.why_not_closed()


@contextlib.contextmanager
def environment_with_sbin():
    """Daemons lie in /usr/sbin, which not every user's PATH has."""
    before = os.environ["PATH"]
    os.environ["PATH"] = before + os.pathsep + "/usr/sbin"
    try:
        yield
    finally:
        os.environ["PATH"] = before


class Cluster:
    """The running daemons, by their process ids: {name: Popen}."""

    def __init__(self, folder):
        self.folder, self.daemons = Path(folder), {}
        self.configuration = self.folder / "slurm.conf"
        self.environment = os.environ | {"SLURM_CONF": str(self.configuration)}

    def start(self):
        """Start munge, the controller and both nodes, and wait until these are idle."""
        for name in ("state", "munge", *(f"spool_{node}" for node in NODES)):
            (self.folder / name).mkdir(mode=0o755)
        self.configuration.write_text(
            CONFIGURATION.format(
                host=socket.gethostname(),
                user=pwd.getpwuid(os.geteuid()).pw_name,
                folder=self.folder,
                lost_after=LOST_AFTER,
                again_after=AGAIN_AFTER,
            )
        )
        self._start_munge()
        self._start("slurmctld", "-D", "-i")
        for node in NODES:
            self.start_node(node)
        self.wait_idle()

    def _start_munge(self):
        home = self.folder / "munge"
        (home / "key").write_bytes(os.urandom(128))
        (home / "key").chmod(0o600)
        places = [f"--{name}-file={home / name}" for name in ("key", "log", "pid", "seed")]
        command = ["munged", "--foreground", "--force", f"--socket={home / 'socket'}", *places]
        self._start_process("munged", command)
        wait_until(lambda: (home / "socket").exists(), 10, "munged opens its socket")

    def _start(self, name, program_option, *options):
        self._start_process(name, [name, program_option, "-f", str(self.configuration), *options])

    def _start_process(self, name, command):
        with open(self.folder / f"{name}.out", "ab") as out:
            self.daemons[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment
            )

    def start_node(self, node):
        self._start_process(node, ["slurmd", "-D", "-f", str(self.configuration), "-N", node])

    def lose_node(self, node):
        """End a node's daemon and all that runs on it at once, as a power cut would."""
        daemon = self.daemons.pop(node)
        # whoever starts a step outlives the daemon, and would tell the others how its tasks ended
        for pid in [daemon.pid, *steps_of(self.configuration, node), *tasks_of(self.configuration, node)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        daemon.wait()

    def states(self):
        """Return {node: state}, as sinfo has it."""
        rows = self.run("sinfo", "--noheader", "--Node", "--format=%N %t").split("\n")
        return dict(row.split() for row in rows if row)

    def wait_idle(self, seconds=60):
        wait_until(lambda: set(self.states().values()) == {"idle"}, seconds, "both nodes are idle")

    def run(self, *command, cwd=None):
        """Run a command in the cluster, return what it prints."""
        done = subprocess.run(command, env=self.environment, cwd=cwd, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()

    def jobs(self):
        """Return the ids and states of the jobs that are not over: {id: state}."""
        rows = self.run("squeue", "--noheader", "--array", "--format=%i %T").split("\n")
        return dict(row.split() for row in rows if row)

    def wait_jobs(self, seconds):
        wait_until(lambda: not self.jobs(), seconds, "all jobs are over", every=0.5)

    def stop(self):
        """Stop all daemons, nodes first."""
        for name in [*NODES, "slurmctld", "munged"]:
            daemon = self.daemons.pop(name, None)
            if daemon is None:
                continue
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def tasks_of(configuration, node):
    """Return the ids of the processes that run on a node, known by their environment."""
    marks = {f"SLURM_CONF={configuration}".encode(), f"SLURMD_NODENAME={node}".encode()}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marks <= set((process / "environ").read_bytes().split(b"\0")):
                found.append(int(process.name))
    return found


def steps_of(configuration, node):
    """Return the ids of the processes, one a step, that started a node's tasks."""
    parents = {parent_of(task) for task in tasks_of(configuration, node)}
    return [pid for pid in parents if b"slurmstepd" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def parent_of(pid):
    # the name, in parentheses, may hold spaces
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def wait_until(holds, seconds, what, every=0.1):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} seconds still not: {what}")
        time.sleep(every)


@contextlib.contextmanager
def running():
    """Give a running Cluster, and stop it at the end. Once a process, which cannot leave the network that it closes."""
    network.close()
    with environment_with_sbin(), tempfile.TemporaryDirectory(prefix="slurm_", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(folder)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


if __name__ == "__main__":
    if why := missing():
        sys.exit(why)
    with running() as two_nodes:
        done = subprocess.run(sys.argv[1:] or ["sinfo"], env=two_nodes.environment)
    sys.exit(done.returncode)
