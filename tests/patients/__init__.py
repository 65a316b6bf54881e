"""Patients: whole training loops, broken and healthy, that the doctor is judged by; `patient_...() -> Patient`.

Those in the modules `unseen` and `unseen_more` were written without a look at the doctor.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras


@dataclass(frozen=True)
class Patient:
    """One loop as its owner would bring it to `helpers.doctor.examine`.

    `traps` holds the numbers of the right names for what is wrong, and is empty for a healthy loop. It holds more than
    one number where the loop behaves the same under each of them, so that only its source could tell them apart.
    `batch` is (features, labels), each an array or a structure of arrays. `options` holds those optional arguments of
    the examination (optimizer, loss_fn, test_step, dataset, train, class_weight, target) that the owner would pass.
    """

    name: str
    traps: frozenset[int]
    model: keras.Model
    train_step: Callable
    batch: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)


def all_patients(prefix: str = "") -> dict[str, Callable[[], Patient]]:
    """Return {"module.patient_name": function} of the modules whose name begins so, in the order of their files."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.name.startswith(prefix):
            functions = vars(importlib.import_module(f"{__name__}.{module.name}"))
            names = [name for name in functions if name.startswith("patient_")]
            found |= {f"{module.name}.{name}": functions[name] for name in names}
    return found
