"""A doctor for training loops of one's own: `from helpers.doctor import examine`, and each of its probes."""

from helpers.doctor.loop_probes import (
    accumulated,
    batches_of,
    clipped_apart,
    epochs_of,
    frozen_settings,
    graph_and_python,
    inputs,
    loss_before_and_after,
    metrics_fed,
    optimizers_used,
    python_effects,
    rate_reaches,
    recorded_by,
    same_network,
    same_start,
    symbolic_leftovers,
    traces,
)
from helpers.doctor.probes import (
    doubled_batch,
    finite_gradients,
    fits_one_batch,
    has_gradients,
    labels_matter,
    late_regularizers,
    listened,
    loss_formula,
    losses_of_rows,
    outputs_range,
    penalties,
    same_twice,
    slope_by_hand,
    training_flag,
    untracked,
    what_moved,
)
from helpers.doctor.report import Report, examine

__all__ = [name for name in dir() if not name.startswith("_")]
