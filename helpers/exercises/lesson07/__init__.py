"""Exercises of lesson 07: the order of rows as numbers, loops that are graphs, calls of many steps; the cases of its clinic."""
