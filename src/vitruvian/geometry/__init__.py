"""Shapes as arrays: pure functions that know nothing of labels."""
