"""What the writer takes back: "two, no, three ants"; "stairs, wait, make that a slope"."""

from __future__ import annotations

from envgen.prompting.lexicon import Lexicon
from envgen.prompting.spans import Item

REACH = 24
"""How many items back the word may stand that is replaced."""
LONGEST = 120
"""Most letters of a trace."""
_DENIALS = ("no", "nope")
_GROUNDS = ("terrain", "obstacle")
_CATEGORIES = ("robot", "terrain", "obstacle", "planet", "difficulty", "task", "set")


def corrected(items: list[Item], lexicon: Lexicon, text: str) -> list[Item]:
    """The items as they are meant: each word that is taken back gives its place to the new one.

    A correction is a marker ("wait", "I mean", "or rather", "no" between punctuation) and, right after it,
    a word of the same category as one before it. Without such a pair the marker means nothing.
    """
    i = 0
    while i < len(items):
        if length := _marker(items, i, lexicon):
            i = _replace(items, i, i + length, lexicon, text)
        else:
            i += 1
    return items


def _marker(items: list[Item], i: int, lexicon: Lexicon) -> int:
    """How many items the marker at an item has, with the small words after it; 0 if there is none."""
    before = items[i - 1] if i else None
    if before is None or not _begins(items, i, lexicon):
        return _swap(items, i, lexicon)
    end = i + 1
    skip = lexicon.grammar.correction_skips
    while end < len(items):
        item = items[end]
        small = "correction" in item.roles or item.word in skip or item.sense("article")
        following = items[end + 1] if end + 1 < len(items) else None
        denial = item.word in _DENIALS and following is not None and bool(following.punct)
        if (
            not (item.punct and not item.punct.startswith("\n"))
            and not denial
            and (not small or item.quantity)
        ):
            break
        end += 1
    return end - i


def _begins(items: list[Item], i: int, lexicon: Lexicon) -> bool:
    """Whether a correction begins here: a strong marker, or a weak one after punctuation."""
    item = items[i]
    following = items[i + 1] if i + 1 < len(items) else None
    if "correction" in item.roles and "weak_correction" not in item.roles:
        return True
    interjections = lexicon.grammar.interjections
    k = i - 1
    while k > 0 and items[k].word in interjections:  # "biped... oh sorry, a humanoid"
        k -= 1
    if not items[k].punct:
        return False
    if "weak_correction" in item.roles:
        return True
    # "two, no, three", "two, no three", but not "hills, no boxes"
    plain_no = item.word in _DENIALS and following is not None
    earlier = items[i - 2] if i > 1 else None
    numbers = bool(following and following.quantity and earlier and earlier.quantity)
    return plain_no and following is not None and (bool(following.punct) or numbers or _marks(following))


def _marks(item: Item) -> bool:
    return not item.roles.isdisjoint(("correction", "weak_correction"))


def _swap(items: list[Item], i: int, lexicon: Lexicon) -> int:
    """The length of "change the hopper to a" when the hopper stands before it, else 0."""
    if i == 0 or "swap" not in items[i].roles:
        return 0
    joins = lexicon.grammar.swap_joins
    old: Item | None = None
    for j in range(i + 1, min(i + 8, len(items))):
        item = items[j]
        if item.punct:
            return 0
        if item.word in joins and old is not None:
            named = set(_kinds(old))
            known = any(named & set(_kinds(earlier)) for earlier in items[:i])
            if not known:
                return 0
            end = j + 1
            while end < len(items) and items[end].sense("article") and not items[end].quantity:
                end += 1
            return end - i
        if _category(item):
            old = item
    return 0


def _kinds(item: Item) -> list[str]:
    return [kind for s in item.senses for kind in (*s.robot, *s.terrain, *s.obstacle, *s.task)]


def _category(item: Item) -> str | None:
    """What an item can stand in for: a number of one unit, or a word of one family."""
    if item.punct:
        return None
    if item.quantity:
        return f"quantity {item.quantity.unit}"
    if "world" in item.roles and not item.stop:
        return "world"
    for name in _CATEGORIES:
        sense = item.sense(name)
        if sense is not None:
            paths = sorted(sense.set) if name == "set" else ()
            return " ".join((name, *paths))
    return None


def _replace(items: list[Item], start: int, end: int, lexicon: Lexicon, text: str) -> int:
    """Put what follows a marker in its place; returns the index from which to go on."""
    if end < len(items) and items[end].word in lexicon.grammar.additions:
        return end  # "actually also stairs": nothing is taken back
    if end + 1 < len(items) and items[end].sense("negate") and items[end].start != items[end + 1].start:
        return end  # "no, forget the hills: craters": what is ruled out takes no other's place
    taken: set[int] = set()
    moved: list[tuple[int, int]] = []
    for j in range(end, len(items)):
        item = items[j]
        if item.punct or (item.word in lexicon.grammar.additions and not moved):
            break
        category = _category(item)
        if category is None:
            if not item.stop and not moved and not item.sense("negate"):
                break
            continue
        before = [k for k in range(start - 1, max(start - REACH, -1), -1) if k not in taken]
        old = next((k for k in before if _category(items[k]) == category and not items[k].negated), None)
        if old is None and not moved and item.quantity:  # "a slope of 10, er, 15 degrees"
            old = next((k for k in before if (q := items[k].quantity) and not q.unit), None)
        if (
            old is None and not moved and category in _GROUNDS and not items[j - 1].sense("negate")
        ):  # "stairs, no wait, a ramp"
            old = next((k for k in before if _category(items[k]) in _GROUNDS and not items[k].negated), None)
        if old is None:
            continue
        taken.add(old)
        moved.append((old, j))
    if not moved:
        return end
    for old, new in moved:
        item, was = items[new], items[old]
        # the words from the old to the new one, as far as they are few
        item.text = text[was.start : item.end] if 0 < item.end - was.start <= LONGEST else item.text
        item.start = was.start
        items[old] = item
    gone = {new for _, new in moved} | set(range(start, end))
    last = max(gone) + 1
    if last < len(items) and items[last].punct == "," and items[start - 1].punct:
        gone.add(last)  # "four, make that five, rovers": commas on both sides of what is put in
    # punctuation before the marker parted nothing but what is taken back
    while start - 1 in range(len(items)) and items[start - 1].punct:
        start -= 1
        gone.add(start)
    items[:] = [item for j, item in enumerate(items) if j not in gone]
    return start
