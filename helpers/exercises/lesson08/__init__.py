"""Exercises of lesson 08: what many workers do to loss, rows, gradients and time; the cases of its clinic."""
