"""The churn table made ready for a network: cut into three parts, and every column a number."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.data.tables import Table

CHURN_NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows of a table: as they stand there, and for a network, features (n, K) and labels (n, 1), float32."""

    table: pd.DataFrame
    features: np.ndarray
    labels: np.ndarray


def prepare_churn(churn: Table) -> tuple[Part, Part, Part]:
    """Return training, validation and test rows of the churn table: three quarters, and half of the rest each.

    All as in lesson 03. The three parts have the same share of leavers, and the cut is the same each time. Numbers are
    standardized, words are one column for each category, SeniorCitizen is 0 or 1 already; mean, deviation and
    categories come from the training rows. The label is 1 for a customer who left, in the parts' tables too. Customers
    who have not had a bill yet, 11 in either table, are left out.
    """
    # here, so that importing helpers.data stays quick
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    billed = churn.frame[churn.frame["TotalCharges"].str.strip() != ""].drop(columns="customerID")
    table = billed.assign(
        TotalCharges=billed["TotalCharges"].astype("float64"), Churn=(billed["Churn"] == "Yes").astype("int64")
    )
    train, rest = _cut(table, 0.25)
    validation, test = _cut(rest, 0.5)
    words = table.columns.drop([*CHURN_NUMBERS, "SeniorCitizen", "Churn"])
    preparation = ColumnTransformer(
        [
            ("numbers", StandardScaler(), CHURN_NUMBERS),
            ("already 0 or 1", "passthrough", ["SeniorCitizen"]),
            # a category that no training row has is 0 in all its columns
            ("words", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), words),
        ]
    ).fit(train)
    train, validation, test = (
        Part(rows, preparation.transform(rows).astype("float32"), rows[["Churn"]].to_numpy("float32"))
        for rows in (train, validation, test)
    )
    return train, validation, test


def _cut(table, share):
    from sklearn.model_selection import train_test_split

    return train_test_split(table, test_size=share, stratify=table["Churn"], random_state=0)
