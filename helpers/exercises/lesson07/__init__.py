"""Exercises of lesson 07: what a step changes, what a run carries, and what has to be kept; the cases of its clinic."""
