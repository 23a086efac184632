"""Base forms of English words by rule, and the inflections that the rules undo."""

from __future__ import annotations

VOWELS = frozenset("aeiouy")


def _has_vowel(text: str) -> bool:
    return not VOWELS.isdisjoint(text)


def _stems(stem: str) -> list[str]:
    """Return the base forms before -ing or -ed: `hopp` hop, `rac` race, `walk` walk."""
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "aeou":
        return [stem[:-1], stem]
    # a short syllable with one final consonant would have been doubled, so an e was lost
    short = len(stem) >= 3 and stem[-1] not in VOWELS | {"w", "x"} and stem[-2] in VOWELS
    if short and sum(c in VOWELS for c in stem) == 1:
        return [stem + "e"]
    return [stem, stem + "e"]


def bases(word: str) -> list[str]:
    """Return the word itself and the base forms that it may be an inflection of, likeliest first."""
    found = [word]
    if len(word) < 4:
        return found
    if word.endswith("ies"):
        found += [word[:-3] + "y", word[:-1]]
    elif word.endswith("es"):
        found += [word[:-1], word[:-2]]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        found.append(word[:-1])
    elif word.endswith(("is", "us")) and len(word) > 4:
        found.append(word[:-1])  # plurals of "mini" and "plateau", beside which "tennis" does no harm
    elif word.endswith("ing") and _has_vowel(word[:-3]):
        found += _stems(word[:-3])
    elif word.endswith("ied"):
        found.append(word[:-3] + "y")
    elif word.endswith("ed") and not word.endswith("eed") and _has_vowel(word[:-2]):
        found += _stems(word[:-2])
    elif word.endswith("ier"):
        found.append(word[:-3] + "y")
    elif word.endswith("iest"):
        found.append(word[:-4] + "y")
    elif word.endswith("est") and _has_vowel(word[:-3]):
        found += _stems(word[:-3])
    elif word.endswith("er") and len(word) > 4 and _has_vowel(word[:-2]):
        found += _stems(word[:-2])
    return found


def is_plural(word: str) -> bool:
    """Return whether the ending is that of a plural."""
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def inflections(base: str) -> list[str]:
    """Return the regular plural, -ing and -ed of a base form, and itself."""
    if base.endswith("y") and base[-2:-1] not in VOWELS:
        return [base, base[:-1] + "ies", base + "ing", base[:-1] + "ied"]
    if base.endswith("e"):
        return [base, base + "s", base[:-1] + "ing", base + "d"]
    plural = base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")
    short = len(base) in (3, 4) and base[-1] not in VOWELS | {"w", "x"}
    if short and base[-2] in VOWELS and base[-3] not in VOWELS:
        return [base, plural, base + base[-1] + "ing", base + base[-1] + "ed"]
    return [base, plural, base + "ing", base + "ed"]
