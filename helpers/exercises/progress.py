"""What a learner has done so far: one small file on this machine, and what it proposes to repeat.

The file is progress.json in the folder that the platform has for data of programs. It holds, for each exercise, the
state after the last check, the day on which it was last right, how often it was repeated, and how often which mistake
came up. Nothing of an answer is kept, and nothing is sent anywhere. COURSE_PROGRESS=off keeps nothing.
"""

import datetime
import json
import os
import tempfile
from pathlib import Path

import filelock
import platformdirs

from helpers.exercises.exercise import Exercise, all_exercises
from helpers.messages.message import Kind, Message

# days after which a right answer is worth writing again: what is repeated at growing distances is kept longest
DISTANCES = (1, 4, 14)
# what a state is, and what it has to be
_KINDS = {"state": str, "right_on": (str, type(None)), "repeated": int, "mistakes": dict}


def place() -> Path:
    """Return the path of the file, whether or not it is there."""
    return platformdirs.user_data_path("training-loops-by-hand", appauthor=False) / "progress.json"


def is_kept() -> bool:
    """Whether progress is kept at all."""
    return os.environ.get("COURSE_PROGRESS", "on").strip().lower() not in ("off", "0", "no", "false")


def record(exercise: Exercise, message: Message, today: datetime.date | None = None) -> str | None:
    """Keep what a verdict says of an exercise; return None, or a sentence that says why it could not be kept.

    Only verdicts that say something of an answer count: right, a known mistake, not right, an error.
    """
    if not is_kept() or message.kind not in (Kind.RIGHT, Kind.MISTAKE, Kind.OFF, Kind.ERROR):
        return None
    try:
        place().parent.mkdir(parents=True, exist_ok=True)
        # two notebooks may check at the same moment
        with filelock.FileLock(str(place()) + ".lock", timeout=5):
            states, said = _read()
            states[exercise.id] = _after(states.get(exercise.id), message, today or datetime.date.today())
            _write(states)
    except (OSError, filelock.Timeout) as error:
        return f"Your progress could not be kept ({error}). COURSE_PROGRESS=off stops trying."
    return said


def _after(state, message, today):
    """Return the state of an exercise after one more verdict."""
    state = state or {"state": "not yet", "right_on": None, "repeated": 0, "mistakes": {}}
    if message.kind != Kind.RIGHT:
        mistakes = dict(state["mistakes"])
        if message.kind == Kind.MISTAKE:
            name = message.headline.partition(": ")[2]
            mistakes[name] = mistakes.get(name, 0) + 1
        return state | {"state": "not yet", "mistakes": mistakes}
    # a repetition counts once it is due; the same answer checked twice in an evening is one
    due = due_on(state)
    repeated = state["repeated"] + 1 if due and today >= due else state["repeated"]
    counts = due is None or today >= due or state["state"] != "right"
    return state | {"state": "right", "repeated": repeated, "right_on": str(today) if counts else state["right_on"]}


def due_on(state: dict) -> datetime.date | None:
    """Return the day on which an exercise is worth repeating; None if it was never right, or repeated often enough."""
    if state["right_on"] is None or state["repeated"] >= len(DISTANCES):
        return None
    return datetime.date.fromisoformat(state["right_on"]) + datetime.timedelta(DISTANCES[state["repeated"]])


def _read():
    """Return {exercise: state}, and None or a sentence; a file that cannot be read is set aside."""
    try:
        states = json.loads(place().read_text(encoding="utf-8"))
        if not _is_sound(states):
            raise ValueError("it does not have the form of a record of progress")
    except FileNotFoundError:
        return {}, None
    except ValueError as error:
        aside = place().with_suffix(".broken.json")
        os.replace(place(), aside)
        return {}, f"The record of your progress could not be read ({error}); it is now {aside}, and a new one begins."
    return states, None


def _is_sound(states):
    if not isinstance(states, dict) or not all(isinstance(state, dict) for state in states.values()):
        return False
    for state in states.values():
        if set(state) != set(_KINDS) or not all(isinstance(state[name], kind) for name, kind in _KINDS.items()):
            return False
        due_on(state)  # raises a ValueError if the day is none
    return True


def _write(states):
    """Replace the file at once, so that nobody ever reads half of it."""
    handle, name = tempfile.mkstemp(dir=place().parent, prefix="progress-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(states, file, indent=1)
        os.replace(name, place())
    except BaseException:
        os.unlink(name)
        raise


def report(today: datetime.date | None = None) -> str:
    """Return, as text, which exercises are right, which not yet, which mistakes came up, and what to repeat today."""
    today = today or datetime.date.today()
    if not is_kept():
        return "COURSE_PROGRESS=off: no progress is kept."
    states, said = _read()
    known = all_exercises()
    lines = [said] if said else []
    tried = [name for name in known if name in states]
    for wanted in ("right", "not yet"):
        names = [name for name in tried if states[name]["state"] == wanted]
        lines.append(f"{wanted.capitalize()}: {len(names)} of {len(known)}")
        lines += [f"    {_line(known[name], states[name])}" for name in names]
    due = [name for name in tried if (due_on(states[name]) or datetime.date.max) <= today]
    lines.append("To repeat today: " + (", ".join(due) or "nothing"))
    lines.append(f"This is kept in {place()} and nowhere else; `python -m helpers.exercises forget` deletes it.")
    return "\n".join(lines)


def _line(exercise, state):
    often = [f"{name} ({count}×)" if count > 1 else name for name, count in state["mistakes"].items()]
    came_up = f"; came up: {', '.join(often)}" if often else ""
    return f"{exercise.id} {exercise.title}{came_up}"


def forget() -> bool:
    """Delete the record, also one that was set aside; return whether there was one."""
    files = [place(), place().with_suffix(".broken.json"), Path(str(place()) + ".lock")]
    found = [file for file in files[:2] if file.exists()]
    for file in files:
        file.unlink(missing_ok=True)
    return bool(found)
