"""Where the files that come with the checkout lie."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
CONFIGS = CHECKOUT / "configs"
ASSETS = CHECKOUT / "assets"
