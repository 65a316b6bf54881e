"""The unseen loops are what their names say, and can be built and stepped: every third here, all by the bench."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from patients import all_patients

MAKERS = {name.partition(".")[2]: make for name, make in all_patients("unseen").items()}
OPTIONS = {"optimizer", "loss_fn", "test_step", "dataset", "train", "class_weight", "target"}


def rows_of(structure):
    """Each row of a structure of arrays as one flat array of numbers."""
    return np.hstack([np.reshape(part, (len(part), -1)) for part in tf.nest.flatten(structure)])


@functools.cache
def make(function):
    return MAKERS[function]()


@pytest.fixture(params=list(MAKERS)[::3], scope="module")
def made(request):
    return request.param, make(request.param)


def test_thirty_loops_are_numbered_and_named_once():
    assert [name.split("_")[1] for name in MAKERS] == [f"{number:02}" for number in range(1, 31)]


def test_a_patient_has_the_number_of_its_function_and_known_options(made):
    function, patient = made
    assert patient.name[:2] == function.split("_")[1]
    assert set(patient.options) <= OPTIONS
    assert isinstance(patient.model, keras.Model)
    assert patient.traps <= set(range(1, 61))


def test_no_two_rows_of_a_batch_are_equal(made):
    features, labels = made[1].batch
    rows = rows_of(features)
    assert len(np.unique(rows, axis=0)) == len(rows) == len(rows_of(labels))
    assert len(np.unique(rows_of(labels), axis=0)) > 1


# two of them are here for just that
@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_patient_can_be_stepped(made):
    patient = made[1]
    returned = patient.train_step(*patient.batch)
    for value in tf.nest.flatten(returned):
        assert value is None or np.ndim(value) == 0


def test_the_options_of_a_patient_can_be_used(made):
    patient = made[1]
    if "test_step" in patient.options:
        assert np.isfinite(float(patient.options["test_step"](*patient.batch)))
    if "train" in patient.options:
        assert np.isfinite(patient.options["train"](epochs=2)).all()
    if "dataset" in patient.options:
        features, labels = next(iter(patient.options["dataset"]))
        assert len(features) == len(labels)
