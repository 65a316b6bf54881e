"""Code keeps one style: what ruff says of it, by the settings in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("command", "mend"),
    [
        (["check"], "run: python -m ruff check --fix .   and mend by hand what it leaves"),
        (["format", "--check"], "run: python -m ruff format ."),
    ],
    ids=["check", "format"],
)
def test_ruff_has_nothing_to_say(command, mend):
    command = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace")
    assert result.returncode == 0, f"{mend}\n{result.stdout}{result.stderr}"
