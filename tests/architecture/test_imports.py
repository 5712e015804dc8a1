"""Which room may know which: read from the import statements, without importing anything."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]

LOWEST = {"errors", "places", "settings"}
# Room by room, the rooms of the assistant that it may import besides itself.
ROOMS = {
    "errors": set[str](),
    "interrupt": set[str](),
    "places": set[str](),
    "settings": {"errors", "places"},
    "machine": set[str](),
    "pipe": {"errors"},
    "people": LOWEST,
    "imaging": LOWEST | {"pipe"},
    "report": LOWEST,
    "models": LOWEST,
    "dialogue": LOWEST | {"imaging"},
    "engine": LOWEST | {"dialogue", "imaging", "machine", "models", "pipe"},
    "preferences": LOWEST | {"dialogue", "imaging"},
    "store": LOWEST | {"dialogue", "engine", "imaging", "models", "report"},
    "batch": LOWEST | {"dialogue", "engine", "imaging", "models", "report", "store"},
}
# The command line composes the rooms; it stands above them, and beside the page.
COMMAND_LINE = {
    *("__init__", "__main__", "ask", "commands", "doctor", "loading", "logs"),
    *("folder", "scratch", "terminal", "usage"),
}
FOR_THE_TRAINER = (
    *("assistant.errors", "assistant.interrupt", "assistant.places"),
    *("assistant.imaging", "assistant.engine"),
    *("assistant.report", "assistant.models", "assistant.settings"),
    *("assistant.dialogue.conversation", "assistant.dialogue.prompts"),
)


@dataclass(frozen=True)
class Import:
    """One imported module, and the file and line that imports it."""

    file: Path
    line: int
    module: str

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def room(self) -> str:
        """The room of the assistant, or the module of another package, that the file is in."""
        return Path(self.file.relative_to(ROOT).parts[1]).stem

    def within(self, *modules: str) -> bool:
        return any(
            self.module == module or self.module.startswith(f"{module}.") for module in modules
        )

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def imports_of(*places: str) -> list[Import]:
    files = [file for place in places for file in sorted(ROOT.glob(place))]
    assert files, f"no file matches {places}"
    return [found for file in files for found in imports_in(file)]


def imports_in(file: Path) -> Iterator[Import]:
    package = list(file.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(file, node.lineno, name.name)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            # ``from assistant import ui`` imports a room as well.
            for name in node.names:
                yield Import(file, node.lineno, f"{origin}.{name.name}")


def refused(imports: list[Import]) -> list[str]:
    return [str(found) for found in imports]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_knows_only_those_below_it(room: str) -> None:
    places = [f"assistant/{room}.py", f"assistant/{room}/**/*.py"]
    files = [file for place in places for file in ROOT.glob(place)]
    allowed = [f"assistant.{name}" for name in ROOMS[room] | {room}]
    assert not refused(
        [
            found
            for file in files
            for found in imports_in(file)
            if found.package == "assistant" and not found.within(*allowed)
        ]
    )


def test_every_room_has_its_rule() -> None:
    rooms = {path.stem for path in (ROOT / "assistant").iterdir() if path.suffix in ("", ".py")}
    assert rooms - {"__pycache__", "ui"} <= ROOMS.keys() | COMMAND_LINE


def test_only_the_command_line_imports_the_page() -> None:
    elsewhere = [
        found
        for found in imports_of("assistant/**/*.py", "trainer/**/*.py", "requirements/*.py")
        if found.within("assistant.ui") and found.room not in ("ui", "commands")
    ]
    assert not refused(elsewhere)


def test_only_the_page_imports_gradio() -> None:
    everything = imports_of("assistant/**/*.py", "trainer/**/*.py", "launcher.py")
    assert not refused(
        [
            found
            for found in everything
            if found.within("gradio", "gradio_client") and "ui" not in found.file.parts
        ]
    )


def test_the_engine_knows_no_dicom() -> None:
    dicom = ("pydicom", "pylibjpeg", "assistant.imaging.intake", "assistant.imaging.dicom")
    assert not refused(
        [found for found in imports_of("assistant/engine/**/*.py") if found.within(*dicom)]
    )


def test_only_imaging_reads_dicom() -> None:
    readers = ("pydicom", "pylibjpeg", "openjpeg", "libjpeg", "rle")
    assert not refused(
        [
            found
            for found in imports_of("assistant/**/*.py")
            if found.within(*readers) and "imaging" not in found.file.parts
        ]
    )


def test_the_assistant_never_imports_the_trainer() -> None:
    names = ("trainer", "llamafactory", "peft", "trl", "datasets", "optimum", "nncf")
    assert not refused([found for found in imports_of("assistant/**/*.py") if found.within(*names)])


def test_the_trainer_imports_what_trained_and_shown_pictures_share() -> None:
    assert not refused(
        [
            found
            for found in imports_of("trainer/**/*.py")
            if found.package == "assistant" and not found.within(*FOR_THE_TRAINER)
        ]
    )


def test_one_file_knows_llamafactory() -> None:
    assert not refused(
        [
            found
            for found in imports_of("trainer/**/*.py")
            if found.within("llamafactory")
            and found.file.name not in ("llamafactory.py", "on_cpu.py", "in_4bit.py")
        ]
    )


def test_the_door_is_standard_library_only() -> None:
    ours = ("assistant.errors", "assistant.interrupt", "requirements")
    assert not refused(
        [
            found
            for found in imports_of("launcher.py", "assistant/interrupt.py", "requirements/*.py")
            if found.package not in sys.stdlib_module_names and not found.within(*ours)
        ]
    )


def test_nothing_is_imported_that_windows_lacks() -> None:
    posix_only = ("fcntl", "pwd", "grp", "resource", "termios", "pty", "posix", "os.fork")
    product = imports_of("assistant/**/*.py", "trainer/**/*.py", "requirements/*.py", "launcher.py")
    assert not refused([found for found in product if found.within(*posix_only)])


def test_no_relative_imports() -> None:
    for place in ("assistant/**/*.py", "trainer/**/*.py", "requirements/*.py"):
        for file in ROOT.glob(place):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                assert not (isinstance(node, ast.ImportFrom) and node.level), file


def test_a_forbidden_import_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "assistant" / "imaging" / "wrong.py"
    file.parent.mkdir(parents=True)
    file.write_text("def late():\n    from assistant import ui\n    import gradio.themes\n")
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    found = list(imports_in(file))
    assert [item.module for item in found] == ["assistant.ui", "gradio.themes"]
    assert found[0].within("assistant.ui")
    assert found[1].within("gradio")
    assert not found[1].within("gra")


DISTRIBUTIONS = {"PIL": "pillow", "yaml": "pyyaml", "pydantic_core": "pydantic"}


@pytest.mark.parametrize(
    ("package", "extras"), [("assistant", ["assistant", "cuda"]), ("trainer", ["train"])]
)
def test_what_is_imported_is_asked_for(package: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for extra in extras for line in project["optional-dependencies"][extra]]
    declared = {Requirement(line).name.lower() for line in lines}
    foreign = [
        found
        for found in imports_of(f"{package}/**/*.py")
        if found.package not in sys.stdlib_module_names
        and found.package not in ("assistant", "trainer")
    ]
    assert not refused(
        [
            found
            for found in foreign
            if DISTRIBUTIONS.get(found.package, found.package.replace("_", "-")) not in declared
        ]
    )
