"""The symptom index: all traps are in it, each with a probe that runs and a link to its home.

A trap stands in a row of a table, `trap 8`, beside its lesson, `[lesson 02](02_….ipynb#…)`, or its clinic,
`[clinic 02](clinics/02_….ipynb#…)`, or beside "here" if neither has it. Each cell that
runs a probe prints a line `trap 8, …: right …, wrong …`. Each way of breaking the notebook that the rules know is tried
below.
"""

import ast
import builtins
import copy
import re

import nbformat
import pytest

from helpers.messages import traps as messages_traps
from helpers.messages.traps import TRAPS
from notebook_reading import NOTEBOOKS, headings, stored_text

PATH = NOTEBOOKS / "symptoms.ipynb"
# sections that are not about a symptom; the last but one has a table of its own
OTHER_SECTIONS = ["The workbench", "The first five minutes", "Old code on Keras 3", "All probes on one page"]


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(PATH, as_version=4)


def sections(notebook):
    """Return {title: cells} of the sections, which all begin at the top of a cell, without what is before the first."""
    found, title = {}, None
    for cell in notebook.cells:
        levels = [level for level, _ in headings(cell.source)] if cell.cell_type == "markdown" else []
        if 2 in levels:
            title = headings(cell.source)[levels.index(2)][1]
            found[title] = []
        if title:
            found[title].append(cell)
    return found


def symptoms(notebook):
    return {title: cells for title, cells in sections(notebook).items() if title not in OTHER_SECTIONS}


def rows(cells):
    """Return [(traps, links to their homes)] of the rows of tables that name a trap; "here" is a link as well."""
    found = []
    for cell in cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else []:
            if line.startswith("|") and (traps := re.findall(r"\btrap (\d+)", line)):
                named = re.findall(r"\[([^]]+)\]\((\S+\.ipynb#[^)\s]+)\)", line)
                links = [link for label, link in named if label == label_of(link)]
                found.append(([int(trap) for trap in traps], links or [line.strip("| ").split("|")[-1].strip()]))
    return found


def label_of(link):
    """Return the words of a link in the column of homes: "clinic 04" for clinics/04_churn.ipynb#…, or "lesson 04"."""
    *folder, name = link.partition("#")[0].split("/")
    return f"{'clinic' if folder == ['clinics'] else 'lesson'} {name[:2]}"


def probed(cells):
    """Return the traps whose probe was run: its result is stored."""
    return {
        int(trap)
        for cell in cells
        for trap in re.findall(r"^trap (\d+), .+: right .+, wrong .+", stored_text(cell), re.M)
    }


def every_trap_has_a_row(notebook):
    in_rows = {trap for cells in symptoms(notebook).values() for traps, _ in rows(cells) for trap in traps}
    return [f"trap {trap} is in no table" for trap in TRAPS if trap not in in_rows]


def every_trap_is_probed(notebook):
    in_outputs = set().union(*map(probed, symptoms(notebook).values()))
    return [f"trap {trap} has no probe" for trap in TRAPS if trap not in in_outputs]


def probes_stand_beside_their_rows(notebook):
    problems = []
    for title, cells in symptoms(notebook).items():
        named = {trap for traps, _ in rows(cells) for trap in traps}
        if not probed(cells):
            problems.append(f"{title}: has no probe")
        problems += [f"{title}: probes trap {trap} and does not name it" for trap in sorted(probed(cells) - named)]
    return problems


def links_lead_home(notebook):
    """A row links to the lesson or clinic of its traps, as traps.py has it; under their own symptom to its section."""
    problems = []
    for title, cells in symptoms(notebook).items():
        for traps, links in rows(cells):
            homes = {"here" if TRAPS[trap].link.startswith("symptoms") else TRAPS[trap].link for trap in traps}
            if {TRAPS[trap].symptom for trap in traps} != {title}:  # the row points to another one
                homes, links = ({link.partition("#")[0] for link in some} for some in (homes, links))
            if homes != set(links):
                problems.append(f"{title}: {traps} lead to {sorted(links)}, in traps.py to {sorted(homes)}")
    return problems


def symptom_of_each_trap_names_it(notebook):
    named = {title: {trap for traps, _ in rows(cells) for trap in traps} for title, cells in symptoms(notebook).items()}
    return [
        f"trap {trap.number} is not under {trap.symptom!r}, where traps.py has it"
        for trap in TRAPS.values()
        if trap.number not in named.get(trap.symptom, ())
    ]


def overview_names_every_section(notebook):
    links = set(re.findall(r"\]\(#([^)]+)\)", notebook.cells[0].source))
    titles = [*symptoms(notebook), "The first five minutes", "Old code on Keras 3"]
    return [f"{title}: is not in the overview" for title in titles if title.replace(" ", "-") not in links]


def old_and_new_are_proved(notebook):
    """Each line of the table old → new is proved by a printed line, in order, or an assert (two are silent)."""
    cells = sections(notebook)["Old code on Keras 3"]
    listed = re.findall(r"^\| `(.+?)`.* \|", cells[0].source, flags=re.M)
    proved = re.findall(r"^(.+): the new form works, the old one raises \w+$", "".join(map(stored_text, cells)), re.M)
    return [] if len(proved) == len(listed) + 1 else [f"{len(listed)} forms are listed, {len(proved)} lines prove them"]


def messages_are_real(notebook):
    """The words by which the learner finds a message are those of an error that a cell caught."""
    cells = sections(notebook)["It crashes"]
    caught = "".join(map(stored_text, cells))
    return [
        f"{words!r} is in no message"
        for words in re.findall(r"^\| `(.+?)` \|", cells[0].source, re.M)
        if words not in caught
    ]


def sections_stand_alone(notebook):
    """A section runs after the workbench alone: it uses no name that only another section defines."""
    used, defined = {}, {}
    for title, cells in sections(notebook).items():
        trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
        names = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)]
        used[title] = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        defined[title] = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        for node in [node for tree in trees for node in ast.walk(tree)]:
            if isinstance(node, (ast.FunctionDef, ast.arg, ast.alias, ast.ExceptHandler)):
                defined[title].add(getattr(node, "asname", None) or getattr(node, "name", None) or node.arg)
    everywhere = defined["The workbench"] | set(dir(builtins)) | {"display"}
    return [f"{title}: uses {name}" for title in used for name in sorted(used[title] - defined[title] - everywhere)]


RULES = [
    every_trap_has_a_row,
    every_trap_is_probed,
    probes_stand_beside_their_rows,
    links_lead_home,
    symptom_of_each_trap_names_it,
    overview_names_every_section,
    old_and_new_are_proved,
    messages_are_real,
    sections_stand_alone,
]


def test_traps_are_numbered_and_named():
    """Each number belongs to one trap; a number that no lesson has taken up yet may be missing."""
    assert len(TRAPS) == sum(map(len, messages_traps._BY_SYMPTOM.values())) and min(TRAPS) == 1
    names = [trap.name for trap in TRAPS.values()]
    assert len(set(names)) == len(names)


def test_readme_counts_the_traps():
    said = f"{len(TRAPS)} traps"
    assert said in (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8"), f"README.md should say {said}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_symptom_index_obeys(rule, notebook):
    problems = rule(notebook)
    assert not problems, "\n".join(["what to change in notebooks/symptoms.ipynb:", *problems])


BROKEN = [
    (every_trap_has_a_row, "trap 8", "trap 9", "trap 8 is in no table"),
    (every_trap_is_probed, "trap 39, ", "trap 38, ", "trap 39 has no probe"),
    (probes_stand_beside_their_rows, "trap 28, ", "trap 29, ", "It is slow: probes trap 29"),
    (probes_stand_beside_their_rows, "trap 31, ", "31, ", "A new model does not learn: has no probe"),
    (links_lead_home, "02_regression.ipynb#Mini-batches", "04_churn.ipynb#Mini-batches", "[17] lead to"),
    (
        links_lead_home,
        "[clinic 04](clinics/04_churn.ipynb#C4.3",
        "[lesson 04](clinics/04_churn.ipynb#C4.3",
        "[40] lead to",
    ),
    (links_lead_home, "(clinics/04_churn.ipynb#C4.3", "(04_churn.ipynb#C4.3", "[40] lead to"),
    (links_lead_home, "ipynb#C4.3-It-believes", "ipynb#C4.3-It", "The loss jumps: [40] lead to"),
    (symptom_of_each_trap_names_it, "| trap 28 |", "| trap 31 |", "trap 28 is not under 'It is slow'"),
    (overview_names_every_section, "(#It-is-slow)", "(#It-crashes)", "It is slow: is not in the overview"),
    (old_and_new_are_proved, "lr=: the new form works", "lr=: the new form fails", "prove them"),
    (messages_are_real, "| `Unknown variable`", "| `Unknown thing`", "'Unknown thing' is in no message"),
    (sections_stand_alone, "def make_step(", "def make_another_step(", "has no effect: uses make_step"),
]


@pytest.mark.parametrize(("rule", "old", "new", "message"), BROKEN)
def test_rule_rejects(rule, old, new, message, notebook):
    broken = copy.deepcopy(notebook)
    for cell in broken.cells:
        cell.source = cell.source.replace(old, new)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = output.text.replace(old, new)
    said = "; ".join(rule(broken))
    assert message in said, f"the rule should say {message!r}; it says {said!r}"
