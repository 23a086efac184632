"""Self-corrections in a prompt: "two, no, three ants"; "stairs, wait, make that a slope"."""

from __future__ import annotations

from envgen.prompting.lexicon import Lexicon
from envgen.prompting.spans import Span

REACH = 24
"""Most spans between a replaced word and its correction."""
LONGEST = 120
"""Most letters of a trace."""
_DENIALS = ("no", "nope")
_GROUNDS = ("terrain", "obstacle")
_CATEGORIES = ("robot", "terrain", "obstacle", "planet", "difficulty", "task", "set")


def apply_corrections(spans: list[Span], lexicon: Lexicon, text: str) -> list[Span]:
    """Return the spans as they are meant: each word that is taken back gives its place to the new one.

    A correction is a marker ("wait", "I mean", "or rather", "no" between punctuation) and, right after it,
    a word of the same category as one before it. Without such a pair the marker means nothing.
    """
    i = 0
    while i < len(spans):
        if length := _marker(spans, i, lexicon):
            i = _replace(spans, i, i + length, lexicon, text)
        else:
            i += 1
    return spans


def _marker(spans: list[Span], i: int, lexicon: Lexicon) -> int:
    """Return the number of spans of a marker and the small words after it; 0 without a marker."""
    before = spans[i - 1] if i else None
    if before is None or not _begins(spans, i, lexicon):
        return _swap(spans, i, lexicon)
    end = i + 1
    skip = lexicon.grammar.correction_skips
    while end < len(spans):
        span = spans[end]
        small = "correction" in span.roles or span.word in skip or span.sense("article")
        following = spans[end + 1] if end + 1 < len(spans) else None
        denial = span.word in _DENIALS and following is not None and bool(following.punct)
        if (
            not (span.punct and not span.punct.startswith("\n"))
            and not denial
            and (not small or span.quantity)
        ):
            break
        end += 1
    return end - i


def _begins(spans: list[Span], i: int, lexicon: Lexicon) -> bool:
    """Return whether a correction begins here: a strong marker, or a weak one after punctuation."""
    span = spans[i]
    following = spans[i + 1] if i + 1 < len(spans) else None
    if "correction" in span.roles and "weak_correction" not in span.roles:
        return True
    interjections = lexicon.grammar.interjections
    k = i - 1
    while k > 0 and spans[k].word in interjections:  # "biped... oh sorry, a humanoid"
        k -= 1
    if not spans[k].punct:
        return False
    if "weak_correction" in span.roles:
        return True
    # "two, no, three", "two, no three", but not "hills, no boxes"
    plain_no = span.word in _DENIALS and following is not None
    earlier = spans[i - 2] if i > 1 else None
    numbers = bool(following and following.quantity and earlier and earlier.quantity)
    return plain_no and following is not None and (bool(following.punct) or numbers or _marks(following))


def _marks(span: Span) -> bool:
    return not span.roles.isdisjoint(("correction", "weak_correction"))


def _swap(spans: list[Span], i: int, lexicon: Lexicon) -> int:
    """Return the length of "change the hopper to a" when the hopper stands before it, else 0."""
    if i == 0 or "swap" not in spans[i].roles:
        return 0
    joins = lexicon.grammar.swap_joins
    old: Span | None = None
    for j in range(i + 1, min(i + 8, len(spans))):
        span = spans[j]
        if span.punct:
            return 0
        if span.word in joins and old is not None:
            named = set(_kinds(old))
            known = any(named & set(_kinds(earlier)) for earlier in spans[:i])
            if not known:
                return 0
            end = j + 1
            while end < len(spans) and spans[end].sense("article") and not spans[end].quantity:
                end += 1
            return end - i
        if _category(span):
            old = span
    return 0


def _kinds(span: Span) -> list[str]:
    return [kind for s in span.senses for kind in (*s.robot, *s.terrain, *s.obstacle, *s.task)]


def _category(span: Span) -> str | None:
    """Return the category of words that a span can replace: numbers of a unit, or words of a family."""
    if span.punct:
        return None
    if span.quantity:
        return f"quantity {span.quantity.unit}"
    if "world" in span.roles and not span.stop:
        return "world"
    for name in _CATEGORIES:
        sense = span.sense(name)
        if sense is not None:
            paths = sorted(sense.set) if name == "set" else ()
            return " ".join((name, *paths))
    return None


def _replace(spans: list[Span], start: int, end: int, lexicon: Lexicon, text: str) -> int:
    """Put what follows a marker in its place; returns the index from which to go on."""
    if end < len(spans) and spans[end].word in lexicon.grammar.additions:
        return end  # "actually also stairs": nothing is taken back
    if end + 1 < len(spans) and spans[end].sense("negate") and spans[end].start != spans[end + 1].start:
        return end  # "no, forget the hills: craters": what is ruled out takes no other's place
    taken: set[int] = set()
    moved: list[tuple[int, int]] = []
    for j in range(end, len(spans)):
        span = spans[j]
        if span.punct or (span.word in lexicon.grammar.additions and not moved):
            break
        category = _category(span)
        if category is None:
            if not span.stop and not moved and not span.sense("negate"):
                break
            continue
        before = [k for k in range(start - 1, max(start - REACH, -1), -1) if k not in taken]
        old = next((k for k in before if _category(spans[k]) == category and not spans[k].negated), None)
        if old is None and not moved and span.quantity:  # "a slope of 10, er, 15 degrees"
            old = next((k for k in before if (q := spans[k].quantity) and not q.unit), None)
        if (
            old is None and not moved and category in _GROUNDS and not spans[j - 1].sense("negate")
        ):  # "stairs, no wait, a ramp"
            old = next((k for k in before if _category(spans[k]) in _GROUNDS and not spans[k].negated), None)
        if old is None:
            continue
        taken.add(old)
        moved.append((old, j))
    if not moved:
        return end
    for old, new in moved:
        span, was = spans[new], spans[old]
        # the words from the old to the new one, as far as they are few
        span.text = text[was.start : span.end] if 0 < span.end - was.start <= LONGEST else span.text
        span.start = was.start
        spans[old] = span
    gone = {new for _, new in moved} | set(range(start, end))
    last = max(gone) + 1
    if last < len(spans) and spans[last].punct == "," and spans[start - 1].punct:
        gone.add(last)  # "four, make that five, rovers": commas on both sides of what is put in
    # punctuation before the marker parted nothing but what is taken back
    while start - 1 in range(len(spans)) and spans[start - 1].punct:
        start -= 1
        gone.add(start)
    spans[:] = [span for j, span in enumerate(spans) if j not in gone]
    return start
