"""How easy a text is to read, by Flesch's formula for English and Douma's for Dutch.

English: 206.835 - 84.6 syllables per word - 1.015 words per sentence (R. Flesch, A new readability
yardstick, Journal of Applied Psychology 32, 1948, doi:10.1037/h0057532); 60-70 is "standard".
Dutch: 206.84 - 77 syllables per word - 0.93 words per sentence (W.H. Douma, De leesbaarheid van
landbouwbladen, Wageningen 1960); 60-70 is "normal", what people read after primary school.
Neither is a measure of CEFR level B1 by itself: hence also short sentences and forbidden words.
"""

from __future__ import annotations

import re

EASY_ENOUGH = 60
LONGEST_SENTENCE = 20  # words

_DUTCH_VOWELS = re.compile(
    r"aai|ooi|oei|eeu|ieu|aa|ee|ie|oo|uu|oe|eu|ui|ei|ij|au|ou|[aeiouyäëïöüáéíóú]"
)
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

FORBIDDEN = {
    "nl": (
        "heer/mevrouw", "geachte", "no-reply", "noreply", "niet beantwoorden", "middels",
        "teneinde", "conform", "dienen te", "dient u", "gaarne", "hierbij", "derhalve",
        "zonder tegenbericht", "inzake", "betreffende", "thans", "reeds", "onderstaande",
    ),
    "en": (
        "sir/madam", "sir or madam", "no-reply", "noreply", "do not reply", "hereby", "pursuant",
        "aforementioned", "utilise", "in order to", "failure to", "without notice",
    ),
}  # fmt: skip


def sentences(text: str) -> list[str]:
    """Return the sentences of prose; facts, lists and addresses are no prose."""
    prose = [part for part in re.split(r"\n\s*\n", text) if not _is_no_prose(part)]
    found = [
        piece for part in prose for piece in re.split(r"(?<=[.?!:])\s+", " ".join(part.split()))
    ]
    return [sentence for sentence in found if _WORD.search(sentence)]


def _is_no_prose(part: str) -> bool:
    return part.startswith("  ") or "://" in part


def reading_ease(text: str, language: str) -> float:
    """Return the score, 0 to 100 and a little beyond: higher is easier."""
    found = sentences(text)
    words = [word for sentence in found for word in _WORD.findall(sentence)]
    syllables = sum(syllables_of(word, language) for word in words) / len(words)
    length = len(words) / len(found)
    if language == "nl":
        return 206.84 - 77 * syllables - 0.93 * length
    return 206.835 - 84.6 * syllables - 1.015 * length


def syllables_of(word: str, language: str) -> int:
    """Return about how many syllables a word has: its groups of vowels."""
    lower = word.lower()
    if language == "nl":
        return max(1, len(_DUTCH_VOWELS.findall(lower)))
    groups = len(_ENGLISH_VOWELS.findall(lower))
    if lower.endswith("e") and not lower.endswith(("le", "ee")):
        groups -= 1
    return max(1, groups)


def forbidden_in(text: str, language: str) -> list[str]:
    """Return the words that no customer should have to read."""
    return [phrase for phrase in FORBIDDEN[language] if phrase in text.lower()]


def longest_sentence(text: str) -> int:
    """Return the number of words in the longest sentence."""
    return max(len(_WORD.findall(sentence)) for sentence in sentences(text))
