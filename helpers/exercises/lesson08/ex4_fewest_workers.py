"""08.4 How many workers are enough."""

import numpy as np

from helpers.exercises import forms
from helpers.exercises.exercise import Exercise, mistake

TITLE = "How many workers are enough"
TASK = """
A step is to take at most a given time, and nobody wants to pay for more machines than that needs. A step of `n` workers
has two parts, one after the other:

- the **arithmetic**, which takes `arithmetic` seconds on one machine, is shared out: `arithmetic / n`;
- the **all-reduce** in a ring, which takes `2 (n - 1)` rounds, one after the other; one worker alone sends nothing. In
  a round every worker sends one message, all at the same time. A message has a piece of the gradients, one n-th of
  them, and takes `latency` seconds plus the time that its bits need on the wire. A gradient is a float32, and the
  bandwidth is given in bits a second, as sellers of networks have it.

Write `fewest_workers(limit, arithmetic, parameters, latency, bandwidth, most)`: the smallest number of workers, up to
`most`, whose step takes no longer than `limit`, and None if there is none.
"""
HINTS = (
    "Write down the time of a step for n = 1, which sends nothing, and for n = 2.",
    "A float32 has 32 bits. A piece has `parameters / n` of them, and a piece is sent in each of `2 (n - 1)` rounds.",
    "More workers are not always faster: from some number on the messages cost more than the arithmetic saves. Try "
    "one number after the other, from 1.",
)


def fewest_workers(limit, arithmetic, parameters, latency, bandwidth, most):
    """Return the smallest number of workers, at most `most`, whose step takes `limit` seconds or less; None if none.

    Args:
        limit: the time that a step may take, in seconds.
        arithmetic: the time of a step's arithmetic on one machine, in seconds.
        parameters: how many weights the model has; each has a float32 gradient.
        latency: the time that a message takes beside its bits, in seconds.
        bandwidth: bits a second between two workers.
        most: how many workers there are, at most.
    """
    for workers in range(1, most + 1):
        piece = 32 * parameters / workers
        rounds = 2 * (workers - 1)
        if arithmetic / workers + rounds * (latency + piece / bandwidth) <= limit:
            return workers
    return None


NOTE = (
    "In total a worker sends twice the gradients, nearly, however many workers there are: `2 (n - 1) / n` times their "
    "size. That is why a ring scales. What grows without end is the latency's part."
)
EXPLANATION = (
    "The arithmetic falls like 1/n, the latency's part grows like n, so the time falls and rises again: where the "
    "limit lies below the lowest point, no number of machines helps. Trying from 1 upward finds the fewest, and a "
    "search by halves would not be safe."
)


# Other right answers


def all_at_once(limit, arithmetic, parameters, latency, bandwidth, most):
    workers = np.arange(1, most + 1)
    seconds = arithmetic / workers + 2 * (workers - 1) * latency
    seconds += 2 * (workers - 1) / workers * 4 * parameters / (bandwidth / 8)
    enough = workers[seconds <= limit]
    return int(enough[0]) if len(enough) else None


# Mistakes


def first_of(limit, most, seconds, otherwise=None):
    """Return the first number of workers whose `seconds` are within the limit, `otherwise` if there is none."""
    return next((workers for workers in range(1, most + 1) if seconds(workers) <= limit), otherwise)


def step_time(workers, costs, bits=32, messages=None, pieces=None):
    """The time of a step; the wrong answers count bits, messages, or pieces for each message otherwise."""
    arithmetic, parameters, latency, bandwidth = costs
    messages = 2 * (workers - 1) if messages is None else messages
    pieces = workers if pieces is None else pieces
    return arithmetic / workers + messages * (latency + bits * parameters / pieces / bandwidth)


@mistake(
    "nothing is sent",
    "Only the arithmetic counts, which any number of workers shares. The messages of the all-reduce take their time as "
    "well.",
)
def nothing_sent(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: arithmetic / n)


@mistake(
    "bytes on a wire that is measured in bits",
    "A gradient was counted as 4, its bytes, and the bandwidth is in bits: eight times too fast. Either 32 bits, or "
    "the bandwidth divided by 8.",
)
def bytes_as_bits(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth), bits=4))


@mistake(
    "a gradient counted as one bit",
    "The bandwidth is in bits a second, and a float32 has 32 of them.",
)
def one_bit(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth), bits=1))


@mistake(
    "every message has all gradients",
    "In a ring, a message has a piece, one n-th of the gradients. With all of them in each message, more workers look "
    "far worse than they are.",
)
def whole_gradients(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth), pieces=1))


@mistake(
    "half of the messages",
    "With `n - 1` messages each worker has the sum of one piece only. It takes as many again to hand the sums around.",
)
def one_round(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth), messages=n - 1))


@mistake(
    "one worker sends messages",
    "A single worker has nobody to send to: `2 (n - 1)` is 0. With `2 n` messages all teams are too slow.",
)
def messages_of_one(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth), messages=2 * n))


@mistake(
    "the latency counts once",
    "The messages come one after the other, and each takes its latency: `2 (n - 1)` times, not once.",
)
def latency_once(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(
        limit, most, lambda n: step_time(n, (arithmetic, parameters, 0.0, bandwidth)) + (latency if n > 1 else 0)
    )


@mistake(
    "the fastest in place of the fewest",
    "That is the number of workers with the shortest step. The question was for the fewest whose step is short enough.",
)
def fastest(limit, arithmetic, parameters, latency, bandwidth, most):
    costs = (arithmetic, parameters, latency, bandwidth)
    best = min(range(1, most + 1), key=lambda n: step_time(n, costs))
    return best if step_time(best, costs) <= limit else None


@mistake(
    "a number where there is none",
    "Where a limit can be kept, all is right. Where no number of workers keeps it, more machines do not help, and the "
    "answer is None.",
)
def most_otherwise(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth)), otherwise=most)


@mistake(
    "the last machine is never asked",
    "`range(1, most)` ends before `most`. Where only all machines together are fast enough, it finds none.",
)
def without_the_last(limit, arithmetic, parameters, latency, bandwidth, most):
    return first_of(limit, most - 1, lambda n: step_time(n, (arithmetic, parameters, latency, bandwidth)))


# Probes


# a large model on a slow network, a small one on a network with long ways, and one where both matter
NETWORKS = {
    "ten million weights": (2.0, 10_000_000, 0.0001, 5e9, 40),
    "a thousand weights, long ways": (0.5, 1000, 0.004, 1e9, 60),
    "a million weights": (0.8, 1_000_000, 0.002, 1e9, 30),
}


def observe(candidate, networks=NETWORKS, limits=13):
    found = {}
    for name, (*costs, most) in networks.items():
        times = [step_time(n, costs) for n in range(1, most + 1)]
        # one machine is enough, none is, only the fastest; and limits between
        asked = [
            times[0] + 0.01,
            0.99 * min(times),
            1.0001 * min(times),
            *np.linspace(min(times), times[0], limits)[1:],
        ]
        answers = [candidate(float(limit), *costs, most) for limit in asked]
        found[f"fewest workers ({name})"] = in_words(answers)
    # the fastest is the last that there is
    found["fewest workers (all of four)"] = in_words([candidate(0.26, 1.0, 10, 0.0, 1e9, 4)])
    return found


def in_words(answers):
    """Return the numbers and Nones as text: "1, None, 7"."""
    numbers = [forms.number(answer) for answer in answers]
    return ", ".join(number if isinstance(number, str) else f"{number:g}" for number in numbers)


EXERCISE = Exercise(
    id="08.4",
    title=TITLE,
    task=TASK,
    hints=HINTS,
    reference=fewest_workers,
    alternatives=(all_at_once,),
    mistakes=(
        nothing_sent,
        bytes_as_bits,
        one_bit,
        whole_gradients,
        one_round,
        messages_of_one,
        latency_once,
        fastest,
        most_otherwise,
        without_the_last,
    ),
    observe=observe,
    second=lambda candidate: observe(
        candidate,
        {
            "eight million weights": (1.5, 8_000_000, 0.0003, 4e9, 30),
            "two thousand weights, long ways": (0.9, 2000, 0.006, 1e9, 50),
            "two million weights": (0.7, 2_000_000, 0.001, 2e9, 25),
        },
    ),
    note=NOTE,
    explanation=EXPLANATION,
)
