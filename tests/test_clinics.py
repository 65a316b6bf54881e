"""The clinics: their notebooks hold the cases as the cases' files have them, and a guess gets its verdict."""

import re

import nbformat
import pytest

from helpers.exercises import all_exercises, check, sources, verdict
from helpers.exercises.exercise import Case
from helpers.messages.message import Kind
from helpers.messages.traps import TRAPS
from made_up import BROKEN
from notebook_reading import NOTEBOOKS, outline

CASES = [exercise for exercise in all_exercises().values() if isinstance(exercise, Case)]
CLINICS = {path.name[:2]: path for path in sorted((NOTEBOOKS / "clinics").glob("*.ipynb"))}

each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@pytest.mark.parametrize("guess", ["B", " b "])
def test_the_line_at_fault_is_told_with_its_trap(guess):
    found = verdict(BROKEN, guess)
    assert (found.kind, found.headline) == (Kind.RIGHT, "Line B it is")
    assert found.paragraphs[0] == BROKEN.suspects["B"]
    assert "trap 17" in found.paragraphs[1] and TRAPS[17].name in found.paragraphs[1]


def test_another_line_is_told_to_be_innocent_and_gives_nothing_away():
    found = verdict(BROKEN, "A")
    assert (found.kind, found.headline) == (Kind.OFF, "Line A is not at fault")
    assert found.paragraphs == (BROKEN.suspects["A"],)


def test_no_guess_yet_is_not_attempted():
    found = verdict(BROKEN, ...)
    assert found.kind == Kind.BLANK and '"A", "B"' in found.paragraphs[0]


def test_a_letter_without_a_line_is_not_checked():
    found = verdict(BROKEN, "X")
    assert found.kind == Kind.UNCHECKED and "'X'" in found.paragraphs[0] and '"A", "B"' in found.paragraphs[0]


def test_the_broken_loop_is_not_attempted_and_its_mend_is_right():
    assert verdict(BROKEN, BROKEN.starter).kind == Kind.BLANK
    assert verdict(BROKEN, BROKEN.reference).kind == Kind.RIGHT


def test_a_letter_is_no_answer_to_another_exercise(capsys):
    check("01.1", "A")
    assert "Nothing checked" in capsys.readouterr().out


@each_case
def test_suspects_are_the_marked_lines_of_at_most_ten(case):
    text = sources.starter(case)
    marked = re.findall(r"# ([A-Z])$", text, flags=re.MULTILINE)
    assert marked == list(case.suspects) and set(case.culprits) < set(case.suspects) and len(marked) >= 3
    docstring = f'"""{case.reference.__doc__}"""'
    lines = [line for line in text.replace(docstring, "").splitlines() if line.strip()]
    # the line with `def` and what stays of the docstring's does not count
    assert len(lines) - 1 <= 10
    assert case.trap in TRAPS


@each_case
def test_no_text_before_the_verdict_names_the_trap(case):
    before = " ".join([case.title, case.task, sources.starter(case), *case.hints[:1]])
    assert TRAPS[case.trap].name not in before


@pytest.mark.parametrize("number", CLINICS)
def test_cases_of_a_clinic_are_as_their_files_have_them(number):
    """Under the case's heading: the broken loop, a guess and its check, the check of the mended loop."""
    notebook = nbformat.read(CLINICS[number], as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for case in [case for case in CASES if case.id.startswith(f"C{int(number)}.")]:
        wanted = [
            sources.starter(case),
            "suspect = ...",
            f'check("{case.id}", suspect)',
            f'check("{case.id}", {case.reference.__name__})',
        ]
        assert (2, f"{case.id} {case.title}") in outline(notebook)
        assert case.task.strip() in texts, f"the clinic should have the task of {case.id}, word for word"
        places = [code.index(source) for source in wanted[:1] + wanted[2:]]
        assert places == sorted(places) and code[places[1] - 1] == wanted[1], f"{case.id}: the cells {wanted}, in order"


def test_every_case_has_a_clinic():
    assert {f"{int(case.id[1:].partition('.')[0]):02}" for case in CASES} <= set(CLINICS)
