"""Abdominal slices, from the liver dome's lower end to the kidneys."""
