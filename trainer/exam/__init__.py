"""The examination of a model: its questions, its answers, its page."""
