"""A folder of pictures, one row each."""
