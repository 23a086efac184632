"""Rules for what episodes draw, `randomize` of the EnvCfg: its numbers.

A number that a key can't have is reported, and means nothing else: "a latency of 50 steps" are no stairs.
"""

from __future__ import annotations

import re

from envgen.core.cfg import ControlCfg
from envgen.core.families import ROBOTS
from envgen.prompting.parse_state import ParseState
from envgen.prompting.rules_common import decide, is_allowed, is_step, reason, usual_value
from envgen.prompting.rules_noise import of_nothing
from envgen.prompting.rules_pushes import INTERVAL, PUSH, strength
from envgen.prompting.sense import Sense
from envgen.prompting.spans import Span

PREFIX = "randomize."
LATENCY = f"{PREFIX}latency"
OBSERVED, STARTED = f"{PREFIX}observation_noise", f"{PREFIX}start_noise"
REACH = 7
"""Words between a noun and its number, at most."""

UNITS = {
    LATENCY: ("", "s"),
    PUSH: ("", "m/s"),
    INTERVAL: ("", "s"),
    OBSERVED: ("", "%", "m", "deg", "m/s", "rad/s"),
    STARTED: ("", "%", "m", "deg", "m/s", "rad/s"),
}
"""Units of a number beside a key's noun; of the others factors."""


def numbers(state: ParseState) -> None:
    """Read the numbers of keys: "a latency of 2 steps", "sensor noise 0.02", "pushes of 0.6 m/s"."""
    unsaid = of_nothing(state)
    for i, span, sense in list(state.with_sense("measures")):
        if span.used or not sense.measures.startswith(PREFIX):
            continue
        j = _number(state, i, sense.measures)
        if j is not None:
            _read(state, i, j, sense)
        elif (k := _compared(state, i)) is not None:
            state.refuse(*range(k, i + 1))  # "less noise" than what?
        elif sense.measures == LATENCY:
            _some_steps(state, i, sense)
        if i in unsaid:
            value = state.fields.get(OBSERVED, (_usual(state, OBSERVED),))[0]
            why = f"{state.spans[i].text!r} without a word for what: of observations"
            state.assumed.append((OBSERVED, value, why))
    strength(state, _usual(state, PUSH))


def _compared(state: ParseState, i: int) -> int | None:
    """Return the word before a noun that asks for more or less of it: "less noise", "twice the latency"."""
    j = i - 2 if (link := state.at(i - 1)) is not None and link.word in ("the", "as") else i - 1
    before = state.at(j)
    if before is None or before.used or before.punct:
        return None
    factor = before.quantity is not None and before.quantity.unit == "x"
    return j if factor or before.sense("change") else None


def _number(state: ParseState, i: int, path: str) -> int | None:
    """Return the number of a noun: after it ("latency of 2"), or before it ("2 steps of latency")."""
    units = UNITS.get(path, ("", "%", "x"))
    for step, links in ((1, state.lexicon.grammar.value_links), (-1, ("of", "a", "an", "the"))):
        for j in range(i + step, i + step * REACH, step):
            span = state.at(j)
            if span is None or (span.punct and (step < 0 or span.punct not in (":", "="))):
                break
            if span.quantity and not (step < 0 and span.sense("article")):
                after = state.at(j + 1)
                thing = after is not None and any(s.thing and not is_step(after) for s in after.senses)
                bare = not span.quantity.unit and (thing or (step < 0 and path == PUSH))
                if span.used and path == PUSH and step > 0:
                    continue  # "pushed every 4 s with 0.5 m/s"
                if not span.used and span.quantity.unit in units and not bare:
                    return j
                break
            ahead = step > 0 and (span.adjective or span.sense("bound") or _passed(span, path))
            if not (span.punct or span.word in links or ahead or (step < 0 and is_step(span))):
                break
    return None


def _passed(span: Span, path: str) -> bool:
    """Return whether a word before a number has been read: "noise in the initial poses of 0.1"."""
    return span.used and not span.quantity and path in (OBSERVED, STARTED, PUSH)


def never_drawn(state: ParseState, negator: int, j: int) -> bool:
    """Read what no episode shall draw: "no latency", "without noise", "no pushes"."""
    span = state.spans[j]
    paths = [path for sense in span.senses for path in sense.randomizes]
    if "noise" in span.roles and not span.sense("terrain"):
        paths += [OBSERVED, STARTED]
    noun = span.plural or state.spans[negator].word.split()[0] in ("no", "zero", "without")
    if not paths or (span.sense("task") and (not noun or span.word.endswith("ing"))):
        return False  # "do not push the ball" speaks of a task
    for path in paths:
        state.put(path, usual_value(path), state.text_of(negator, j))
    span.used = True
    if (k := _number(state, j, paths[0])) is not None and k > j:
        state.use(k, *([k + 1] if is_step(state.at(k + 1)) else []))  # "no latency of 2 steps"
    return True


def _read(state: ParseState, i: int, j: int, sense: Sense) -> None:
    path, quantity = sense.measures, state.spans[j].quantity
    if quantity is None:
        return
    more = [j + 1] if path == LATENCY and is_step(state.at(j + 1)) else []
    if path == LATENCY and quantity.unit == "s":
        state.use(j)
        state.delays.append((i, j))
        return
    scale = {"%": 0.01, "deg": 0.01745329252}.get(quantity.unit, 1.0)
    value = quantity.scaled(scale)
    if path == LATENCY and not more and _other_steps(state, j):
        _refuse(state, i, [j, j + 1], sense, "latency is in control steps")
        return
    if path == LATENCY and is_allowed(path, value):
        value = int(value) if isinstance(value, float) else [int(v) for v in value]
    bound = before.sense("bound") if (before := state.at(j - 1)) is not None else None
    if bound and path != INTERVAL and isinstance(value, int | float) and value > 0:
        if bound.bound == "upper" and path in UNITS:
            value = [0, value]
        elif is_allowed(path, value):
            state.assumed.append((path, value, f"{state.text_of(j - 1, j)!r}: the bound itself"))
        state.use(j - 1)
    if decide(state, path, value, i, j, *more):
        if quantity.unit == "%" and path in (OBSERVED, STARTED):
            state.assumed.append((path, value, "an absolute size: no noise is a share of what it adds to"))
        return
    _refuse(state, i, [j, *more], sense, reason(path, value))


def _other_steps(state: ParseState, j: int) -> bool:
    """Return whether a number counts steps of the physics, which are none of the control."""
    after = state.at(j + 1)
    sense = after.sense("measures") if after else None
    return sense is not None and sense.measures == "physics.timestep"


def _some_steps(state: ParseState, i: int, sense: Sense) -> None:
    """Read "a latency of a few steps", and "delay" alone."""
    words = [i]
    for j in range(i + 1, i + 6):
        span = state.at(j)
        if span is None or span.punct:
            break
        if is_step(span) and {s.word for s in state.spans[i + 1 : j]} & {"few", "a few", "some", "several"}:
            words = [i, *range(i + 1, j + 1)]
            break
        if not (span.stop or span.sense("weight") or span.word in state.lexicon.grammar.value_links):
            break
    if len(words) > 1 or not sense.set:
        decide(state, LATENCY, _usual(state, LATENCY), *words)


def _refuse(
    state: ParseState, i: int, words: list[int], sense: Sense, why: str, instead: int | None = None
) -> None:
    """Report a number that a key can't have; its noun still asks for something, by default the usual."""
    path = sense.measures
    usual = _usual(state, path) if instead is None else instead
    said = state.refuse(*words)
    state.put(path, usual, state.use(i))
    state.deny(path, usual, said, why)


def _usual(state: ParseState, path: str) -> float | list[float]:
    """Return what words ask for that name a key without a number; in a refinement what is there stays."""
    there = state.base.get("randomize", {}).get(path.removeprefix(PREFIX))
    if there is not None and there != usual_value(path):
        return there  # type: ignore[no-any-return]
    phrases = {LATENCY: "latency", PUSH: "get pushed", OBSERVED: "sensor noise", STARTED: "start noise"}
    senses = state.lexicon.match([[word] for word in phrases.get(path, "").split()], 0)[1]
    found: float | list[float] = next((s.set[path] for s in senses if path in s.set), usual_value(path))
    return found


# --- latency in time ----------------------------------------------------------------------------------


def delays(state: ParseState) -> None:
    """Read a latency in time, such as "20 ms", as control steps; needs the robots, which have timesteps."""
    period = _period(state)
    for i, j in state.delays:
        quantity, sense = state.spans[j].quantity, state.spans[i].sense("measures")
        if quantity is None or sense is None:
            continue
        state.spans[j].used = False
        if period is None:
            _refuse(state, i, [j], sense, "the length of a control step isn't known here: say how many steps")
            continue
        exact = [v / period for v in (quantity.low, quantity.high)]
        ends = [int(v + 0.5) for v in exact]
        value = ends[0] if ends[0] == ends[1] else ends
        said = state.text_of(j)
        shown = " to ".join(dict.fromkeys(f"{v:.4g}" for v in exact))
        why = f"{said!r} at control steps of {1000 * period:.4g} ms"
        short = quantity.high > 0 and ends[1] == 0
        if short or not is_allowed(LATENCY, value):
            why = f"that is {shown} control steps of {1000 * period:.4g} ms"
            _refuse(state, i, [j], sense, why, 1 if short else None)
        elif decide(state, LATENCY, value, i, j):
            rounded = any(abs(v - n) > 1e-6 for v, n in zip(exact, ends, strict=True))
            state.assumed.append((LATENCY, value, f"{why}: {shown}, rounded" if rounded else why))


def _period(state: ParseState) -> float | None:
    """Return the length of a control step in s; None if it is drawn, or only compiling a robot tells."""
    timestep = state.fields.get("physics.timestep", (state.base.get("physics", {}).get("timestep"),))[0]
    skip = state.base.get("control", {}).get("frame_skip", ControlCfg().frame_skip)
    skip = state.fields.get("control.frame_skip", (skip,))[0]
    if timestep is None:
        steps = [_timestep_of(kind) for kind in {robot.kind for robot in state.robots} or {"ant"}]
        timestep = None if None in steps else min(step for step in steps if step is not None)
    if not isinstance(timestep, int | float) or not isinstance(skip, int | float):
        return None
    return float(timestep * skip)


def _timestep_of(kind: str) -> float | None:
    """Return the timestep that a built-in robot's template asks for."""
    path = getattr(ROBOTS.get(kind), "path", None) if ":" not in kind else None
    if path is None or path.suffix != ".j2":
        return None
    found = re.search(r'<option[^>]*\btimestep="([\d.]+)"', path.read_text(encoding="utf-8"))
    return float(found[1]) if found else None
