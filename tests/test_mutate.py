"""The mutation run, on a module of three lines: what it changes, what it reports, what it leaves as it was."""

import ast
from pathlib import Path

import pytest

import mutate

ROOT = Path(__file__).parent.parent
MODULE = '''"""Tiny."""


def sign(x):
    """Say it."""
    return 1 if x > 0 else -1
'''
TEST = """
import tiny

def test_sign():
    assert tiny.sign(3) == 1 and tiny.sign(-3) == -1
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "tiny.py").write_text(MODULE, "utf-8")
    (tmp_path / "test_tiny.py").write_text(TEST, "utf-8")
    monkeypatch.chdir(tmp_path)
    # a module of three lines needs no TensorFlow
    monkeypatch.setattr(mutate, "PREPARED", ["nbval.plugin"])
    return tmp_path


def changed(source):
    return {change for _, change, _ in mutate.mutants(source)}


def test_each_kind_of_change_is_made():
    assert changed("x = a < b") == {"a < b  →  a <= b"}
    assert changed("x = a and b or c") == {"a and b or c  →  (a and b) and c", "a and b  →  a or b"}
    assert changed("x = a is None") == {"a is None  →  a is not None"}
    assert changed("x = 2 + y") == {"2 + y  →  2 - y", "2  →  3"}
    assert changed("x = not y") == {"not y  →  y"}
    assert changed("x = f(a, training=True)") == {"f(a, training=True)  →  f(a)", "True  →  False"}
    assert changed("m.reset_state()") == {"m.reset_state()  →  pass"}
    assert changed("n += k") == {"n += k  →  pass", "n += k  →  n -= k"}
    assert changed("if a:\n    b = c") == {"if a: …  →  if not a: …"}
    assert changed("while a:\n    break") == {"break  →  continue"}
    assert changed("def f():\n    return a") == {"return a  →  return None"}
    assert changed("raise a") == {"raise a  →  pass"}


def test_texts_are_left_alone():
    assert changed('"""A docstring."""\nx = "a text"\n') == set()


def test_each_mutant_differs_from_the_module_in_its_change_alone():
    sources = [source for _, _, source in mutate.mutants(MODULE)]
    assert len(set(sources)) == len(sources) == 7
    one = MODULE.replace("x > 0", "x >= 0")
    assert sources.count(ast.unparse(ast.parse(one))) == 1
    assert [line for line, _, _ in mutate.mutants(MODULE)] == [6] * 7


@pytest.mark.sampled
def test_survivors_are_printed_and_the_repository_is_left_as_it_was(project, capsys):
    before = {path: path.read_bytes() for path in project.rglob("*")}
    assert mutate.main(["tiny.py", "test_tiny.py", "--seed", "5"]) == 2
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "7 of 7 mutants, seed 5"
    assert "survives: tiny.py:6: x > 0  →  x >= 0" in out
    assert "survives: tiny.py:6: 0  →  1" in out
    assert out.splitlines()[-1] == "2 of 7 survive"
    assert {path: path.read_bytes() for path in project.rglob("*")} == before


def test_a_sample_is_drawn_by_its_seed(project, monkeypatch):
    def tried(seed):
        met = []
        monkeypatch.setattr(mutate, "run_tests", lambda root, *more: met.append((root / "tiny.py").read_text()) or True)
        mutate.main(["tiny.py", "test_tiny.py", "--sample", "3", "--seed", seed])
        return met[1:]

    assert len(tried("0")) == 3
    assert tried("0") == tried("0") != tried("1")


def test_an_interrupted_run_says_what_survived_so_far(project, monkeypatch, capsys):
    results = iter([True, True])

    def interrupted(root, *more):
        for result in results:
            return result
        raise KeyboardInterrupt

    monkeypatch.setattr(mutate, "run_tests", interrupted)
    assert mutate.main(["tiny.py", "test_tiny.py"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == ["interrupted", "1 of 1 survive"]


def test_failing_tests_are_told_before_anything_is_changed(project):
    (project / "test_tiny.py").write_text(TEST.replace("== -1", "== 0"), "utf-8")
    with pytest.raises(SystemExit, match="the tests fail without any change"):
        mutate.main(["tiny.py", "test_tiny.py"])


@pytest.mark.sampled
def test_a_mutant_that_never_ends_is_noticed(project, monkeypatch):
    (project / "test_tiny.py").write_text("def test():\n    while True:\n        pass\n", "utf-8")
    assert not mutate.run_tests(project, ["test_tiny.py"], timeout=5)


def test_a_mistake_in_the_command_is_no_survivor(project):
    with pytest.raises(SystemExit, match="pytest could not run"):
        mutate.run_tests(project, ["test_missing.py"])


def test_a_known_equivalent_is_no_survivor(project, monkeypatch, capsys):
    known = {("tiny.py", "return 1 if x > 0 else -1", "x > 0  →  x >= 0"): "why"}
    monkeypatch.setattr(mutate, "known_equivalent", lambda: known)
    passing = [ast.unparse(ast.parse(MODULE.replace("x > 0", other))) for other in ("x >= 0", "x > 1")]
    monkeypatch.setattr(mutate, "run_tests", lambda root, *more: (root / "tiny.py").read_text() in [MODULE, *passing])
    assert mutate.main(["tiny.py", "test_tiny.py"]) == 1
    out = capsys.readouterr().out
    assert "known equivalent: tiny.py:6: x > 0  →  x >= 0" in out and "survives: tiny.py:6: 0  →  1" in out
    assert out.splitlines()[-1] == "1 of 7 survive, and 1 that are known to make no difference"


def test_known_equivalents_are_mutants_of_lines_that_are_there():
    known = mutate.known_equivalent()
    assert known and all(known.values()), "each needs its reason"
    for module in {module for module, _, _ in known}:
        source = (ROOT / module).read_text("utf-8")
        found = {(source.splitlines()[line - 1].strip(), what) for line, what, _ in mutate.mutants(source)}
        gone = {(code, change) for its, code, change in known if its == module} - found
        assert not gone, f"{module} has no such lines, or no such mutants: {gone}"


def test_the_tests_that_bear_a_modules_name_come_first():
    tests = ["tests/test_training.py", "tests/test_training_checks.py"]
    assert mutate.by_name(tests, "helpers/training/checks.py") == tests[::-1]
    assert mutate.by_name(tests, "helpers/training/loop.py") == tests


def test_a_mutant_with_which_pytest_cannot_start_is_no_survivor(project):
    (project / "conftest.py").write_text("import tiny\ntiny.nothing\n", "utf-8")
    assert not mutate.run_tests(project, ["test_tiny.py"], timeout=600)
