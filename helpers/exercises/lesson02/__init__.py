"""Exercises of lesson 02: a loss, a mean over ragged batches, a metric, a rate that decays, and a loop to mend."""
