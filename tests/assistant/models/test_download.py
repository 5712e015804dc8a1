import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from assistant.errors import AssistantError
from assistant.models.card import CARD, verify
from assistant.models.catalog import find_model, list_models
from assistant.models.download import download_model, repository_of
from assistant.models.hub import connect
from assistant.models.kind import OPENVINO_PARTS
from assistant.models.shelf import MARK
from assistant.places import CHECKOUT

HUBS = ("modelscope", "huggingface")
WEIGHTS = "model.safetensors"


def fetch(folder: Path, hub: str = "modelscope", **more: object):
    return download_model("Qwen/Tiny-VL", folder, hub, pause=lambda _: None, **more)


@pytest.fixture(autouse=True)
def _quick_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits seconds between its own attempts at a listing."""
    monkeypatch.setattr("modelscope_hub._legacy_api.time.sleep", lambda _: None)


@pytest.mark.parametrize("hub", HUBS)
def test_a_model_arrives_whole_with_its_card(fake_hub, tmp_path: Path, hub: str):
    seen = []
    model = fetch(tmp_path / "models", hub, report=seen.append)
    assert set(model.card.files) == {
        "config.json", "tokenizer.json", "preprocessor_config.json", "chat_template.jinja",
        "LICENSE", "README.md", WEIGHTS,
    }  # fmt: skip
    for name, digest in model.card.files.items():
        assert (model.path / name).read_bytes() == fake_hub.files[name]
        assert hashlib.sha256(fake_hub.files[name]).hexdigest() == digest
    assert model.card.format == "bf16"
    assert model.card.base.startswith(f"{hub}:Qwen/Tiny-VL@")
    assert verify(find_model("Tiny-VL", tmp_path).path) == model.card
    assert [entry.card.name for entry in list_models(tmp_path, assets=tmp_path)] == ["Tiny-VL"]
    assert {path.name for path in model.path.iterdir()} == {*model.card.files, CARD}
    assert seen[-1].done == seen[-1].total == sum(len(fake_hub.files[n]) for n in model.card.files)
    assert [p.done for p in seen] == sorted(p.done for p in seen)


@pytest.mark.parametrize("hub", HUBS)
def test_only_the_files_are_asked_for_and_nothing_is_told(
    fake_hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hub: str
):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-secret")
    monkeypatch.setenv("MODELSCOPE_CLOUD_USERNAME", "zhang")
    model = fetch(tmp_path, hub)
    asked = [name for name, _, _ in fake_hub.requests]
    assert sorted(asked) == sorted(["listing", *model.card.files])
    for _, _, headers in fake_hub.requests:
        told = " ".join(f"{key}={value}" for key, value in headers.items()).lower()
        for word in ("secret", "zhang", "session_id", "authorization", "cookie", "platform"):
            assert word not in told


@pytest.mark.parametrize("hub", HUBS)
def test_a_connection_cut_in_mid_file_is_taken_up_where_it_broke(
    fake_hub, tmp_path: Path, hub: str
):
    fake_hub.cut_after[WEIGHTS] = [300_000, 200_000]
    fetch(tmp_path, hub)
    starts = fake_hub.starts(WEIGHTS)
    assert len(starts) == 3
    assert starts[0] == 0 < starts[1] < starts[2]


@pytest.mark.parametrize("hub", HUBS)
def test_a_server_without_ranges_begins_anew(fake_hub, tmp_path: Path, hub: str):
    fake_hub.cut_after[WEIGHTS] = [300_000]
    fake_hub.ranges = False
    model = fetch(tmp_path, hub)
    assert (model.path / WEIGHTS).read_bytes() == fake_hub.files[WEIGHTS]


@pytest.mark.parametrize("hub", HUBS)
def test_a_line_that_stays_dead_ends_with_a_code_and_keeps_what_came(
    fake_hub, tmp_path: Path, hub: str
):
    fake_hub.cut_after[WEIGHTS] = [300_000, *[0] * 20]
    with pytest.raises(AssistantError, match="MOD-207"):
        fetch(tmp_path, hub)
    assert list(list_models(tmp_path.parent, assets=tmp_path)) == []
    assert not (tmp_path / "Tiny-VL" / CARD).exists()
    fake_hub.cut_after.clear()
    fake_hub.requests.clear()
    fetch(tmp_path, hub)
    assert fake_hub.starts(WEIGHTS)[0] > 0
    assert {name for name, _, _ in fake_hub.requests} == {"listing", WEIGHTS}


@pytest.mark.parametrize("hub", HUBS)
def test_a_killed_process_is_resumed(fake_hub, tmp_path: Path, hub: str):
    fake_hub.stall_after = 400_000
    script = (
        "import sys; from pathlib import Path;"
        "from assistant.models.download import download_model;"
        "download_model('Qwen/Tiny-VL', Path(sys.argv[1]), sys.argv[2])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), hub], cwd=CHECKOUT, env=dict(os.environ)
    )
    part = tmp_path / "Tiny-VL" / f".{WEIGHTS}.part"
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    held = part.stat().st_size
    assert 0 < held < len(fake_hub.files[WEIGHTS])
    assert (tmp_path / "Tiny-VL" / MARK).exists()
    assert not (tmp_path / "Tiny-VL" / CARD).exists()
    fake_hub.stall_after = None
    fake_hub.requests.clear()
    model = fetch(tmp_path, hub)
    assert fake_hub.starts(WEIGHTS) == [held]
    assert (model.path / WEIGHTS).read_bytes() == fake_hub.files[WEIGHTS]
    assert {name for name, _, _ in fake_hub.requests} == {"listing", WEIGHTS}


@pytest.mark.parametrize("hub", HUBS)
@pytest.mark.parametrize("name", [WEIGHTS, "config.json"])
def test_a_corrupt_copy_is_thrown_away_and_fetched_again(
    fake_hub, tmp_path: Path, hub: str, name: str
):
    fake_hub.corrupt[name] = 1
    model = fetch(tmp_path, hub)
    assert fake_hub.starts(name) == [0, 0]
    assert (model.path / name).read_bytes() == fake_hub.files[name]


@pytest.mark.parametrize("hub", HUBS)
def test_a_file_that_stays_corrupt_is_refused(fake_hub, tmp_path: Path, hub: str):
    fake_hub.corrupt[WEIGHTS] = 9
    with pytest.raises(AssistantError, match="MOD-208"):
        fetch(tmp_path, hub)
    assert not (tmp_path / "Tiny-VL" / WEIGHTS).exists()
    assert not (tmp_path / "Tiny-VL" / CARD).exists()


def test_a_model_that_is_there_needs_no_network(fake_hub, tmp_path: Path):
    first = fetch(tmp_path)
    fake_hub.requests.clear()
    assert fetch(tmp_path).card == first.card
    assert fake_hub.requests == []


def test_an_altered_file_alone_is_fetched_again(fake_hub, tmp_path: Path):
    fetch(tmp_path)
    (tmp_path / "Tiny-VL" / "tokenizer.json").write_bytes(b"[]")
    fake_hub.requests.clear()
    fetch(tmp_path)
    assert {name for name, _, _ in fake_hub.requests} == {"listing", "tokenizer.json"}


@pytest.mark.parametrize("hub", HUBS)
@pytest.mark.parametrize(
    ("status", "code"), [(404, "MOD-203"), (401, "MOD-204"), (403, "MOD-204"), (400, "MOD-205")]
)
def test_a_refusal_is_explained(fake_hub, tmp_path: Path, hub: str, status: int, code: str):
    fake_hub.status["listing"] = [status] * 9
    with pytest.raises(AssistantError, match=code):
        fetch(tmp_path, hub)


@pytest.mark.parametrize("hub", HUBS)
def test_a_hub_that_recovers_is_forgiven(fake_hub, tmp_path: Path, hub: str):
    fake_hub.status = {"listing": [503], WEIGHTS: [502, 429]}
    assert fetch(tmp_path, hub).card.name == "Tiny-VL"


@pytest.mark.parametrize("hub", HUBS)
def test_a_dead_hub_is_explained(fake_hub, tmp_path: Path, hub: str, monkeypatch):
    for name in ("HF_ENDPOINT", "MODELSCOPE_ENDPOINT"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(AssistantError, match="MOD-206"):
        fetch(tmp_path, hub)


@pytest.mark.parametrize(
    ("hub", "variable", "value"),
    [
        *((hub, "ALL_PROXY", "socks5://127.0.0.1:9") for hub in HUBS),
        *((hub, "HTTPS_PROXY", "socks://zhang:secret@127.0.0.1:9") for hub in HUBS),
        *((hub, "HTTPS_PROXY", "http://proxy:secret") for hub in HUBS),
        ("huggingface", "NO_PROXY", "[::1"),
        ("huggingface", "SSL_CERT_FILE", "/nonexistent.pem"),
        ("modelscope", "REQUESTS_CA_BUNDLE", "/nonexistent.pem"),
    ],
)
def test_an_environment_that_cannot_be_used_is_explained(
    fake_hub, tmp_path: Path, monkeypatch, hub: str, variable: str, value: str
):
    for name in ("HF_ENDPOINT", "MODELSCOPE_ENDPOINT"):
        monkeypatch.setenv(name, "https://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name)
    monkeypatch.setenv(variable, value)
    # The client makes its session once a process.
    monkeypatch.setattr("huggingface_hub.utils._http._GLOBAL_CLIENT", None)
    with pytest.raises(AssistantError, match="MOD-219") as caught:
        fetch(tmp_path, hub)
    assert variable in caught.value.next_step
    assert "secret" not in f"{caught.value}{caught.value.detail}"
    with pytest.raises(AssistantError, match="MOD-219"), connect(hub).open("a/b", "c", "d", 0):
        pass


@pytest.mark.parametrize("hub", HUBS)
@pytest.mark.parametrize("answer", [b"<html>login first</html>", b"[1]", b'{"siblings": 3}'])
def test_something_else_answering_is_noticed(fake_hub, tmp_path: Path, hub: str, answer: bytes):
    fake_hub.listing_override = answer
    with pytest.raises(AssistantError, match=r"MOD-2(02|10)"):
        fetch(tmp_path, hub)


@pytest.mark.parametrize("hub", HUBS)
@pytest.mark.parametrize("path", ["../../escaped.json", "/etc/escaped.json", "a\\..\\b.json"])
def test_a_path_out_of_the_folder_is_refused(fake_hub, tmp_path: Path, hub: str, path: str):
    fake_hub.files[path] = b"{}"
    with pytest.raises(AssistantError, match="MOD-202"):
        fetch(tmp_path / "in", hub)
    assert not list(tmp_path.rglob("escaped.json"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b'{"model_type": "llama"}'),
        ("config.json", b"not json"),
        (
            "config.json",
            b'{"model_type": "qwen2_vl", "quantization_config": {"quant_method": "awq"}}',
        ),
        ("model.safetensors.index.json", b'{"weight_map": {"w": "model-00001.safetensors"}}'),
        ("tokenizer.json", None),
        ("config.json", None),
    ],
)
def test_what_we_cannot_use_is_refused_before_its_weights(fake_hub, tmp_path, name, content):
    if content is None:
        del fake_hub.files[name]
    else:
        fake_hub.files[name] = content
    with pytest.raises(AssistantError, match="MOD-210"):
        fetch(tmp_path)
    assert fake_hub.starts(WEIGHTS) == []


def openvino_repository() -> dict[str, bytes]:
    """No more than is asked for, and a part whose ``.bin`` is smaller than its ``.xml``."""
    const = b'<layer id="0" type="Const"><data offset="0" size="9"/></layer>'
    config = {
        "config.json": b'{"model_type": "qwen2_vl"}',
        "tokenizer.json": b"{}",
        "preprocessor_config.json": b"{}",
    }
    xmls = {f"{part}.xml": b"<net>%s</net>" % const for part in OPENVINO_PARTS}
    return {**config, **xmls, **{f"{part}.bin": bytes(9) for part in OPENVINO_PARTS}}


def test_an_openvino_model_arrives(fake_hub, tmp_path: Path):
    fake_hub.files = openvino_repository()
    assert fetch(tmp_path).card.format == "openvino-int4"


def test_an_openvino_model_without_a_part_is_refused_before_its_weights(fake_hub, tmp_path: Path):
    fake_hub.files = openvino_repository()
    lost = f"{OPENVINO_PARTS[-1]}.bin"
    del fake_hub.files[lost]
    with pytest.raises(AssistantError, match=f"MOD-210.*{lost}"):
        fetch(tmp_path)
    assert {name for name, _, _ in fake_hub.requests} == {"listing", "config.json"}


def test_a_part_that_is_cut_off_on_the_hub_is_refused(fake_hub, tmp_path: Path):
    fake_hub.files = openvino_repository()
    cut = f"{OPENVINO_PARTS[0]}.bin"
    fake_hub.files[cut] = bytes(8)
    with pytest.raises(AssistantError, match=f"MOD-216.*{cut}"):
        fetch(tmp_path)
    assert not (tmp_path / "Tiny-VL" / CARD).exists()


def test_no_room_is_said_before_anything_is_fetched(fake_hub, tmp_path: Path, monkeypatch):
    usage = type("Usage", (), {"free": 70 << 20})
    monkeypatch.setattr("assistant.models.shelf.shutil.disk_usage", lambda _: usage)
    fake_hub.files[WEIGHTS] = bytes(7 << 20)
    with pytest.raises(AssistantError, match="MOD-214"):
        fetch(tmp_path)
    assert [name for name, _, _ in fake_hub.requests] == ["listing"]


def test_cancel_stops_and_keeps(fake_hub, tmp_path: Path):
    cancel = Event()

    def stop_in_weights(progress) -> None:
        if progress.file == WEIGHTS and progress.done > 100_000:
            cancel.set()

    with pytest.raises(AssistantError, match="MOD-209"):
        fetch(tmp_path, report=stop_in_weights, cancel=cancel)
    assert (tmp_path / "Tiny-VL" / f".{WEIGHTS}.part").stat().st_size > 0
    assert fetch(tmp_path).card.name == "Tiny-VL"


def test_two_at_once_are_kept_apart(fake_hub, tmp_path: Path):
    def second(_) -> None:
        with pytest.raises(AssistantError, match="MOD-211"):
            fetch(tmp_path)

    fetch(tmp_path, report=second)


def test_a_folder_of_somebody_else_is_left_alone(fake_hub, tmp_path: Path):
    own = tmp_path / "Tiny-VL" / "thesis.txt"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    with pytest.raises(AssistantError, match="MOD-212"):
        fetch(tmp_path)
    assert own.read_text(encoding="utf-8") == "mine"


def test_another_model_of_the_same_name_is_left_alone(fake_hub, tmp_path: Path):
    fetch(tmp_path)
    with pytest.raises(AssistantError, match="MOD-217"):
        download_model("Other/Tiny-VL", tmp_path)
    assert verify(tmp_path / "Tiny-VL").base.startswith("modelscope:Qwen/Tiny-VL")


def test_names():
    assert repository_of("Qwen2-VL-2B-Instruct") == "Qwen/Qwen2-VL-2B-Instruct"
    assert repository_of("me/mine") == "me/mine"
    for name in ("", "a/b/c", "../x", "a b", "x/", "模型"):
        with pytest.raises(AssistantError, match="MOD-215"):
            repository_of(name)
