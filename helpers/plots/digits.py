"""Figures of lesson 05: a network's mistakes, what one bad batch does, and times measured on this machine."""

import os
import timeit

import numpy as np
from matplotlib.figure import Figure

from helpers.plots.classifiers import draw_confusion
from helpers.plots.palette import LINES, ORANGE, draw_pictures
from helpers.plots.showing import show


def mistakes(images, labels, probabilities, most=8):
    """Draw which class was taken for which, and beside it the mistakes about which the model was surest.

    Args:
        images: numbers >= 0, shape (n, height, width); 0 is white.
        labels: class numbers, shape (n,).
        probabilities: of each class, shape (n, classes); each row adds up to 1.
        most: how many mistakes to show as pictures, in rows of four; there may be fewer.

    Returns:
        The Figure: left the confusion matrix, right the pictures, the surest mistake first, each under what was read
        and what is right.
    """
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    fig = Figure(figsize=(9, 4.2), layout="constrained")
    left, right = fig.subfigures(1, 2, width_ratios=[5, 4.6])
    draw_confusion(left.subplots(), labels, answers)
    axes = right.subplots(-(-most // 4), 4, squeeze=False).ravel()
    draw_pictures(axes, images[worst])
    for ax, i in zip(axes, worst):
        ax.set_title(f"read {answers[i]}, is {labels[i]}\n{confidence[i]:.0%} sure", fontsize=9)
    return fig


def after_one_batch(panels, bad_step, loss_label):
    """Draw losses over the steps of runs, of which some met one bad batch, in one or more panels side by side.

    Args:
        panels: a list of dicts of name -> loss after each step, shape (steps,) each, at most three runs a panel. A
            run of the same name is drawn in the same way in each panel.
        bad_step: the step with the bad batch, counted from 1, marked with a vertical line.
        loss_label: what the losses are, with their unit.

    Returns:
        The Figure; all panels have the same axes, and each has a legend.
    """
    fig = Figure(figsize=(4.6 * len(panels), 3.6), layout="constrained")
    names = list(dict.fromkeys(name for runs in panels for name in runs))
    styles = dict(zip(names, [*LINES, ("#CC79A7", (0, (5, 1, 1, 1, 1, 1)))]))
    axes = fig.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for ax, runs in zip(axes, panels):
        ax.axvline(bad_step, color="gray", linewidth=1)
        for name, losses in runs.items():
            color, dashes = styles[name]
            ax.plot(range(1, len(losses) + 1), losses, color=color, linestyle=dashes, label=name)
        ax.set(xlabel="step", ylim=(0, None))
        ax.legend()
    axes[0].set_ylabel(loss_label)
    return fig


def seconds(acts, description, repeat=3):
    """Measure how long something takes on this machine, and show it as bars, each with its number.

    Args:
        acts: dict of name -> function without arguments. Each runs `repeat` times, and the fastest run counts: it is
            the one that other programs disturbed least.
        description: one sentence that says what was measured.

    No two runs measure the same. So nothing runs where the environment variable COURSE_STILL is set, as it is where
    outputs are stored or tested; a line says so in place of the figure.
    """
    if "COURSE_STILL" in os.environ:
        print("the seconds of your machine stand here once you have run this cell")
        return
    show(_bars({name: min(timeit.repeat(act, number=1, repeat=repeat)) for name, act in acts.items()}), description)


def _bars(times):
    fig = Figure(figsize=(7, 0.9 + 0.5 * len(times)), layout="constrained")
    ax = fig.subplots()
    bars = ax.barh(list(times), list(times.values()), color=ORANGE)
    ax.bar_label(bars, labels=[f"{time:.3f} s" for time in times.values()], padding=3)
    ax.invert_yaxis()
    ax.set(xlabel="time (s)", xlim=(0, 1.15 * max(times.values())))
    return fig
