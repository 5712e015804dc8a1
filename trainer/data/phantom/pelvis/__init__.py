"""Pelvic slices: iliac wings and hips."""
