"""Change single lines of modules, one at a time, and list the changes that no test notices.

    python tests/tools/mutate.py helpers/training/loop.py tests/test_training.py --sample 300 --seed 0

Name any number of modules and test files, from the root of the repository; files called test_*.py are the tests, in the
order in which to run them, but those that bear a module's name come first for its mutants. A survivor is a hole in the
tests, or a change that makes no difference; those that are known to make none stand in mutate_equivalent.txt, each with
its reason. Ctrl-C ends a run and lists what has survived so far. It works on a copy: nothing in the repository is
changed. Not part of the suite.

Each mutant meets the tests in a process that is forked from one in which TensorFlow is imported already. Windows cannot
fork: there each imports it anew, and a run takes several times as long.
"""

import argparse
import ast
import copy
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tqdm import tqdm

EQUIVALENT = Path(__file__).with_name("mutate_equivalent.txt")
# what a process that runs the tests finds imported
PREPARED = ["nbval.plugin", "tensorflow", "keras", "pandas", "sklearn.datasets"]
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
    ast.Break: ast.Continue, ast.Continue: ast.Break,
}  # fmt: skip


def changes(node):
    """Yield the nodes that may stand in place of `node`."""
    if type(node) in SWAPS:
        yield SWAPS[type(node)]()
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        yield ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield node.operand
    if isinstance(node, (ast.If, ast.IfExp)):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed
    if isinstance(node, ast.Call):
        for i in range(len(node.keywords)):
            changed = copy.deepcopy(node)
            del changed.keywords[i]
            yield changed
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
    # texts stand alone where they are docstrings
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.Expr, ast.AugAssign, ast.Raise)) and not is_text:
        yield ast.Pass()


def places(tree):
    """Yield (parent, field, index or None, line, node) for each node below `tree`."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST):
                    yield parent, field, index, getattr(node, "lineno", getattr(parent, "lineno", 0)), node


def put(parent, field, index, node):
    """Set what stands in a place."""
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def mutants(source):
    """Yield (line, change in words, source) for each mutant of a module."""
    tree = ast.parse(source)
    for parent, field, index, line, node in list(places(tree)):
        # an operator says little without what it joins
        shown = parent if isinstance(node, (ast.operator, ast.cmpop, ast.boolop)) else node
        before = ast.unparse(shown)
        for changed in changes(node):
            put(parent, field, index, changed)
            after = ast.unparse(shown if shown is parent else changed)
            yield line, f"{in_short(before)}  →  {in_short(after)}", ast.unparse(ast.fix_missing_locations(tree))
            put(parent, field, index, node)


def in_short(code):
    first, *more = code.splitlines()
    return first[:100] + (" …" if more or len(first) > 100 else "")


def from_prepared_process():
    """Return the context of `multiprocessing` whose processes start with TensorFlow imported, where a system has it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # no lines about the processor among the survivors
    context = multiprocessing.get_context("forkserver")
    # imported and never used there: threads that TensorFlow has begun would be missing after a fork
    context.set_forkserver_preload(PREPARED)
    return context


def start_pytest(root, tests, said):
    """Run the tests on the copy in `root`, in this process, and end it; what pytest says goes to the file `said`."""
    # no stored bytecode: two mutants of one second and one size would share it
    os.environ |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(root))
    os.chdir(root)
    with open(said, "wb") as file:
        for output in (1, 2):
            os.dup2(file.fileno(), output)
    import pytest

    sys.exit(pytest.main(["-o", "addopts=", "-p", "no:cacheprovider", "-x", "-q", *tests]))


def run_tests(root, tests, timeout=None):
    """Return True if the tests pass on the copy in `root`.

    A mutant that never ends does not pass. Without a `timeout` it is the run before any mutant: pytest has to start.
    """
    said = Path(root).with_name("said.txt")
    process = from_prepared_process().Process(target=start_pytest, args=(root, tests, said))
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
        return False
    # a mutant may keep pytest from starting, where a conftest.py imports it
    if process.exitcode > 2 and timeout is None:
        sys.exit(f"pytest could not run:\n{said.read_text('utf-8', errors='replace')[-4000:]}")
    return process.exitcode == 0


def known_equivalent(path=EQUIVALENT):
    """Return {(module, line of code, change): why it makes no difference} of the mutants that no test can notice."""
    entries = path.read_text("utf-8").split("\n\n")[1:]
    lines = [entry.strip().splitlines() for entry in entries]
    return {(module, code, change): " ".join(reason) for module, code, change, *reason in lines}


def by_name(tests, module):
    """Return the tests, with those first whose file bears the name of the module."""
    return sorted(tests, key=lambda test: Path(module).stem not in Path(test).stem)


def main(arguments=None):
    """Run a sample of the mutants, and print those that survive and are not known; return how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="modules and test files, from the root of the repository")
    parser.add_argument("--sample", type=int, default=300, help="how many mutants, drawn at random (default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default: 0)")
    chosen = parser.parse_args(arguments)
    tests = [file for file in chosen.files if Path(file).name.startswith("test_")]
    modules = [file for file in chosen.files if file not in tests]
    sources = {file: Path(file).read_text("utf-8") for file in modules}
    every = [(file, *mutant) for file, source in sources.items() for mutant in mutants(source)]
    sample = random.Random(chosen.seed).sample(every, min(chosen.sample, len(every)))
    print(f"{len(sample)} of {len(every)} mutants, seed {chosen.seed}", flush=True)
    equivalent, survivors, known, tried = known_equivalent(), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "copy"
        shutil.copytree(".", root, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        start = time.monotonic()
        if not run_tests(root, tests):
            sys.exit("the tests fail without any change: mend them first")
        # far away: only a mutant that runs in circles gets there
        timeout = 60 + 5 * (time.monotonic() - start)
        try:
            for file, line, change, source in tqdm(sample, leave=False):
                (root / file).write_text(source, "utf-8")
                if run_tests(root, by_name(tests, file), timeout):
                    is_known = (file, sources[file].splitlines()[line - 1].strip(), change) in equivalent
                    survivors, known = survivors + (not is_known), known + is_known
                    tqdm.write(f"{'known equivalent' if is_known else 'survives'}: {file}:{line}: {change}")
                (root / file).write_text(sources[file], "utf-8")
                tried += 1
        except KeyboardInterrupt:
            print("interrupted")
    print(f"{survivors} of {tried} survive" + (f", and {known} that are known to make no difference" if known else ""))
    return survivors


if __name__ == "__main__":
    main()
