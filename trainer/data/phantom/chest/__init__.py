"""Chest slices, from the apices to the domes of the diaphragm."""
