"""What a person does at the top and the bottom of the page: ask, be told, choose, pause."""

from __future__ import annotations

from typing import Any


def test_enter_in_a_number_runs_as_in_the_prompt(opens: Any) -> None:
    tab = opens()
    tab.page.fill("#prompt", "ants on hills")
    tab.page.fill("input[name=count]", "3")
    tab.page.keyboard.press("Enter")
    tab.until("three worlds", "envgen.stats().environments === 3")


def test_why_a_job_failed_stays_though_its_words_are_understood(opens: Any) -> None:
    tab = opens()
    held: list[Any] = []
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


def test_one_agent_of_every_world_gets_a_policy_by_a_click(opens: Any) -> None:
    tab = opens()
    tab.run("two ants in sumo", 3)
    tab.page.get_by_role("radio", name="zero").click()
    tab.page.get_by_role("button", name="ant_1", exact=True).click()
    tab.until("ant_1", lambda: [a["policy"] for a in tab.agents()] == ["gait", "zero"] * 3)


def test_a_pause_goes_on_at_the_pace_of_before(opens: Any) -> None:
    tab = opens()
    tab.run("ants on flat ground", 2)
    flat = tab.page.get_by_role("button", name="flat out", exact=True)
    flat.click()
    tab.page.get_by_role("button", name="Pause").click()
    tab.page.get_by_role("button", name="Go on").click()
    tab.until("flat out", lambda: flat.get_attribute("aria-pressed") == "true")


def test_examples_are_at_hand_after_the_first_run(opens: Any) -> None:
    tab = opens()
    tab.run("ants on flat ground", 2)
    tab.page.get_by_role("button", name="and examples").click()
    tab.page.get_by_text("48 variants of two ants in sumo").click()
    tab.until("two agents each", "envgen.stats().agents === 4")  # of as many worlds as the field says
