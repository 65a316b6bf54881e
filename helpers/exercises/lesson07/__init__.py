"""Exercises of lesson 07: orders as numbers, loops that are graphs, many steps a call; the cases of its clinic."""
