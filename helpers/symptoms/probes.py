"""Which line tells which trap, and the loops on which the symptom index shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from helpers.symptoms import crashes, gradients, loops, losses, tables


@dataclass(frozen=True)
class Probe:
    """A line to paste, with the names that it uses, and `build(sick)`, which returns these names for a loop.

    `imports` is what the line needs besides helpers.doctor.
    """

    trap: int
    line: str
    build: Callable[[bool], dict]
    imports: str = ""


OF_THE_STEP = "(model, train_step, batch)"
GRADIENTS, MOVED = f"has_gradients{OF_THE_STEP}", f"what_moved{OF_THE_STEP}"
OF = f"{{each.of for each in loss_formula{OF_THE_STEP}}}, outputs_range(model, batch)"
SCALE = f"{{each.scale for each in loss_formula{OF_THE_STEP}}}"
WEIGHTS = "{each.weights for each in loss_formula(model, train_step, batch, row_weights)}"
EPOCHS = "(run := epochs_of(train, model)).losses[0], run.heard[0].losses"
ALL_RIGHT = "float(accuracy(labels, 0.8 * labels - 0.4))"

PROBES = [
    Probe(1, GRADIENTS, gradients.constant),
    Probe(3, GRADIENTS, gradients.before_the_tape),
    Probe(4, GRADIENTS, gradients.rounded),
    Probe(5, f"slope_by_hand{OF_THE_STEP}", gradients.stopped),
    Probe(6, MOVED, gradients.rebound),
    Probe(39, MOVED, gradients.unscaled),
    Probe(57, "inputs(batch)", gradients.whole_pixels),
    Probe(7, MOVED, gradients.last_layer_only),
    Probe(34, f"graph_and_python{OF_THE_STEP}", gradients.frozen_too_late),
    Probe(50, "[variable.name for variable in untracked(model, batch[0])]", gradients.not_tracked),
    Probe(15, f"finite_gradients{OF_THE_STEP}", losses.logarithm_by_hand),
    Probe(51, f"finite_gradients{OF_THE_STEP}", losses.root_of_nothing),
    Probe(17, f"doubled_batch{OF_THE_STEP}", losses.summed_rows),
    Probe(54, SCALE, losses.summed_pixels),
    Probe(58, f"doubled_batch{OF_THE_STEP}", losses.two_scales),
    Probe(12, OF, losses.logits_as_probabilities),
    Probe(13, OF, losses.probabilities_as_logits),
    Probe(14, "outputs_range(model, batch)", losses.one_softmax),
    Probe(10, f"labels_matter{OF_THE_STEP}", losses.table_of_pairs),
    Probe(23, EPOCHS, loops.last_batch_only),
    Probe(23, EPOCHS, loops.mean_of_batches),
    Probe(40, "[float(labels.numpy().mean()) for _, labels in batches_of(dataset)[0]]", loops.in_their_order),
    Probe(22, "epochs_of(train, model).totals", loops.not_reset),
    Probe(24, "epochs_of(train, model).losses", loops.one_number_for_all),
    Probe(29, "python_effects(train_step, batch)", loops.appended_in_a_graph),
    Probe(11, ALL_RIGHT, losses.accuracy_of_logits),
    Probe(11, ALL_RIGHT, losses.accuracy_of_pairs),
    Probe(
        26,
        "float(auc(labels, logits)), float(roc_auc_score(labels, logits))",
        losses.area_of_logits,
        "from sklearn.metrics import roc_auc_score",
    ),
    Probe(26, "float(accuracy(classes, outputs))", losses.accuracy_of_classes),
    Probe(25, f"loss_before_and_after{OF_THE_STEP}", gradients.after_the_update),
    Probe(49, f"optimizers_used{OF_THE_STEP}", gradients.new_optimizer),
    Probe(18, f"training_flag{OF_THE_STEP}", losses.flag_left_out),
    Probe(20, f"penalties{OF_THE_STEP}", losses.penalty_left_out),
    Probe(55, "late_regularizers(model)", losses.penalty_too_late),
    Probe(
        19,
        "np.ptp([model(features, training=mode) for mode in (True, False)], axis=0).max().round(3)",
        losses.averages_too_young,
        "import numpy as np",
    ),
    Probe(21, "training_flag(model, test_step, batch)", losses.flag_in_evaluation),
    Probe(41, "len({*map(int, train_numbers)} & {*map(int, validation_numbers)})", tables.reshuffled),
    Probe(
        42,
        "np.abs(scaler.mean_ - training_rows.mean(axis=0)).max()",
        tables.scale_of_all,
        "import numpy as np",
    ),
    Probe(42, "test_rows.mean(axis=0).round(3)", tables.scale_of_the_test),
    Probe(45, "looks", tables.choice_on_test_rows),
    Probe(27, "[len(run.losses) for run in epochs_of(train, model).heard]", loops.iterator_at_its_end),
    Probe(27, "epochs_of(train, model).iterators", loops.always_the_first),
    Probe(31, f"graph_and_python{OF_THE_STEP}", loops.old_graph),
    Probe(
        32,
        "rate_reaches(model, train_step, batch, optimizer, model.trainable_variables)",
        gradients.rate_of_python,
    ),
    Probe(33, "[float(rate_of(epoch)) for epoch in (0, 10, 20, 30)]", loops.rates_of_epochs),
    Probe(33, "[float(rate_of(epoch)) for epoch in (0, 10, 20, 30)]", loops.steps_for_epochs),
    Probe(56, f"frozen_settings{OF_THE_STEP}", loops.setting_in_a_graph),
    Probe(8, WEIGHTS, losses.weights_too_late),
    Probe(9, WEIGHTS, losses.weights_in_a_table),
    Probe(48, WEIGHTS, losses.weights_dropped),
    Probe(46, "set(class_weight) ^ {int(label) for label in labels.ravel()}", losses.keys_of_classes),
    Probe(28, f"traces{OF_THE_STEP}", loops.graph_each_time),
    Probe(53, "recorded_by(train, model)[0]", loops.unrolled),
    Probe(38, "best[0] is model.trainable_variables[0]", loops.live_best),
    Probe(52, "int(optimizer.iterations)", loops.resumed),
    Probe(60, "same_network(model, target)", loops.follower),
    Probe(60, "same_network(model, target)", loops.empty_copy),
    Probe(35, f"clipped_apart{OF_THE_STEP}", gradients.clipped_apart),
    Probe(36, f"accumulated{OF_THE_STEP}", gradients.summed_parts),
    Probe(37, "same_start(train, model)", loops.used_again),
    Probe(
        43,
        "np.unique(pairwise_distances(codes).round(3))",
        tables.codes_of_words,
        "import numpy as np\nfrom sklearn.metrics import pairwise_distances",
    ),
    Probe(44, "(table == 0).sum().to_dict()", tables.not_measured),
    Probe(
        47,
        "[name for name in table if not pd.api.types.is_numeric_dtype(table[name])]",
        tables.text_of_pandas,
        "import pandas as pd",
    ),
]

STEP = "train_step(*batch)"
# what a step says that stops, or that warns
MESSAGES = [
    Probe(3, STEP, crashes.left_the_tape),
    Probe(5, STEP, crashes.part_left_the_tape),
    Probe(2, STEP, crashes.asked_twice),
    Probe(6, STEP, crashes.lost_variable),
    Probe(6, STEP, crashes.replaced_variable),
    Probe(16, STEP, crashes.whole_labels),
    Probe(20, STEP, crashes.no_penalties),
    Probe(28, STEP, crashes.python_numbers),
    Probe(29, STEP, crashes.value_in_a_graph),
    Probe(29, STEP, crashes.numpy_in_a_graph),
    Probe(29, STEP, crashes.condition_in_a_graph),
    Probe(30, STEP, crashes.built_in_a_graph),
    Probe(37, STEP, crashes.optimizer_of_another),
    Probe(47, STEP, crashes.words_in_a_table),
    Probe(59, STEP, crashes.old_scaling),
]
