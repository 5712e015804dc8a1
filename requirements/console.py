"""What set-up tells the person who waits."""

import sys


def say(text: str) -> None:
    """One line on stderr; stdout belongs to the answer of the verb."""
    print(text, file=sys.stderr, flush=True)
