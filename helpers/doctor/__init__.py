"""A doctor for training loops of one's own: `from helpers.doctor import examine`, and each of its probes.

To read it, from the ground up. Each file is one idea, and in fewer they would be too long to read.

    state      what a step can reach and change: found, copied, put back
    hearing    one step that is listened to: losses, gradients, what optimizers and metrics are given
    probes     what one step shows, and loop_probes what several, a graph or a whole loop show: measurements only
    data       features and datasets, what is measured of them and what it means; networks, the same of two networks
    case       what is examined, and measurements that several rules share
    gradient_findings, loss_findings, loop_findings
               what the numbers mean: rules, each from a measurement to a suspect or to none
    report     the examination itself, and how it is told

No probe sees a choice that was made on test rows (trap 45): which rows were meant for what stands in no step.
"""

from helpers.doctor.data import batches_of, columns_of_codes, inputs, rows_in_both, scales, zeros_apart
from helpers.doctor.loop_probes import (
    accumulated,
    clipped_apart,
    epochs_of,
    frozen_settings,
    graph_and_python,
    loss_before_and_after,
    metrics_fed,
    optimizers_used,
    python_effects,
    rate_reaches,
    recorded_by,
    same_start,
    symbolic_leftovers,
    traces,
)
from helpers.doctor.networks import loss_of_the_judge, networks_in, same_network, tapes_asked
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

__all__ = [
    "accumulated",
    "batches_of",
    "clipped_apart",
    "columns_of_codes",
    "doubled_batch",
    "epochs_of",
    "examine",
    "finite_gradients",
    "fits_one_batch",
    "frozen_settings",
    "graph_and_python",
    "has_gradients",
    "inputs",
    "labels_matter",
    "late_regularizers",
    "listened",
    "loss_before_and_after",
    "loss_formula",
    "loss_of_the_judge",
    "losses_of_rows",
    "metrics_fed",
    "networks_in",
    "optimizers_used",
    "outputs_range",
    "penalties",
    "python_effects",
    "rate_reaches",
    "recorded_by",
    "Report",
    "rows_in_both",
    "same_network",
    "same_start",
    "same_twice",
    "scales",
    "slope_by_hand",
    "symbolic_leftovers",
    "tapes_asked",
    "traces",
    "training_flag",
    "untracked",
    "what_moved",
    "zeros_apart",
]
