"""python -m helpers.data"""

import sys

from helpers.data.command import main

sys.exit(main())
