"""A run on the disk: opened to be looked at or taught, with the recordings it keeps and its report."""
