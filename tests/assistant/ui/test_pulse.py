from dataclasses import replace

from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.engine.base import Capabilities
from assistant.engine.scripted import ScriptedEngine
from assistant.preferences import Preferences
from assistant.store.exchange import Exchange, Record
from assistant.ui.owner import COOKIE, owner_of
from assistant.ui.pulse import pulse_of
from assistant.ui.services import Services


def test_it_changes_with_what_is_one_s_own_and_with_a_new_start(services: Services) -> None:
    site = FastAPI()
    site.add_api_route("/pulse", pulse_of(services))
    site.add_api_route("/other", pulse_of(services))
    owners: list[str] = []
    site.middleware("http")(lambda request, go: (owners.append(owner_of(request)), go(request))[1])
    with TestClient(site, cookies={COOKIE: "a" * 64}) as page:
        first = page.get("/pulse").text
        assert page.get("/pulse").text == first
        services.ledger.begin("somebody else", Record("s"), Exchange("一", "一"))
        assert page.get("/pulse").text == first
        services.ledger.begin(owners[0], Record("s"), Exchange("一", "一"))
        second = page.get("/pulse").text
        assert second != first
        assert second.split("-")[0] == first.split("-")[0]
        assert page.get("/other").text.split("-")[0] != first.split("-")[0]


def test_a_tab_hears_that_somebody_else_has_logged_in(services: Services) -> None:
    site = FastAPI()
    site.add_api_route("/pulse", pulse_of(services))
    starts = []
    for token in ("a", "b", "a"):
        with TestClient(site, cookies={COOKIE: token * 64}) as page:
            starts.append(page.get("/pulse").text.split("-")[0])
    with TestClient(site) as page:  # keeps no cookies
        starts += [page.get("/pulse").text.split("-")[0] for _ in range(2)]
    assert starts[0] == starts[2]
    assert starts[3] == starts[4]
    assert len(set(starts)) == 3


class Another(ScriptedEngine):
    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, model="另一个")


def test_every_page_hears_of_another_model_and_of_other_settings(services: Services) -> None:
    site = FastAPI()
    site.add_api_route("/pulse", pulse_of(services))
    with TestClient(site, cookies={COOKIE: "a" * 64}) as page:
        first = page.get("/pulse").text
        services.lane.switch(lambda: Another())
        second = page.get("/pulse").text
        services.preferences.save(Preferences(suggestions=("多大？",)))
        third = page.get("/pulse").text
    assert len({first, second, third}) == 3
    assert len({word.rsplit("-", 1)[0] for word in (first, second, third)}) == 1
