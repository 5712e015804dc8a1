import time
from collections.abc import Callable

from assistant.dialogue.prompts import load_prompts
from assistant.dialogue.suggestion import Suggestion
from assistant.engine.lane import Lane
from assistant.imaging.window import Window, parse_window
from assistant.preferences import from_form
from assistant.settings import Settings
from assistant.store.exchange import Exchange, Record
from assistant.ui.services import Services, open_services


def test_what_is_set_is_used_at_once(services: Services) -> None:
    assert services.prompts == load_prompts()
    services.preferences.save(
        from_form("胰腺 40/200", "多大？", None, "light", system="你是助手。")
    )
    assert services.prompts.system == "你是助手。"
    assert services.prompts.suggestions == (Suggestion.fixed("多大？"),)
    assert services.presets[-1].name == "胰腺"


def test_every_choice_of_a_window_is_understood_where_windows_are_read(services: Services) -> None:
    services.preferences.save(from_form("胰腺 -40.5/200", "", None, "light"))
    choices = services.window_choices()
    assert choices[-1] == ("胰腺", "-40.5/200")
    assert parse_window(choices[-1][1]) == Window(-40.5, 200)
    assert all(parse_window(value) == name for name, value in choices[:-1])


def test_retention_goes_by_what_is_set(settings: Settings, open_lane: Callable[..., Lane]) -> None:
    services = open_services(settings, open_lane())
    try:
        exchange = Exchange("问", "问", answer="答", state="done")
        services.ledger.begin("anna", Record("system"), exchange)
        assert services.ledger.count() == 1
        services.preferences.save(from_form("", "", 1, "light"))
        later = time.time() + 2 * 86400
        real, time.time = time.time, lambda: later
        try:
            services.retention.look()
            until = time.monotonic() + 30
            while services.ledger.count() and time.monotonic() < until:
                time.sleep(0.02)
        finally:
            time.time = real
        assert services.ledger.count() == 0
    finally:
        services.close()
