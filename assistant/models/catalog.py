"""Which models there are and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.models.card import CARD, ModelCard, read_card, verify
from assistant.places import ASSETS

DEMO = "demo"


@dataclass(frozen=True)
class ModelFolder:
    """A model on disk.

    Attributes:
        path: its folder.
        card: what the folder says of itself.
        name: as --model takes it, of a listed one.
    """

    path: Path
    card: ModelCard
    name: str = ""

    @property
    def size_bytes(self) -> int:
        """Size of the files that are there."""
        paths = (self.path / name for name in self.card.files)
        return sum(path.stat().st_size for path in paths if path.is_file())


def find_model(name_or_folder: str, data_dir: Path, *, assets: Path = ASSETS) -> ModelFolder:
    """Find and verify a model: "demo", a name under ``data_dir/models``, or a folder.

    Raises:
        AssistantError: MOD-101 when there is no such model; those of ``card.verify``.
    """
    candidates = [assets / "demo-model"] if name_or_folder == DEMO else []
    if Path(name_or_folder).name == name_or_folder:
        candidates.append(data_dir / "models" / name_or_folder)
    if name_or_folder != DEMO:
        candidates.append(Path(name_or_folder).expanduser())
    for folder in candidates:
        if _is_folder(folder):
            return ModelFolder(folder.resolve(), verify(folder))
    raise AssistantError(
        "MOD-101",
        f"找不到模型“{Path(name_or_folder).name}”。",
        next_step="请核对 --model 的名称或文件夹，或用 --model demo 使用内置演示模型。",
    )


def list_models(data_dir: Path, *, used: str = "", assets: Path = ASSETS) -> Iterator[ModelFolder]:
    """Models with a readable card, the embedded one first; files are not verified.

    Args:
        data_dir: the data folder.
        used: name or folder of the model that the program was started with; it may lie elsewhere.
        assets: where the embedded model is.
    """
    kept = data_dir / "models"
    named = {assets / "demo-model": DEMO}
    named |= {folder: folder.name for folder in (sorted(kept.iterdir()) if kept.is_dir() else ())}
    elsewhere = as_folder(used) if used and Path(used).name != used else None
    if elsewhere is not None and elsewhere.resolve() not in {one.resolve() for one in named}:
        named[elsewhere] = used
    for folder, name in named.items():
        if (folder / CARD).is_file():
            try:
                yield ModelFolder(folder, read_card(folder), name)
            except AssistantError:
                continue


def as_folder(name: str) -> Path | None:
    """The folder that a name means, if it means one."""
    path = Path(name).expanduser()
    return path if _is_folder(path) else None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no file system can hold
        return False
