"""The error of the course's data, in four parts."""


class DataError(Exception):
    """Data that is missing or not what it should be: what was expected, what was found, what mends it."""

    def __init__(self, problem, expected, found, mend):
        super().__init__(f"{problem}\n  expected: {expected}\n  found:    {found}\n  to mend:  {mend}")
