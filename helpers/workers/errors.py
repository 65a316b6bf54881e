"""The error of worker processes, in four parts, as that of the course's data."""


class WorkersError(Exception):
    """Workers that did not start, died or did not end: what was expected, what was found, what mends it."""

    def __init__(self, problem, expected, found, mend):
        super().__init__(f"{problem}\n  expected: {expected}\n  found:    {found}\n  to mend:  {mend}")
        self.expected, self.found, self.mend = expected, found, mend
