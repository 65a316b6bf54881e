"""08.2 Whose rows are whose, also after a restart."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "Whose rows are whose, also after a restart"
TASK = """
All workers draw the same order of the rows for an epoch, and take their shares of it. In the middle of the epoch the
job is killed; it goes on with another number of workers, in the same order, after the steps that were done. Write
`rows_to_go(order, batch_size, steps_done, workers, rank)`: the row numbers that one worker still has to take, a list
with an array for each step that is left.

- Step 0 is on the first `batch_size` rows of the order, step 1 on the next ones, and so on, whoever takes them. The
  last global batch has the rows that are left, however few.
- In each step, every row of the global batch goes to one worker. Which one does not matter, but their shares differ by
  one row at most.
- All workers have equally many steps: who waits for a worker that has no step left waits forever. So the list also has
  an entry where a worker's share of the last batch is empty.

For example, the order 3 1 4 0 2, batches of 2, one step done, two workers: rank 0 may get [4] and [2], rank 1 then gets
[0] and [].
"""
HINTS = (
    "First the global batches, as on one machine. How many of them are done?",
    "Which rows does `rows[rank::workers]` take, and how many?",
    "`for first in range(steps_done * batch_size, len(order), batch_size):` begins each global batch that is left.",
)


def rows_to_go(order, batch_size, steps_done, workers, rank):
    """Return the row numbers that a worker still has to take in an epoch, a list of an array for each step.

    Args:
        order: all row numbers in the order of the epoch, an integer array (n,), the same on every worker.
        batch_size: rows in a global batch, which all workers take together.
        steps_done: how many steps of the epoch are done, from 0.
        workers: how many workers there are now.
        rank: the number of this worker, from 0.
    """
    shares = []
    for first in range(steps_done * batch_size, len(order), batch_size):
        batch = order[first : first + batch_size]
        shares.append(batch[rank::workers])
    return shares


NOTE = (
    "Nothing in the answer depends on how many workers there were before: an order that is drawn from seed and epoch, "
    "and the number of steps, are all that has to survive. So a job may go on with half of its nodes."
)
EXPLANATION = (
    "The global batches come first, as if there were one machine; then each is shared out. In the other order, shares "
    "first and batches then, another number of workers would mean other batches."
)


# Other right answers


def in_neighbors(order, batch_size, steps_done, workers, rank):
    rest = order[steps_done * batch_size :]
    batches = np.split(rest, range(batch_size, len(rest), batch_size))
    return [np.array_split(batch, workers)[rank] for batch in batches]


# Mistakes


def shares_of(order, batch_size, first, share):
    """The loop of the wrong answers: from row `first` on, `share` takes its part of each global batch."""
    return [share(order[start : start + batch_size]) for start in range(first, len(order), batch_size)]


@mistake(
    "every worker takes all rows",
    "The steps are right, but every worker takes the whole global batch: each row counts as often as there are "
    "workers, and nobody has less to do. Take the share of this rank.",
)
def whole_batches(order, batch_size, steps_done, workers, rank):
    return shares_of(order, batch_size, steps_done * batch_size, lambda batch: batch)


@mistake(
    "every worker takes the same share",
    "The shares have the right size, but each worker takes the same one: the other rows never come. The share depends "
    "on `rank`.",
)
def first_share(order, batch_size, steps_done, workers, rank):
    return shares_of(order, batch_size, steps_done * batch_size, lambda batch: batch[::workers])


@mistake(
    "a global batch for each worker",
    "Each worker takes `batch_size` rows a step, so the global batch is as many times larger as there are workers, and "
    "the epoch has fewer steps. `batch_size` is what all take together.",
)
def batch_each(order, batch_size, steps_done, workers, rank):
    return shares_of(order[rank::workers], batch_size, steps_done * batch_size, lambda batch: batch)


@mistake(
    "the shares lose rows",
    "`batch_size // workers` rows for each worker leave some rows to nobody, whenever that does not come out even. "
    "Some shares have to be one row larger.",
)
def rounded_down(order, batch_size, steps_done, workers, rank):
    def share(batch):
        size = len(batch) // workers
        return batch[rank * size : (rank + 1) * size]

    return shares_of(order, batch_size, steps_done * batch_size, share)


@mistake(
    "one worker gets all that is left over",
    "Every row comes once. But what is left over after equal shares goes to one worker alone, and all others wait for "
    "it. Shares may differ by one row.",
)
def rest_to_the_last(order, batch_size, steps_done, workers, rank):
    def share(batch):
        size = len(batch) // workers
        return batch[rank * size : None if rank == workers - 1 else (rank + 1) * size]

    return shares_of(order, batch_size, steps_done * batch_size, share)


@mistake(
    "shares rounded up",
    "Every row comes once. But with shares as large as the largest has to be, the last workers get far less, or "
    "nothing, and wait for the others. Shares may differ by one row.",
)
def rounded_up(order, batch_size, steps_done, workers, rank):
    def share(batch):
        size = -(-len(batch) // workers)
        return batch[rank * size : (rank + 1) * size]

    return shares_of(order, batch_size, steps_done * batch_size, share)


@mistake(
    "the rows that are left at the end are dropped",
    "All full global batches are right, and the last, smaller one is missing.",
)
def rest_dropped(order, batch_size, steps_done, workers, rank):
    full = order[: len(order) // batch_size * batch_size]
    return shares_of(full, batch_size, steps_done * batch_size, lambda batch: batch[rank::workers])


@mistake(
    "a worker without rows has a step less",
    "Every row comes once. But a worker whose share of the last batch is empty leaves that step out, and the others "
    "wait for its gradients forever. Give it an empty array.",
)
def without_empty(order, batch_size, steps_done, workers, rank):
    shares = shares_of(order, batch_size, steps_done * batch_size, lambda batch: batch[rank::workers])
    return [share for share in shares if len(share)]


@mistake(
    "it begins the epoch anew",
    "The shares are right, but the steps that were done are taken once more. Begin at row `steps_done * batch_size`.",
)
def from_the_start(order, batch_size, steps_done, workers, rank):
    return shares_of(order, batch_size, 0, lambda batch: batch[rank::workers])


@mistake(
    "steps counted as rows",
    "It leaves out `steps_done` rows in place of `steps_done` steps. Each step was on `batch_size` rows.",
)
def steps_as_rows(order, batch_size, steps_done, workers, rank):
    return shares_of(order, batch_size, steps_done, lambda batch: batch[rank::workers])


@mistake(
    "the order is not asked",
    "These are places in the order, not the row numbers that stand there. Every worker would take the table from top "
    "to bottom. Cut pieces out of `order` itself.",
)
def places_not_rows(order, batch_size, steps_done, workers, rank):
    places = np.arange(len(order))
    return shares_of(places, batch_size, steps_done * batch_size, lambda batch: batch[rank::workers])


# Probes


def observe(candidate, n_rows=31, batch_size=10, teams=((4, 2), (2, 0))):
    order = 100 + np.random.default_rng(n_rows).permutation(n_rows)
    found = {}
    for workers, steps_done in teams:
        team = f"{workers} workers, {steps_done} steps done"
        shares = []
        for rank in range(workers):
            steps = forms.entries(candidate(order.copy(), batch_size, steps_done, workers, rank))
            steps = None if steps is None else [forms.numbers(rows) for rows in steps]
            if steps is None or not all(isinstance(rows, np.ndarray) and rows.ndim == 1 for rows in steps):
                return found | {"what came back": "no list of arrays of row numbers"}
            shares.append(steps)
        found["what came back"] = "lists of arrays"
        found[f"steps of each worker ({team})"] = np.array([len(steps) for steps in shares])
        # a worker whose steps are over brings nothing
        taken = [[s[step] if step < len(s) else np.array([]) for s in shares] for step in range(max(map(len, shares)))]
        found[f"rows that all take together, step by step ({team})"] = in_words(map(np.concatenate, taken))
        sizes = [[len(rows) for rows in step] for step in taken]
        uneven = [", ".join(map(str, sorted(step))) for step in sizes if max(step) - min(step) > 1]
        found[f"sizes of the shares ({team})"] = "; ".join(uneven) or "differ by one row at most"
    return found


def in_words(batches):
    """Return the rows of each batch in increasing order, as text: "101 105 | 100 103"."""
    return " | ".join(" ".join(f"{row:.0f}" for row in np.sort(batch)) for batch in batches)


EXERCISE = Exercise(
    id="08.2",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=rows_to_go,
    alternatives=(in_neighbors,),
    mistakes=(
        whole_batches,
        first_share,
        batch_each,
        rounded_down,
        rest_to_the_last,
        rounded_up,
        rest_dropped,
        without_empty,
        from_the_start,
        steps_as_rows,
        places_not_rows,
    ),
    observe=observe,
    second=lambda candidate: observe(candidate, n_rows=26, batch_size=8, teams=((3, 1), (5, 0))),
    note=NOTE,
    explanation=EXPLANATION,
)
