"""What exercises and cases of lesson 06 measure with: a small model that has every kind of state."""

import keras
import numpy as np


def small_model(seed: int, penalties: bool = True) -> keras.Model:
    """Return a model (3 columns, 1 logit) with BatchNorm, Dropout and, unless told otherwise, two L2 penalties."""
    keras.utils.set_random_seed(seed)
    first, second = (keras.regularizers.L2(factor) if penalties else None for factor in (0.2, 0.1))
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(6, kernel_regularizer=first),
            keras.layers.BatchNormalization(momentum=0.8),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, kernel_regularizer=second),
        ]
    )


def small_batch(seed: int, rows: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return features (rows, 3) and labels 0 or 1 (rows, 1), float32; the features are far from mean 0."""
    draw = np.random.default_rng(seed)
    features = draw.normal(1.0, 2.0, (rows, 3)).astype("float32")
    labels = (features[:, :1] + draw.normal(size=(rows, 1)) > 1).astype("float32")
    return features, labels


def flat(variables) -> np.ndarray:
    """Return the values of variables in one float64 array."""
    return np.concatenate([np.ravel(np.array(variable)).astype("float64") for variable in variables])


def seeds(model: keras.Model) -> list:
    """Return the variables that hold Dropout's place in its random numbers."""
    return [variable for variable in model.variables if "seed" in variable.path]
