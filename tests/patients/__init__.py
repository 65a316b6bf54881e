"""Patients: whole training loops, broken and healthy, that an examination of loops is judged by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import keras


@dataclass(frozen=True)
class Patient:
    """One loop as its owner would bring it.

    `traps` holds the numbers of the right names for what is wrong, and is empty for a healthy loop. It holds more than
    one number where the loop behaves the same under each of them, so that only its source could tell them apart.
    `batch` is (features, labels), each an array or a structure of arrays; no two of its rows are equal. `options` holds
    those optional arguments of the examination (optimizer, loss_fn, test_step, dataset, train, class_weight, target)
    that the owner would pass.
    """

    name: str
    traps: frozenset[int]
    model: keras.Model
    train_step: Callable
    batch: tuple[Any, Any]
    options: dict[str, Any] = field(default_factory=dict)


def patients_in(module: ModuleType) -> dict[str, Callable[[], Patient]]:
    """The functions of a module that make a patient, by name, in the order of their numbers."""
    return {name: make for name, make in sorted(vars(module).items()) if name.startswith("patient_")}
