"""Rule for sensors: "with a height scan", "without IMU", "an 11 x 11 height scan"."""

from __future__ import annotations

from envgen.prompting.parse_state import Reading


def sensors(reading: Reading) -> None:
    """Sensors that are named go to every robot that takes them; those that are ruled out are left out."""
    for i, item in list(reading.open()):
        sense = item.sense("equips")
        if sense is None or item.used:
            continue
        number, said = _number(reading, i)
        for name, usual in sense.equips.items():
            value = 0 if item.negated else usual if number is None else number
            given = [robot for robot in reading.robots if robot.set(name, value, reading.span(i, *said))]
            if given:
                reading.use(i, *said)


def _number(reading: Reading, i: int) -> tuple[int | None, tuple[int, ...]]:
    """The number of a sensor and the items that say it: "imu=0", "scan of 9", "11 x 11 scan"."""
    of = reading.at(i + 1)
    after = i + 2 if of is not None and of.word in ("of", ":", "is") else i + 1
    if (number := _whole(reading, after)) is not None:
        following = reading.at(after + 1)
        # "foot contacts, two ants": a number with a noun after it counts that
        if following is None or following.punct or following.stop:
            return number, (*range(i + 1, after), after)
    times = reading.at(i - 2)
    if times is not None and times.word == "x" and (side := _whole(reading, i - 1)) is not None:
        return (side, (i - 3, i - 2, i - 1)) if side == _whole(reading, i - 3) else (None, ())
    return None, ()


def _whole(reading: Reading, i: int) -> int | None:
    item = reading.at(i)
    if item is None or item.used or item.quantity is None or item.quantity.unit:
        return None
    return item.quantity.whole
