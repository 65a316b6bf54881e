"""Which line tells which trap, and the loops on which the symptom index shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from helpers.symptoms import crashes, gradients, lines, loops, losses, tables, two_networks, workers


@dataclass(frozen=True)
class Probe:
    """A line to paste, a function of names that a learner has, and `build(sick)`, which returns them for a loop.

    `trap` is None for a message that many mistakes share.
    """

    trap: int | None
    line: Callable
    build: Callable[[bool], dict]


PROBES = [
    Probe(1, lines.gradients_of_variables, gradients.constant),
    Probe(3, lines.gradients_of_variables, gradients.before_the_tape),
    Probe(4, lines.gradients_of_variables, gradients.rounded),
    Probe(5, lines.slope, gradients.stopped),
    Probe(6, lines.way_of_variables, gradients.rebound),
    Probe(39, lines.way_of_variables, gradients.unscaled),
    Probe(57, lines.what_features_are, gradients.whole_pixels),
    Probe(7, lines.way_of_variables, gradients.last_layer_only),
    Probe(34, lines.way_in_graph_and_python, gradients.frozen_too_late),
    Probe(50, lines.names_of_untracked, gradients.not_tracked),
    Probe(64, lines.losses_and_networks, two_networks.both_in_the_list),
    Probe(15, lines.finite, losses.logarithm_by_hand),
    Probe(51, lines.finite, losses.root_of_nothing),
    Probe(17, lines.loss_of_twice_the_rows, losses.summed_rows),
    Probe(54, lines.scale_of_loss, losses.summed_pixels),
    Probe(58, lines.loss_of_twice_the_rows, losses.two_scales),
    Probe(12, lines.what_the_loss_is_of, losses.logits_as_probabilities),
    Probe(13, lines.what_the_loss_is_of, losses.probabilities_as_logits),
    Probe(14, lines.reach_of_outputs, losses.one_softmax),
    Probe(10, lines.other_labels, losses.table_of_pairs),
    Probe(23, lines.epoch_and_batches, loops.last_batch_only),
    Probe(23, lines.epoch_and_batches, loops.mean_of_batches),
    Probe(40, lines.labels_of_batches, loops.in_their_order),
    Probe(22, lines.totals_of_metrics, loops.not_reset),
    Probe(24, lines.curves, loops.one_number_for_all),
    Probe(29, lines.entries_of_lists, loops.appended_in_a_graph),
    Probe(11, lines.accuracy_of_what_is_right, losses.accuracy_of_logits),
    Probe(11, lines.accuracy_of_what_is_right, losses.accuracy_of_pairs),
    Probe(26, lines.two_areas, losses.area_of_logits),
    Probe(26, lines.accuracy_of_right_classes, losses.accuracy_of_classes),
    Probe(25, lines.losses_around_the_update, gradients.after_the_update),
    Probe(49, lines.who_makes_the_steps, gradients.new_optimizer),
    Probe(18, lines.moved_in_training, losses.flag_left_out),
    Probe(20, lines.effect_of_penalties, losses.penalty_left_out),
    Probe(55, lines.late_penalties, losses.penalty_too_late),
    Probe(19, lines.gap_between_modes, losses.averages_too_young),
    Probe(21, lines.moved_in_testing, losses.flag_in_evaluation),
    Probe(41, lines.rows_on_both_sides, tables.reshuffled),
    Probe(42, lines.distance_of_means, tables.scale_of_all),
    Probe(42, lines.mean_of_test_rows, tables.scale_of_the_test),
    Probe(45, lines.looks_before_the_choice, tables.choice_on_test_rows),
    Probe(27, lines.steps_of_epochs, loops.iterator_at_its_end),
    Probe(27, lines.iterators_of_epochs, loops.always_the_first),
    Probe(31, lines.way_in_graph_and_python, loops.old_graph),
    Probe(32, lines.way_at_half_the_rate, gradients.rate_of_python),
    Probe(33, lines.rates, loops.rates_of_epochs),
    Probe(33, lines.rates, loops.steps_for_epochs),
    Probe(56, lines.settings_without_effect, loops.setting_in_a_graph),
    Probe(8, lines.how_rows_are_weighted, losses.weights_too_late),
    Probe(9, lines.how_rows_are_weighted, losses.weights_in_a_table),
    Probe(48, lines.how_rows_are_weighted, losses.weights_dropped),
    Probe(46, lines.classes_and_keys, losses.keys_of_classes),
    Probe(28, lines.times_traced, loops.graph_each_time),
    Probe(53, lines.steps_in_graphs, loops.unrolled),
    Probe(61, lines.elements_for_map, loops.row_by_row),
    Probe(62, lines.kind_of_what_is_kept, loops.fetched_each_time),
    Probe(63, lines.elements_to_shuffle, loops.buffer_of_rows),
    Probe(38, lines.is_alias, loops.live_best),
    Probe(52, lines.steps_known, loops.resumed),
    Probe(60, lines.common_variables, loops.follower),
    Probe(60, lines.common_variables, loops.empty_copy),
    Probe(35, lines.lengths_of_gradients, gradients.clipped_apart),
    Probe(36, lines.parts_of_an_update, gradients.summed_parts),
    Probe(65, lines.losses_and_networks, two_networks.one_question),
    Probe(70, lines.change_for_the_judge, two_networks.partners),
    Probe(71, lines.rows_of_norms, two_networks.in_one_batch),
    Probe(37, lines.two_starts, loops.used_again),
    Probe(66, lines.way_of_one_and_of_many, workers.means_added_up),
    Probe(67, lines.rows_of_a_step, workers.dealt_to_all),
    Probe(68, lines.files_of_workers, workers.all_save),
    Probe(69, lines.not_synchronized, workers.own_statistics),
    Probe(43, lines.distances_of_codes, tables.codes_of_words),
    Probe(44, lines.zeros_of_columns, tables.not_measured),
    Probe(47, lines.columns_of_text, tables.text_of_pandas),
]

# what a step says that stops, or that warns
MESSAGES = [
    Probe(3, lines.one_step, crashes.left_the_tape),
    Probe(5, lines.one_step, crashes.part_left_the_tape),
    Probe(2, lines.one_step, crashes.asked_twice),
    Probe(6, lines.one_step, crashes.rate_first),
    Probe(6, lines.one_step, crashes.gradient_first),
    Probe(6, lines.one_step, crashes.replaced_variable),
    Probe(16, lines.one_step, crashes.whole_labels),
    Probe(20, lines.one_step, crashes.no_penalties),
    Probe(28, lines.one_step, crashes.python_numbers),
    Probe(29, lines.one_step, crashes.value_in_a_graph),
    Probe(29, lines.one_step, crashes.numpy_in_a_graph),
    Probe(29, lines.one_step, crashes.condition_in_a_graph),
    Probe(30, lines.one_step, crashes.built_in_a_graph),
    Probe(37, lines.one_step, crashes.optimizer_of_another),
    Probe(47, lines.one_step, crashes.words_in_a_table),
    Probe(59, lines.one_step, crashes.old_scaling),
    Probe(None, lines.one_step, crashes.rate_as_tensor),
    Probe(None, lines.one_step, crashes.rows_of_another_batch),
    Probe(None, lines.one_step, crashes.one_row),
]
