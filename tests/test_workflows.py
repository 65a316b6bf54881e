"""What runs by itself: .ci/run on a checkout of its own, and the workflows as text, since nothing here reads YAML."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOWS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="a shell script; on Windows the workflow has its own")


@pytest.fixture
def checkout(tmp_path):
    """Return the folder of a checkout whose environment only says what it was asked to do."""
    folder = tmp_path / "checkout"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    for name in ("path/python3", "checkout/.venv/bin/pip", "checkout/.venv/bin/pytest"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text('#!/bin/sh\necho "$(basename "$0") $* [${COURSE_DATA:-}]"\n', encoding="utf-8")
        program.chmod(0o755)
    return folder


def ci_run(checkout, **environment):
    """Return the lines that .ci/run prints, started from another folder."""
    clean = {name: value for name, value in os.environ.items() if name != "COURSE_DATA"}
    path = os.pathsep.join([str(checkout.parent / "path"), os.environ["PATH"]])
    command, environment = ["bash", checkout / ".ci" / "run"], clean | {"PATH": path} | environment
    done = subprocess.run(command, env=environment, cwd=checkout.parent, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def put_real_data(checkout):
    heart = checkout.parent / "shared" / "data" / "heart.csv"
    heart.parent.mkdir(parents=True)
    heart.touch()


@needs_bash
def test_ci_run_is_the_command_of_readme(checkout):
    said, *steps = ci_run(checkout)
    assert said == "real data: not here, so what needs them is skipped"
    assert steps == ["python3 -m venv .venv []", "pip install -r requirements.txt []", "pytest  []"]
    command = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/pytest\n"
    assert all(command in (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", ".ci/run"))


@needs_bash
def test_ci_run_names_the_real_data_beside_the_checkout(checkout):
    put_real_data(checkout)
    assert ci_run(checkout)[-1] == "pytest  [../shared/data]"


@needs_bash
@pytest.mark.parametrize("named", ["/somewhere/else", "bundled"])
def test_ci_run_leaves_a_choice_alone(checkout, named):
    put_real_data(checkout)
    assert ci_run(checkout, COURSE_DATA=named)[-1] == f"pytest  [{named}]"


@needs_bash
def test_ci_run_needs_the_files_and_not_only_their_folder(checkout):
    put_real_data(checkout)
    (checkout.parent / "shared" / "data" / "heart.csv").unlink()
    assert ci_run(checkout)[-1] == "pytest  []"


def jobs(text):
    """Return {name: text} of a workflow's jobs."""
    parts = re.split(r"^  ([\w-]+):\n", text.partition("\njobs:\n")[2], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def scripts(text):
    """Return the shell scripts in a workflow: what stands behind or below each `run:`."""
    found = re.findall(r"^( +)(?:- )?run: (?:\|\n((?:\1 +\S.*\n|\n)+)|(.+)\n)", text, flags=re.MULTILINE)
    return [block or line for _, block, line in found]


def test_workflows_are_read():
    assert set(WORKFLOWS) == {"tests", "newest"}
    assert set(jobs(WORKFLOWS["newest"])) == {"newest", "prereleases", "everything", "cluster"}
    assert set(jobs(WORKFLOWS["tests"])) == {"pinned"}
    for text in WORKFLOWS.values():
        assert len(scripts(text)) == text.count(" run: ")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_job_ends_and_every_action_has_a_version(name):
    for text in jobs(WORKFLOWS[name]).values():
        assert re.search(r"^    timeout-minutes: 60$", text, re.MULTILINE)
        actions = re.findall(r"uses: (.+)", text)
        assert actions and all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in actions), actions


@needs_bash
@pytest.mark.parametrize("name", WORKFLOWS)
def test_scripts_are_shell(name):
    for script in scripts(WORKFLOWS[name]):
        if "\\Scripts\\" not in script:
            done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, f"{script}{done.stderr}"


def test_what_the_workflows_name_is_there():
    named = set(
        re.findall(r"(?:tests|notebooks|\.ci)/[\w*./]+", "".join(map("".join, map(scripts, WORKFLOWS.values()))))
    )
    named |= set(re.search(r"WHAT_RUNS: (.+)", WORKFLOWS["newest"])[1].split()) - {"--everything", "--nbval-lax"}
    assert {
        "notebooks",
        "tests/test_exercise_claims.py",
        "tests/test_training*.py",
        "tests/tools/report_breakage.py",
    } <= named
    assert not [name for name in named if not list(ROOT.glob(name))]


def test_both_jobs_run_the_lessons_the_claims_and_the_loop():
    for text in (jobs(WORKFLOWS["newest"])[name] for name in ("newest", "prereleases")):
        assert "pytest $WHAT_RUNS " in text and "--junitxml=result.xml" in text
        assert "report_breakage.py result.xml" in text


def test_everything_is_run_once_a_week_with_the_pinned_releases():
    install, _, run = scripts(jobs(WORKFLOWS["newest"])["everything"])
    assert install == "python -m pip install -r requirements.txt"
    assert run == "python -m pytest --everything"


def test_only_the_newest_releases_may_write_issues():
    newest, prereleases = (jobs(WORKFLOWS["newest"])[name] for name in ("newest", "prereleases"))
    assert "issues: write" in newest and "gh issue" in newest
    assert "issues: write" not in WORKFLOWS["newest"].partition("\njobs:")[0] + prereleases + WORKFLOWS["tests"]
    # what the packages run must not find the key that opens issues
    assert newest.count("persist-credentials: false") == 1 and newest.count("GH_TOKEN") == newest.count("GH_REPO") == 2
    assert "continue-on-error: true" in prereleases and "continue-on-error" not in newest


@needs_bash
def test_prereleases_take_the_nightly_builds(tmp_path):
    (rewrite,) = [line for line in scripts(jobs(WORKFLOWS["newest"])["prereleases"])[0].splitlines() if "sed" in line]
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    subprocess.run(["bash", "-c", rewrite], cwd=tmp_path, check=True, timeout=600)
    names = [line.partition("  #")[0] for line in (tmp_path / "nightly.txt").read_text(encoding="utf-8").splitlines()]
    assert {"-e .", "tf-nightly", "keras-nightly", "tensorflow-datasets", "numpy"} <= set(names)
    assert not {"tensorflow", "keras"} & set(names) and "==" not in "".join(names[1:])


@needs_bash
@pytest.mark.parametrize(
    "step, is_open, asked",
    [
        ("Open the issue", "", "issue create --title The newest releases break a test"),
        ("Open the issue", "7", "issue edit 7 --body-file report.md"),
        ("Close the issue", "7", "issue close 7 --comment All passes with the newest releases: address"),
        ("Close the issue", "", "issue list --label newest-releases --state open"),
    ],
)
def test_one_issue_is_opened_kept_up_to_date_and_closed(tmp_path, step, is_open, asked):
    (text,) = [part for part in WORKFLOWS["newest"].split("      - name: ") if part.startswith(step)]
    (script,) = scripts(text)
    # a `gh` that writes down what it is asked, and knows of one open issue or of none
    (tmp_path / "gh").write_text(f'#!/bin/sh\necho "$*" >> asked\n[ "$2" = list ] && printf "{is_open}"\nexit 0\n')
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    path = os.pathsep.join([str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "RUN": "address", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True, timeout=600)
    requests = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    changes = [request for request in requests if request.startswith(("issue create", "issue edit", "issue close"))]
    assert requests[-1].startswith(asked) and len(changes) == (not asked.startswith("issue list"))
    if step == "Open the issue":
        written = [(tmp_path / name).read_text(encoding="utf-8") for name in ("report.md", "summary")]
        assert written[0] == written[1] and "The run: address" in written[0]
