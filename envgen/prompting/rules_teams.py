"""Rules for teams and for the parts that robots play in a chase."""

from __future__ import annotations

from envgen.core.cfg import MAX_AGENTS
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import Draft, Reading

TEAMS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple")


def teams(reading: Reading) -> None:
    """Who plays with whom: "three against three", "two teams of ants", "two red, two blue"."""
    _coloured(reading)
    _lettered(reading)
    for i, _item in [*reading.role("versus"), *((i, it) for i, it in reading.open() if it.word == "on")]:
        left, right = reading.at(i - 1), reading.at(i + 1)
        if left and right and left.quantity and right.quantity:
            sides = (left.quantity.whole, right.quantity.whole)
            if sides[0] and sides[1] and sum(s or 0 for s in sides) <= MAX_AGENTS:
                _divide(reading, i, [s for s in sides if s], (i - 1, i, i + 1))
            continue
        if "versus" in reading.items[i].roles:
            _opponents(reading, i)
    for i, item in list(reading.role("per_team")) + list(reading.role("teams")):
        if not item.used:
            _per_team(reading, i, "per_team" in item.roles)
    _each(reading)


def _each(reading: Reading) -> None:
    """One number for all sides: "ants versus hexapods, three each"."""
    for i, item in list(reading.open()):
        number = item.quantity.whole if item.quantity else None
        following = reading.at(i + 1)
        if not number or not following or following.word != "each" or item.negated:
            continue
        sides = [robot for robot in reading.robots if robot.at < i and not _counted(robot)]
        if len(sides) < 2 or number * len(sides) > MAX_AGENTS:
            continue
        text = reading.use(i, i + 1)
        for robot in sides:
            robot.notes = [note for note in robot.notes if note[0] != "count"]
            robot.put("count", number, text)


def _counted(robot: Draft) -> bool:
    """Whether a word says how many there are."""
    return any(name == "count" for _, name, _ in robot.trace)


def _coloured(reading: Reading) -> None:
    """Teams by colour: "three red ants against two blue ones", "four ants: two red, two blue"."""
    colours = list(reading.role("colour"))
    if len({item.word for _, item in colours}) < 2 or not reading.robots:
        return
    sides: list[tuple[int, int, str]] = []
    owned = 0
    for i, item in colours:
        robot = _owner(reading, i)
        if robot is not None:
            robot.put("team", item.word, reading.use(i))
            owned += 1
            continue
        before = reading.at(i - 1)
        number = before.quantity.whole if before and before.quantity and not before.used else None
        if number:
            sides.append((i, number, item.word))
    if owned or len(sides) < 2 or len(reading.robots) != 1:
        return
    robot, total = reading.robots[0], sum(number for _, number, _ in sides)
    if robot.values.get("count", total) in (1, total) and total <= MAX_AGENTS:
        used = [k for i, _, _ in sides for k in (i - 1, i)]
        _divide(reading, robot.at, [number for _, number, _ in sides], tuple(used), [c for _, _, c in sides])


def _lettered(reading: Reading) -> None:
    """Teams by letter or number: "team A: three ants, team B: three hexapods"."""
    found: list[tuple[int, str, Draft]] = []
    for i, _item in reading.role("teams"):
        name = reading.at(i + 1)
        if name is None or len(name.word) != 1 or not (name.quantity or name.word.isalpha()):
            continue
        robot = _owner(reading, i + 1)
        if robot is not None and all(robot is not other for _, _, other in found):
            found.append((i, name.word, robot))
    if len({name for _, name, _ in found}) > 1:
        for i, letter, robot in found:
            robot.put("team", letter, reading.use(i, i + 1))


def _owner(reading: Reading, i: int) -> Draft | None:
    """The robot that a colour belongs to: "red ants", "the red team of three ants"."""
    for j in range(i + 1, i + 6):
        item = reading.at(j)
        parts = item is not None and item.punct and item.punct != ":"  # "red team: two ants"
        if item is None or parts or "colour" in item.roles or "versus" in item.roles:
            return None
        found = next(
            (robot for robot in reading.robots if robot.at == j and "team" not in robot.values), None
        )
        if found is not None:
            between = [reading.items[k] for k in range(i + 1, j)]
            for k, word in enumerate(between, i + 1):
                if "teams" in word.roles:
                    reading.use(k)
            return found
    return None


def _nearest(reading: Reading, i: int) -> Draft | None:
    """The first robot after an item, else the last one before it."""
    after = [r for r in reading.robots if r.at >= i]
    return after[0] if after else reading.robots[-1] if reading.robots else None


def _divide(
    reading: Reading, i: int, sides: list[int], used: tuple[int, ...], names: list[str] | None = None
) -> None:
    """Split a robot into teams of given sizes."""
    robot = _nearest(reading, i)
    if len(reading.robots) == len(sides) > 1 and names is None:
        text = reading.use(*used)  # "1 on 1 between a biped and a humanoid"
        for side, size, team in zip(reading.robots, sides, TEAMS, strict=False):
            side.notes = [note for note in side.notes if note[0] != "count"]
            side.put("count", size, text)
            side.put("team", team, text)
        return
    if robot is None:
        if first_known("robot", ("ant",)) is None:
            return
        robot = Draft("robot", "ant", i)
        robot.assume("model", "ant", "no robot named")
        reading.robots.append(robot)
    text = reading.use(*used)
    place = reading.robots.index(robot)
    parts = []
    robot.notes = [n for n in robot.notes if n[0] != "count"]
    for team, size in zip(names or TEAMS, sides, strict=False):
        part = Draft("robot", robot.kind, robot.at, dict(robot.values), list(robot.trace), list(robot.notes))
        part.put("count", size, text)
        part.put("team", team, text)
        parts.append(part)
    reading.robots[place : place + 1] = parts


def _opponents(reading: Reading, i: int) -> None:
    """Two teams: "three ants against three hexapods"."""
    before = [r for r in reading.robots if r.at < i]
    after = [r for r in reading.robots if r.at > i]
    if not before or not after:
        return
    text = reading.use(i)
    for team, robot in zip(TEAMS, (before[-1], after[0]), strict=False):
        if "team" not in robot.values:
            robot.put("team", team, text)


def _per_team(reading: Reading, i: int, each: bool) -> None:
    """Teams by size or number: "four humanoids, two per team"; "two teams of three ants"."""
    before = reading.at(i - 1)
    number = before.quantity.whole if before and before.quantity and not before.used else None
    robot = _nearest(reading, i if not each else len(reading.items))
    if number is None or number < 1 or robot is None:
        return
    count = robot.values.get("count", 1)
    if not isinstance(count, int):
        return
    if each and not _counted(robot):
        count = 2 * number  # "five per side": two sides, as in every game here
    size, teams = (number, count // number) if each else (count, number)
    if not each and robot.at < i and count > number and count % number == 0:
        size = count // number  # "nine ants, three teams"
    if 2 <= teams <= len(TEAMS) and size * teams <= MAX_AGENTS and (not each or size * teams == count):
        _divide(reading, robot.at, [size] * teams, (i - 1, i))


def parts(reading: Reading) -> None:
    """Who chases and who runs, by name: "the cheetah is the cat, two ants are the mice"."""
    for i, item, sense in list(reading.having("plays")):
        robot = _player(reading, i)
        if robot is None:
            continue
        robot.put("role", sense.plays, reading.use(i))
        if reading.task is None and (kind := first_known("task", ("tag",))):
            reading.task = Draft("task", kind, i)
            reading.task.put("kind", kind, item.text)


def _player(reading: Reading, i: int) -> Draft | None:
    """The robot of which a part is said: before "is the", else right after "the chaser is" or "chaser:"."""
    links = reading.lexicon.grammar.part_links
    before, linked = i - 1, False
    while (item := reading.at(before)) is not None and not item.punct:
        if item.word in links:
            linked = True
        elif not item.sense("article") and not (item.stop and not item.senses):
            break
        before -= 1
    robots = [r for r in reading.robots if linked and r.at == before]
    if robots:
        return robots[0]
    after, linked = i + 1, False
    while (item := reading.at(after)) is not None and after < i + 5:
        if item.word in links or item.punct == ":":
            linked = True
        elif item.punct:
            return None
        found = next((r for r in reading.robots if r.at == after), None)
        if found is not None:
            return found if linked else None
        after += 1
    return None
