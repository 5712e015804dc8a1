"""Two users, and somebody who is none, before the whole site."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.people import password
from assistant.people.roll import FILE, Roll
from assistant.people.tries import FREE
from assistant.preferences import from_form
from assistant.store.exchange import Exchange, Record
from assistant.ui.app import build_site
from assistant.ui.batching import Batches
from assistant.ui.gate import Gate
from assistant.ui.models_work import Workshop
from assistant.ui.services import Services

HOME = "http://127.0.0.1:7860"
WORDS = {"anna": "the first password", "bo": "the second password"}
API = "/gradio_api"

Enter = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "_N", 2**14)
    monkeypatch.setattr(password, "_P", 1)


@pytest.fixture
def roll(services: Services) -> Roll:
    roll = Roll(services.settings.data_dir)
    for name, word in WORDS.items():
        roll.add(name, word)
    return roll


@pytest.fixture
def site(services: Services, roll: Roll, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    uploads = services.settings.data_dir / "uploads"
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    batches = Batches()
    yield build_site(services, batches, Workshop(services))
    batches.close()


@pytest.fixture
def enter(site: Gate) -> Iterator[Enter]:
    """A browser of its own, logged in unless ``name`` is empty; Gradio runs meanwhile."""
    with TestClient(site, base_url=HOME):

        def enter(name: str, address: str = "10.0.0.1") -> TestClient:
            browser = TestClient(
                site, base_url=HOME, follow_redirects=False, client=(address, 5000)
            )
            if name:
                sent = browser.post("/login", data={"name": name, "password": WORDS[name]})
                assert sent.status_code == 303, sent.text
            return browser

        yield enter


def upload(browser: TestClient, content: bytes = b"a patient's picture") -> str:
    sent = browser.post(f"{API}/upload?upload_id=u1", files={"files": ("1.dcm", content)})
    assert sent.status_code == 200
    return str(sent.json()[0])


def join(browser: TestClient, page: str, data: object = (), number: int = 0) -> int:
    body = {"session_hash": page, "fn_index": number, "data": data, "event_id": None}
    return browser.post(f"{API}/queue/join", json=body).status_code


def test_who_is_nobody_sees_the_login_and_nothing_else(enter: Enter) -> None:
    nobody = enter("")
    sent = nobody.get("/")
    assert (sent.status_code, sent.headers["location"]) == (303, "login")
    for path in (
        *("/pulse", "/theme.css", "/manifest.json", "/assets/index.js", f"{API}/app_id"),
        *(f"{API}/heartbeat/x", f"{API}/queue/data?session_hash=x", f"{API}/upload_progress"),
    ):
        assert nobody.get(path).status_code == 401, path
    assert nobody.post(f"{API}/upload", files={"files": ("1", b"x")}).status_code == 401
    assert join(nobody, "x") == 401
    assert nobody.post(f"{API}/cancel", json={"session_hash": "x"}).status_code == 401


def test_the_login_page_is_chinese_and_whole(enter: Enter) -> None:
    sent = enter("").get("/login")
    assert sent.status_code == 200
    assert 'lang="zh-CN"' in sent.text
    assert "用户名" in sent.text
    assert "$" not in re.sub(r"<(style|script)>.*?</\1>", "", sent.text, flags=re.S)
    assert not re.search(r'(?:src|href)="(?!data:)', sent.text)
    assert sent.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in sent.headers["content-security-policy"]


def test_the_right_password_opens_and_logging_out_closes(enter: Enter) -> None:
    anna = enter("anna")
    assert anna.get("/").status_code == 200
    assert anna.get("/pulse").status_code == 200
    assert anna.get("/login").headers["location"] == "./"
    before = dict(anna.cookies)
    assert anna.get("/logout").status_code == 405
    assert anna.post("/logout").headers["location"] == "login"
    assert anna.get("/pulse").status_code == 401
    anna.cookies.update(before)
    assert anna.get("/pulse").status_code == 401


@pytest.mark.parametrize(
    "other",
    [
        'prefs={"theme":"dark"}',
        "user=Li Ming",
        "user=李明",
        "flag",
        "x=a\\b",
        "path=/x",
        "na me=1",
        "seen=Mon, 01-Jan-2024 00:00:00 GMT",
        'half="open',
        "=",
    ],
)
@pytest.mark.parametrize("order", ["{other}; {ours}", "{ours}; {other}"])
def test_what_other_sites_of_this_host_keep_hides_nobody(
    enter: Enter, other: str, order: str
) -> None:
    browser = enter("")
    browser.cookies.clear()
    form = {"name": "anna", "password": WORDS["anna"]}
    sent = browser.post("/login", data=form, headers={"cookie": other.encode()})
    assert sent.status_code == 303
    browser.cookies.clear()
    ours = sent.headers["set-cookie"].split(";")[0]
    headers = {"cookie": order.format(other=other, ours=ours).encode()}
    assert browser.get("/pulse", headers=headers).status_code == 200
    assert browser.get("/login", headers=headers).headers["location"] == "./"
    out = browser.post("/logout", headers=headers)
    assert (out.status_code, out.headers["location"]) == (303, "login")
    browser.cookies.clear()
    assert browser.get("/pulse", headers={"cookie": ours}).status_code == 401


def test_the_cookie_may_come_in_a_header_of_its_own(enter: Enter) -> None:
    anna = enter("anna")
    ours = "; ".join(f"{name}={value}" for name, value in anna.cookies.items())
    anna.cookies.clear()
    headers = [("cookie", "a=1"), ("cookie", ours), ("cookie", "b")]
    assert anna.get("/pulse", headers=headers).status_code == 200


def test_the_cookie_is_for_this_page_alone_and_new_each_time(site: Gate, enter: Enter) -> None:
    said = []
    browser = enter("")
    for _ in range(2):
        sent = browser.post("/login", data={"name": "anna", "password": WORDS["anna"]})
        said.append(sent.headers["set-cookie"])
        assert "HttpOnly" in said[-1]
        assert "SameSite=Strict" in said[-1]
        assert "Secure" not in said[-1]
    assert said[0] != said[1]
    tls = TestClient(site, base_url=HOME.replace("http:", "https:"), follow_redirects=False)
    sent = tls.post("/login", data={"name": "anna", "password": WORDS["anna"]})
    assert "Secure" in sent.headers["set-cookie"]


@pytest.mark.parametrize(
    "form",
    [
        {"name": "anna", "password": "wrong"},
        {"name": "nobody", "password": WORDS["anna"]},
        {"name": "anna"},
        {},
        {"name": "anna", "password": "x" * 5000},
        {"name": "'\"><script>", "password": "y"},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(enter: Enter, form: dict[str, str]) -> None:
    browser = enter("")
    sent = browser.post("/login", data=form)
    assert sent.status_code == 401
    assert "用户名或密码不对" in sent.text
    assert "ACC-201" in sent.text
    assert "'\"><script>" not in sent.text
    assert "set-cookie" not in sent.headers
    assert browser.get("/pulse").status_code == 401


def test_wrong_tries_make_even_the_right_password_wait(enter: Enter) -> None:
    browser = enter("", "10.0.0.9")
    for _ in range(FREE):
        assert browser.post("/login", data={"name": "bo", "password": "x"}).status_code == 401
    right = {"name": "bo", "password": WORDS["bo"]}
    sent = browser.post("/login", data=right)
    assert sent.status_code == 429
    assert "ACC-202" in sent.text
    assert "秒后再试" in sent.text
    # By name from elsewhere, and by address for another name.
    assert enter("", "10.0.0.8").post("/login", data=right).status_code == 429
    other = {"name": "anna", "password": WORDS["anna"]}
    assert browser.post("/login", data=other).status_code == 429
    assert enter("anna", "10.0.0.8").get("/pulse").status_code == 200


def test_pages_from_elsewhere_cannot_log_anybody_in(enter: Enter) -> None:
    form = {"name": "anna", "password": WORDS["anna"]}
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999"):
        sent = enter("").post("/login", data=form, headers={"origin": origin})
        assert sent.status_code == 421


def test_who_is_removed_is_out_at_once(enter: Enter, roll: Roll) -> None:
    bo = enter("bo")
    assert bo.get("/pulse").status_code == 200
    roll.remove("bo")
    assert bo.get("/pulse").status_code == 401


def test_a_broken_file_of_users_lets_nobody_in(enter: Enter, services: Services) -> None:
    anna = enter("anna")
    (services.settings.data_dir / FILE).write_text("{")
    for path in ("/", "/pulse", "/login"):
        sent = anna.get(path)
        assert sent.status_code == 503
        assert "ACC-101" in sent.text


def test_without_users_there_is_no_login(enter: Enter, roll: Roll) -> None:
    for name in reversed(WORDS):
        roll.remove(name)
    assert enter("").get("/").status_code == 200
    assert enter("").get("/login").headers["location"] == "./"


def test_a_page_for_other_machines_without_users_is_shut(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(services.settings.data_dir / "uploads"))
    site = build_site(services, Batches(), Workshop(services), "0.0.0.0")
    shut = TestClient(site, base_url="http://10.0.0.5:7860")
    for path in ("/", "/login", "/pulse"):
        sent = shut.get(path)
        assert sent.status_code == 503
        assert "ACC-111" in sent.text


def test_anothers_file_is_no_ones_to_fetch_name_or_follow(enter: Enter) -> None:
    anna, bo = enter("anna"), enter("bo")
    path = upload(anna)
    assert Path(path).is_file()
    for address in (f"{API}/file=", "/file=", f"{API}/file/", f"{API}/stream/", "/static/../"):
        for browser in (anna, bo):
            assert browser.get(address + path).status_code in (403, 404)
    assert bo.get(f"{API}/upload_progress?upload_id=u1").status_code == 403
    sent = bo.post(f"{API}/upload?upload_id=u1", files={"files": ("2", b"x")})
    assert sent.status_code == 403
    # Gradio reads whatever file an event names: deep inside, too.
    named = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    assert join(bo, "page-of-bo", [named]) == 403
    assert join(bo, "page-of-bo", [[[{"value": {"file": named[0]}}]]]) == 403
    assert Path(path).is_file()
    assert join(anna, "page-of-anna", [named]) == 200


def test_the_same_file_of_two_people_is_both_of_theirs(enter: Enter) -> None:
    anna, bo = enter("anna"), enter("bo")
    path = upload(anna)
    assert bo.post(f"{API}/upload", files={"files": ("1.dcm", b"a patient's picture")}).json() == [
        path
    ]
    assert join(bo, "page-of-bo", [[{"path": path}]]) == 200


def test_anothers_page_and_events_are_out_of_reach(enter: Enter) -> None:
    anna, bo = enter("anna"), enter("bo")
    body = {"session_hash": "secretpage", "fn_index": 0, "data": []}
    event = anna.post(f"{API}/queue/join", json=body).json()["event_id"]
    assert bo.get(f"{API}/queue/data?session_hash=secretpage").status_code == 403
    assert bo.get(f"{API}/heartbeat/secretpage").status_code == 403
    assert join(bo, "secretpage") == 403
    for page in ("secretpage", "page-of-bo"):
        wanted = {"session_hash": page, "fn_index": 0, "event_id": event}
        assert bo.post(f"{API}/cancel", json=wanted).status_code == 403
    wanted = {"session_hash": "secretpage", "fn_index": 0, "event_id": event}
    assert anna.post(f"{API}/cancel", json=wanted).status_code == 200


def test_a_visit_that_ends_leaves_its_pages_to_their_owner(enter: Enter) -> None:
    browser = enter("anna")
    assert join(browser, "secretpage") == 200
    browser.post("/logout")
    browser.post("/login", data={"name": "bo", "password": WORDS["bo"]})
    assert join(browser, "secretpage") == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"fn_index": 0}', b"[" * 100_000])
def test_an_event_that_says_not_whose_it_is_is_refused(enter: Enter, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    sent = enter("anna").post(f"{API}/queue/join", content=body, headers=headers)
    assert sent.status_code == 403


def config_of(browser: TestClient) -> dict[str, Any]:
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", browser.get("/").text, re.S)
    assert found is not None
    return dict(json.loads(found[1]))


def test_models_are_changed_by_administrators_alone(enter: Enter) -> None:
    anna, bo = enter("anna"), enter("bo")
    config = config_of(anna)
    use = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "use")
    number = next(one["id"] for one in config["dependencies"] if [use, "click"] in one["targets"])
    assert join(bo, "page-of-bo", ["demo"], number) == 403
    assert join(anna, "page-of-anna", ["demo"], number) == 200
    body = {"session_hash": "page-of-bo", "fn_index": str(number), "data": ["demo"]}
    assert bo.post(f"{API}/queue/join", json=body).status_code == 403


def test_models_and_settings_are_sent_to_administrators_alone(
    enter: Enter, services: Services
) -> None:
    services.preferences.save(from_form("", "科室的提问", 77, "light", system="科室的提示词"))
    anna, bo = enter("anna"), enter("bo")
    said = {}
    for browser, page in ((anna, "page-of-anna"), (bo, "page-of-bo")):
        config = config_of(browser)
        parts = [json.dumps(config, ensure_ascii=False)]
        for event in config["dependencies"]:
            if any(trigger == "load" and not event["js"] for _, trigger in event["targets"]):
                count = len(event["inputs"])
                assert join(browser, page, [""] * count, event["id"]) == 200
        parts.append(browser.get(f"{API}/queue/data?session_hash={page}").text)
        said[page] = "".join(parts).encode().decode("unicode_escape", "ignore") + "".join(parts)
    for secret in ("openvino-int4", "科室的提示词", services.shipped.system, "embedded"):
        assert secret in said["page-of-anna"], secret
        assert secret not in said["page-of-bo"], secret


def test_a_user_is_one_owner_wherever_they_are(
    enter: Enter, services: Services, roll: Roll
) -> None:
    browsers = [enter("anna"), enter("anna", "10.0.0.2"), enter("bo")]
    before = [browser.get("/pulse").text for browser in browsers]
    services.ledger.begin(roll.known("anna").id, Record("system"), Exchange("问", "问"))
    after = [browser.get("/pulse").text for browser in browsers]
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, True, False]


def test_behind_a_proxy_the_page_answers_to_its_name_and_to_users_alone(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = services.settings.model_copy(update={"public_host": "ct.hospital.cn"})
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(settings.data_dir / "uploads"))
    behind = replace(services, settings=settings)
    with closing(Batches()) as batches:
        site = build_site(behind, batches, Workshop(behind))
        with TestClient(site, base_url="https://ct.hospital.cn", follow_redirects=False) as browser:
            assert "ACC-111" in browser.get("/").text
            Roll(settings.data_dir).add("anna", WORDS["anna"])
            assert browser.get("/").headers["location"] == "login"
            elsewhere = {"host": "ct.elsewhere.cn"}
            assert browser.get("/", headers=elsewhere).status_code == 421
