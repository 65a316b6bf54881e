"""Answers to 08.4."""

import numpy as np

from answers import right, wrong


@right("a while loop, bytes against bytes")
def by_while(limit, arithmetic, parameters, latency, bandwidth, most):
    workers = 1
    while workers <= most:
        seconds = arithmetic / workers
        if workers > 1:
            seconds += 2 * (workers - 1) * latency
            seconds += 2 * (workers - 1) / workers * (4 * parameters) / (bandwidth / 8)
        if seconds <= limit:
            return workers
        workers += 1


@right("all times in an array, argmax of where they are short enough; a NumPy number")
def by_argmax(limit, arithmetic, parameters, latency, bandwidth, most):
    n = np.arange(1, most + 1)
    seconds = arithmetic / n + 2 * (n - 1) * (latency + parameters * 32 / n / bandwidth)
    return n[np.argmax(seconds <= limit)] if np.any(seconds <= limit) else None


@right("two rounds of messages, added one by one")
def message_by_message(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most + 1):
        message = latency + 32 * (parameters / n) / bandwidth
        scattered = sum(message for _ in range(n - 1))
        gathered = sum(message for _ in range(n - 1))
        if arithmetic / n + scattered + gathered <= limit:
            return n
    return None


@wrong("the arithmetic alone", named="nothing is sent")
def no_messages(limit, arithmetic, parameters, latency, bandwidth, most):
    needed = max(1, int(np.ceil(arithmetic / limit)))
    return needed if needed <= most else None


@wrong("four bytes on a line of bits", named="bytes on a wire that is measured in bits")
def bytes_and_bits(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most + 1):
        if arithmetic / n + 2 * (n - 1) * (latency + 4 * parameters / n / bandwidth) <= limit:
            return n
    return None


@wrong("whole gradients in each message", named="every message has all gradients")
def whole(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most + 1):
        if arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / bandwidth) <= limit:
            return n


@wrong("the shortest step", named="the fastest in place of the fewest")
def shortest(limit, arithmetic, parameters, latency, bandwidth, most):
    n = np.arange(1, most + 1)
    seconds = arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / n / bandwidth)
    return int(n[seconds.argmin()]) if seconds.min() <= limit else None


@wrong("a search by halves, as if the time only fell")
def by_halves(limit, arithmetic, parameters, latency, bandwidth, most):
    def seconds(n):
        return arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / n / bandwidth)

    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        if seconds(middle) <= limit:
            high = middle
        else:
            low = middle + 1
    return low if seconds(low) <= limit else None


@wrong("the last number is left out", named="the last machine is never asked")
def one_short(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most):
        if arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / n / bandwidth) <= limit:
            return n
    return None


@wrong("from the other end: the most, not the fewest")
def largest(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(most, 0, -1):
        if arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / n / bandwidth) <= limit:
            return n
    return None


@wrong("0 where there is none")
def zero(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most + 1):
        if arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / n / bandwidth) <= limit:
            return n
    return 0


@wrong("everybody, where there is none", named="a number where there is none")
def everybody(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most + 1):
        if arithmetic / n + 2 * (n - 1) * (latency + 32 * parameters / n / bandwidth) <= limit:
            break
    return n


@wrong("one round of messages", named="half of the messages")
def one_round(limit, arithmetic, parameters, latency, bandwidth, most):
    for n in range(1, most + 1):
        if arithmetic / n + (n - 1) * latency + (n - 1) / n * 32 * parameters / bandwidth <= limit:
            return n
