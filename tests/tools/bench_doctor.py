"""Examine the patients of tests/patients and store what was found: python tests/tools/bench_doctor.py

python tests/tools/bench_doctor.py                 all of them, into tests/patients/bench.json
python tests/tools/bench_doctor.py broken_loops    those whose name begins so; the others stay as they are stored
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parent.parent
TABLE = TESTS / "patients" / "bench.json"


def outcome(traps: frozenset[int], findings) -> str:
    """Return one of the words of the table, for the traps of a patient and the findings of a report."""
    if traps:
        named = [finding.trap in traps for finding in findings]
        return "named first" if named[:1] == [True] else "named" if any(named) else "not found"
    sure = [finding for finding in findings if finding.certainty != "hint"]
    return "accused" if sure else "with a hint" if findings else "nothing found"


def examined(name, make) -> dict:
    """Return the row of one patient."""
    from helpers.doctor import examine

    patient = make()
    started = time.process_time()
    report = examine(patient.model, patient.train_step, patient.batch, **patient.options)
    return {
        "patient": name,
        "traps": sorted(patient.traps),
        "outcome": outcome(patient.traps, report.findings),
        "found": [[finding.trap, finding.certainty] for finding in report.findings],
        "seconds": round(time.process_time() - started, 1),
    }


def summary(rows) -> dict:
    """Return the counts of the table, of seen and unseen loops, broken and healthy, and the seconds."""
    table = {}
    for place, chosen in (
        ("seen", [row for row in rows if not is_unseen(row)]),
        ("unseen", list(filter(is_unseen, rows))),
    ):
        healthy = [row for row in chosen if not row["traps"]]
        accused = Counter(sure for row in healthy for sure in {sure for _, sure in row["found"]})
        table[place] = {
            "broken": dict(Counter(row["outcome"] for row in chosen if row["traps"])),
            "healthy": dict(Counter(row["outcome"] for row in healthy)),
            "healthy with a finding, by certainty": dict(accused),
        }
    seconds = sorted(row["seconds"] for row in rows) or [0.0]
    table["seconds of an examination"] = {"median": seconds[len(seconds) // 2], "longest": seconds[-1]}
    return table


def is_unseen(row) -> bool:
    return row["patient"].startswith("unseen")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prefixes", nargs="*", help="only patients whose name begins with one of these")
    prefixes = tuple(parser.parse_args().prefixes)
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    from patients import all_patients

    chosen = {name: make for name, make in all_patients().items() if name.startswith(prefixes or "")}
    rows = []
    for name, make in chosen.items():
        rows.append(examined(name, make))
        print(*rows[-1].values(), flush=True)
    if prefixes and TABLE.exists():
        rows += json.loads(TABLE.read_text(encoding="utf-8"))["rows"]
    latest = {row["patient"]: row for row in reversed(rows)}
    rows = [latest[name] for name in all_patients() if name in latest]
    table = summary(rows)
    print(json.dumps(table, indent=1))
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    TABLE.write_text(f'{{"summary": {json.dumps(table)},\n "rows": [\n  {lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
