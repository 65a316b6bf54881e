"""The figures that lesson 09 reads: four ways to train, each from five seeds and judged; too long for a lesson.

    python tests/tools/drawings.py      measure (some minutes), store, and run the lesson anew

The functions are the lesson's own, read from its cells, so that what was measured is what stands there.
"""

import ast
import json
import os
import re
import sys
from types import SimpleNamespace

import nbformat

from notebook_reading import NOTEBOOKS, ROOT

STORED = ROOT / "tests" / "benchmarks" / "lesson09.json"
LESSON = NOTEBOOKS / "09_two_networks.ipynb"
# the cells whose imports, functions and values it takes
CELLS = ["imports", "data", "networks", "begin", "losses", "d-step", "g-step", "alternating"]
CELLS += ["epoch", "train", "judge", "hasty", "literal", "turns-proof"]


def source_of_lesson():
    """Return what these cells define, without what they print, draw or train."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    kept = []
    for name in CELLS:
        for node in ast.parse(cells[name]).body:
            source = ast.get_source_segment(cells[name], node)
            is_value = isinstance(node, ast.Assign) and not re.search(
                r"\bplots\.|\btrain\(|\bby_seed\b|in_turn", source
            )
            if is_value or isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef)):
                kept.append(source)
    return "\n\n\n".join(kept)


def measure(seeds, epochs):
    """Return one row for each way to train and seed: {"way", "seed", "sure", "digits", "distance"}."""
    from pasting import defined_by  # starts TensorFlow

    page = SimpleNamespace(**defined_by(source_of_lesson(), LESSON.stem))
    ways = {
        "in turn": page.alternating,
        "at once": page.simultaneous,
        "literal loss": lambda *networks: page.alternating(*networks, loss_fn=page.literal_loss_fn),
        "in a hurry": page.hasty,
    }
    rows = []
    for way, make_train_step in ways.items():
        for seed in seeds:
            _, drawings = page.train(seed, make_train_step, epochs)
            rows.append({"way": way, "seed": seed} | page.judge.measure(drawings[-1]))
            print(rows[-1], flush=True)
    return rows


def main():
    sys.path.insert(0, str(ROOT))
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TQDM_DISABLE="1")
    lines = ",\n".join(json.dumps(row) for row in measure(seeds=range(5), epochs=100))
    STORED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    import refresh

    return refresh.main([LESSON])


if __name__ == "__main__":
    sys.exit(main())
