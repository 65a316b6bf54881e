"""Exercises of lesson 05: graphs, clipping, what Dropout, BatchNorm and L2 need, accumulation, resuming."""
