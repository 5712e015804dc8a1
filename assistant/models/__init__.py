"""Model folders: where they are, what they say of themselves."""
