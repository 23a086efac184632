"""Input on the page: keys, small windows, assignment of policies, mistaken requests."""

from __future__ import annotations

import numpy as np

SUMO = "two ants in sumo"
PACE = "document.querySelector('[aria-label=Speed] [aria-pressed=true]')?.textContent"


def test_enter_in_seed_and_count_runs(opens):
    tab = opens()
    tab.run("flat ground for an ant", 2)
    page = tab.page
    page.locator("input[name=seed]").fill("7")
    page.keyboard.press("Enter")
    tab.until("another seed", "location.hash.includes('seed=7')")
    page.locator("input[name=count]").fill("3")
    page.keyboard.press("Enter")
    tab.until("three worlds", "envgen.stats().environments === 3")


def test_a_number_in_words_that_are_typed_takes_the_place_of_a_count_of_before(opens):
    tab = opens()
    tab.run("flat ground for an ant", 2)
    page = tab.page
    for prompt, wanted in (("3 variants of hills for an ant", 3), ("4 variants of hills for an ant", 4)):
        page.fill("#prompt", prompt)
        if wanted == 4:  # the first is run before it is read
            page.get_by_role("button", name="4 variants").or_(page.get_by_text("4 variants")).first.wait_for()
        page.keyboard.press("Enter")
        tab.until("as many worlds", f"envgen.stats().environments === {wanted}")
    # words without a number keep the count of the box, and a count that is typed later wins
    page.fill("#prompt", "5 variants of hills for an ant")
    page.locator("input[name=count]").fill("1")
    page.keyboard.press("Enter")
    tab.until("one world", "envgen.stats().environments === 1")
    page.fill("#prompt", "slopes for an ant")
    page.keyboard.press("Enter")
    tab.until("slopes", "location.hash.includes('slopes') && location.hash.includes('count=1')")


def test_escape_leaves_the_prompt_and_keys_work_again(opens):
    tab = opens()
    tab.run("flat ground for an ant", 1)
    page = tab.page
    page.focus("#prompt")
    page.keyboard.press("ArrowDown")
    page.get_by_role("listbox").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("listbox").wait_for(state="detached")
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    tab.until("a pause", lambda: page.get_by_role("button", name="Continue").count())
    assert page.input_value("#prompt") == "flat ground for an ant"


def test_a_pause_goes_on_at_the_pace_of_before(opens):
    tab = opens()
    tab.run("flat ground for an ant", 1)
    tab.call("envgen.mode({kind: 'flat'})")
    tab.page.keyboard.press("Space")
    tab.until("a pause", f"!({PACE})")
    tab.page.keyboard.press("Space")
    tab.until("flat out", f"{PACE} === 'flat out'")


def test_examples_are_there_after_the_first_run(opens):
    tab = opens()
    tab.run("flat ground for an ant", 1)
    page = tab.page
    page.locator(".history-button").click()
    options = page.get_by_role("option")
    assert options.first.inner_text() == "flat ground for an ant"
    options.filter(has_text="a hexapod on stepping stones").click()
    tab.until("a hexapod", "envgen.agents()[0]?.robot === 'hexapod'")


def test_keys_alone_lead_to_a_world_and_open_panels(opens):
    tab = opens(draw=True)
    tab.run("flat ground for an ant", 2)
    page = tab.page
    page.focus("main > canvas")
    page.keyboard.press("Enter")
    page.locator("section[aria-label='World 0']").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("section[aria-label='World 1']").wait_for()
    # a panel that is opened by keys pauses nothing
    page.locator("summary", has_text="Record").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Record to Parquet").wait_for()
    assert page.get_by_role("button", name="Pause").count() == 1


def test_keys_drive_as_soon_as_keyboard_is_chosen(opens):
    tab = opens()
    tab.run("flat ground for an ant", 1)
    tab.call("envgen.focus(0)")
    tab.page.locator("#agent-policy").select_option("keyboard")
    tab.until("its policy", lambda: tab.policies_of() == ["keyboard"])
    tab.sleep(0.3)
    idle = tab.actions(0)
    tab.page.keyboard.down("w")
    tab.sleep(0.3)
    driven = tab.actions(0, steps=12)
    tab.page.keyboard.up("w")
    assert np.ptp(driven, axis=0).max() > np.ptp(idle, axis=0).max() + 0.1


def test_one_agent_of_all_worlds_gets_a_policy_and_tiles_say_mixed(opens):
    tab = opens(draw=True)
    tab.run(SUMO, 3)
    page = tab.page
    page.get_by_role("radio", name="random").click()
    page.get_by_role("button", name="ant_1", exact=True).click()
    tab.until("it", lambda: sorted(tab.policies_of()) == ["gait"] * 3 + ["random"] * 3)
    assert {a["id"] for a in tab.agents() if a["policy"] == "random"} == {"ant_1"}
    page.get_by_role("group", name="Colour tiles by").get_by_role("button", name="policy").click()
    page.locator(".legend .entry", has_text="mixed").wait_for()


def test_more_worlds_than_a_page_runs_are_said_to_be(opens):
    tab = opens()
    tab.call("r => envgen.start(r)", {"prompt": "20000 variants of flat ground for an ant"})
    told = tab.told("a page runs 10,000 worlds at most")
    tab.call("envgen.cancel()")
    assert "20,000" in told["remedy"]


def test_a_short_window_has_room_for_details(opens):
    tab = opens(draw=True, size=(800, 480))
    tab.run("flat ground for an ant", 1)
    page = tab.page
    page.get_by_role("button", name="details").click()
    tab.call("envgen.focus(0)")
    page.locator("section[aria-label^='World']").wait_for()
    dock = page.locator("aside.right").bounding_box()
    wall = page.locator("main").bounding_box()
    assert min(dock["height"], wall["height"]) > 150
    assert min(dock["width"], wall["width"]) > 250


def test_a_world_begins_the_episode_that_is_typed(opens):
    tab = opens()
    tab.run("flat ground for an ant", 2)
    tab.call("envgen.focus(1)")
    field = tab.page.get_by_label("Episode", exact=True)
    field.fill("12x")
    assert field.input_value() == "12"
    tab.page.keyboard.press("Enter")
    tab.until("episode 12", "envgen.agents().map((a) => a.counters.episode).join() === '0,12'")
    tab.until("its number", lambda: field.input_value() == "12")


def test_why_a_job_failed_stays_though_its_words_are_understood(opens):
    tab = opens()
    held = []
    tab.page.route("**/api/interpret", lambda route: held.append(route))  # reading is slower than the job
    tab.page.fill("#prompt", "64 humanoids in a 4 x 4 m arena")
    tab.page.keyboard.press("Enter")
    tab.until("the failure", "envgen.stats().job.state === 'failed'")
    tab.until("a request to read", lambda: held)
    with tab.page.expect_response("**/api/interpret"):
        for route in held:
            route.continue_()
    tab.sleep(0.5)
    assert "can't be made" in tab.problems()["prompt"]["cause"]
