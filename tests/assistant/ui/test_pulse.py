from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.store.exchange import Exchange, Record
from assistant.ui.owner import COOKIE, owner_of
from assistant.ui.pulse import pulse_of
from assistant.ui.services import Services


def test_it_changes_with_what_is_one_s_own_and_with_a_new_start(services: Services) -> None:
    site = FastAPI()
    site.add_api_route("/pulse", pulse_of(services.ledger))
    site.add_api_route("/other", pulse_of(services.ledger))
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
