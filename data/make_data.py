"""Write heart.csv and churn.csv, the two synthetic stand-in tables of this course.

The real tables are not part of the course, so it runs on tables that behave like them, made from
the summary figures below alone: how often each category occurs in each class, a few quantiles of
each number, and how the ranks of two columns correlate within a class. data/README.md says what
such a table can and cannot be used for.

The recipe, for each class on its own (for churn, each class and kind of internet service):

1. Lay out every column sorted, so that its categories and quantiles are as the figures say.
2. Draw correlated normal numbers, as many columns wide as the table.
3. Put the values of each column in the order of its normal numbers.

That is a Gaussian copula. A copula is what remains of a joint distribution once the distribution of
each single column is taken away (Sklar, 1959), and the Gaussian one borrows what remains from a
multivariate normal distribution; R. B. Nelsen, "An Introduction to Copulas" (Springer, 2006), is
the standard text. One copula for both classes together, with labels drawn from a logistic model,
was tried and does worse: a cholesterol of 0 then loses its link with disease.

Run it with `python data/make_data.py`. It writes the same bytes each time.
"""

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

# ---- Figures of the heart table: 410 patients without heart disease, 508 with it ----------------

# (without disease, with disease). The order of the levels is the order in which they are ranked.
HEART_CATEGORIES = {
    "Sex": {"F": (143, 50), "M": (267, 458)},
    "ChestPainType": {"ATA": (149, 24), "NAP": (131, 72), "TA": (26, 20), "ASY": (104, 392)},
    "FastingBS": {0: (366, 338), 1: (44, 170)},
    "RestingECG": {"Normal": (267, 285), "LVH": (82, 106), "ST": (61, 117)},
    "ExerciseAngina": {"N": (355, 192), "Y": (55, 316)},
    "ST_Slope": {"Up": (317, 78), "Down": (14, 49), "Flat": (79, 381)},
}

# A zero here is a missing value, so it is counted apart from the quantiles.
HEART_ZEROS = {"RestingBP": (0, 1), "Cholesterol": (20, 152)}

QUANTILE_LEVELS = [0.00, 0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 1.00]
HEART_QUANTILES = {  # first without disease, then with it
    "Age": (
        [28, 32, 35, 39, 43, 51, 57, 63, 66, 76],
        [31, 36, 39, 43, 51, 57, 62, 66, 69, 77],
    ),
    "RestingBP": (
        [80, 100, 105, 110, 120, 130, 140, 150, 160, 190],
        [92, 100, 110, 110, 120, 132, 145, 160, 170, 200],
    ),
    "Cholesterol": (
        [85, 147, 164, 179, 203, 232, 269, 307, 326, 564],
        [100, 139, 166, 184, 212, 246, 283, 318, 341, 603],
    ),
    "MaxHR": (
        [69, 97, 108, 116, 134, 150, 165, 178, 182, 202],
        [60, 80, 91, 98, 112, 126, 144, 158, 167, 195],
    ),
    "Oldpeak": (
        [-1.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 1.5, 2.0, 4.2],
        [-2.6, 0.0, 0.0, 0.0, 0.0, 1.2, 2.0, 2.9, 3.1, 6.2],
    ),
}

# Spearman's rank correlations in hundredths: below the diagonal without disease, above it with it.
# The rows are named at the right, and the columns come in the same order.
HEART_CORRELATIONS = [
    [  0,  -2,  -4,  27,  -4,  10,  24, -22,   5,  12,  -7],  # Age
    [ -3,   0,   0, -11, -15,   1,   3, -15,   6,   2,  -3],  # Sex
    [ 19,   6,   0,  -3,  -1,   2,  -4, -13,  22,   9,  -5],  # ChestPainType
    [ 22,   8,   5,   0,  17,   2,  15, -11,  16,  17,  14],  # RestingBP
    [  4, -15,  -2,   6,   0, -26,   5,  17,  14,  18,  12],  # Cholesterol
    [ 20,   9,   2,   9,   3,   0,  10,  -2, -13,  -8,  -6],  # FastingBS
    [ 15,  -4,  16,   3,  -1,   7,   0,   1,   5,   5,  -7],  # RestingECG
    [-37,  -2, -20,  -2,   9,  -2,  -8,   0, -25,   1, -21],  # MaxHR
    [ 14,   5,  24,   5,   3,   3,   4, -17,   0,  29,  11],  # ExerciseAngina
    [ 35,  -5,  25,  10,   4,  11,  13, -10,  26,   0,  -1],  # Oldpeak
    [ 20,  -8,  21,  -5,   1,   2,  10, -11,  29,  58,   0],  # ST_Slope
]  # fmt: skip

HEART_ROWS = (410, 508)
HEART_COLUMNS = [
    "Age", "Sex", "ChestPainType", "RestingBP", "Cholesterol", "FastingBS", "RestingECG", "MaxHR",
    "ExerciseAngina", "Oldpeak", "ST_Slope", "HeartDisease",
]  # fmt: skip

# ---- Figures of the churn table: 5,174 customers who stayed, 1,869 who left ---------------------

# Six groups: (no internet stayed, left, DSL stayed, left, fiber optic stayed, left).
CHURN_GROUPS = [
    (internet, churn) for internet in ("No", "DSL", "Fiber optic") for churn in ("No", "Yes")
]  # fmt: skip
CHURN_ROWS = [1413, 113, 1962, 459, 1799, 1297]
CHURN_CATEGORIES = {
    "gender": {"Female": (691, 56, 969, 219, 889, 664), "Male": (722, 57, 993, 240, 910, 633)},
    "SeniorCitizen": {0: (1366, 108, 1781, 381, 1361, 904), 1: (47, 5, 181, 78, 438, 393)},
    "Partner": {"No": (704, 84, 932, 321, 805, 795), "Yes": (709, 29, 1030, 138, 994, 502)},
    "Dependents": {"No": (798, 85, 1253, 363, 1339, 1095), "Yes": (615, 28, 709, 96, 460, 202)},
    "MultipleLines": {
        "No phone service": (0, 0, 512, 170, 0, 0),
        "No": (1081, 103, 832, 216, 628, 530),
        "Yes": (332, 10, 618, 73, 1171, 767),
    },
    "OnlineSecurity": {"No": (0, 0, 894, 347, 1143, 1114), "Yes": (0, 0, 1068, 112, 656, 183)},
    "OnlineBackup": {"No": (0, 0, 992, 343, 863, 890), "Yes": (0, 0, 970, 116, 936, 407)},
    "DeviceProtection": {"No": (0, 0, 1014, 342, 870, 869), "Yes": (0, 0, 948, 117, 929, 428)},
    "TechSupport": {"No": (0, 0, 898, 345, 1129, 1101), "Yes": (0, 0, 1064, 114, 670, 196)},
    "StreamingTV": {"No": (0, 0, 1132, 332, 736, 610), "Yes": (0, 0, 830, 127, 1063, 687)},
    "StreamingMovies": {"No": (0, 0, 1118, 322, 729, 616), "Yes": (0, 0, 844, 137, 1070, 681)},
    "Contract": {
        "Month-to-month": (425, 99, 829, 394, 966, 1162),
        "One year": (355, 9, 517, 53, 435, 104),
        "Two year": (633, 5, 616, 12, 398, 31),
    },
    "PaperlessBilling": {
        "No": (1009, 71, 922, 169, 472, 229),
        "Yes": (404, 42, 1040, 290, 1327, 1068),
    },
    "PaymentMethod": {
        "Mailed check": (670, 71, 486, 127, 148, 110),
        "Bank transfer (automatic)": (314, 18, 513, 53, 459, 187),
        "Credit card (automatic)": (322, 9, 522, 72, 446, 151),
        "Electronic check": (107, 15, 441, 207, 746, 849),
    },
}

# Months, counted without the customers whose tenure is 0: they have no bill yet, and none has left.
TENURE_ZEROS = [6, 0, 5, 0, 0, 0]
TENURE_QUANTILES = [
    [1, 1, 1, 2, 10, 28, 54, 69, 71, 72],
    [1, 1, 1, 1, 1, 1, 9, 24, 48, 61],
    [1, 1, 2, 4, 14, 37, 60, 70, 72, 72],
    [1, 1, 1, 1, 1, 5, 21, 43, 54, 72],
    [1, 2, 3, 8, 22, 45, 64, 71, 72, 72],
    [1, 1, 1, 1, 3, 13, 33, 53, 63, 72],
]  # fmt: skip

# As HEART_CORRELATIONS: below the diagonal those who stayed, above it those who left.
NO_INTERNET_CORRELATIONS = [
    [  0,  -4, -23, -17, -11,   6,   5,  -4,  -6],  # gender
    [  4,   0,   7, -12,  -4,  -7,  -8,   1,   5],  # SeniorCitizen
    [-10,   1,   0,  60,  27,  10,  15,  14,   6],  # Partner
    [  1, -14,  56,   0,  18,   4,  16,  15,   7],  # Dependents
    [ -3,  10,  35,  13,   0,  36,  51,  -8,  34],  # tenure
    [ -2,   8,  17,   7,  34,   0,  37,   8,  20],  # MultipleLines
    [ -3,   4,  33,  20,  69,  28,   0,  -6,  23],  # Contract
    [ -1,   2,  -1,  -1,   3,   8,  -5,   0,   3],  # PaperlessBilling
    [  0,   7,   8,  -2,  27,  15,  11,   9,   0],  # PaymentMethod
]  # fmt: skip
DSL_CORRELATIONS = [
    [  0,  -1,  -3,   1,  -3,  -2,  -6,  -2,   7,  -7,  -5,  -6,   6,   3,  -2],  # gender
    [  2,   0,   3, -15,   6, -16,  -1,   3,   4, -10,   4,   1,  -1,  -3,  12],  # SeniorCitizen
    [  2,   1,   0,  47,  33,  -5,  13,  12,  15,  11,  16,  15,  27, -12,   5],  # Partner
    [  1, -16,  45,   0,  13,  12,  14,  10,   7,  10,  -1,   0,  16, -14,  -8],  # Dependents
    [  1,   4,  37,  14,   0,   4,  31,  32,  32,  29,  33,  32,  51,   3,   4],  # tenure
    [ -1,   0,  12,   3,  20,   0,  17,  -6,  -2,  19, -12, -14,  16,  -9, -14],  # MultipleLines
    [ -2,  -8,  17,  14,  36,  11,   0,  17,  10,  21,   1,   0,  21, -11,  -2],  # OnlineSecurity
    [ -4,   6,  17,   9,  35,  12,  14,   0,   6,  13,   7,   7,  25,   2,  -9],  # OnlineBackup
    [  1,   3,  17,   7,  44,   8,  17,  13,   0,  13,  21,  27,  31,   1,   1],  # DeviceProtection
    [  0,  -7,  12,   9,  35,  11,  21,  15,  22,   0,  13,   5,  30,  -7, -11],  # TechSupport
    [ -1,   1,  18,   9,  33,   9,   6,  13,  31,  21,   0,  43,  28,  11,   7],  # StreamingTV
    [ -2,   2,  15,   4,  34,   9,   9,  11,  33,  21,  41,   0,  29,  13,  13],  # StreamingMovies
    [  0,  -5,  30,  18,  72,  16,  37,  29,  45,  43,  34,  35,   0,  -1,  -9],  # Contract
    [  1,   7,  -1,  -5,   2,   0,  -8,   1,  -3,  -4,  10,  10,  -7,   0,  10],  # PaperlessBilling
    [ -3,  10,   1,  -2,   6,   1,  -9,   2,   3,  -7,  13,  10,  -6,  10,   0],  # PaymentMethod
]  # fmt: skip
FIBER_CORRELATIONS = [
    [  0,   1,   9,   1,   7,   6,  -4,   0,   0,  -2,   5,   4,   2,   2,   5],  # gender
    [ -2,   0,   6, -21,   7,  13,  -5,   1,  -1, -10,  -1,   5,  -9,  11,   6],  # SeniorCitizen
    [  1,   3,   0,  36,  32,  13,  11,  11,  16,   8,  10,  11,  16,   2,  -4],  # Partner
    [  2, -20,  40,   0,  10,  -3,   3,   3,   6,   6,   5,   2,  11,  -6,  -8],  # Dependents
    [ -2,   0,  38,  17,   0,  38,  25,  36,  33,  25,  33,  35,  46,   4,  -9],  # tenure
    [ -3,   3,  13,   4,  40,   0,   3,  14,  15,   3,  16,  20,  11,  11,   2],  # MultipleLines
    [ -1,  -5,  14,   9,  35,  10,   0,   9,   7,  16,  10,   8,  24,  -5, -12],  # OnlineSecurity
    [  0,  -2,  14,   8,  42,  17,  17,   0,  19,  11,  13,  12,  23,   4,  -4],  # OnlineBackup
    [ -3,  -2,  16,   6,  38,  15,  14,  18,   0,  19,  26,  24,  25,   2,  -6],  # DeviceProtection
    [ -2,  -8,  12,   9,  34,   9,  18,  18,  21,   0,  18,  16,  33,  -1, -11],  # TechSupport
    [ -3,   1,  14,   8,  33,  18,   7,  17,  25,  19,   0,  41,  24,   6,   3],  # StreamingTV
    [ -2,   2,  14,   6,  34,  16,   8,  17,  26,  21,  43,   0,  25,   3,   0],  # StreamingMovies
    [ -2, -10,  26,  17,  71,  20,  33,  30,  37,  41,  32,  32,   0,  -3, -13],  # Contract
    [ -5,   7,   1,  -3,   4,   7,  -6,   5,   0,   2,   9,   6,  -4,   0,   8],  # PaperlessBilling
    [  2,   9,  -4,  -8, -18,  -3, -12,  -7,  -7, -14,   0,   4, -21,   7,   0],  # PaymentMethod
]  # fmt: skip
CHURN_CORRELATIONS = {
    "No": NO_INTERNET_CORRELATIONS,
    "DSL": DSL_CORRELATIONS,
    "Fiber optic": FIBER_CORRELATIONS,
}

# MonthlyCharges is a price list, in dollars, and a small spread that differs between customers.
INTERNET_PRICE = {"No": 0, "DSL": 25, "Fiber optic": 50}
INTERNET_SPREAD = {"No": 0.55, "DSL": 1.10, "Fiber optic": 1.15}
YES_PRICE = {
    "PhoneService": 20, "MultipleLines": 5, "OnlineSecurity": 5, "OnlineBackup": 5,
    "DeviceProtection": 5, "TechSupport": 5, "StreamingTV": 10, "StreamingMovies": 10,
}  # fmt: skip
TOTAL_SPREAD = 0.025  # TotalCharges around tenure * MonthlyCharges

CHURN_COLUMNS = [
    "customerID", "gender", "SeniorCitizen", "Partner", "Dependents", "tenure", "PhoneService",
    "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection",
    "TechSupport", "StreamingTV", "StreamingMovies", "Contract", "PaperlessBilling",
    "PaymentMethod", "MonthlyCharges", "TotalCharges", "Churn",
]  # fmt: skip

# ---- Settings of the recipe, chosen by looking at the results -----------------------------------

HEART_SEED = 14
CHURN_SEED = 12

# Pairs of one customer who stayed and one who left whose labels trade places. The copula misses
# some of the ways in which real people defy their table, and classifiers then score too well.
CHURN_PAIRS_SWAPPED = 25

# Customers in their first month, most of them without internet, have so few distinct rows that some
# coincide with a real customer's. By row number: how many steps of 5 cents their prices are moved.
COINCIDENCES = {
    196: 1, 923: 1, 999: 1, 1030: 2, 1438: 1, 1469: 1, 1786: -1, 2096: 1, 3418: 1, 3470: 3,
    4004: -2, 4245: 1, 4527: 3, 5000: 1, 5105: -1, 5866: 1, 6230: 2, 6586: 1, 6820: 1, 6864: -1,
    6876: 1, 6899: 1,
}  # fmt: skip

# ---- What the stand-ins are compared with: figures of the real tables ---------------------------

REAL_MEANS = {
    "heart": {"Age": 53.51, "RestingBP": 132.4, "Cholesterol": 198.8, "FastingBS": 0.2331,
              "MaxHR": 136.8, "Oldpeak": 0.8874},
    "churn": {"SeniorCitizen": 0.1621, "tenure": 32.37, "MonthlyCharges": 64.76,
              "TotalCharges": 2279.7},  # a blank counted as 0
}  # fmt: skip
REAL_BASE_RATE = {"heart": 0.5534, "churn": 0.2654}
REAL_SCORES = {  # 5-fold cross-validation; tests/test_make_data.py has the models
    "heart": {
        "logistic regression: ROC AUC": 0.926,
        "logistic regression: recall": 0.894,
        "random forest: ROC AUC": 0.928,
    },
    "churn": {
        "logistic regression: ROC AUC": 0.845,
        "logistic regression: recall": 0.546,
        "random forest: ROC AUC": 0.820,
    },
}


def make_heart():
    """Return the heart stand-in: a DataFrame of 918 rows and HEART_COLUMNS, values as when read."""
    rng = np.random.RandomState(HEART_SEED)  # NumPy promises never to change this stream
    classes = []
    for disease, rows in enumerate(HEART_ROWS):
        columns = {}
        for name in HEART_COLUMNS[:-1]:
            if name in HEART_CATEGORIES:
                columns[name] = from_counts(HEART_CATEGORIES[name], disease)
            else:
                zeros = HEART_ZEROS.get(name, (0, 0))[disease]
                decimals = 1 if name == "Oldpeak" else 0
                quantiles = HEART_QUANTILES[name][disease]
                columns[name] = from_quantiles(quantiles, rows, zeros, decimals)
        correlation = within_class(HEART_CORRELATIONS, disease)
        classes.append(join_columns(columns, correlation, rng).assign(HeartDisease=disease))
    return shuffled(classes, rng)[HEART_COLUMNS]


def make_churn():
    """Return the churn stand-in: a DataFrame of 7,043 rows and CHURN_COLUMNS.

    TotalCharges is text, as pandas reads it: some customers have no bill yet, and a blank there.
    """
    rng = np.random.RandomState(CHURN_SEED)
    groups = []
    for group, (internet, churn) in enumerate(CHURN_GROUPS):
        columns = {name: from_counts(CHURN_CATEGORIES[name], group) for name in CHURN_CATEGORIES}
        columns["tenure"] = from_quantiles(TENURE_QUANTILES[group], CHURN_ROWS[group], TENURE_ZEROS[group])
        # in the order of the correlations, without the add-ons where there is no internet
        columns = {name: columns[name] for name in CHURN_COLUMNS if len(columns.get(name, []))}
        correlation = within_class(CHURN_CORRELATIONS[internet], int(churn == "Yes"))
        customers = join_columns(columns, correlation, rng)
        groups.append(customers.assign(InternetService=internet, Churn=churn))
    churn = shuffled(groups, rng).fillna("No internet service")
    churn["PhoneService"] = np.where(churn["MultipleLines"] == "No phone service", "No", "Yes")
    swap_labels(churn, rng)
    add_charges(churn, rng)
    churn["customerID"] = customer_ids(len(churn), rng)
    return churn[CHURN_COLUMNS]


def from_counts(levels, group):
    """Return a sorted column, shape (rows,): each level as often as its count for the group."""
    return np.repeat(list(levels), [counts[group] for counts in levels.values()])


def from_quantiles(quantiles, rows, zeros=0, decimals=0):
    """Return a sorted column, shape (rows,): zeros, then values spread over the quantiles."""
    levels = (np.arange(rows - zeros) + 0.5) / (rows - zeros)
    values = np.interp(levels, QUANTILE_LEVELS, quantiles)
    # The first rounding makes 12.499999999999998 the same as 12.5, whatever the machine.
    values = values.round(6).round(decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    column = np.concatenate([np.zeros(zeros), values])
    return column if decimals else column.astype(int)


def within_class(table, positive):
    """Return one class's rank correlations, shape (columns, columns), from a table of both.

    They are moved half of the way to the mean of the two classes. Much of the difference is chance
    in samples of this size; in the stand-in it would be real, and a forest would learn it.
    """
    lower, upper = np.tril(table, -1) / 100, np.triu(table, 1) / 100
    own = upper if positive else lower
    mean = (lower + upper.T) / 2
    return (own + own.T + mean + mean.T) / 2 + np.eye(len(table))


def join_columns(columns, correlation, rng):
    """Return a DataFrame that joins sorted columns by a Gaussian copula of these correlations."""
    rows = len(next(iter(columns.values())))
    normal = rng.standard_normal((rows, len(columns)))
    normal = normal @ np.linalg.cholesky(normal_correlation(columns.values(), correlation)).T
    ranks = normal.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return pd.DataFrame({name: columns[name][ranks[:, i]] for i, name in enumerate(columns)})


def normal_correlation(columns, rank_correlation):
    """Return the correlations that the normal numbers need, shape (columns, columns).

    Tied values weaken a correlation: of two normal numbers cut into yes and no, little is left to
    correlate. Dividing by what each column keeps undoes that, to first order.
    """
    kept = [correlation_with_normal(column) for column in columns]
    needed = rank_correlation / np.outer(kept, kept)
    np.fill_diagonal(needed, 1)
    # Pairs that were estimated one by one may contradict each other; weaken all until none do.
    while np.linalg.eigvalsh(needed)[0] < 0.01:
        needed = 0.99 * needed + 0.01 * np.eye(len(needed))
    return needed


def correlation_with_normal(column):
    """Return the correlation between a sorted column's ranks and as many normal quantiles."""
    quantile = NormalDist().inv_cdf
    normal = [quantile((i + 0.5) / len(column)) for i in range(len(column))]
    ranks = pd.Series(pd.factorize(column)[0]).rank()
    return np.corrcoef(ranks, normal)[0, 1]


def shuffled(parts, rng):
    """Return the rows of several DataFrames in one, in random order."""
    table = pd.concat(parts, ignore_index=True)
    return table.iloc[rng.permutation(len(table))].reset_index(drop=True)


def swap_labels(churn, rng):
    """Let CHURN_PAIRS_SWAPPED pairs of customers trade labels, in place; tenure 0 never leaves."""
    billed = churn["tenure"] > 0
    stayed = np.flatnonzero(billed & (churn["Churn"] == "No"))
    left = np.flatnonzero(billed & (churn["Churn"] == "Yes"))
    churn.loc[rng.choice(stayed, CHURN_PAIRS_SWAPPED, replace=False), "Churn"] = "Yes"
    churn.loc[rng.choice(left, CHURN_PAIRS_SWAPPED, replace=False), "Churn"] = "No"


def add_charges(churn, rng):
    """Add MonthlyCharges (dollars) and TotalCharges (text, blank at tenure 0), in place."""
    price = churn["InternetService"].map(INTERNET_PRICE).astype(float)
    for service, dollars in YES_PRICE.items():
        price += dollars * (churn[service] == "Yes")
    price += churn["InternetService"].map(INTERNET_SPREAD) * rng.standard_normal(len(churn))
    steps = (20 * price).round().astype(int)  # of 5 cents
    steps[list(COINCIDENCES)] += list(COINCIDENCES.values())
    churn["MonthlyCharges"] = steps / 20

    spread = TOTAL_SPREAD * rng.standard_normal(len(churn))
    spread[churn["tenure"] <= 1] = 0  # the first bill is the total
    total = (churn["tenure"] * steps * (1 + spread)).round() / 20
    churn["TotalCharges"] = [
        f"{dollars:g}" if months else " " for dollars, months in zip(total, churn["tenure"], strict=True)
    ]


def customer_ids(rows, rng):
    """Return identifiers such as "5893-BKGVC": four digits, a dash, five capital letters."""
    digits = rng.randint(0, 10, size=(rows, 4))
    letters = rng.randint(ord("A"), ord("Z") + 1, size=(rows, 5))
    return [
        "".join(map(str, number)) + "-" + "".join(map(chr, word)) for number, word in zip(digits, letters, strict=True)
    ]


def write(table, path):
    """Write a DataFrame as CSV; the file appears under its name only when it is complete."""
    partial = path.with_name(path.name + ".part")
    table.to_csv(partial, index=False, lineterminator="\n", float_format="%g")
    partial.replace(path)


def main():
    """Write both tables beside this script."""
    folder = Path(__file__).parent
    write(make_heart(), folder / "heart.csv")
    write(make_churn(), folder / "churn.csv")


if __name__ == "__main__":
    main()
