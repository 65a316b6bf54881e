"""Exercises of lesson 04: weights that reach their rows, metrics of logits, focal loss, thresholds, whole loop."""
