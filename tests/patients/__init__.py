"""Training loops, broken and healthy, for the doctor: functions `patient_...() -> Patient`, found by their name."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patient:
    """A training loop as `helpers.doctor.examine` takes it.

    `traps` are the numbers of what is wrong with it, empty for a healthy one; of several, each is a right answer.
    `options` are the optional arguments of `examine`.
    """

    name: str
    traps: frozenset[int]
    model: object
    train_step: Callable
    batch: tuple
    options: dict = field(default_factory=dict)


def all_patients(prefix: str = "") -> dict[str, Callable[[], Patient]]:
    """Return {"module.patient_name": function} of the modules whose name begins so, in the order of their files."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.name.startswith(prefix):
            functions = vars(importlib.import_module(f"{__name__}.{module.name}"))
            names = [name for name in functions if name.startswith("patient_")]
            found |= {f"{module.name}.{name}": functions[name] for name in names}
    return found
