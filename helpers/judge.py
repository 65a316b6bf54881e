"""A judge of drawn digits, no part of the game: how sure a reader is, what it reads, how far from real. Lesson 09."""

import keras
import numpy as np
import tensorflow as tf

from helpers import training

layers = keras.layers


class Judge:
    """A classifier trained on two thirds of the real pictures, and what it says of any pictures.

    Args:
        pictures: real ones, numbers from 0 to 1, shape (n, pixels), in any order.
        labels: which class each is, whole numbers from 0, shape (n,).
        epochs: passes over the pictures that it trains on.

    Making a judge sets the global seed, so that every judge of the same pictures is the same.
    """

    def __init__(self, pictures, labels, epochs=40):
        keras.utils.set_random_seed(0)
        order = np.random.default_rng(0).permutation(len(pictures))
        seen, unseen = np.split(order, [2 * len(order) // 3])
        self.classes = int(labels.max()) + 1
        hidden = [layers.Dense(128, activation="relu"), layers.Dense(64, activation="relu")]
        self.features = keras.Sequential([keras.Input((pictures.shape[1],)), *hidden])
        self.reader = keras.Sequential([self.features, layers.Dense(self.classes)])
        crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        rows = pictures[seen].astype("float32"), labels[seen]
        training.train(self.reader, keras.optimizers.Adam(1e-3), crossentropy, rows, epochs=epochs)
        self.right = float(np.mean(self.probabilities(pictures[unseen]).argmax(axis=1) == labels[unseen]))
        # another order, so that each half has pictures that were seen and others
        half = len(pictures) // 2
        shuffled = pictures[np.random.default_rng(1).permutation(len(pictures))]
        self._real, self._other_real = shuffled[:half], shuffled[half : 2 * half]
        self._real_features = self.features(self._real).numpy()
        self._unseen = pictures[unseen]

    def probabilities(self, pictures):
        """Return the probability of each class, float32 (n, classes)."""
        return tf.nn.softmax(self.reader(pictures)).numpy()

    def measure(self, pictures):
        """Return {"sure": ..., "digits": ..., "distance": ...} of pictures, shape (n, pixels).

        sure: the share to which one class is given more than 0.9.
        digits: how many classes occur among these, each in more than a hundredth of all pictures.
        distance: the Fréchet distance of their features to those of half of the real pictures. Few pictures seem
            farther away; compare equally many.
        """
        probabilities = self.probabilities(pictures)
        sure = probabilities.max(axis=1) > 0.9
        counts = np.bincount(probabilities.argmax(axis=1)[sure], minlength=self.classes)
        return {
            "sure": float(sure.mean()),
            "digits": int(np.sum(counts > len(pictures) / 100)),
            "distance": frechet_distance(self.features(pictures).numpy(), self._real_features),
        }

    def measure_real(self):
        """Return what `measure` says of the other half of the real pictures: the yardstick.

        Only its sure is that of all pictures which the judge did not learn from: of those it did, it is surer.
        """
        return self.measure(self._other_real) | {"sure": self.measure(self._unseen)["sure"]}


def frechet_distance(one, other):
    """Return how far two clouds of points are apart, shapes (n, K) and (m, K), as if both were normal distributions.

    It is the squared distance of their means, plus what their spreads, the covariances C and D, do not share: the
    trace of C + D - 2 √(C D).
    """
    spreads = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    means = one.mean(axis=0) - other.mean(axis=0)
    # the trace of the root of a matrix is the sum of the roots of its eigenvalues, none of which is below 0
    shared = np.sqrt(np.linalg.eigvals(spreads[0] @ spreads[1]).real.clip(0)).sum()
    return float(means @ means + np.trace(spreads[0]) + np.trace(spreads[1]) - 2 * shared)
