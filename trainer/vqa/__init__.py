"""Published visual question answering sets: SLAKE, VQA-RAD, PathVQA."""
