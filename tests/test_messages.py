"""What is shown to a learner: the same words as HTML and as text, hints one by one, advice on a wrong number."""

import ast
import functools
import re
from pathlib import Path

import pytest

from helpers.exercises import all_exercises, assert_right, check, hint, showing, solution, sources, verdict
from helpers.messages import message
from made_up import SCALED, added, scaled, stopped
from pasting import pasted

ROOT = Path(__file__).parent.parent


def test_html_and_text_say_the_same():
    answers = [scaled, added, stopped, lambda values: 3]
    answers += [lambda values, factor=2.0: values + 17, lambda values, factor=2.0: 1 / 0]
    for answer in answers:
        found = verdict(SCALED, answer)
        page = found._repr_html_()
        words = re.sub(r"<[^>]+>", " ", page).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        told = set(re.findall(r"[\w.]+", repr(found))) - {"yours", "expected", "Measured"}
        assert told <= set(re.findall(r"[\w.]+", words)) | {word + "." for word in re.findall(r"[\w.]+", words)}
        assert page.startswith('<div role="status"') and "<script" not in page


def test_html_escapes_what_learners_write():
    def angry(values, factor=2.0):
        print("<b>bold</b>")
        raise ValueError("<script>alert(1)</script>")

    page = verdict(SCALED, angry)._repr_html_()
    assert "<script>" not in page and "<b>" not in page and "&lt;script&gt;" in page


def test_markdown_in_explanations_becomes_html():
    page = "a <code>b*c*d</code> <em>e</em> <strong>f</strong> 2 * 3 * 4 &lt; 5"
    assert message._as_html("a `b*c*d` *e* **f** 2 * 3 * 4 < 5") == page
    assert message._as_html("`a` or `b`, not *c*") == "<code>a</code> or <code>b</code>, not <em>c</em>"
    assert message._as_html("**`a` is b.** `2**3**4`, `5**6` and `7**8`") == (
        "<strong><code>a</code> is b.</strong> <code>2**3**4</code>, <code>5**6</code> and <code>7**8</code>"
    )


def test_check_hint_and_solution_show_something(capsys, monkeypatch):
    name, exercise = next(iter(all_exercises().items()))
    monkeypatch.setattr(showing, "_hints_shown", {})
    assert check(name, exercise.reference) is None
    assert capsys.readouterr().out.startswith(f"Right: {name}")
    for shown in (1, 2, 3, 3):
        hint(name)
        out, last = capsys.readouterr().out, min(shown, len(exercise.hints))
        assert f"Hint {last} of {len(exercise.hints)}" in out
        assert all(f"{number}. {exercise.hints[number - 1][:20]}" in out for number in range(1, last + 1))
    solution(name)
    assert sources.text_of(exercise.reference).splitlines()[0] in capsys.readouterr().out


def test_a_teachers_check_raises_unless_the_answer_is_right():
    name, exercise = next(iter(all_exercises().items()))
    assert assert_right(name, exercise.reference) is None
    starter = pasted(sources.starter(exercise), exercise.reference.__name__)
    answers = [(name, starter, "Not attempted yet"), (name, lambda: 0.5, "yours 0.5"), (name, None, "got nothing")]
    for number, answer, said in [*answers, ("9.9", starter, "no exercise")]:
        with pytest.raises(AssertionError, match=said):
            assert_right(number, answer)


def test_wrong_number_of_an_exercise_gets_advice(capsys):
    for wrong, advice in (
        ("1.1", '"01.1"'),
        ("c1.1", '"C1.1"'),
        ("01.99", "Did you mean"),
        ("unheard of", "There are"),
        (1.1, "in quotes"),
    ):
        for function in (hint, solution, functools.partial(check, candidate=scaled)):
            function(wrong)
            assert advice in capsys.readouterr().out
    check(scaled, "01.1")
    assert "comes first, in quotes" in capsys.readouterr().out
    check("01.1")
    assert "got nothing" in capsys.readouterr().out


def test_helpers_run_no_text():
    for path in (ROOT / "helpers").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"eval", "exec", "compile", "__import__"}, path.name


def test_five_printed_lines_are_shown_and_of_more_the_first_five():
    said = message.Message(message.Kind.RIGHT, "Right")
    assert said.with_printed("a\nb\nc\nd\ne").printed == ("a", "b", "c", "d", "e")
    assert said.with_printed("a\nb\nc\nd\ne\nf").printed == ("a", "b", "c", "d", "e", "...")
    assert said.with_printed("x" * 201).printed == ("x" * 200,)


def test_text_is_wrapped_at_100_letters():
    said = [message.Message(message.Kind.RIGHT, "Right", (f"{'x' * 50} {'y' * width}",)) for width in (49, 50)]
    assert [len(repr(each).splitlines()) for each in said] == [2, 3]
