"""What lesson 06 says of ways to save: a compiled file, fit's callback in a run that is interrupted, an iterator."""

import keras
import numpy as np
import pytest
import tensorflow as tf

ROWS = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
LABELS = (ROWS[:, :1] > 0).astype("float32")


def compiled_model(seed, dropout=0.5):
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(16), keras.layers.BatchNormalization(), keras.layers.Dropout(dropout)]
    model = keras.Sequential([keras.Input((8,)), *hidden, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    return model


def fit(model, epochs, *callbacks):
    model.fit(ROWS, LABELS, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks))
    return model


def weights_memory_and_seeds(model):
    """Return the values of a compiled model's weights and averages, its optimizer's memory, and Dropout's seeds."""
    groups = {
        "weights": model.weights,
        "memory": model.optimizer.variables,
        "seeds": [variable for variable in model.variables if "seed" in variable.path],
    }
    return {name: np.concatenate([np.ravel(variable) for variable in group]) for name, group in groups.items()}


def parts_that_differ(one, other):
    one, other = weights_memory_and_seeds(one), weights_memory_and_seeds(other)
    return [name for name in one if not np.array_equal(one[name], other[name])]


def test_compiled_file_loses_the_seeds_only(tmp_path):
    model = fit(compiled_model(seed=0), 2)
    model.save(tmp_path / "model.keras")
    # so that Keras cannot draw the same seeds again
    keras.utils.set_random_seed(99)
    assert parts_that_differ(model, keras.models.load_model(tmp_path / "model.keras")) == ["seeds"]


@pytest.mark.sampled
@pytest.mark.parametrize(("dropout", "lost"), [(0.0, False), (0.5, True)])
def test_callback_of_fit_resumes_exactly_only_without_dropout(dropout, lost, tmp_path):
    """The run is interrupted between its epochs 2 and 3, and resumed in a model from another seed."""

    class Interruption(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise InterruptedError

    whole = fit(compiled_model(0, dropout), 4)
    with pytest.raises(InterruptedError):
        fit(compiled_model(0, dropout), 4, keras.callbacks.BackupAndRestore(tmp_path), Interruption())
    resumed = fit(compiled_model(99, dropout), 4, keras.callbacks.BackupAndRestore(tmp_path))
    difference = max(np.abs(a - b).max() for a, b in zip(whole.get_weights(), resumed.get_weights()))
    assert difference > 0.001 if lost else difference == 0


def test_iterator_in_a_checkpoint_goes_on_exactly_and_holds_its_buffer(tmp_path):
    rows = np.random.default_rng(1).normal(size=(640, 64)).astype("float32")
    iterator = iter(tf.data.Dataset.from_tensor_slices(rows).shuffle(640))
    next(iterator)
    checkpoint = tf.train.Checkpoint(iterator=iterator)
    path = checkpoint.save(str(tmp_path / "iterator"))
    rest = [row.numpy() for row in iterator]
    checkpoint.restore(path)
    assert np.array_equal(rest, [row.numpy() for row in iterator])
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) > rows.nbytes
