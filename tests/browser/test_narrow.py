"""The page on a telephone's width, and where nothing can be drawn: what is told can be read."""

from __future__ import annotations

from collections.abc import Callable

from support.browser import Tab

NO_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null"


def box(tab: Tab, selector: str) -> dict[str, float]:
    found = tab.page.locator(selector).first.bounding_box()
    assert found
    return dict(found)


def test_the_prompt_and_its_button_share_a_line(opens: Callable[..., Tab]) -> None:
    tab = opens(size=(390, 800))
    tab.run("two ants in sumo", 2)
    tab.until("Run", "document.getElementById('run')")
    prompt, run, header = box(tab, "#prompt"), box(tab, "#run"), box(tab, "header")
    assert abs(prompt["y"] + prompt["height"] / 2 - run["y"] - run["height"] / 2) < 3
    assert prompt["x"] < 20
    assert prompt["width"] > 240
    assert header["height"] < 160
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_is_wrong_with_a_prompt_uses_the_line(opens: Callable[..., Tab]) -> None:
    tab = opens(size=(390, 800))
    tab.call("envgen.start({ prompt: 'glorp' })")
    tab.told("nothing in the prompt")
    problem = box(tab, "#prompt-problem")
    assert problem["width"] > 340
    assert problem["height"] < 90


def test_what_is_missing_is_in_the_middle(opens: Callable[..., Tab]) -> None:
    tab = opens(before=NO_WEBGL, draw=True, ready=False, size=(1280, 800))
    tab.until("a message over the wall", "document.querySelector('[data-blocked] p')")
    text, over = box(tab, "[data-blocked] p"), box(tab, "[data-blocked]")
    assert abs(text["x"] + text["width"] / 2 - over["x"] - over["width"] / 2) < 2
