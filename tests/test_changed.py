"""The command that tests only what was changed: each file of the course has tests that look at it."""

import subprocess

import pytest

import changed


def test_every_file_leads_to_tests():
    tracked = subprocess.run(["git", "ls-files"], cwd=changed.ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("this folder is not a git checkout")
    single = {path for path in tracked.stdout.split() if changed.EXERCISE.fullmatch(path)}
    lost = [path for path in tracked.stdout.split() if path not in single and not changed.tests_of(path)]
    assert lost == [], "add a line to TESTS in tests/tools/changed.py"


def test_an_exercise_costs_its_own_tests_only():
    calls = changed.commands(["helpers/exercises/lesson04/ex2_weighted_loss.py", "tests/answers/lesson03/ex1.py"])
    assert calls[0][-2:] == ["-k", "03.1 or 04.2"]
    assert changed.commands(["helpers/exercises/lesson03/case2_train.py"])[0][-2:] == ["-k", "C3.2"]
    assert calls[1][-1:] == ["tests/test_style.py"]


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("notebooks/03_heart_failure.ipynb", "notebooks/03_heart_failure.ipynb"),
        ("notebooks/03_heart_failure.ipynb", "tests/test_notebooks.py"),
        ("helpers/plots/descent.py", "tests/test_plots.py"),
        ("helpers/messages/traps.py", "tests/test_symptoms.py"),
        ("helpers/messages/traps.py", "tests/test_cheat_sheet.py"),
        ("helpers/doctor/probes.py", "tests/test_symptoms_probes.py"),
        ("helpers/symptoms/loops.py", "notebooks/symptoms.ipynb"),
        ("notebooks/glossary.ipynb", "tests/test_glossary.py"),
        ("tests/tools/refresh.py", "tests/test_refresh.py"),
        ("requirements.txt", "tests/test_install.py"),
    ],
)
def test_a_file_leads_to_its_tests(path, test):
    assert test in changed.tests_of(path)


def test_what_is_not_changed_is_not_tested():
    assert changed.commands([]) == []
