"""The HTTP edge: requests to actions, results to JSON."""
