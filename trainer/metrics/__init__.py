"""Measures of an answer against the truth."""
