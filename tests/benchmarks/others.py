"""The same training with JAX and with PyTorch, where they are installed: requirements-bench.txt names them.

For networks with one hidden layer only, which are short enough to be written out. The batches are those of an order
that NumPy shuffles; the weights begin as Keras's.
"""

import importlib.util

import numpy as np


def rungs_of(network):
    """Return {rung: function (network) -> function that trains for an epoch}; empty without the packages."""
    written_out = network.features.ndim == 2
    rungs = {"JAX, lax.scan in jit": ("jax", with_jax), "PyTorch, a step at a time": ("torch", with_torch)}
    return {
        rung: make
        for rung, (package, make) in rungs.items()
        if written_out and importlib.util.find_spec(package) is not None
    }


def orders(network):
    """Yield shuffled row numbers in full batches, (steps, B); the few rows of a smaller last one are left out."""
    random = np.random.default_rng(0)
    full = len(network.labels) // network.batch_size * network.batch_size
    while True:
        yield random.permutation(len(network.labels))[:full].reshape(-1, network.batch_size).astype("int32")


def with_jax(network):
    import jax
    import jax.numpy as jnp

    model, _ = network.start()
    weights = [jnp.asarray(weight) for weight in model.get_weights()]
    zeros = [jnp.zeros_like(weight) for weight in weights]
    features, labels, order = jnp.asarray(network.features), jnp.asarray(network.labels), orders(network)

    def loss_of(weights, rows):
        kernel, bias, last_kernel, last_bias = weights
        logits = jax.nn.relu(features[rows] @ kernel + bias) @ last_kernel + last_bias
        # binary cross-entropy of a logit
        losses = jax.nn.softplus(logits) - labels[rows] * logits
        return losses.mean(), ((logits > 0) == (labels[rows] > 0.5)).mean()

    def step(state, rows):
        weights, mean, mean_square, done = state
        (loss, accuracy), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights, rows)
        done = done + 1
        mean = [0.9 * old + 0.1 * new for old, new in zip(mean, gradients)]
        mean_square = [0.999 * old + 0.001 * new**2 for old, new in zip(mean_square, gradients)]
        rate = 1e-3 * jnp.sqrt(1 - 0.999**done) / (1 - 0.9**done)
        moves = [rate * one / (jnp.sqrt(other) + 1e-7) for one, other in zip(mean, mean_square)]
        weights = [weight - move for weight, move in zip(weights, moves)]
        return (weights, mean, mean_square, done), (loss, accuracy)

    steps = jax.jit(lambda state, rows: jax.lax.scan(step, state, rows))
    state = (weights, zeros, zeros, jnp.zeros(()))

    def epoch():
        nonlocal state
        state, measured = steps(state, next(order))
        jax.block_until_ready(measured)
        return state[0]

    return epoch


def with_torch(network):
    import torch

    model, _ = network.start()
    place = "cuda" if torch.cuda.is_available() else "cpu"
    by_torch = torch.nn.Sequential(
        torch.nn.Linear(network.features.shape[1], 10), torch.nn.ReLU(), torch.nn.Linear(10, 1)
    ).to(place)
    with torch.no_grad():
        for parameter, weight in zip(by_torch.parameters(), model.get_weights()):
            parameter.copy_(torch.tensor(weight.T))
    optimizer = torch.optim.Adam(by_torch.parameters(), lr=1e-3, eps=1e-7)
    loss_fn = torch.nn.BCEWithLogitsLoss()
    features, labels = (torch.tensor(array, device=place) for array in (network.features, network.labels))
    order = orders(network)

    def epoch():
        loss_sum, right = torch.zeros((), device=place), torch.zeros((), device=place)
        for rows in torch.tensor(next(order), device=place):
            logits = by_torch(features[rows])
            loss = loss_fn(logits, labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.detach()
            right += ((logits > 0) == (labels[rows] > 0.5)).float().mean()
        float(loss_sum)
        return [parameter.detach().cpu().numpy().T for parameter in by_torch.parameters()]

    return epoch
