"""The stages of training, each a verb, each with a manifest written last."""
