"""What a machine can do for an annotator: mark people, follow them, and say which points to look at."""
