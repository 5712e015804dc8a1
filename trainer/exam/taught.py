"""What a model was taught on, by the config that its card names."""

from pathlib import Path

from assistant.models.card import read_card
from assistant.places import CHECKOUT
from trainer.config import load_pipeline
from trainer.data.phantom.labels import TIER_ONE
from trainer.data.recipe import SynthConfig


def recipe_of(model: Path) -> SynthConfig:
    """The recipe of a model's training pictures; the usual one where no config is named so."""
    path = CHECKOUT / "configs" / "train" / f"{read_card(model).name}.yaml"
    return load_pipeline(path).phantoms if path.exists() else SynthConfig.model_validate({})


def taught_by(recipe: SynthConfig) -> tuple[str, ...]:
    """Signs of the training pictures."""
    return TIER_ONE if recipe.signs is None else recipe.signs
