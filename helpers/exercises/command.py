"""The command line: python -m helpers.exercises, alone or followed by start or forget."""

import argparse

from helpers.exercises import own_copies


def main(arguments=None):
    """Run the command line; the exit code is 1 if something could not be done."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.exercises",
        description="Without a command: which exercises are right, which not yet, and what to repeat today.",
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("start", help="copy the exercises into notebooks/my/, which no update touches")
    commands.add_parser("forget", help="delete the record of your progress")
    command = parser.parse_args(arguments).command
    if command == "start":
        return own_copies.main()
    from helpers.exercises import progress  # here, because it starts TensorFlow, and `start` need not wait for that

    if command == "forget":
        print("The record is deleted." if progress.forget() else "There is no record.")
    else:
        print(progress.report())
    return 0
