"""From a file to the pixels a clinician and the model both see; knows nothing of models."""
