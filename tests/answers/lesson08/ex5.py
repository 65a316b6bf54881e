"""Answers to 08.5."""

import numpy as np
import tensorflow as tf

from answers import right, wrong


@right("worker by worker, each merged into what there is so far")
def one_by_one(counts, means, variances):
    n, mean, variance = 0, np.zeros(means.shape[1]), np.zeros(means.shape[1])
    for count, own_mean, own_variance in zip(counts, means, variances):
        total = n + count
        gap = own_mean - mean
        variance = (n * variance + count * own_variance) / total + n * count * (gap / total) ** 2
        mean = mean + gap * count / total
        n = total
    return mean, variance


@right("np.average twice")
def averages(counts, means, variances):
    mean = np.average(means, axis=0, weights=counts)
    return [mean, np.average(variances + (means - mean) ** 2, axis=0, weights=counts)]


@right("sums and sums of squares, in float64; tensors come back")
def squares(counts, means, variances):
    n = counts.sum()
    mean = counts @ means / n
    variance = counts @ (variances + means**2) / n - mean**2
    return tf.constant(mean), tf.constant(variance)


@wrong("means of what was reported")
def plain(counts, means, variances):
    return np.mean(means, axis=0), np.mean(variances, axis=0) + np.var(means, axis=0) / 2


@wrong("the mean of everything", named="nothing is weighted, and the spread between the workers is missing")
def means_of_all(counts, means, variances):
    return sum(means) / len(means), sum(variances) / len(variances)


@wrong("the mean of the means, and the spread around it", named="the mean of the means")
def unweighted(counts, means, variances):
    return np.mean(means, axis=0), np.mean(variances, axis=0) + np.var(means, axis=0)


@wrong("weighted, without the distance of the means", named="the spread between the workers is missing")
def inside(counts, means, variances):
    return counts @ means / counts.sum(), counts @ variances / counts.sum()


@wrong("the variance of the means only", named="only the spread between the workers")
def between(counts, means, variances):
    mean = counts @ means / counts.sum()
    return mean, counts @ (means - mean) ** 2 / counts.sum()


@wrong("the root of the variance", named="the standard deviation came back")
def root(counts, means, variances):
    mean = np.average(means, axis=0, weights=counts)
    return mean, np.average(variances + (means - mean) ** 2, axis=0, weights=counts) ** 0.5


@wrong("deviations averaged, then squared")
def deviations(counts, means, variances):
    mean = np.average(means, axis=0, weights=counts)
    inside = np.average(np.sqrt(variances), axis=0, weights=counts) ** 2
    return mean, inside + np.average((means - mean) ** 2, axis=0, weights=counts)


@wrong("divided by the rows less one for each worker")
def each_less_one(counts, means, variances):
    mean = np.average(means, axis=0, weights=counts)
    rows = counts.sum()
    return mean, (counts @ (variances + (means - mean) ** 2)) / (rows - len(counts))


@wrong("only the mean")
def mean_only(counts, means, variances):
    return np.average(means, axis=0, weights=counts)


@wrong("the variance first")
def exchanged(counts, means, variances):
    mean = np.average(means, axis=0, weights=counts)
    return np.average(variances + (means - mean) ** 2, axis=0, weights=counts), mean
