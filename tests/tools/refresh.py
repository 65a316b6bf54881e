"""Run notebooks from top to bottom on the bundled data and store their outputs, the same bytes every time.

    python tests/tools/refresh.py                                    all notebooks
    python tests/tools/refresh.py notebooks/03_heart_failure.ipynb   only those named

A notebook that fails stays as it was; the others are still refreshed, and the command ends with exit code 1.
"""

import base64
import os
import re
import sys
from pathlib import Path

import nbformat
from nbconvert.preprocessors import CellExecutionError, ClearOutputPreprocessor, ExecutePreprocessor

import report_picture
from notebook_reading import NOTEBOOKS, TEMPLATE, all_cells, all_notebooks, as_typed, outline, without_colors

FIGURE_LESSON = NOTEBOOKS / "03_heart_failure.ipynb"
README_FIGURE = NOTEBOOKS / "figures" / "learning_curves.png"
# where a kernel says its cells are; TensorFlow's errors in graphs name it
KERNEL_FOLDER = re.compile(r"[^\s\"'(]*ipykernel_\d+[/\\]+")
KEPT_CELL_METADATA = ("collapsed", "jupyter", "tags")
# To the letter what JupyterLab stores when it opens a notebook, or each would count as changed. The kernel says no more
# of its version than "3", because of helpers/jupyter/ipython_kernel_config.py.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3",
    },
}


class Execute(ExecutePreprocessor):
    """nbconvert's own, saying which cell failed, by the name that JupyterLab's numbers give it."""

    def preprocess_cell(self, cell, resources, index):
        try:
            return super().preprocess_cell(cell, resources, index)
        # too slow (TimeoutError) or the kernel died (RuntimeError), for want of memory perhaps
        except (CellExecutionError, TimeoutError, RuntimeError) as error:
            where = list(all_cells(self.nb))[index][0]
            reason = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error)
            raise NotebookFailed(f"{where}: {reason}") from error


class NotebookFailed(Exception):
    """A cell raised, took too long or killed its kernel; the message names it."""


def refresh(path):
    """Execute the notebook at `path` and store its outputs; raise NotebookFailed and store nothing if it fails."""
    notebook = nbformat.read(path, as_version=4)
    # nbconvert leaves a skipped cell alone, with whatever somebody stored in it
    ClearOutputPreprocessor().preprocess(notebook, {})
    Execute(
        kernel_name="python3",
        timeout=600,
        iopub_timeout=600,  # a busy machine may be late with an output
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # where a stream is cut depends on how busy the machine is
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
    ).preprocess(notebook, {"metadata": {"path": str(path.parent)}})
    clean(notebook)
    # written by hand because Windows would turn the line ends into \r\n, and in one step because Ctrl+C exists
    partial = path.with_suffix(".part")
    partial.write_bytes((nbformat.writes(notebook) + "\n").encode())
    os.replace(partial, path)


def store_readme_figure():
    """Store the learning curves of lesson 03, as its own run drew them, where README.md shows them."""
    notebook = nbformat.read(FIGURE_LESSON, as_version=4)
    README_FIGURE.write_bytes(base64.b64decode(picture_with(notebook, "validation loss is lowest")))


def picture_with(notebook, words):
    """Return the first stored picture, base64, whose alternative text has these words."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if words in output.get("metadata", {}).get("image/png", {}).get("alt", ""):
                return output.data["image/png"]
    raise ValueError(f"no picture with {words!r} in its alternative text")


def metadata_of(notebook):
    """Return the metadata that a notebook should have; its title is that of the page that nbconvert makes of it."""
    titles = [text for level, text in outline(notebook) if level == 1]
    return NOTEBOOK_METADATA | ({"title": titles[0].replace("`", "")} if titles else {})


def clean(notebook):
    """Remove what belongs to this machine or this run, in place, and add what JupyterLab would."""
    notebook.metadata = nbformat.from_dict(metadata_of(notebook))
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
        if kept.get("jupyter", {}).get("outputs_hidden"):
            kept["collapsed"] = True
        cell.metadata = nbformat.from_dict(kept)
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = KERNEL_FOLDER.sub("", output.text)
            if output.output_type == "error":
                frames = [entry for entry in output.traceback if not is_library_frame(entry)]
                output.traceback = [KERNEL_FOLDER.sub("", entry) for entry in frames]
                output.evalue = KERNEL_FOLDER.sub("", output.evalue)


def is_library_frame(entry):
    """Whether an entry of IPython's traceback shows a file of this machine; a notebook's lines begin with "Cell"."""
    return without_colors(entry).startswith("File ")


def main(names):
    """Refresh the named notebooks, or all and the template of a lesson; return the number that failed."""
    # kernels inherit these; progress bars and sliders would be stored as widgets with random ids
    os.environ.update(COURSE_DATA="bundled", TQDM_DISABLE="1", COURSE_STILL="1", COURSE_PROGRESS="off")
    refreshed, failures = [], []
    for path in [Path(name).resolve() for name in names] or [*all_notebooks(), TEMPLATE]:
        try:
            refresh(path)
            refreshed.append(path)
            print(f"{as_typed(path)}: refreshed", flush=True)
        except (NotebookFailed, OSError, ValueError) as error:  # the last two: no such file, or not a notebook
            failures.append(f"{as_typed(path)}, {error} (the file was left as it was)")
    if FIGURE_LESSON in refreshed:
        store_readme_figure()
    if report_picture.PAGE in refreshed:
        report_picture.store()
    # at the end, below what TensorFlow writes meanwhile
    for failure in failures:
        print(failure, file=sys.stderr)
    return len(failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
