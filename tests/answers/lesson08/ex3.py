"""Answers to 08.3."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("one variable after the other, weights by tf.constant")
def by_variable(replicas, optimizers, gradients, rows):
    total, summed = sum(rows), []
    for place in range(len(replicas[0])):
        parts = [own[place] * (n / total) for own, n in zip(gradients, rows) if n]
        summed.append(tf.add_n(parts))
    for worker in range(len(replicas)):
        optimizers[worker].apply_gradients(zip(summed, replicas[worker]))


@right("NaN replaced by 0 before anything is added")
def nan_to_zero(replicas, optimizers, gradients, rows):
    shares = [n / sum(rows) for n in rows]
    means = []
    for same in zip(*gradients):
        clean = [tf.where(tf.math.is_nan(gradient), 0.0, gradient) for gradient in same]
        means.append(sum(share * gradient for share, gradient in zip(shares, clean)))
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply(means, variables)


@right("multiplied back to sums, added, divided at the end")
def sums(replicas, optimizers, gradients, rows):
    present = [worker for worker, n in enumerate(rows) if n > 0]
    mean = []
    for place in range(len(replicas[0])):
        total = sum(np.array(gradients[worker][place]) * rows[worker] for worker in present)
        mean.append(tf.convert_to_tensor(total / sum(rows), tf.float32))
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply_gradients(list(zip(mean, variables)))


@right("the chief takes the step; the others take it too")
def average(replicas, optimizers, gradients, rows):
    present = [worker for worker in range(len(rows)) if rows[worker]]
    weights = [rows[worker] for worker in present]
    stacked = [np.stack([gradients[worker][place] for worker in present]) for place in range(len(replicas[0]))]
    mean = [tf.constant(np.average(values, axis=0, weights=weights), tf.float32) for values in stacked]
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply(mean, variables)


@wrong("nobody tells the others", named="every replica takes a step of its own")
def alone(replicas, optimizers, gradients, rows):
    for worker, n in enumerate(rows):
        if n > 0:
            optimizers[worker].apply_gradients(zip(gradients[worker], replicas[worker]))


@wrong("added up as they are", named="the sum in place of the mean")
def added(replicas, optimizers, gradients, rows):
    present = [own for own, n in zip(gradients, rows) if n]
    summed = [tf.add_n(same) for same in zip(*present)]
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply(summed, variables)


@wrong("the mean over the workers that have rows", named="a small share counts as much as a large one")
def mean(replicas, optimizers, gradients, rows):
    present = [own for own, n in zip(gradients, rows) if n]
    means = [tf.reduce_mean(tf.stack(same), axis=0) for same in zip(*present)]
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply(means, variables)


@wrong("0 times NaN", named="a worker without rows spoils the sum")
def zero_times_nan(replicas, optimizers, gradients, rows):
    total = sum(rows)
    summed = [sum(n / total * gradient for n, gradient in zip(rows, same)) for same in zip(*gradients)]
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply(summed, variables)


@wrong("only the chief's replica", named="only one replica moves")
def chief(replicas, optimizers, gradients, rows):
    total, summed = sum(rows), None
    for own, n in zip(gradients, rows):
        if n:
            part = [n / total * gradient for gradient in own]
            summed = part if summed is None else [a + b for a, b in zip(summed, part)]
    optimizers[0].apply(summed, replicas[0])


@wrong("the chief's weights are copied, its optimizer's state is not")
def weights_copied(replicas, optimizers, gradients, rows):
    total, present = sum(rows), [(n, own) for n, own in zip(rows, gradients) if n]
    summed = [sum(n / total * own[place] for n, own in present) for place in range(len(replicas[0]))]
    optimizers[0].apply(summed, replicas[0])
    for variables in replicas[1:]:
        for variable, chief in zip(variables, replicas[0]):
            variable.assign(chief)


@wrong("own steps, then the mean of the weights", named="weights are averaged, not gradients")
def local_steps(replicas, optimizers, gradients, rows):
    for worker, n in enumerate(rows):
        if n:
            optimizers[worker].apply(gradients[worker], replicas[worker])
    for same in zip(*replicas):
        middle = tf.add_n([n / sum(rows) * tf.convert_to_tensor(variable) for n, variable in zip(rows, same)])
        for variable in same:
            variable.assign(middle)


@wrong("a worker without rows does not take the step")
def idle_stays(replicas, optimizers, gradients, rows):
    total, present = sum(rows), [worker for worker, n in enumerate(rows) if n]
    summed = [sum(rows[w] / total * gradients[w][place] for w in present) for place in range(len(replicas[0]))]
    for worker in present:
        optimizers[worker].apply(summed, replicas[worker])


@wrong("plain gradient descent, past the optimizers")
def by_hand(replicas, optimizers, gradients, rows):
    total, present = sum(rows), [(n, own) for n, own in zip(rows, gradients) if n]
    for optimizer, variables in zip(optimizers, replicas):
        for place, variable in enumerate(variables):
            step = sum(n / total * own[place] for n, own in present)
            variable.assign_sub(float(optimizer.learning_rate) * step)


@wrong("divided by all workers, also by those without rows", named="a worker without rows counts in the mean")
def over_all(replicas, optimizers, gradients, rows):
    present = [own for own, n in zip(gradients, rows) if n]
    means = [tf.add_n(same) / len(rows) for same in zip(*present)]
    for optimizer, variables in zip(optimizers, replicas):
        optimizer.apply(means, variables)
