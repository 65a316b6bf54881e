"""C8.4 Saved, killed, and nothing to go on from."""

from helpers.exercises.exercise import Case, mistake
from helpers.exercises.lesson08.shared import Disk

TITLE = "Saved, killed, and nothing to go on from"
TASK = """\
At the end of each epoch every worker calls this function; it saves every second time. All have the same state. The log
says that epoch 1 was saved. Then a node was lost, and the restart finds a checkpoint with one entry of three. With one
worker it has never happened. Which line lets it happen?"""
HINTS = (
    "How often is the file opened at the end of an epoch, if there are four workers?",
    "What does `open` do to a file that is already complete?",
    "All workers have the same state, so it is enough that one of them saves it: the chief, rank 0.",
)


def save_checkpoint(disk, state, epoch, rank):
    """Save the state after epochs 1, 3, 5, ... in the file "checkpoint"; every worker calls this in every epoch.

    Args:
        disk: one disk for all workers, with disk.open(file), which makes a file or empties it,
            disk.write(file, name, value), disk.rename(file, new) and disk.exists(file).
        state: what to save, a dictionary {name: value}; the same on every worker.
        epoch: the epoch that has ended, from 0.
        rank: the number of this worker; 0 is the chief.
    """
    if epoch % 2 == 1 and rank == 0:  # A
        disk.open("checkpoint")  # B
        for name, value in state.items():  # C
            disk.write("checkpoint", name, value)  # D


# What a learner starts with


def save_checkpoint_broken(disk, state, epoch, rank):
    if epoch % 2 == 1:  # A
        disk.open("checkpoint")  # B
        for name, value in state.items():  # C
            disk.write("checkpoint", name, value)  # D


SUSPECTS = {
    "A": "It asks for the epoch and not for the worker. So every worker saves, and whoever comes later empties a file "
    "that another one had completed.",
    "B": "It opens one file for all, and opening empties it. Somebody has to; which line decides who?",
    "C": "All parts of the state, one after the other. That takes a while with any large model.",
    "D": "One entry. It gets there, unless the job is killed before.",
}
NOTE = (
    "Under a strategy, look up whether saving is something that all workers have to take part in: where variables are "
    "summed over the workers to be read, the others have to call it as well, with another folder, and delete that."
)
EXPLANATION = (
    "Only the chief saves, so a file that is complete stays complete until the next checkpoint. To be safe in that "
    "moment, too, write under another name and rename at the end: a rename happens at once or not at all. "
    "`tf.train.CheckpointManager` keeps several files for the same reason."
)


# Other right answers


def renamed(disk, state, epoch, rank):
    if rank > 0 or epoch % 2 == 0:
        return
    disk.open("new")
    for name, value in state.items():
        disk.write("new", name, value)
    disk.rename("new", "checkpoint")


def each_renames(disk, state, epoch, rank):
    if epoch % 2 == 1:
        write(disk, state, f"from-{rank}")
        disk.rename(f"from-{rank}", "checkpoint")


# Mends that do not mend


def write(disk, state, file):
    disk.open(file)
    for name, value in state.items():
        disk.write(file, name, value)


@mistake(
    "a file for each worker",
    "Nobody empties another one's file anymore. But the restart looks for `checkpoint`, and there is none of that "
    "name; and the same numbers are written once for each worker.",
)
def own_files(disk, state, epoch, rank):
    if epoch % 2 == 1:
        write(disk, state, f"checkpoint-{rank}")


@mistake(
    "saved once, and never again",
    "The first checkpoint stays whole, and stays the only one: later epochs find that a file exists, and go away. That "
    "a file is there does not say whose it is.",
)
def if_none(disk, state, epoch, rank):
    if epoch % 2 == 1 and not disk.exists("checkpoint"):
        write(disk, state, "checkpoint")


@mistake(
    "saved in every epoch",
    "Only the chief saves now, but in every epoch. Both conditions have to hold.",
)
def every_epoch(disk, state, epoch, rank):
    if rank == 0:
        write(disk, state, "checkpoint")


@mistake(
    "everybody but the chief saves",
    "The chief leaves it to the others, and they are several again. With one worker alone nobody saves.",
)
def not_the_chief(disk, state, epoch, rank):
    if epoch % 2 == 1 and rank != 0:
        write(disk, state, "checkpoint")


@mistake(
    "the first of the others, not the chief",
    "One worker saves. But in a job of a single worker there is no rank 1, and nothing is saved: take rank 0, which is "
    "always there.",
)
def rank_one(disk, state, epoch, rank):
    if epoch % 2 == 1 and rank == 1:
        write(disk, state, "checkpoint")


# Probes


def observe(candidate, entries=3, workers=3):
    found = {}
    for team in (1, workers):
        disk = Disk()
        for epoch in range(4):
            state = {f"weights {place}": 10 * epoch + place for place in range(entries)}
            before, whole = len(disk.moments), None
            for rank in range(team):
                candidate(disk, dict(state), epoch, rank)
                # once it is complete, it should stay so, whoever else comes and whenever the job is killed
                later = [files.get("checkpoint") == state for files in disk.moments[before:]]
                whole = later.index(True) if True in later else None
            kept = "nothing written" if len(disk.moments) == before else "not complete"
            if whole is not None:
                kept = "complete, and stays so" if all(later[whole:]) else "complete, and then emptied again"
            found[f"checkpoint after epoch {epoch} (workers: {team})"] = kept
    return found


EXERCISE = Case(
    id="C8.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=save_checkpoint,
    starter=save_checkpoint_broken,
    trap=68,
    culprits="A",
    suspects=SUSPECTS,
    alternatives=(renamed, each_renames),
    mistakes=(own_files, if_none, every_epoch, not_the_chief, rank_one),
    observe=observe,
    second=lambda candidate: observe(candidate, entries=5, workers=4),
    note=NOTE,
    explanation=EXPLANATION,
)
