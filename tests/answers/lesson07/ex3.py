"""Answers to 07.3."""

import math

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("a while loop")
def by_while(take_steps, order, steps_a_call):
    first = 0
    while first < len(order):
        last = min(first + steps_a_call, len(order))
        loss = take_steps(order[first:last])
        first = last
        if math.isnan(loss) or math.isinf(loss):
            break
    return first


@right("np.array_split at the places between calls; a NumPy number comes back")
def by_split(take_steps, order, steps_a_call):
    taken = np.int64(0)
    for part in np.split(order, range(steps_a_call, len(order), steps_a_call)):
        loss = take_steps(part)
        taken += len(part)
        if not tf.math.is_finite(loss):
            return taken
    return taken


@right("a generator of parts, tensors go in")
def tensors(take_steps, order, steps_a_call):
    taken = 0
    for part in (order[i : i + steps_a_call] for i in range(0, len(order), steps_a_call)):
        loss = float(take_steps(tf.constant(part)))
        taken += part.shape[0]
        if not np.isfinite(loss):
            break
    return taken


@wrong("only full calls", named="the lines that are left are dropped")
def full_calls(take_steps, order, steps_a_call):
    taken = 0
    for call in range(len(order) // steps_a_call):
        loss = take_steps(order[call * steps_a_call : (call + 1) * steps_a_call])
        taken += steps_a_call
        if not np.isfinite(loss):
            break
    return taken


@wrong("no look at the loss", named="it goes on after a bad loss")
def blind(take_steps, order, steps_a_call):
    for first in range(0, len(order), steps_a_call):
        take_steps(order[first : first + steps_a_call])
    return len(order)


@wrong("only NaN is looked for", named="infinity goes on")
def nan_only(take_steps, order, steps_a_call):
    taken = 0
    for first in range(0, len(order), steps_a_call):
        part = order[first : first + steps_a_call]
        loss = take_steps(part)
        taken += len(part)
        if np.isnan(loss):
            break
    return taken


@wrong("a NaN is looked for by comparing")
def compared(take_steps, order, steps_a_call):
    taken = 0
    for first in range(0, len(order), steps_a_call):
        part = order[first : first + steps_a_call]
        loss = take_steps(part)
        taken += len(part)
        if loss == math.nan or loss in (math.inf, -math.inf):
            break
    return taken


@wrong("how many calls there were", named="calls are counted, not steps")
def calls(take_steps, order, steps_a_call):
    count = 0
    for first in range(0, len(order), steps_a_call):
        count += 1
        if not np.isfinite(take_steps(order[first : first + steps_a_call])):
            break
    return count


@wrong("a full call is added for the last part, too", named="the last call counts as a full one")
def full_added(take_steps, order, steps_a_call):
    taken = 0
    for first in range(0, len(order), steps_a_call):
        loss = take_steps(order[first : first + steps_a_call])
        taken += steps_a_call
        if not np.isfinite(loss):
            break
    return taken


@wrong("each line in a call of its own", named="one step a call")
def line_by_line(take_steps, order, steps_a_call):
    taken = 0
    for line in order:
        loss = take_steps(line[np.newaxis])
        taken += 1
        if not np.isfinite(loss):
            break
    return taken


@wrong("the returned number leaves out the bad call", named="the bad call does not count")
def without_bad(take_steps, order, steps_a_call):
    for first in range(0, len(order), steps_a_call):
        if not np.isfinite(take_steps(order[first : first + steps_a_call])):
            return first
    return len(order)
