"""How pytest runs the course: everything, from any folder, on the bundled data unless told otherwise."""

import gc
import os
import re
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from notebook_reading import cell_names

ROOT = Path(__file__).parent
# A process that comes to its last file while the other has nothing left should have a short one.
LONGEST_FIRST = ["test_mnist_real.py", "test_published.py", ".ipynb", "test_answers.py", "test_exercises.py"]
# how many new objects, and how many rounds, before Python looks for circles
RARELY = (100_000, 50, 100)
ONE_EXERCISE = re.compile(r"tests/test_(?:answers|exercises|mutants)\.py::\w+\[([\dC]\d\.\d)")
ONE_NOTEBOOK = re.compile(r"(notebooks/\w+/\w+\.ipynb)::")


def pytest_addoption(parser):
    parser.addoption(
        "--everything",
        action="store_true",
        help="leave nothing out: sampled tests, all mutants, MNIST itself, the jobs on Slurm (once a week)",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "sampled: the whole suite takes a sixth of these tests, always the same")
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "nbval_sanitize.cfg")
    # `pytest` in any folder of the repository means the whole suite
    if config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR:
        config.args = [str(ROOT / path) for path in config.getini("testpaths")]
    choose_data(config)
    folder = empty_temporary_folder(config)
    # Keras and TensorFlow make objects by the million; to look for circles among them less often saves a tenth
    gc.set_threshold(*RARELY)
    tell_kernels(folder, f"import gc\ngc.set_threshold{RARELY}\n")
    # a progress bar or a slider would be stored in a notebook as a widget with a random id
    os.environ.update(TQDM_DISABLE="1", COURSE_STILL="1", COURSE_PROGRESS="off")


def choose_data(config):
    """Pin the bundled data, except in nbval's lax mode; remember where the real files are."""
    named = os.environ.get("COURSE_DATA", "bundled")
    if named != "bundled":
        # the loaders count a relative path from the root as well
        os.environ["COURSE_DATA"] = os.environ["COURSE_DATA_REAL"] = str(ROOT / named)
    if not config.option.nbval_lax:
        os.environ["COURSE_DATA"] = "bundled"


def empty_temporary_folder(config):
    """Let kernels put their temporary files where all go in the end: nbval kills a kernel, which tidies nothing."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder.name))
    return Path(folder.name)


def tell_kernels(folder, code):
    """Let each kernel run this code as it starts, and nothing of whoever runs the tests: IPython has a new profile."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-rarely.py").write_text(code, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder / "ipython")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return OneExerciseTogether(config, log)


class OneExerciseTogether(LoadFileScheduling):
    """Give each file to one process, as `--dist loadfile` does, but the tests of one exercise together, from any file.

    They share what the exercise's reference and its known mistakes do on the probes, which takes most of their time.
    """

    def _split_scope(self, nodeid):
        found = ONE_EXERCISE.match(nodeid)
        return found[1] if found else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["sample"] = takes_a_sample(node.config)


def takes_a_sample(config):
    """Tell whether the whole suite was asked for, which leaves a part out; what is named runs whole."""
    if hasattr(config, "workerinput"):  # one of xdist's processes: it is told
        return config.workerinput["sample"]
    return not config.option.everything and config.args_source is not pytest.Config.ArgsSource.ARGS


def pytest_collection_modifyitems(config, items):
    if takes_a_sample(config):
        left_out = {item for item in items if is_sampled(item) and not is_drawn(item.nodeid)}
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

    def place(item):
        return next((i for i, name in enumerate(LONGEST_FIRST) if item.path.name.endswith(name)), len(LONGEST_FIRST))

    items.sort(key=place)


def is_sampled(item):
    """Tell whether the whole suite takes only a part of such tests; exercises and solutions have tests of their own."""
    return item.get_closest_marker("sampled") or item.path.parent.name in ("exercises", "solutions")


def is_drawn(nodeid):
    """Tell whether a sampled test is of the sixth that is taken: all tests of an exercise or a notebook, or none."""
    found = ONE_EXERCISE.match(nodeid) or ONE_NOTEBOOK.match(nodeid)
    return zlib.crc32((found[1] if found else nodeid).encode()) % 6 == 0


def pytest_collectstart(collector):
    # stderr holds TensorFlow's time stamps and process ids; the rules for notebooks allow none stored.
    # What is shown as HTML is shown as text too, and compared there; a figure's HTML has its pixels in it.
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr", "text/html")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Name the cells of a notebook as JupyterLab numbers them; nbval counts from 0 and counts every code cell."""
    report = yield
    if collector.path.suffix == ".ipynb" and report.passed:
        named = zip(cell_names(collector.nb), report.result, strict=True)
        report.result = [renamed(cell, name) for name, cell in named]
    return report


def renamed(cell, name):
    """Return nbval's test of a cell under another name."""
    # nbval's messages call the cell by this number; "Cell 14+1" has nothing to run, so it has no message
    number = int(name.removeprefix("Cell ").partition("+")[0])
    new = type(cell).from_parent(cell.parent, name=name, cell_num=number, cell=cell.cell, options=cell.options)
    # seconds between what a cell prints and its arrival: milliseconds, but nbval's five are few on a busy machine
    new.output_timeout = 60
    return new


def pytest_terminal_summary(terminalreporter):
    """Print the five files that took the longest, notebooks and test files alike."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    if len(seconds) > 1:
        terminalreporter.section("slowest files")
        for name, duration in seconds.most_common(5):
            terminalreporter.line(f"{duration:7.1f} s  {name}")


@pytest.fixture(scope="session")
def real_data():
    """Return the folder with the real files; skip the test where there is none."""
    folder = Path(os.environ.get("COURSE_DATA_REAL", ROOT / "data" / "real"))
    if not (folder / "heart.csv").is_file():
        pytest.skip("the real data is not here (python -m helpers.data fetch, or COURSE_DATA)")
    return folder


@pytest.fixture(scope="session")
def tfds_folder(tmp_path_factory):
    """Return the folder where TFDS builds MNIST: one for all processes of a run, and not the one in the home folder."""
    base = tmp_path_factory.getbasetemp()
    # each worker of xdist has a folder of its own inside the run's
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tfds"
    folder.mkdir(exist_ok=True)
    return folder
