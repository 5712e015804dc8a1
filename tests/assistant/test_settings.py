import os
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from assistant.settings import Settings, is_home, load_settings


def test_the_shipped_file_is_valid_and_names_every_setting_but_folder_and_key():
    import yaml

    shipped = yaml.safe_load((CONFIGS / "assistant.yaml").read_text(encoding="utf-8"))
    assert set(shipped) == set(Settings.model_fields) - {"data_dir", "remote_key"}
    settings = load_settings(environment={})
    assert shipped.pop("batch_roots") == list(settings.batch_roots)
    assert {key: getattr(settings, key) for key in shipped} == shipped
    assert settings == Settings(data_dir=settings.data_dir)


def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path):
    config = tmp_path / "a.yaml"
    config.write_text("port: 1001\nmax_tokens: 11\nmax_files: 3\n", encoding="utf-8")
    environment = {"CT_ASSISTANT_PORT": "1002", "CT_ASSISTANT_MAX_TOKENS": "12", "HOME": "/x"}
    settings = load_settings(config=config, environment=environment, port=1003, model=None)
    assert (settings.port, settings.max_tokens, settings.max_files) == (1003, 12, 3)
    assert settings.model == "demo"


def test_data_folder_by_flag_by_variable_else_by_platform(tmp_path: Path):
    variable = {"CT_ASSISTANT_DATA": str(tmp_path / "v")}
    assert load_settings(environment=variable).data_dir == tmp_path / "v"
    assert load_settings(environment=variable, data_dir=tmp_path).data_dir == tmp_path
    assert load_settings(environment={}).data_dir.name == "ct-assistant"
    settings = load_settings(environment=variable)
    folders = (settings.logs_dir, settings.cache_dir, settings.temp_dir, settings.models_dir)
    assert all(folder.parent == tmp_path / "v" for folder in folders)
    assert len(set(folders)) == 4


@pytest.mark.parametrize(
    ("host", "public_host", "reached_at"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "ct.hospital.cn", "ct.hospital.cn"),
        ("0.0.0.0", "", "0.0.0.0"),
        ("0.0.0.0", "localhost", "0.0.0.0"),
    ],
)
def test_a_name_does_not_bring_a_page_nearer(host: str, public_host: str, reached_at: str):
    settings = load_settings(environment={}, host=host, public_host=public_host)
    assert settings.reached_at == reached_at


def test_every_error_of_every_source_is_told_at_once(tmp_path: Path):
    config = tmp_path / "wrong.yaml"
    config.write_text("prot: 1\nmax_tokens: 许多\nopen_browser: 也许\n", encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_settings(
            config=config,
            environment={"CT_ASSISTANT_ENGINE": "gpt", "CT_ASSISTANT_WAITING": "1"},
            port=70000,
        )
    assert caught.value.code == "CFG-101"
    message = caught.value.message
    assert "6 处" in message
    for part in (
        "配置文件 wrong.yaml 的 prot：没有这个设置项",
        "配置文件 wrong.yaml 的 max_tokens：应为整数（现为 许多）",
        "配置文件 wrong.yaml 的 open_browser：应为 true 或 false",
        "环境变量 CT_ASSISTANT_ENGINE：只能是 auto",
        "环境变量 CT_ASSISTANT_WAITING：没有这个设置项",
        "命令行参数 --port：不能大于 65535（现为 70000）",
    ):
        assert part in message


@pytest.mark.parametrize("host", ["", "a b", "-x", "http://127.0.0.1", "127.0.0.1:80", "主机"])
def test_what_is_no_address_is_refused(host: str):
    with pytest.raises(AssistantError) as caught:
        load_settings(environment={}, host=host)
    assert "--host：应为 IP 地址或主机名" in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_home(host: str):
    assert load_settings(environment={}, host=host).host == host
    assert is_home(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_other_addresses_are_accepted_but_not_home(host: str):
    assert load_settings(environment={}, host=host).host == host
    assert not is_home(host)


@pytest.mark.parametrize("content", [b"- a\n- b\n", b"a: [", b"\xff\xfe\x00", None])
def test_an_unreadable_file_is_refused(tmp_path: Path, content: bytes | None):
    config = tmp_path / "a.yaml"
    if content is not None:
        config.write_bytes(content)
    with pytest.raises(AssistantError) as caught:
        load_settings(config=config, environment={})
    assert caught.value.code == "CFG-102"


def test_an_empty_file_leaves_the_defaults(tmp_path: Path):
    config = tmp_path / "a.yaml"
    config.write_text("# nothing\n", encoding="utf-8")
    assert load_settings(config=config, environment={}).port == 7860


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_settings(environment={}).port = 1  # type: ignore[misc]


def test_folders_of_an_environment_variable_stand_as_in_a_search_path(tmp_path: Path):
    roots = f"{tmp_path}{os.pathsep}{tmp_path / 'b'}"
    settings = load_settings(environment={"CT_ASSISTANT_BATCH_ROOTS": roots})
    assert settings.batch_roots == (tmp_path, tmp_path / "b")
