"""Worker processes for lesson 08: a script that runs several times at once, each knowing all others by TF_CONFIG.

`run` starts a team and waits for it; `start` returns the team, to watch it, or to kill one of it. No worker can be
reached from outside this machine, and none outlives the process that started it.
"""

from helpers.workers.errors import WorkersError
from helpers.workers.network import why_not_closed
from helpers.workers.team import Team, run, start

__all__ = ["Team", "WorkersError", "run", "start", "why_not_closed"]
