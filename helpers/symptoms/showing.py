"""Running the probes of the symptom index on a healthy and a sick loop, and showing what they print."""

import ast
import contextlib
import functools
import html
import inspect
import io
import logging
import re
import textwrap
import warnings
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from helpers import doctor
from helpers.messages import errors
from helpers.symptoms.probes import MESSAGES, PROBES, Probe


@dataclass(frozen=True)
class Table:
    """Rows under names of columns, shown as HTML and as text, in the same words; first the trap, or None."""

    names: tuple[str, ...]
    rows: tuple[tuple, ...]

    def __repr__(self):
        return "\n".join(
            f"{f'trap {trap}' if trap else 'no trap'}:\n{textwrap.indent(self._words(parts), '    ')}"
            for trap, *parts in self.rows
        )

    def _words(self, parts):
        named = [f"{name.lower()}: {part}" for name, part in zip(self.names[1:], parts)]
        return "\n".join(each.replace("\n", "\n    ") for each in named)

    def _repr_html_(self):
        head = "".join(f'<th scope="col" {LEFT}>{name}</th>' for name in self.names)
        body = "\n".join(
            f'<tr><th scope="row" {LEFT}>{trap or "none"}</th>'
            + "".join(f"<td {LEFT}>{_code(each)}</td>" for each in parts)
            + "</tr>"
            for trap, *parts in self.rows
        )
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


# what a line needs besides the doctor's probes
IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pairwise_distances": "from sklearn.metrics import pairwise_distances",
    "roc_auc_score": "from sklearn.metrics import roc_auc_score",
}
LEFT = 'style="text-align: left; vertical-align: top"'


def _code(text):
    # an import stays on one line, so that it can be copied by eye too
    first = max(map(len, re.findall(r"^(?:from|import) .*", text, flags=re.MULTILINE)), default=0)
    width = f"; display: inline-block; min-width: {first}ch" if first else ""
    return f'<code style="white-space: pre-wrap{width}">{html.escape(text, quote=False)}</code>'


def healthy_and_sick(*traps: int) -> Table:
    """Return a table of what the probes of these traps print for a healthy and for a sick loop."""
    found = {}
    for probe in [probe for trap in traps for probe in PROBES if probe.trap == trap]:
        right = probe.trap, pasted(probe), printed(probe, sick=False)
        found.setdefault(right, []).append(printed(probe, sick=True))
    return Table(
        ("Trap", "Paste", "Healthy", "Sick"), tuple((*right, "\n".join(wrong)) for right, wrong in found.items())
    )


def messages() -> Table:
    """Return a table of the messages of steps that stop or warn."""
    return Table(("Trap", "Message"), tuple((probe.trap, said(probe, sick=True)) for probe in MESSAGES))


def pasted(probe: Probe) -> str:
    """Return the lines to paste: imports, and the expression that the probe's function returns."""
    (function,) = ast.parse(inspect.getsource(probe.line)).body
    text = " ".join(ast.get_source_segment(inspect.getsource(probe.line), function.body[-1].value).split())
    used = [node.id for node in ast.walk(function) if isinstance(node, ast.Name)]
    of_doctor = [name for name in doctor.__all__ if name in used]
    imports = [f"from helpers.doctor import {', '.join(of_doctor)}"] if of_doctor else []
    return "\n".join([*imports, *(line for name, line in IMPORTS.items() if name in used), text])


def value(probe: Probe, sick: bool):
    """Build the loop of a probe, and return what its line gives for it."""
    names = probe.build(sick)
    return probe.line(*(names[name] for name in inspect.signature(probe.line).parameters))


@functools.cache  # some traps stand in several sections
def printed(probe: Probe, sick: bool) -> str:
    """Return what a probe prints, with its numbers rounded to three digits."""
    with _quietly():
        return repr(rounded(value(probe, sick)))


def said(probe: Probe, sick: bool) -> str:
    """Return the error or the warning of a step, "no error" if it has none."""
    with _quietly() as heard:
        try:
            value(probe, sick)
        except Exception as error:
            return f"{type(error).__name__}: {_first_sentence(errors.short_message(error))}"
    return next((_first_sentence(text) for text in heard), "no error")


def _first_sentence(text):
    text = re.sub(r"<(function|Variable) .*?(at 0x\w+|dtype=\w+)>", r"<\1 ...>", " ".join(text.split()))
    return re.split(r"\. (?=[A-Z])", text)[0]


@contextlib.contextmanager
def _quietly():
    """Keep prints and warnings off the page, and collect the warnings."""
    heard = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(f"WARNING: {record.getMessage()}")
    logger = tf.get_logger()
    handlers, propagate = logger.handlers, logger.propagate
    logger.handlers, logger.propagate = [handler], False
    show = warnings.showwarning
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("always")
            warnings.showwarning = lambda message, category, *_, **__: heard.append(f"{category.__name__}: {message}")
            yield heard
    finally:
        warnings.showwarning = show
        logger.handlers, logger.propagate = handlers, propagate


def rounded(found):
    """Return what a probe found with numbers of three digits, and Python's own types in place of NumPy's."""
    if isinstance(found, dict):
        return {rounded(name): rounded(part) for name, part in found.items()}
    if isinstance(found, (list, tuple, set)):
        return type(found)(rounded(part) for part in found)
    if isinstance(found, np.ndarray):
        return rounded(found.tolist())
    if isinstance(found, (float, np.floating)):
        return float(f"{float(found):.3g}") + 0.0
    if isinstance(found, np.generic):
        return found.item()
    return found
