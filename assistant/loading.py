"""From settings to an engine behind its lane."""

from assistant.engine.base import Engine
from assistant.engine.isolated import IsolatedEngine
from assistant.engine.lane import Lane
from assistant.engine.loader import EngineChoice
from assistant.models.catalog import find_model
from assistant.models.speed import keep_memory
from assistant.settings import Settings


def open_lane(settings: Settings) -> Lane:
    """A lane that finds, verifies, loads and warms up the model in the background."""
    return Lane(lambda: _load(settings), max_waiting=settings.max_waiting)


def load_named(settings: Settings, name: str) -> Engine:
    """The engine of another model: "demo", a name under the data folder, or a folder.

    Raises:
        AssistantError: MOD-101 to MOD-104, before anything is loaded; those of the engine.
    """
    return _weighed(settings, name, "auto")


def _load(settings: Settings) -> Engine:
    if settings.engine == "scripted":  # has no model
        from assistant.engine.scripted import ScriptedEngine

        return ScriptedEngine()
    if settings.engine == "remote":  # has its model elsewhere
        from assistant.engine.remote import RemoteEngine

        return RemoteEngine(
            settings.remote_url,
            model=settings.remote_model,
            key=settings.remote_key.get_secret_value(),
        )
    return _weighed(settings, settings.model, settings.engine)


def _weighed(settings: Settings, name: str, engine: EngineChoice) -> Engine:
    """A model's engine; what it takes of the machine's memory is kept for the models page."""
    model = find_model(name, settings.data_dir)
    loaded = IsolatedEngine(model, engine, cache_dir=settings.cache_dir / "openvino")
    taken = loaded.resident_bytes
    if taken is not None and loaded.capabilities.device.startswith("CPU"):
        keep_memory(settings.cache_dir, model.card.fingerprint, taken)
    return loaded
