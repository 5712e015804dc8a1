"""From rows of other people to rows that train: read, judged, translated, split, written."""
