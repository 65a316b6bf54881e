"""Exercises of lesson 03: prepare a table, measure, and write the whole loop."""
