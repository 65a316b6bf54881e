"""The lines to paste: one function each, whose `return` is shown as it stands here, and run on healthy and sick loops.

A learner has the names of the parameters already, or is told of them beside the line.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances, roc_auc_score

from helpers.doctor import (
    accumulated,
    batches_of,
    clipped_apart,
    doubled_batch,
    epochs_of,
    finite_gradients,
    frozen_settings,
    graph_and_python,
    has_gradients,
    inputs,
    labels_matter,
    late_regularizers,
    listened,
    loss_before_and_after,
    loss_formula,
    loss_of_the_judge,
    optimizers_used,
    outputs_range,
    penalties,
    python_effects,
    rate_reaches,
    recorded_by,
    same_network,
    same_start,
    slope_by_hand,
    tapes_asked,
    traces,
    training_flag,
    untracked,
    what_moved,
)


def gradients_of_variables(model, train_step, batch):
    return has_gradients(model, train_step, batch)


def slope(model, train_step, batch):
    return slope_by_hand(model, train_step, batch)


def way_of_variables(model, train_step, batch):
    return what_moved(model, train_step, batch)


def what_features_are(batch):
    return inputs(batch)


def way_in_graph_and_python(model, train_step, batch):
    return graph_and_python(model, train_step, batch)


def names_of_untracked(model, batch):
    return [variable.name for variable in untracked(model, batch[0])]


def finite(model, train_step, batch):
    return finite_gradients(model, train_step, batch)


def loss_of_twice_the_rows(model, train_step, batch):
    return doubled_batch(model, train_step, batch)


def scale_of_loss(model, train_step, batch):
    return {each.scale for each in loss_formula(model, train_step, batch)}


def what_the_loss_is_of(model, train_step, batch):
    return {each.of for each in loss_formula(model, train_step, batch)}, outputs_range(model, batch)


def reach_of_outputs(model, batch):
    return outputs_range(model, batch)


def other_labels(model, train_step, batch):
    return labels_matter(model, train_step, batch)


def epoch_and_batches(model, train):
    return (run := epochs_of(train, model)).losses[0], run.heard[0].losses


def labels_of_batches(dataset):
    return [float(labels.numpy().mean()) for _, labels in batches_of(dataset)[0]]


def totals_of_metrics(model, train):
    return epochs_of(train, model).totals


def curves(model, train):
    return epochs_of(train, model).losses


def entries_of_lists(train_step, batch):
    return python_effects(train_step, batch)


def accuracy_of_what_is_right(labels, accuracy):
    return float(accuracy(labels, 0.8 * labels - 0.4))


def two_areas(labels, auc, logits):
    return float(auc(labels, logits)), float(roc_auc_score(labels, logits))


def accuracy_of_right_classes(accuracy, classes, outputs):
    return float(accuracy(classes, outputs))


def losses_around_the_update(model, train_step, batch):
    return loss_before_and_after(model, train_step, batch)


def who_makes_the_steps(model, train_step, batch):
    return optimizers_used(model, train_step, batch)


def moved_in_training(model, train_step, batch):
    return training_flag(model, train_step, batch)


def effect_of_penalties(model, train_step, batch):
    return penalties(model, train_step, batch)


def late_penalties(model):
    return late_regularizers(model)


def gap_between_modes(model, features):
    return np.ptp([model(features, training=mode) for mode in (True, False)], axis=0).max().round(3)


def moved_in_testing(model, test_step, batch):
    return training_flag(model, test_step, batch)


def rows_on_both_sides(train_numbers, validation_numbers):
    return len({*map(int, train_numbers)} & {*map(int, validation_numbers)})


def distance_of_means(scaler, training_rows):
    return np.abs(scaler.mean_ - training_rows.mean(axis=0)).max()


def mean_of_test_rows(test_rows):
    return test_rows.mean(axis=0).round(3)


def looks_before_the_choice(looks):
    return looks


def steps_of_epochs(model, train):
    return [len(run.losses) for run in epochs_of(train, model).heard]


def iterators_of_epochs(model, train):
    return epochs_of(train, model).iterators


def way_at_half_the_rate(model, train_step, batch, optimizer):
    return rate_reaches(model, train_step, batch, optimizer, model.trainable_variables)


def rates(rate_of):
    return [float(rate_of(epoch)) for epoch in (0, 10, 20, 30)]


def settings_without_effect(model, train_step, batch):
    return frozen_settings(model, train_step, batch)


def how_rows_are_weighted(model, train_step, batch, row_weights):
    return {each.weights for each in loss_formula(model, train_step, batch, row_weights)}


def classes_and_keys(class_weight, labels):
    return set(class_weight) ^ {int(label) for label in labels.ravel()}


def times_traced(model, train_step, batch):
    return traces(model, train_step, batch)


def steps_in_graphs(model, train):
    return recorded_by(train, model)[0]


def elements_for_map(before_map):
    return before_map.element_spec


def kind_of_what_is_kept(kept):
    return type(kept).__name__


def elements_to_shuffle(before_shuffle):
    return before_shuffle.element_spec


def is_alias(model, best):
    return best[0] is model.trainable_variables[0]


def steps_known(optimizer):
    return int(optimizer.iterations)


def common_variables(model, target):
    return same_network(model, target)


def lengths_of_gradients(model, train_step, batch):
    return clipped_apart(model, train_step, batch)


def parts_of_an_update(model, train_step, batch):
    return accumulated(model, train_step, batch)


def two_starts(model, train):
    return same_start(train, model)


def distances_of_codes(codes):
    return np.unique(pairwise_distances(codes).round(3))


def zeros_of_columns(table):
    return (table == 0).sum().to_dict()


def columns_of_text(table):
    return [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]


def losses_and_networks(model, train_step, batch):
    return tapes_asked(model, train_step, batch)


def change_for_the_judge(model, train_step, batch):
    return loss_of_the_judge(model, train_step, batch)


def rows_of_norms(model, train_step, batch):
    return [count for _, count in listened(model, train_step, batch)[0].normalized]


def way_of_one_and_of_many(model, train_step, features, labels, shares):
    return [max(what_moved(model, lambda: train_step(each), ()).values()) for each in ([(features, labels)], shares)]


def rows_of_a_step(rows_of, workers):
    return len({int(row) for rank in range(workers) for row in rows_of(rank)})


def files_of_workers(saved_by, workers):
    return [saved_by(rank) for rank in range(workers)]


def not_synchronized(model):
    return [layer.name for layer in model.layers if not getattr(layer, "synchronized", True)]


def one_step(train_step, batch):
    return train_step(*batch)
