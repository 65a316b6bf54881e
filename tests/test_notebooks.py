"""The course's notebooks, and the template of a lesson, obey every rule; documents and code their share of them."""

import pytest

import notebook_rules
from notebook_reading import NOTEBOOKS, ROOT, TEMPLATE, all_notebooks, anchors_in, as_typed, name_of
from rules_of_words import PLACE, PUBLISHED, british_words, broken_links

PATHS = [*all_notebooks(), TEMPLATE]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("data/*.md")])
MODULES = sorted([*ROOT.glob("helpers/**/*.py"), *ROOT.glob("data/*.py")])


def test_there_are_notebooks():
    assert all_notebooks(), f"no notebooks in {NOTEBOOKS}"


@pytest.mark.parametrize("path", PATHS, ids=name_of)
@pytest.mark.parametrize("rule", notebook_rules.RULES, ids=lambda rule: rule.__name__)
def test_notebook_obeys(rule, path):
    problems = notebook_rules.problems_in(path, [rule])
    assert not problems, "\n".join(["what to change:", *problems])


def test_published_numbers_belong_to_notebooks():
    unknown = set(PUBLISHED) - {name_of(path) for path in PATHS}
    assert not unknown, f"{PLACE} names {sorted(unknown)}, and there are no such notebooks; remove or rename them there"


@pytest.mark.parametrize("path", DOCUMENTS, ids=as_typed)
def test_links_of_document_resolve(path):
    problems = broken_links(path.read_text(encoding="utf-8"), path, anchors_in(path))
    assert not problems, f"{as_typed(path)}: {'; '.join(problems)}"


@pytest.mark.parametrize("path", DOCUMENTS + MODULES, ids=as_typed)
def test_spelling_of_file_is_american(path):
    british = british_words(path.read_text(encoding="utf-8"))
    assert not british, f"{as_typed(path)}: {', '.join(british)}: British; the course is American"
