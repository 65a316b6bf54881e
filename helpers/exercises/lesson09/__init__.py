"""Exercises of lesson 09: two networks in one loop, a slope of a slope, a teacher; the cases of its clinic."""
