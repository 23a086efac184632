"""Rule for sensors: "with a height scan", "without IMU", "an 11 x 11 height scan"."""

from __future__ import annotations

from envgen.prompting.parse_state import ParseState


def sensors(state: ParseState) -> None:
    """Add the named sensors to every robot that takes them, and leave out the excluded ones."""
    for i, span in list(state.unused()):
        sense = span.sense("equips")
        if sense is None or span.used:
            continue
        number, said = _number(state, i)
        for name, usual in sense.equips.items():
            value = 0 if span.negated else usual if number is None else number
            given = [robot for robot in state.robots if robot.set(name, value, state.text_of(i, *said))]
            if given:
                state.use(i, *said)


def _number(state: ParseState, i: int) -> tuple[int | None, tuple[int, ...]]:
    """Return the number of a sensor and the spans that say it: "imu=0", "scan of 9", "11 x 11 scan"."""
    of = state.at(i + 1)
    after = i + 2 if of is not None and of.word in ("of", ":", "is") else i + 1
    if (number := _whole(state, after)) is not None:
        following = state.at(after + 1)
        # "foot contacts, two ants": a number with a noun after it counts that
        if following is None or following.punct or following.stop:
            return number, (*range(i + 1, after), after)
    times = state.at(i - 2)
    if times is not None and times.word == "x" and (side := _whole(state, i - 1)) is not None:
        return (side, (i - 3, i - 2, i - 1)) if side == _whole(state, i - 3) else (None, ())
    return None, ()


def _whole(state: ParseState, i: int) -> int | None:
    span = state.at(i)
    if span is None or span.used or span.quantity is None or span.quantity.unit:
        return None
    return span.quantity.whole
