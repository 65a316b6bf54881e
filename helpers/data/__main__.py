"""python -m helpers.data"""

import sys

from helpers.data.command import main

# a path may hold letters that the terminal's encoding has not: rather \\xfc in its place than no message at all
sys.stdout.reconfigure(errors="backslashreplace")
sys.exit(main())
