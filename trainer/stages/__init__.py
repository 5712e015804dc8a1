"""The stages of the trainer, each readable top to bottom."""
