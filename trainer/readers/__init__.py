"""Doctors' labels, and how far a model agrees with them."""
