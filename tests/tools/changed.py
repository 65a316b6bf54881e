"""Run the tests of what was changed since the last commit, and nothing else.

    python tests/tools/changed.py            what differs from the last commit, new files too
    python tests/tools/changed.py main       what differs from the branch main

It prints the commands that it runs. The whole suite, `pytest`, has the last word.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# what stands for more than itself: a pattern of a file's path, and the tests that look at it
TESTS = [
    (r"helpers/exercises/(own_copies|__main__)\.py", "tests/test_exercises_start.py"),
    (r"helpers/exercises/\w+\.py", "tests/test_verdicts.py tests/test_messages.py tests/test_exercises.py"),
    (r"helpers/exercises/lesson\d\d/(?!ex\d|__init__)\w+\.py", "tests/test_exercises.py tests/test_answers.py"),
    (
        r"helpers/messages/\w+\.py",
        "tests/test_messages.py tests/test_error_meanings.py tests/test_symptoms.py tests/test_cheat_sheet.py",
    ),
    (r"helpers/(doctor|symptoms)/\w+\.py", r"notebooks/symptoms.ipynb tests/test_\1*.py tests/test_symptoms*.py"),
    (r"helpers/(\w+)(/\w+)?\.py", r"tests/test_\1*.py"),
    (r"helpers/(.*/)?__init__\.py|helpers/jupyter/.*", "tests/test_install.py"),
    (
        r"notebooks/symptoms\.ipynb",
        "notebooks/symptoms.ipynb tests/test_symptoms*.py tests/test_report_picture.py tests/test_notebooks.py",
    ),
    (r"notebooks/(glossary|cheat_sheet)\.ipynb", r"\g<0> tests/test_\1.py tests/test_notebooks.py"),
    (r"notebooks/(exercises|solutions)/.*", r"\g<0> tests/test_exercise_notebooks.py tests/test_notebooks.py"),
    (r"notebooks/published\.ipynb", r"\g<0> tests/test_published.py tests/test_notebooks.py"),
    (r"notebooks/clinics/.*", r"\g<0> tests/test_clinics.py tests/test_notebooks.py"),
    (r"notebooks/.*\.ipynb", r"\g<0> tests/test_notebooks.py"),
    (r"notebooks/scripts/(watch_training|requirements-).*", "tests/test_watch_training.py tests/test_install.py"),
    (r"notebooks/scripts/.*|tests/cluster/.*", "tests/cluster/test_cluster.py notebooks/08*.ipynb"),
    (r"notebooks/figures/.*", "tests/test_refresh.py tests/test_report_picture.py"),
    (r"data/.*", "tests/test_make_data.py tests/test_data*.py"),
    (r"tests/tools/lesson_template\.ipynb", r"\g<0> tests/test_notebook_rules.py"),
    (r"tests/tools/rules_of_glossary\.py", "tests/test_glossary.py tests/test_notebooks.py"),
    (r"tests/tools/one_page\.py", "tests/test_cheat_sheet.py"),
    (r"tests/tools/(rules_of_\w+|notebook_reading)\.py", "tests/test_notebook_rules.py tests/test_notebooks.py"),
    (r"tests/tools/(mutants|pasting|checker_figures|dump_verdicts)\.py", "tests/test_mutants.py"),
    (r"tests/tools/mutate_equivalent\.txt", "tests/test_mutate.py"),
    (r"tests/patients/.*|tests/tools/bench_doctor\.py", "tests/test_doctor*.py tests/test_patients.py"),
    (r"tests/tools/(\w+)\.py", r"tests/test_\1*.py"),
    (r"tests/training_cases\.py", "tests/test_training*.py"),
    (r"tests/(conftest|data_faults)\.py", "tests/test_data*.py"),
    (r"tests/made_up\.py", "tests/test_verdicts.py tests/test_messages.py tests/test_error_meanings.py"),
    (r"tests/benchmarks/.*", "tests/test_benchmarks.py"),
    (r"tests/tools/make_exercises\.py", "tests/test_exercise_notebooks.py"),
    (r"tests/tools/mnist_seeds\.py", "tests/test_mnist_real.py"),
    (r"tests/answers/.*", "tests/test_answers.py"),
    (r"tests/test_\w+\.py", r"\g<0>"),
    (r"conftest\.py|tests/nbval_sanitize\.cfg", "tests/test_conftest.py"),
    (r"\.github/.*|\.ci/.*", "tests/test_workflows.py"),
    (r"[\w.]+", "tests/test_install.py"),
]
EXERCISE = re.compile(r"(?:helpers/exercises|tests/answers)/lesson(\d\d)/(ex|case)(\d+)\w*\.py")


def changed_files(base="HEAD"):
    """Return the paths, from the root, of what differs from a commit or a branch."""
    differing = _git("diff", "--name-only", base) + _git("ls-files", "--others", "--exclude-standard")
    return sorted({name for name in differing if name})


def _git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")


def tests_of(path):
    """Return the test files and notebooks that look at a file, as paths from the root; the first line that has some."""
    for pattern, tests in TESTS:
        if found := re.fullmatch(pattern, path):
            files = [file for name in found.expand(tests).split() for file in ROOT.glob(name)]
            if files:
                return sorted(file.relative_to(ROOT).as_posix() for file in files)
    return []


def commands(paths):
    """Return the arguments of one call of pytest for the exercises, with their numbers, and of one for the rest."""
    numbers = sorted({number_of(*found.groups()) for path in paths if (found := EXERCISE.fullmatch(path))})
    rest = sorted({test for path in paths if not EXERCISE.fullmatch(path) for test in tests_of(path)})
    calls = []
    if numbers:
        files = [f"tests/test_{name}.py" for name in ("exercises", "answers", "mutants", "clinics")]
        calls.append(["-o", "addopts=", *files, "--everything", "-k", " or ".join(numbers)])
    if rest or numbers:
        calls.append(["-p", "no:cacheprovider", "--everything", *sorted({*rest, "tests/test_style.py"})])
    return calls


def number_of(lesson, kind, number):
    """Return what the exercise or case in a file is called: lesson04/ex2_... holds 04.2, lesson04/case2_... C4.2."""
    return f"C{int(lesson)}.{number}" if kind == "case" else f"{lesson}.{number}"


def main(base="HEAD"):
    paths = changed_files(base)
    failed = 0
    for arguments in commands(paths):
        print("pytest", *arguments, flush=True)
        failed += subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT).returncode != 0
    if not paths:
        print("nothing was changed")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
