"""A prompt becomes worlds that run and are seen."""

from __future__ import annotations

import numpy as np
from support.browser import WALL

ROUGH = "rough terrain for ants, a few boxes"


def test_a_prompt_that_is_typed_becomes_worlds_that_run(opens):
    tab = opens()
    page = tab.page
    page.fill("#prompt", f"6 variants of {ROUGH}")
    page.get_by_role("button", name="Edit terrain rough").wait_for()
    page.get_by_text("6 variants").wait_for()
    page.keyboard.press("Enter")
    tab.until("six worlds", "envgen.stats().environments === 6 && envgen.stats().loading === 0")
    first = tab.stats()
    tab.until("steps", lambda: tab.stats()["physicsSteps"] > first["physicsSteps"] + 100)
    second = tab.stats()
    assert second["controlSteps"] > first["controlSteps"]
    assert second["simulated"] > first["simulated"]
    # what the bar says is what the pool counts
    tab.until("the figure", lambda: page.locator("#figures").inner_text().splitlines()[0] == "6")
    # and the address reproduces it
    assert "prompt=6+variants" in page.url
    assert "count=6" in page.url


def test_the_wall_is_drawn_and_changes(opens):
    tab = opens(draw=True)
    tab.run(ROUGH, 8)
    tab.until("a frame", "envgen.frames().frames > 3 && envgen.frames().drawCalls > 2")
    first = tab.picture()
    assert len(np.unique(first.reshape(-1, 3), axis=0)) > 200, "the wall is blank"
    tab.sleep(0.5)
    moved = np.abs(tab.picture().astype(int) - first).max(axis=2) > 24
    assert moved.sum() > 20, "nothing moves"
    assert moved.mean() < 0.5, "the camera should stand still"


def test_paused_worlds_stand_still_and_one_step_is_one(opens):
    tab = opens(draw=True)
    tab.run(ROUGH, 3)
    tab.page.keyboard.press("Space")
    tab.call("envgen.sync()")
    before = tab.stats()["controlSteps"]
    tab.sleep(0.2)
    assert tab.stats()["controlSteps"] == before
    tab.page.get_by_role("button", name="One control step").click()
    tab.call("envgen.sync()")
    assert tab.stats()["controlSteps"] == before + 3
    # nothing changes, so nothing is drawn but colours that fade
    tab.until("a wall at rest", lambda: _frames_drawn(tab, 0.4) <= 3)


def _frames_drawn(tab, seconds: float) -> int:
    """Count the frames that the wall draws meanwhile."""
    before = tab.call("envgen.frames().frames")
    tab.sleep(seconds)
    return tab.call("envgen.frames().frames") - before


def test_a_click_focuses_a_world_and_escape_goes_back(opens):
    tab = opens(draw=True)
    tab.run(ROUGH, 4)
    tab.until("a frame", "envgen.frames().frames > 3")
    box = tab.page.locator(WALL).bounding_box()
    tab.page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.35)
    panel = tab.page.locator("section[aria-label^='World']")
    panel.wait_for()
    assert panel.get_by_text("physics.gravity").count() <= 1
    assert panel.locator("h2").inner_text().startswith("World 0")
    reward = panel.locator("#focus-reward")
    first = reward.inner_text()
    tab.until("the reward to change", lambda: reward.inner_text() != first)
    tab.page.keyboard.press("ArrowRight")
    tab.until("the next world", lambda: panel.locator("h2").inner_text().startswith("World 1"))
    tab.page.keyboard.press("Escape")
    panel.wait_for(state="detached")


def test_a_drag_pushes_the_robot(opens):
    tab = opens(draw=True, reduced_motion="reduce")  # the camera is there at once
    tab.run("flat ground for an ant", 1)
    tab.call("envgen.setPolicy('zero')")
    tab.call("envgen.focus(0)")
    drawn = tab.call("envgen.frames().frames")
    tab.until("a look at it", lambda: tab.call("envgen.frames().frames") > drawn + 2)
    box = tab.page.locator(WALL).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    start = tab.call("envgen.rootPosition(0)")
    mouse = tab.page.mouse
    mouse.move(x, y)
    mouse.down()

    def pulled() -> bool:
        for i in range(5):
            mouse.move(x + 200 + i, y)
        now = tab.call("envgen.rootPosition(0)")
        return np.hypot(now[0] - start[0], now[1] - start[1]) > 0.1

    tab.until("a step aside", pulled)
    assert tab.page.locator("svg.arrow").count() == 1
    mouse.up()
    tab.until("the end of the arrow", lambda: tab.page.locator("svg.arrow").count() == 0)


def test_a_link_runs_the_same_worlds_again(opens):
    first, second = opens(), opens(fragment="prompt=stairs+for+ants&count=3&seed=5")
    first.run("stairs for ants", 3, seed="5")
    second.call("envgen.running(3)")
    for tab in (first, second):
        tab.until("three worlds", "envgen.agents().length === 3")
    facts = [[(a["index"], a["difficulty"]) for a in tab.agents()] for tab in (first, second)]
    assert facts[0] == facts[1]


def test_an_edited_chip_makes_other_worlds_and_undo_goes_back(opens):
    tab = opens()
    page = tab.page
    page.fill("#prompt", "2 variants of rough terrain for an ant, half gravity")
    page.get_by_role("button", name="Edit gravity 4.91").wait_for()
    page.keyboard.press("Enter")
    tab.until("two worlds", "envgen.stats().environments === 2")
    page.get_by_role("button", name="Edit gravity 4.91").click()
    page.get_by_label("New value of gravity").fill("1.62")
    page.keyboard.press("Enter")
    tab.until("the moon", "envgen.cfg()?.physics.gravity === 1.62")
    page.get_by_role("button", name="what changed").click()
    assert "physics.gravity" in page.get_by_role("dialog", name="What changed").inner_text()
    page.get_by_role("button", name="undo").click()
    tab.until("the gravity of before", "envgen.cfg()?.physics.gravity === 4.905")


def test_a_change_in_words_refines_what_runs(opens):
    tab = opens()
    tab.run("rough terrain for an ant", 2)
    page = tab.page
    page.get_by_role("button", name="Change it").click()
    page.fill("#prompt", "add a few logs and half the gravity")
    page.keyboard.press("Enter")
    cfg = tab.until("the change", "envgen.cfg()?.obstacles.length === 1 && envgen.cfg()")
    assert cfg["obstacles"][0]["kind"] == "log"
    assert cfg["physics"]["gravity"] < 5
    assert cfg["terrain"]["sub_terrains"][0]["kind"] == "rough"
    tab.until("two worlds", "envgen.stats().environments === 2")


def test_a_word_that_is_not_understood_has_suggestions_to_click(opens):
    tab = opens()
    page = tab.page
    page.fill("#prompt", "ants on cratters")
    page.get_by_role("button", name="Replace cratters by craters").click()
    page.get_by_role("button", name="Edit terrain craters").wait_for()
    assert page.input_value("#prompt") == "ants on craters"
    assert page.get_by_role("button", name="Replace").count() == 0
