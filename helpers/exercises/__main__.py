"""python -m helpers.exercises"""

import sys

from helpers.exercises.command import main

# a path may hold letters that the terminal's encoding has not: rather \\xfc in its place than no message at all
if hasattr(sys.stdout, "reconfigure"):  # a notebook's has no such method, and needs none
    sys.stdout.reconfigure(errors="backslashreplace")
sys.exit(main())
