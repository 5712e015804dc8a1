import re

from assistant.settings import Settings
from assistant.ui import wording
from assistant.ui.theme import css, head, theme


def test_nothing_is_fetched_from_elsewhere(settings: Settings) -> None:
    everything = css() + head(settings) + theme()._get_theme_css()
    everything = everything.replace("http://www.w3.org/2000/svg", "")
    assert "://" not in everything
    assert "@import" not in everything
    assert theme()._stylesheets == []


def test_no_selector_has_a_comma_inside_its_brackets() -> None:
    """Gradio prefixes selectors by splitting them at commas."""
    for selector in re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", css(), flags=re.S)):
        assert not re.search(r"\([^)]*,[^)]*\)", selector), selector


def test_limits_and_words_reach_the_browser(settings: Settings) -> None:
    text = head(settings)
    assert f'"maxMb": {settings.max_upload_mb}' in text
    assert wording.BROWSER["lost"] in text
