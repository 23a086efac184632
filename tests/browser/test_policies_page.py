"""Policies are switched while worlds run, for exactly the agents that were chosen."""

from __future__ import annotations

import numpy as np
import pytest
from support.broken_networks import failing

from envgen.policies import onnx_file


@pytest.fixture
def ants(opens):
    tab = opens()
    tab.run("rough terrain for ants", 8)
    tab.call("envgen.setPolicy('random')")
    return tab


def test_a_switch_changes_the_actions_of_exactly_the_chosen_agents(ants):
    assert set(ants.policies_of()) == {"random"}
    ants.call("envgen.setPolicy('zero', {slots: [1, 4]})")
    assert [a["slot"] for a in ants.agents() if a["policy"] == "zero"] == [1, 4]
    for slot in range(8):
        actions = ants.actions(slot)
        if slot in (1, 4):
            assert (actions == 0).all()
        else:
            assert np.abs(actions).max() > 0.05


def test_the_switch_acts_at_the_next_control_step(ants):
    ants.mode("paused")
    ants.call("envgen.setPolicy('zero', {slots: [0]})")
    ants.call("(window.got = envgen.steps(0, 0, 1), envgen.step())")
    assert (np.array(ants.call("window.got.then(g => g.action)")) == 0).all()


def test_half_and_a_share_by_the_buttons(ants):
    page = ants.page
    page.get_by_role("radio", name="zero").click()
    page.get_by_role("button", name="Half").click()
    ants.until("half", lambda: ants.policies_of().count("zero") == 4)
    page.get_by_role("radio", name="gait").click()
    page.get_by_role("button", name="All", exact=True).click()
    ants.until("all", lambda: ants.policies_of().count("gait") == 8)
    # the list says how many each drives
    ants.until("the number", lambda: "8" in page.get_by_role("radio", name="gait").inner_text())


def test_sumo_has_two_agents_with_rewards_of_their_own(opens):
    tab = opens()
    tab.run("two ants in sumo", 3)
    agents = tab.agents()
    assert [a["id"] for a in agents[:2]] == ["ant_0", "ant_1"]
    tab.call("envgen.setPolicy('random', {agents: [0]})")
    tab.call("envgen.setPolicy('zero', {agents: [1]})")
    assert np.abs(tab.actions(1, 0)).max() > 0.05
    assert (tab.actions(1, 1) == 0).all()
    tab.mode("paused")
    tab.call("envgen.step()")  # the episode has one step at least, whatever ended before
    first, second = (a["counters"]["episode_reward"] for a in tab.agents()[:2])
    assert first != second
    tab.call("envgen.focus(1, 1)")
    tab.page.get_by_text("ant_1 plays").wait_for()


def test_networks_for_what_runs_come_before_the_others(opens):
    tab = opens()
    tab.run("hoppers on rough ground", 2)
    fifth = tab.page.locator(".policies > button").nth(4)
    tab.until("the hopper's network", lambda: "hopper-walk" in fifth.inner_text())
    assert "idle" not in fifth.get_attribute("class")
    assert "idle" in tab.page.get_by_role("radio", name="ant-walk").get_attribute("class")
    tab.run("two ants in sumo", 2)
    tab.until("no network of this task", lambda: tab.page.locator(".policy.idle").count() >= 5)


def test_an_agent_that_is_out_says_so_while_the_others_go_on(opens):
    tab = opens(draw=True, reduced_motion="reduce")
    tab.run("two hoppers racing on flat ground", 1)
    tab.call("envgen.setPolicy('random', {agents: [0]})")
    tab.call("envgen.focus(0, 0)")
    out = tab.page.locator("#focus-out")
    tab.until("its fall", lambda: out.count() and "fallen" in out.inner_text())
    tab.call("envgen.focus(null)")
    tip = tab.page.locator(".tip")

    def told() -> str:
        for offset in (0, 1):  # the tip is written when the pointer moves
            tab.page.mouse.move(640 + offset, 420)
        return tip.inner_text() if tip.count() else ""

    tab.until("the tip", lambda: "hopper_0 out (fallen)" in told())
    assert "hopper_1 gait" in told()


def interface_of(tab, slot: int = 0) -> dict:
    return tab.call("s => envgen.agentInterface(s, 0)", slot)


def network(interface: dict, *, size: int | None = None) -> bytes:
    """A policy whose every action is tanh(1), from observations of another size if one is given."""
    terms = [(t["name"], t["size"]) for t in interface["observation"]]
    n = size or sum(s for _, s in terms)
    meta = onnx_file.metadata(interface["robot"], interface["task"], terms)
    nu = len(interface["actuators"])
    return onnx_file.mlp([np.zeros((n, nu))], [np.ones(nu)], meta=meta)


def test_an_onnx_file_drives_agents_and_a_wrong_one_is_refused_with_a_reason(ants):
    good = network(interface_of(ants))
    key = ants.offer("push.onnx", good)
    assert ants.call("k => envgen.setPolicy(k)", key) == {"agents": 8, "refused": 0, "reasons": []}
    action = ants.actions(3)
    assert np.ptp(action) < 1e-6
    assert abs(action).min() > 0.5

    bad = network(interface_of(ants), size=5)
    key = ants.offer("small.onnx", bad)
    if key is not None:  # sound in itself: refused by the agents
        given = ants.call("k => envgen.setPolicy(k)", key)
        assert (given["agents"], given["refused"]) == (0, 8)
        (reason,) = given["reasons"]
        assert (reason["robot"], reason["agents"]) == ("ant", 8)
    assert ants.told("5")
    assert set(ants.policies_of()) == {"push"}, "who is refused keeps what it has"


def test_a_network_that_fails_as_it_runs_is_taken_away_and_said(ants):
    """Its agents rest, and it can't be chosen again; other policies go on."""
    ants.call("envgen.setPolicy('random')")
    key = ants.offer("failing.onnx", failing(network(interface_of(ants))))
    ants.call("k => envgen.setPolicy(k, {slots: [1, 2]})", key)
    told = ants.told("failing failed")
    assert "stand still" in told["remedy"]
    row = next(row for row in ants.call("envgen.policies()") if row["key"] == key)
    assert row["problem"]
    assert (ants.actions(1) == 0).all()
    assert np.abs(ants.actions(3)).max() > 0.05
    assert ants.call("k => envgen.setPolicy(k)", key)["agents"] == 0
    assert ants.told("failing can't be used")


@pytest.mark.parametrize("content", [b"", b"no network at all", b"\x08\x07" * 200])
def test_what_is_no_network_says_so(ants, content):
    assert ants.offer("x.onnx", content) is None
    told = ants.told("x.onnx")
    assert told["remedy"]
    assert ants.call("envgen.addOnnx('notes.txt', '')") is None
    assert ".onnx" in ants.told("notes.txt")["remedy"]


def test_keys_drive_the_agent_in_focus(ants):
    ants.call("envgen.focus(2)")
    ants.call("envgen.setPolicy('keyboard', {slots: [2]})")
    ants.sleep(0.3)  # what the policy before did is over
    idle = ants.actions(2)
    ants.page.keyboard.down("w")
    ants.sleep(0.3)
    driven = ants.actions(2, steps=12)
    ants.page.keyboard.up("w")
    assert np.abs(idle).max() < np.abs(driven).max()


def test_a_share_that_is_given_while_worlds_arrive_is_one_of_all(opens):
    tab = opens()
    tab.call("r => envgen.start(r)", {"prompt": "stairs for ants", "count": 150})
    tab.until("some worlds", "envgen.agents().length > 8")
    tab.page.get_by_role("radio", name="random").click()
    tab.page.get_by_role("button", name="Apply to 30 percent").click()
    tab.call("envgen.running()")
    assert tab.policies_of().count("random") == 45
    # what was chosen for one world is kept by it alone, through the death of a worker too
    tab.call("envgen.setPolicy('zero', {slots: [149]})")
    tab.call("envgen.killWorker(0)")
    tab.call("envgen.killWorker(1)")
    tab.until("all again", "envgen.stats().loading === 0 && envgen.stats().environments === 150")
    assert tab.policies_of([149]) == ["zero"]
    tab.run("hills for ants", 20)
    assert tab.policies_of().count("random") == 6
    assert "zero" not in tab.policies_of()


def test_who_can_not_have_what_all_have_gets_its_gait_and_it_is_said(opens):
    tab = opens()
    tab.run("flat ground for an ant", 2)
    tab.call("envgen.setPolicy('onnx:ant-walk')")
    tab.run("flat ground for a hexapod", 2)
    assert tab.policies_of() == ["gait", "gait"]
    tab.told("ant-walk is not for the hexapod: it plays gait")
    tab.run("flat ground for an ant", 2)
    assert tab.policies_of() == ["ant-walk", "ant-walk"]
