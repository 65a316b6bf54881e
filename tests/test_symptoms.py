"""The symptom index: what people say, all traps, each with a probe that runs, and a link to its home.

A trap stands in a row of a table, `trap 8`, beside its lesson, `[lesson 02](02_….ipynb#…)`, or its clinic,
`[clinic 02](clinics/02_….ipynb#…)`, or beside "here" if neither has it. Each section has a cell that runs its probes
and shows, under `trap 8:`, what they print for a healthy and for a sick loop. Each way of breaking the notebook that
the rules know is tried below; test_symptoms_probes.py judges the probes themselves.
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
# sections that are not about a symptom; the last has a table of its own
OTHER_SECTIONS = ["Ask the doctor first", "What people say", "Old code on Keras 3"]
# the commonest causes in threads of public trackers, the twelve that were seen six times or more, and their traps
CAUSES = {
    "the calculation left the tape": [3, 4, 5],
    "retracing, a graph around everything": [28, 53],
    "labels (B,) against outputs (B, 1)": [10],
    "NaN from a log, a root, a norm": [15, 51],
    "model.losses is missing, or empty": [20, 55],
    "logits and probabilities": [12, 13],
    "weights that Keras does not track": [50],
    "the training flag, BatchNorm": [18, 19, 21],
    "variables made in a graph": [30],
    "class weights": [8, 9, 48, 46],
    "the scale of a loss": [17, 54, 58],
    "freezing": [7, 34],
}
# what learners paste into a search box
PASTED = [
    "Cannot convert a symbolic",
    "to a numpy array",
    "'SymbolicTensor' object has no attribute 'numpy'",
    "Using a symbolic `tf.Tensor` as a Python `bool`",
    "triggered tf.function retracing",
    "tf.function only supports singleton tf.Variables",
    "Unknown variable",
    "No gradients provided for any variable",
    "optimizer cannot recognize variable",
    "'NoneType' and 'float'",
    "Attempt to convert a value (None)",
    "Incompatible shapes",
    "Invalid input shape for input",
]


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
    """Return the traps whose probe was run: what it prints for a healthy and for a sick loop is stored."""
    shown = "".join(map(stored_text, cells))
    pairs = r"^trap (\d+):\n    paste: .+?\n    healthy: (.+)\n    sick: (.+)$"
    found = re.findall(
        pairs, re.sub(r"(paste: .+(?:\n {8}.+)+)", lambda lines: " ".join(lines[1].split()), shown), re.M
    )
    return {int(trap) for trap, healthy, sick in found if healthy != sick}


def messages(notebook):
    """Return {trap, None for no trap: messages} of the errors and warnings that a cell caught."""
    found = {}
    for cell in sections(notebook)["It crashes"]:
        for trap, words in re.findall(r"^(?:trap (\d+)|no trap):\n    message: (.+)$", stored_text(cell), re.M):
            found.setdefault(int(trap) if trap else None, []).append(words)
    return found


def wordings(notebook):
    """Return {what people say or paste: titles of the sections, or traps, that it leads to}."""
    found = {}
    for cell in sections(notebook)["What people say"]:
        for said, where in re.findall(r'^\| (".+") \| (.+) \|$', cell.source, re.M):
            for phrase in re.findall(r'"([^"]+)"', said):
                found[phrase] = set(re.findall(r"\]\(#([^)]+)\)", where))
    for words, trap in message_rows(notebook):
        found[" … ".join(words)] = {trap}
    return found


def message_rows(notebook):
    """Return [(words of the message, trap, None for no trap)] of the table of messages."""
    (table,) = [cell.source for cell in sections(notebook)["It crashes"] if cell.cell_type == "markdown"]
    rows = re.findall(r"^\| (`.+`) \| (?:trap (\d+)|no trap):", table, re.M)
    return [
        ([b or a for b, a in re.findall(r"`` (.+?) ``|`([^`]+)`", words)], int(trap) if trap else None)
        for words, trap in rows
    ]


def every_trap_has_a_row(notebook):
    in_rows = {trap for cells in symptoms(notebook).values() for traps, _ in rows(cells) for trap in traps}
    return [f"trap {trap} is in no table" for trap in TRAPS if trap not in in_rows]


def every_trap_is_probed(notebook):
    in_outputs = set(messages(notebook)).union(*map(probed, symptoms(notebook).values()))
    return [f"trap {trap} has no probe" for trap in TRAPS if trap not in in_outputs]


def probes_stand_beside_their_rows(notebook):
    problems = []
    for title, cells in symptoms(notebook).items():
        named = {trap for traps, _ in rows(cells) for trap in traps}
        measured = set(messages(notebook)) - {None} if title == "It crashes" else probed(cells)
        if not measured:
            problems.append(f"{title}: has no probe")
        problems += [f"{title}: probes trap {trap} and does not name it" for trap in sorted(measured - named)]
        own = {trap for trap in named if TRAPS[trap].symptom == title}
        problems += [f"{title}: names trap {trap} and does not probe it" for trap in sorted(own - measured)]
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
    links = set().union(*[where for where in wordings(notebook).values() if not where & set(TRAPS)])
    titles = [*symptoms(notebook), "Old code on Keras 3"]
    return [f"{title}: is not in the overview" for title in titles if title.replace(" ", "-") not in links]


def common_causes_have_two_wordings(notebook):
    """Each trap behind one of the commonest causes is found from two things that people say or paste."""
    of_section = {
        title.replace(" ", "-"): {trap for traps, _ in rows(cells) for trap in traps}
        for title, cells in symptoms(notebook).items()
        if title != "It crashes"  # there each message leads to its own trap
    }
    problems = []
    for cause, traps in CAUSES.items():
        for trap in traps:
            ways = [
                phrase
                for phrase, where in wordings(notebook).items()
                if trap in where or any(trap in of_section.get(title, ()) for title in where)
            ]
            if len(ways) < 2:
                problems.append(f"{cause}: trap {trap} is found from {ways}, which is fewer than two wordings")
    return problems


def doctor_comes_first(notebook):
    """One's own loop is examined before anything else, in one cell, and its report names what is wrong with it."""
    first, *_ = sections(notebook)
    code = [cell for cell in sections(notebook)[first] if cell.cell_type == "code"]
    said = stored_text(code[0])
    whole = all(
        words in code[0].source for words in ("import examine", "def train_step", "\nexamine(model, train_step,")
    )
    found = re.findall(r"Proven: trap (\d+),", said)
    if first != "Ask the doctor first" or not whole or found != ["10", "18"]:
        return [f"the first section, {first}, should examine a loop with traps 10 and 18 in one cell; it found {found}"]
    return []


def lead_to_logits_and_inputs(notebook):
    """Too good and too high both lead to logits (12); "does not move" asks for the inputs (57) before anything else."""
    first_rows = {title: rows(cells)[0][0] for title, cells in symptoms(notebook).items()}
    wanted = {
        "The loss is too good": [12],
        "The loss is far too high from the start": [12],
        "The loss does not move at all": [57],
    }
    return [
        f"{title}: begins with {first_rows.get(title)}, not {traps}"
        for title, traps in wanted.items()
        if first_rows.get(title) != traps
    ]


def old_and_new_are_proved(notebook):
    """Each line of the table old → new is proved by a printed line, in order (two are silent)."""
    cells = sections(notebook)["Old code on Keras 3"]
    listed = re.findall(r"^\| `(.+?)`.* \|", cells[0].source, flags=re.M)
    proved = re.findall(r"^(.+): the new form works, the old one raises \w+$", "".join(map(stored_text, cells)), re.M)
    return [] if len(proved) == len(listed) + 1 else [f"{len(listed)} forms are listed, {len(proved)} lines prove them"]


def messages_are_real(notebook):
    """The words by which the learner finds a message are those of an error or a warning that a cell caught."""
    caught = messages(notebook)
    return [
        f"{part!r} is in no message of {f'trap {trap}' if trap else 'no trap'}"
        for words, trap in message_rows(notebook)
        for part in words
        if not any(part in said for said in caught.get(trap, ()))
    ]


def pasted_messages_are_found(notebook):
    (table,) = [cell.source for cell in sections(notebook)["It crashes"] if cell.cell_type == "markdown"]
    return [f"{words!r} is not in the table of messages" for words in PASTED if words not in table]


def sections_stand_alone(notebook):
    """A section runs after the first one alone: it uses no name that only another section defines."""
    used, defined = {}, {}
    for title, cells in sections(notebook).items():
        trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
        names = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)]
        used[title] = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        defined[title] = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        for node in [node for tree in trees for node in ast.walk(tree)]:
            if isinstance(node, (ast.FunctionDef, ast.arg, ast.alias, ast.ExceptHandler)):
                defined[title].add(getattr(node, "asname", None) or getattr(node, "name", None) or node.arg)
    everywhere = defined["Ask the doctor first"] | set(dir(builtins))
    return [f"{title}: uses {name}" for title in used for name in sorted(used[title] - defined[title] - everywhere)]


def page_holds_no_harness(notebook):
    """The only function of the page is the step of the first loop; what runs the probes stands in helpers.symptoms."""
    made = [
        node.name
        for cell in notebook.cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    return [] if made == ["train_step"] else [f"defines {made}"]


RULES = [
    every_trap_has_a_row,
    every_trap_is_probed,
    probes_stand_beside_their_rows,
    links_lead_home,
    symptom_of_each_trap_names_it,
    overview_names_every_section,
    common_causes_have_two_wordings,
    doctor_comes_first,
    lead_to_logits_and_inputs,
    old_and_new_are_proved,
    messages_are_real,
    pasted_messages_are_found,
    sections_stand_alone,
    page_holds_no_harness,
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
    (every_trap_is_probed, "trap 39:", "trap 38:", "trap 39 has no probe"),
    (every_trap_is_probed, "sick: ['factor:0']", "sick: []", "trap 50 has no probe"),
    (probes_stand_beside_their_rows, "trap 28:", "trap 29:", "It is slow: names trap 28 and does not probe it"),
    (probes_stand_beside_their_rows, "trap 35:", "trap 34:", "The step is wrong: probes trap 34"),
    (probes_stand_beside_their_rows, "trap 31:", "31:", "A new model does not learn: has no probe"),
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
    (common_causes_have_two_wordings, "#Weights-of-classes-do-nothing", "#The-loss-jumps", "class weights: trap 8"),
    (doctor_comes_first, "## Ask the doctor first", "## Ask", "the first section, Ask, should"),
    (doctor_comes_first, "Proven: trap 18", "Likely: trap 18", "it found ['10']"),
    (lead_to_logits_and_inputs, "| trap 57 |", "| trap 6 |", "The loss does not move at all: begins with [6]"),
    (old_and_new_are_proved, "lr=: the new form works", "lr=: the new form fails", "prove them"),
    (messages_are_real, "| `Unknown variable`", "| `Unknown thing`", "'Unknown thing' is in no message"),
    (messages_are_real, "… `to a numpy array`", "… `to an array`", "'to an array' is in no message of trap 29"),
    (messages_are_real, "| `Incompatible shapes`", "| `Wrong shapes`", "'Wrong shapes' is in no message of no trap"),
    (messages_are_real, "or `'NoneType' and", "or `'None' and", "'float'\" is in no message of trap 6"),
    (
        pasted_messages_are_found,
        "cannot recognize variable",
        "cannot see variable",
        "cannot recognize variable' is not",
    ),
    (sections_stand_alone, ", old_and_new", "", "Old code on Keras 3: uses old_and_new"),
    (
        page_holds_no_harness,
        "\n\nexamine(",
        "\n\ndef moved():\n    pass\n\n\nexamine(",
        "defines ['train_step', 'moved']",
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "message"), BROKEN)
def test_rule_rejects(rule, old, new, message, notebook):
    broken = copy.deepcopy(notebook)
    for cell in broken.cells:
        cell.source = cell.source.replace(old, new)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = output.text.replace(old, new)
            elif "text/plain" in output.data:
                output.data["text/plain"] = output.data["text/plain"].replace(old, new)
    said = "; ".join(rule(broken))
    assert message in said, f"the rule should say {message!r}; it says {said!r}"
