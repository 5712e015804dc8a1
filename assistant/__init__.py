"""A local clinical CT assistant in Chinese."""

__version__ = "0.1.0"
