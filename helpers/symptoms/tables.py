"""Examples of the symptom index: rows on both sides, scales, codes."""

import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler


def reshuffled(sick):
    numbers = tf.data.Dataset.range(24).shuffle(24, seed=0, reshuffle_each_iteration=sick)
    return {"train_numbers": numbers.take(12), "validation_numbers": numbers.skip(12)}


def scale_of_all(sick):
    training, held_out = np.arange(12.0)[:, None], np.arange(50.0, 56.0)[:, None]
    fitted_on = np.concatenate([training, held_out]) if sick else training
    return {"scaler": StandardScaler().fit(fitted_on), "training_rows": training}


def scale_of_the_test(sick):
    training, held_out = np.arange(12.0)[:, None], np.arange(50.0, 56.0)[:, None]
    scaler = StandardScaler().fit(training)
    return {"test_rows": scaler.fit_transform(held_out) if sick else scaler.transform(held_out)}


def choice_on_test_rows(sick):
    looks = {"validation": 0, "test": 0}

    def evaluate(rate, part):
        looks[part] += 1
        return abs(rate - 0.1)

    min([1.0, 0.1, 0.01], key=lambda rate: evaluate(rate, "test" if sick else "validation"))
    return {"looks": looks}


def codes_of_words(sick):
    encoder = OrdinalEncoder() if sick else OneHotEncoder(sparse_output=False)
    return {"codes": encoder.fit_transform([["ASY"], ["ATA"], ["NAP"], ["TA"]])}


def not_measured(sick):
    table = pd.DataFrame({"age": [40.0, 50.0, 60.0, 65.0], "cholesterol": [180.0, 0.0, 210.0, 240.0]})
    if not sick:
        measured = table["cholesterol"].replace(0, np.nan)
        table["cholesterol"] = measured.fillna(measured.median())
    return {"table": table}


def text_of_pandas(sick):
    table = pd.DataFrame({"age": [40, 50], "color": ["red", "blue"]})
    is_text = [
        name
        for name in table
        if (table[name].dtype == "object" if sick else not pd.api.types.is_numeric_dtype(table[name]))
    ]
    return {"table": pd.get_dummies(table, columns=is_text)}
