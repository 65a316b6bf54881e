"""What an installation needs, checked without installing: pins, layout, settings, no real data in the repository."""

import ast
import hashlib
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest

from helpers import data
from notebook_reading import all_notebooks

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "conftest.py",
    "requirements.txt", "environment.yml", "pyproject.toml",
    "notebooks", "helpers", "data", "tests", ".gitignore", ".gitattributes", ".ci", ".github",
}  # fmt: skip
# packages whose import name is not the name that pip knows
DISTRIBUTIONS = {"PIL": "pillow", "xdist": "pytest-xdist", "sklearn": "scikit-learn", "IPython": "ipython"}
OWN = {"helpers", "answers", "patients", "scripts"}
OWN |= {path.stem for folder in ("tests", "data", "notebooks/scripts") for path in ROOT.glob(f"{folder}/**/*.py")}


def lines_of(name):
    """Return a text file's lines without comments and blank lines."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in (re.sub(r"(^|\s)#.*", "", line).rstrip() for line in lines) if line]


FOR_BENCHMARKS = "tests/benchmarks/requirements-bench.txt"
FOR_TENSORBOARD = "notebooks/scripts/requirements-tensorboard.txt"


def pinned(*names):
    lines = [line for name in ("requirements.txt", *names) for line in lines_of(name)]
    return {line.partition("==")[0].lower().replace("_", "-") for line in lines}


def sources():
    """Yield (path, Python source) of all code in the course, the notebooks' included."""
    for pattern in ("conftest.py", "helpers/**/*.py", "data/*.py", "tests/**/*.py"):
        for path in ROOT.glob(pattern):
            yield path, path.read_text(encoding="utf-8")
    for path in [*all_notebooks(), *ROOT.glob("tests/tools/*.ipynb")]:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                yield path, re.sub(r"^(\s*)[%!].*", r"\1pass", cell.source, flags=re.MULTILINE)


def imported_packages(source):
    """Return the top-level names of what a source imports; a source that is not Python imports nothing."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:  # a lesson may show one
        return set()
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    return {name.partition(".")[0] for name in names}


def test_imports_are_read():
    source = "import os.path, numpy as np\nfrom sklearn.metrics import auc\nfrom . import x\ndef f():\n    import keras"
    assert imported_packages(source) == {"os", "numpy", "sklearn", "keras"}


def test_what_is_imported_is_pinned():
    missing = set()
    for path, source in sources():
        for package in imported_packages(source) - OWN - sys.stdlib_module_names:
            distribution = DISTRIBUTIONS.get(package, package).lower().replace("_", "-")
            optional = [FOR_BENCHMARKS] if path.parent.name == "benchmarks" else []
            if distribution not in pinned(*optional):
                missing.add(f"{distribution}, imported in {path.relative_to(ROOT).as_posix()}")
    assert not missing, f"requirements.txt lacks {sorted(missing)}"


def test_every_requirement_is_pinned_exactly():
    exact = r"[\w.-]+(\[[\w,-]+\])?==\d[\w.]*"
    loose = [line for line in lines_of("requirements.txt") if not re.fullmatch(exact, line)]
    assert loose == ["-e ."], (
        f"requirements.txt has {loose}; only `-e .` may stand without ==version, and it must stand"
    )
    assert all(re.fullmatch(exact, line) for line in lines_of(FOR_BENCHMARKS) + lines_of(FOR_TENSORBOARD))


def test_tensorboard_is_for_those_who_want_it():
    assert pinned(FOR_TENSORBOARD) - pinned() == {"tensorboard", "xprof"}


def test_what_others_forget_to_ask_for_is_required():
    assert "importlib-resources" in pinned(), "TensorFlow Datasets imports it without asking for it"


def test_conda_takes_python_and_everything_else_from_requirements():
    *head, python, pip, nested, requirements = lines_of("environment.yml")
    wanted = ["name: training-loops-by-hand", "channels:", "  - conda-forge", "dependencies:"]
    assert head == wanted, "environment.yml should take only Python and pip from conda-forge"
    from_pip = ["  - pip", "  - pip:", "      - -r requirements.txt"]
    assert [pip, nested, requirements] == from_pip, "environment.yml should take all packages from requirements.txt"
    version = re.fullmatch(r"  - python=3\.(\d+)", python)
    lowest, beyond = re.search(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', "\n".join(lines_of("pyproject.toml"))
    ).groups()
    assert version and int(lowest) <= int(version[1]) < int(beyond), f"{python} is outside requires-python"


def tracked_files():
    """Return the paths that git tracks, relative to the root; skip the test where there are none to see."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        listed = ""
    paths = [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return paths or pytest.skip("this is not a git checkout, or nothing is committed")


def test_nothing_else_lies_at_the_top():
    unknown = {path.parts[0] for path in tracked_files()} - TOP_LEVEL
    assert not unknown, f"{sorted(unknown)}: move it into a folder, or add it to TOP_LEVEL here"


def test_no_real_data_is_in_the_repository():
    real = {file.sha256 for file in data.REAL_FILES.values()}
    for path in tracked_files():
        content = (ROOT / path).read_bytes()
        # git may have changed the line ends
        for variant in (content, content.replace(b"\r\n", b"\n")):
            assert hashlib.sha256(variant).hexdigest() not in real, f"{path} is real data; keep it out of git"
        assert not path.is_relative_to("data/real"), f"{path}: data/real is for this machine only"
        assert len(content) <= 2_000_000, f"{path} has {len(content):,} bytes, at most 2,000,000"


@pytest.mark.parametrize("module", ["helpers", "helpers.data", "helpers.plots"])
def test_helpers_import_anywhere_without_tensorflow(module, tmp_path):
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules and 'this import starts TensorFlow')"
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr + "(not found? run: pip install -r requirements.txt)"
    # matplotlib may announce on stderr that it builds its list of fonts, once
    assert result.stdout == "", f"importing {module} should print nothing; it prints {result.stdout!r}"


@pytest.mark.parametrize(
    ("source", "installed"),
    [
        ("ipython_kernel_config.py", "etc/ipython/ipython_kernel_config.py"),
        ("overrides.json", "share/jupyter/lab/settings/overrides.json"),
    ],
)
def test_settings_are_installed(source, installed):
    place = Path(sys.prefix, installed)
    again = "run: pip install -r requirements.txt"
    assert place.is_file(), f"{place} is missing; {again}"
    wanted = (ROOT / "helpers" / "jupyter" / source).read_text(encoding="utf-8")
    assert place.read_text(encoding="utf-8") == wanted, f"{place} is out of date; {again}"


def test_first_cell_of_a_hosted_notebook_finds_the_course(tmp_path):
    """README's cell, with this folder for an address: the course's own helpers are imported, from the clone."""
    if not (ROOT / ".git").exists():
        pytest.skip("this folder is not a git checkout")
    cells = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    (cell,) = (cell for cell in cells if "ADDRESS" in cell)
    show = "from helpers import data\nprint(data.__file__, os.getcwd(), sep='\\n')"
    # twice, as somebody who runs the cell again in a new kernel
    for _ in range(2):
        code = textwrap.dedent(cell).replace("ADDRESS", ROOT.as_uri()) + show
        run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        file, folder = map(Path, run.stdout.splitlines())
        assert file.is_relative_to(tmp_path / "course" / "helpers")
        assert folder == tmp_path / "course" / "notebooks"
