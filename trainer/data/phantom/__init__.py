"""Synthetic CT slices in HU, with their truth and its wording."""
