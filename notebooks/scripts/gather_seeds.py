"""Gather the results of the array churn_seeds.sbatch, and name the members that left none.

    python gather_seeds.py FOLDER NUMBER        reads FOLDER/seed_0.json and so on, writes FOLDER/seeds.json
"""

import json
import sys
from pathlib import Path


def gather(folder, number):
    """Return the results that are there, in the order of their seeds, and the seeds that left none."""
    files = {seed: folder / f"seed_{seed}.json" for seed in range(number)}
    missing = [seed for seed, file in files.items() if not file.is_file()]
    there = [json.loads(file.read_text(encoding="utf-8")) for file in files.values() if file.is_file()]
    return there, missing


def main(folder, number):
    there, missing = gather(folder, number)
    (folder / "seeds.json").write_text(json.dumps(there), encoding="utf-8")
    print(f"{len(there)} of {number} members left a result")
    if missing:
        print("to run again: sbatch --array=" + ",".join(map(str, missing)), "churn_seeds.sbatch", folder.name)
    return len(missing)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])) > 0)
