"""What is kept of a learner's progress: where, what, when it proposes to repeat, and that it never gets in the way."""

import datetime
import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.exercises import all_exercises, check, command, progress
from helpers.messages.message import Kind, Message

DAY = datetime.date(2026, 3, 1)
RIGHT, OFF = Message(Kind.RIGHT, "Right: it is"), Message(Kind.OFF, "Not right yet")
MISTAKE = Message(Kind.MISTAKE, "A known mistake: a sum in place of a mean")
EXERCISE = all_exercises()["01.1"]


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Progress is kept, in a folder of the test."""
    monkeypatch.setenv("COURSE_PROGRESS", "on")
    monkeypatch.setattr(progress, "place", lambda: tmp_path / "data" / "progress.json")
    return tmp_path / "data" / "progress.json"


def after(days):
    return DAY + datetime.timedelta(days)


def state():
    return json.loads(progress.place().read_text("utf-8"))["01.1"]


def test_tests_keep_nothing():
    assert not progress.is_kept()


def test_the_file_lies_in_the_folder_that_the_platform_has_for_it():
    assert progress.place().parts[-2:] == ("training-loops-by-hand", "progress.json")


def test_nothing_is_kept_where_it_is_turned_off(kept, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    assert progress.record(EXERCISE, RIGHT, DAY) is None
    assert not kept.parent.exists() and "no progress is kept" in progress.report()


@pytest.mark.parametrize("kind", [Kind.BLANK, Kind.UNCHECKED, Kind.INTERRUPTED, Kind.HINT])
def test_what_says_nothing_of_an_answer_does_not_count(kept, kind):
    progress.record(EXERCISE, Message(kind, "Text"), DAY)
    assert not kept.exists()


def test_a_mistake_is_counted_by_its_name_and_nothing_else_of_the_answer_is_kept(kept):
    for message in (MISTAKE, MISTAKE, OFF):
        progress.record(EXERCISE, message, DAY)
    mistakes = {"a sum in place of a mean": 2}
    assert state() == {"state": "not yet", "right_on": None, "repeated": 0, "mistakes": mistakes}


def test_a_right_answer_is_repeated_after_a_day_four_days_and_two_weeks(kept):
    proposed = []
    for day in range(30):
        is_due = "To repeat today: 01.1" in progress.report(after(day))
        if day == 0 or is_due:
            progress.record(EXERCISE, RIGHT, after(day))
            proposed.append(day)
    assert proposed == [0, 1, 5, 19]


def test_an_answer_checked_twice_in_an_evening_is_no_repetition(kept):
    for _ in range(3):
        progress.record(EXERCISE, RIGHT, DAY)
    assert (state()["repeated"], state()["right_on"]) == (0, str(DAY))


def test_what_went_wrong_later_is_not_right_anymore(kept):
    progress.record(EXERCISE, RIGHT, DAY)
    progress.record(EXERCISE, MISTAKE, after(1))
    assert state()["state"] == "not yet"
    assert "Right: 0 of" in progress.report(after(1)) and "came up: a sum in place of a mean" in progress.report(
        after(1)
    )


def test_check_records_its_verdict(kept, capsys):
    check("01.1", EXERCISE.reference)
    assert state()["state"] == "right"
    check("01.1", EXERCISE.mistakes[0].wrong)
    assert list(state()["mistakes"]) == [EXERCISE.mistakes[0].name]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"01.1": 7}', b'{"01.1": {"state": "right"}}', b"\xff\xfe"])
def test_a_broken_file_is_set_aside_with_a_word(kept, content):
    kept.parent.mkdir()
    kept.write_bytes(content)
    said = progress.record(EXERCISE, RIGHT, DAY)
    assert "could not be read" in said and "progress.broken.json" in said
    assert kept.with_name("progress.broken.json").read_bytes() == content
    assert state()["state"] == "right"
    assert progress.record(EXERCISE, RIGHT, DAY) is None


def test_a_day_that_is_none_is_a_broken_file(kept):
    progress.record(EXERCISE, RIGHT, DAY)
    kept.write_text(kept.read_text("utf-8").replace("2026-03-01", "2026-13-01"), "utf-8")
    assert "could not be read" in progress.report(DAY)


def test_a_failed_write_leaves_the_old_record_and_no_litter(kept, monkeypatch):
    progress.record(EXERCISE, RIGHT, DAY)
    before = kept.read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    said = progress.record(EXERCISE, MISTAKE, DAY)
    assert "No space left" in said and "COURSE_PROGRESS=off" in said
    assert kept.read_bytes() == before
    assert not list(kept.parent.glob("*.tmp"))


def test_a_check_goes_on_where_progress_cannot_be_kept(kept, capsys):
    kept.parent.write_text("a file where the folder belongs", "utf-8")
    check("01.1", EXERCISE.reference)
    shown = capsys.readouterr().out
    assert "Right: 01.1" in shown and "could not be kept" in shown


def test_two_notebooks_at_once_lose_nothing(kept):
    """Each call locks the file by itself, so that threads stand for kernels."""
    names = list(all_exercises())
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda name: progress.record(all_exercises()[name], RIGHT, DAY), names))
    assert sorted(json.loads(kept.read_text("utf-8"))) == sorted(names)
    assert said == [None] * len(names)


def test_forget_deletes_what_was_kept_and_what_was_set_aside(kept):
    assert not progress.forget()
    progress.record(EXERCISE, RIGHT, DAY)
    kept.with_name("progress.broken.json").write_text("{", "utf-8")
    assert progress.forget()
    assert list(kept.parent.iterdir()) == []


def test_the_command_prints_the_report_and_forgets(kept, capsys):
    assert command.main(["forget"]) == 0
    assert capsys.readouterr().out == "There is no record.\n"
    progress.record(EXERCISE, RIGHT, DAY)
    assert command.main([]) == 0
    assert f"Right: 1 of {len(all_exercises())}\n    01.1 {EXERCISE.title}\n" in capsys.readouterr().out
    assert command.main(["forget"]) == 0
    assert capsys.readouterr().out == "The record is deleted.\n" and not kept.exists()
