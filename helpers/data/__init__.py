"""The course's data sets: where each comes from, what it promises, and how it fails.

Every loader takes the real files where they are and a bundled stand-in otherwise, and prints in one line which it took.
Real files are looked for in the folder that COURSE_DATA names (a relative path counts from the repository's root),
without it in data/real/:

    heart.csv   Telco-Customer-Churn.csv   mnist/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz

COURSE_DATA=bundled means the stand-ins, even where real files are. On the command line:

    python -m helpers.data                       what is there, and where
    python -m helpers.data fetch [--to FOLDER]   download the real files; FOLDER is ready for a USB stick

Whatever is wrong ends in a DataError: what is wrong, what was expected, what was found, what mends it. A real file that
is damaged, or that cannot be read, is never replaced by a stand-in. One idea a file: real_files (names, hashes,
addresses), places (COURSE_DATA), reading (the right bytes), tables, prepared (a table as a network takes it), digits,
download, unfinished (what killed processes leave), command, errors.
"""

from helpers.data.digits import Digits, load_mnist
from helpers.data.errors import DataError
from helpers.data.prepared import Part, prepare_churn
from helpers.data.real_files import MNIST_FILES, REAL_FILES
from helpers.data.tables import Table, load_churn, load_heart

__all__ = [
    "DataError",
    "Digits",
    "MNIST_FILES",
    "Part",
    "REAL_FILES",
    "Table",
    "load_churn",
    "load_heart",
    "load_mnist",
    "prepare_churn",
]
