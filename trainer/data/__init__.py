"""Data: synthetic CT with exact truth, sharegpt files."""
