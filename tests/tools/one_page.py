"""Print the cheat sheet as JupyterLab's File → Print… does, and count the pages, on A4 and on Letter.

    python tests/tools/one_page.py

It needs Chromium or Chrome; without one it says so and counts nothing. The exit code is 1 if there is a second page.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from notebook_reading import NOTEBOOKS

SHEET = NOTEBOOKS / "cheat_sheet.ipynb"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome", "msedge"]
PAPERS = ["A4", "Letter"]


def page_of(notebook, paper):
    """Return the HTML page of a notebook, whose style says on which paper it is printed, not only how that lies."""
    page, _ = HTMLExporter().from_notebook_node(notebook)
    return page.replace("size: landscape", f"size: {paper} landscape")


def printed(page, browser):
    """Return what the browser prints of an HTML page, as the bytes of a PDF."""
    # a browser may still write into its profile when it has printed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile"]
        if sys.platform == "linux":
            options.append("--no-sandbox")  # in a container there may be none
        command = [browser, *options, f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, timeout=120, capture_output=True)
        return target.read_bytes()


def count_pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def main():
    """Print a line for each paper; return how many have more than one page."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"not checked: none of {', '.join(BROWSERS)} is installed here")
        return 0
    notebook, too_long = nbformat.read(SHEET, as_version=4), 0
    for paper in PAPERS:
        pages = count_pages(printed(page_of(notebook, paper), browser))
        print(f"{paper}: {pages} page{'s' if pages != 1 else ''}")
        too_long += pages != 1
    return too_long


if __name__ == "__main__":
    sys.exit(main() > 0)
