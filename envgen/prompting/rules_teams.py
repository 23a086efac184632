"""Rules for teams and for the parts that robots play in a chase."""

from __future__ import annotations

from envgen.core.cfg import MAX_AGENTS
from envgen.prompting.kinds import first_known
from envgen.prompting.parse_state import DraftEntry, ParseState

TEAMS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple")


def teams(state: ParseState) -> None:
    """Read teams: "three against three", "two teams of ants", "two red, two blue"."""
    _coloured(state)
    _lettered(state)
    for i, _span in [*state.with_role("versus"), *((i, it) for i, it in state.unused() if it.word == "on")]:
        left, right = state.at(i - 1), state.at(i + 1)
        if left and right and left.quantity and right.quantity:
            sides = (left.quantity.whole, right.quantity.whole)
            if sides[0] and sides[1] and sum(s or 0 for s in sides) <= MAX_AGENTS:
                _divide(state, i, [s for s in sides if s], (i - 1, i, i + 1))
            continue
        if "versus" in state.spans[i].roles:
            _opponents(state, i)
    for i, span in list(state.with_role("per_team")) + list(state.with_role("teams")):
        if not span.used:
            _per_team(state, i, "per_team" in span.roles)
    _each(state)


def _each(state: ParseState) -> None:
    """Read one number for all sides: "ants versus hexapods, three each"."""
    for i, span in list(state.unused()):
        number = span.quantity.whole if span.quantity else None
        following = state.at(i + 1)
        if not number or not following or following.word != "each" or span.negated:
            continue
        sides = [robot for robot in state.robots if robot.at < i and not _counted(robot)]
        if len(sides) < 2 or number * len(sides) > MAX_AGENTS:
            continue
        text = state.use(i, i + 1)
        for robot in sides:
            robot.notes = [note for note in robot.notes if note[0] != "count"]
            robot.put("count", number, text)


def _counted(robot: DraftEntry) -> bool:
    """Return whether a word says how many there are."""
    return any(name == "count" for _, name, _ in robot.trace)


def _coloured(state: ParseState) -> None:
    """Read teams by colour: "three red ants against two blue ones", "four ants: two red, two blue"."""
    colours = list(state.with_role("colour"))
    if len({span.word for _, span in colours}) < 2 or not state.robots:
        return
    sides: list[tuple[int, int, str]] = []
    owned = 0
    for i, span in colours:
        robot = _owner(state, i)
        if robot is not None:
            robot.put("team", span.word, state.use(i))
            owned += 1
            continue
        before = state.at(i - 1)
        number = before.quantity.whole if before and before.quantity and not before.used else None
        if number:
            sides.append((i, number, span.word))
    if owned or len(sides) < 2 or len(state.robots) != 1:
        return
    robot, total = state.robots[0], sum(number for _, number, _ in sides)
    if robot.values.get("count", total) in (1, total) and total <= MAX_AGENTS:
        used = [k for i, _, _ in sides for k in (i - 1, i)]
        _divide(state, robot.at, [number for _, number, _ in sides], tuple(used), [c for _, _, c in sides])


def _lettered(state: ParseState) -> None:
    """Read teams by letter or number: "team A: three ants, team B: three hexapods"."""
    found: list[tuple[int, str, DraftEntry]] = []
    for i, _span in state.with_role("teams"):
        name = state.at(i + 1)
        if name is None or len(name.word) != 1 or not (name.quantity or name.word.isalpha()):
            continue
        robot = _owner(state, i + 1)
        if robot is not None and all(robot is not other for _, _, other in found):
            found.append((i, name.word, robot))
    if len({name for _, name, _ in found}) > 1:
        for i, letter, robot in found:
            robot.put("team", letter, state.use(i, i + 1))


def _owner(state: ParseState, i: int) -> DraftEntry | None:
    """Return the robot that a colour belongs to: "red ants", "the red team of three ants"."""
    for j in range(i + 1, i + 6):
        span = state.at(j)
        parts = span is not None and span.punct and span.punct != ":"  # "red team: two ants"
        if span is None or parts or "colour" in span.roles or "versus" in span.roles:
            return None
        found = next((robot for robot in state.robots if robot.at == j and "team" not in robot.values), None)
        if found is not None:
            between = [state.spans[k] for k in range(i + 1, j)]
            for k, word in enumerate(between, i + 1):
                if "teams" in word.roles:
                    state.use(k)
            return found
    return None


def _nearest(state: ParseState, i: int) -> DraftEntry | None:
    """Return the first robot after a span, else the last one before it."""
    after = [r for r in state.robots if r.at >= i]
    return after[0] if after else state.robots[-1] if state.robots else None


def _divide(
    state: ParseState, i: int, sides: list[int], used: tuple[int, ...], names: list[str] | None = None
) -> None:
    """Split a robot into teams of given sizes."""
    robot = _nearest(state, i)
    if len(state.robots) == len(sides) > 1 and names is None:
        text = state.use(*used)  # "1 on 1 between a biped and a humanoid"
        for side, size, team in zip(state.robots, sides, TEAMS, strict=False):
            side.notes = [note for note in side.notes if note[0] != "count"]
            side.put("count", size, text)
            side.put("team", team, text)
        return
    if robot is None:
        if first_known("robot", ("ant",)) is None:
            return
        robot = DraftEntry("robot", "ant", i)
        robot.assume("model", "ant", "no robot named")
        state.robots.append(robot)
    text = state.use(*used)
    place = state.robots.index(robot)
    parts = []
    robot.notes = [n for n in robot.notes if n[0] != "count"]
    for team, size in zip(names or TEAMS, sides, strict=False):
        part = DraftEntry(
            "robot", robot.kind, robot.at, dict(robot.values), list(robot.trace), list(robot.notes)
        )
        part.put("count", size, text)
        part.put("team", team, text)
        parts.append(part)
    state.robots[place : place + 1] = parts


def _opponents(state: ParseState, i: int) -> None:
    """Read two teams: "three ants against three hexapods"."""
    before = [r for r in state.robots if r.at < i]
    after = [r for r in state.robots if r.at > i]
    if not before or not after:
        return
    text = state.use(i)
    for team, robot in zip(TEAMS, (before[-1], after[0]), strict=False):
        if "team" not in robot.values:
            robot.put("team", team, text)


def _per_team(state: ParseState, i: int, each: bool) -> None:
    """Read teams by size or number: "four humanoids, two per team"; "two teams of three ants"."""
    before = state.at(i - 1)
    number = before.quantity.whole if before and before.quantity and not before.used else None
    robot = _nearest(state, i if not each else len(state.spans))
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
        _divide(state, robot.at, [size] * teams, (i - 1, i))


def chaser_and_runner(state: ParseState) -> None:
    """Read the roles of the task tag: "the cheetah is the cat, two ants are the mice"."""
    for i, span, sense in list(state.with_sense("plays")):
        robot = _player(state, i)
        if robot is None:
            continue
        robot.put("role", sense.plays, state.use(i))
        if state.task is None and (kind := first_known("task", ("tag",))):
            state.task = DraftEntry("task", kind, i)
            state.task.put("kind", kind, span.text)


def _player(state: ParseState, i: int) -> DraftEntry | None:
    """Return the robot that has a role: before "is the", else after "the chaser is" or "chaser:"."""
    links = state.lexicon.grammar.part_links
    before, linked = i - 1, False
    while (span := state.at(before)) is not None and not span.punct:
        if span.word in links:
            linked = True
        elif not span.sense("article") and not (span.stop and not span.senses):
            break
        before -= 1
    robots = [r for r in state.robots if linked and r.at == before]
    if robots:
        return robots[0]
    after, linked = i + 1, False
    while (span := state.at(after)) is not None and after < i + 5:
        if span.word in links or span.punct == ":":
            linked = True
        elif span.punct:
            return None
        found = next((r for r in state.robots if r.at == after), None)
        if found is not None:
            return found if linked else None
        after += 1
    return None
