"""The churn table as a network takes it: three parts that stay apart, and numbers that only training rows decide."""

from dataclasses import replace

import numpy as np
import pytest

from helpers import data


@pytest.fixture(scope="module")
def churn():
    return data.load_churn("bundled")


@pytest.fixture(scope="module")
def parts(churn):
    return data.prepare_churn(churn)


def test_three_parts_hold_every_customer_with_a_bill_once(churn, parts):
    billed = churn.frame.index[churn.frame["TotalCharges"] != " "]
    assert sorted(np.concatenate([part.table.index for part in parts])) == billed.tolist()
    assert [len(part.table) for part in parts] == [5274, 879, 879]


def test_the_parts_have_the_same_share_of_leavers(parts):
    assert [part.labels.mean() for part in parts] == pytest.approx([0.2658] * 3, abs=0.001)


def test_features_and_labels_are_what_the_loop_takes(parts):
    for part in parts:
        assert part.features.shape == (len(part.table), 45) and part.labels.shape == (len(part.table), 1)
        assert part.features.dtype == part.labels.dtype == "float32"
        assert (part.labels[:, 0] == part.table["Churn"]).all()
        assert "customerID" not in part.table


def test_training_rows_are_standardized_and_words_are_one_hot(parts):
    train = parts[0].features
    assert train[:, :3].mean(axis=0) == pytest.approx([0] * 3, abs=1e-5)
    assert train[:, :3].std(axis=0) == pytest.approx([1] * 3, abs=1e-5)
    assert np.isin(train[:, 3:], [0, 1]).all()
    # one category of each of the 15 columns of words
    assert (train[:, 4:].sum(axis=1) == 15).all()


def test_the_label_is_no_feature(churn, parts):
    turned = churn.frame.assign(Churn=churn.frame["Churn"].map({"Yes": "No", "No": "Yes"}))
    again = data.prepare_churn(replace(churn, frame=turned))[0]
    both = parts[0].table.index.intersection(again.table.index)
    before, after = (part.table.index.get_indexer(both) for part in (parts[0], again))
    # other rows train, so means and deviations move a little
    assert np.abs(parts[0].features[before] - again.features[after]).max() < 0.1


def test_other_rows_change_no_training_features(churn, parts):
    train, _, test = parts
    strange = churn.frame.copy()
    strange.loc[test.table.index, "MonthlyCharges"] += 1000
    again = data.prepare_churn(replace(churn, frame=strange))
    assert np.array_equal(again[0].features, train.features)
    assert (again[2].features[:, 1] > test.features[:, 1] + 10).all()
