"""Say what to change in notebooks so that they keep the course's form; the tests hold every notebook to the same rules.

    python tests/tools/notebook_rules.py                                    all notebooks
    python tests/tools/notebook_rules.py notebooks/03_heart_failure.ipynb   only those named

It reads what is stored and runs nothing. The exit code is 1 if there is anything to change.
"""

import sys
from pathlib import Path

import nbformat

import rules_of_form as form
import rules_of_glossary as glossary
import rules_of_lessons as lessons
import rules_of_words as words
import speed
from notebook_reading import NOTEBOOKS, TEMPLATE, all_notebooks, as_typed

RULES = [
    form.executed_in_order,
    form.no_stored_stderr,
    form.errors_only_where_tagged,
    form.metadata_is_clean,
    form.no_machine_paths,
    form.cells_are_small,
    form.functions_are_short,
    form.code_runs_anywhere,
    form.figures_are_described,
    form.tables_have_headers,
    words.links_resolve,
    words.spelling_is_american,
    words.numbers_are_checked,
    speed.times_are_stored,
    form.headings_nest,
    lessons.lesson_is_one_sitting,
    lessons.minutes_are_stated,
    lessons.something_trains_early,
    lessons.lesson_is_in_order,
    lessons.clinic_is_in_order,
    lessons.opens_with_table,
    lessons.opens_with_recall,
    lessons.objectives_are_answered,
    lessons.lesson_links_its_clinic,
    lessons.predictions_are_collapsed,
    lessons.proofs_are_folded,
    lessons.asserts_are_proofs,
    lessons.folds_can_be_read,
    glossary.glossary_is_in_order,
    glossary.entries_are_short,
    glossary.terms_are_in_glossary,
]
# where the template of a lesson would lie as a lesson
TEMPLATE_AS_LESSON = NOTEBOOKS / "10_your_topic.ipynb"


def problems_in(path, rules=RULES):
    """Return what to change in the notebook at `path`, as sentences; the template is judged as a lesson."""
    path = Path(path).resolve()
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:  # no such file, or not a notebook
        return [f"{as_typed(path)}: cannot be read as a notebook ({error})"]
    judged_as = TEMPLATE_AS_LESSON if path == TEMPLATE else path
    return [f"{as_typed(path)}, {problem}" for rule in rules for problem in rule(notebook, judged_as)]


def main(names):
    """Print what to change in the named notebooks, or in all and the template; return how many things."""
    paths = names or [*all_notebooks(), TEMPLATE]
    problems = [problem for path in paths for problem in problems_in(path)]
    print(*problems, sep="\n", end="\n" if problems else "")
    things = f"{len(problems)} things" if len(problems) > 1 else "1 thing" if problems else "nothing"
    print(f"{things} to change in {len(paths)} notebook{'s' if len(paths) > 1 else ''}")
    return len(problems)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # a console on Windows may lack a letter that a notebook has
    sys.exit(main(sys.argv[1:]) > 0)
