"""Exercises of lesson 01: slopes by differences and by tape, gradient descent, division for our own tape, a valley."""
