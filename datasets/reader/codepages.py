"""Which old code page a text is in, told from the words that hold bytes above 127.

Words flow in as bytes, the likeliest codecs flow out. In one-byte pages every codec gives letters, so each reading is judged as a
language: its letters must be of one alphabet, capitals must not follow small letters, and the smaller the alphabet that explains
all of them, the likelier it is (each letter of an alphabet counts as equally frequent). In two-byte pages the bytes have a shape
of their own. No frequency tables: names and cities are too short for them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VOWELS = "аеёиоуыэюяіїєαεηιουωάέήίόύώ"
CROWDED, WITHOUT_VOWELS = math.log(0.05), re.compile(rf"[^\W\d_a-z{VOWELS}]{{4,}}")
"""Four Cyrillic or Greek consonants in a row are rare; capitals read in the wrong page make many such rows."""
STRAY = 1e-4
"""How likely a character is that the language does not have; letters of a known one are at least a hundred times as likely."""
RARER = {"cp850": 0.05, "cp852": 0.05, "mac-roman": 0.05, "cp1250": 0.2, "iso-8859-2": 0.2, "cp1257": 0.04}
"""Pages that fewer programs write than the western one, and how likely they are beside it: one letter says little."""
ENOUGH = 0.85
"""Share of the high characters that must make sense."""
FLAWLESS = 0.98
"""From this share on chance is ruled out: bytes of pairs do not look like well written words of letters."""
FEWEST_PAIRS = 6
SYMBOLS = frozenset("€£¥$§°©®™«»„“”‚‘’‹›–—…·•½¼¾±×÷¿¡ºª²³µ¶†´`№\u00a0\u202f")
INSIDE_WORDS = frozenset("’‘´·`ºª²³°®™")
"""Symbols that may stand between or right after letters."""
AFTER_WORDS, BEFORE_WORDS, APART = frozenset("ºª"), frozenset("‚„¿¡"), frozenset("€£¥¼½¾")
"""Symbols that stand before no letter, after none, or beside none."""
FINAL, NOT_FIRST = frozenset("ךםןףץةى"), frozenset("ءؤئ")
"""Letters that end a word, or never begin one, in Hebrew and Arabic."""

GERMAN, FRENCH, SPANISH = "äöüßÄÖÜ", "éèêëàâçîïôùûüÿœæÉÈÊËÀÂÇÎÏÔÙÛÜŒÆ", "áéíóúñüÁÉÍÓÚÑÜ"
PORTUGUESE, ITALIAN = "ãõáâàçéêíóôúÃÕÁÂÀÇÉÊÍÓÔÚ", "àèéìòùÀÈÉÌÒÙ"
NORDIC, ICELANDIC, FINNISH = "åäöæøéÅÄÖÆØÉ", "áðéíóúýþæöÁÐÉÍÓÚÝÞÆÖ", "åäöšžÅÄÖŠŽ"
WESTERN = "".join(sorted(set(GERMAN + FRENCH + SPANISH + PORTUGUESE + ITALIAN + NORDIC)))
ANY_WESTERN = WESTERN + "šžŠŽ"
POLISH, CZECH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ"
SLOVAK, HUNGARIAN = "áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ", "áéíóöőúüűÁÉÍÓÖŐÚÜŰ"
ROMANIAN, SOUTH_SLAVIC = "ăâîşţșțĂÂÎŞŢȘȚ", "čćđšžČĆĐŠŽ"
TURKISH = "çğıöşüâîûÇĞİÖŞÜÂÎÛ"
BALTIC, LITHUANIAN, ESTONIAN = "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ", "ąčęėįšųūžĄČĘĖĮŠŲŪŽ", "äõöüšžÄÕÖÜŠŽ"
RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ"
UKRAINIAN, SERBIAN = RUSSIAN[:-1] + "іїєґІЇЄҐ’", "абвгдђежзијклљмнњопрстћуфхцчџшАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ"
GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ"
HEBREW, ARABIC = "אבגדהוזחטיךכלםמןנסעףפץצקרשת", "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيًٌٍَُِّْ"

CENTRAL_EUROPEAN = "".join(sorted(set(POLISH + CZECH + SLOVAK + HUNGARIAN + ROMANIAN + SOUTH_SLAVIC + GERMAN)))
ANY_BALTIC = "".join(sorted(set(BALTIC + LITHUANIAN + ESTONIAN)))

LATIN = (GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, NORDIC, ICELANDIC, FINNISH, WESTERN, ANY_WESTERN)
CENTRAL = (POLISH, CZECH, SLOVAK, HUNGARIAN, ROMANIAN, SOUTH_SLAVIC, GERMAN, CENTRAL_EUROPEAN)
CYRILLIC = (RUSSIAN, UKRAINIAN, SERBIAN)
PAGES: Mapping[str, tuple[str, ...]] = {
    "cp1252": LATIN,
    "iso-8859-15": LATIN,
    "cp1250": CENTRAL,
    "iso-8859-2": CENTRAL,
    "cp1251": CYRILLIC,
    "cp1253": (GREEK,),
    "cp1254": (TURKISH,),
    "cp1257": (BALTIC, LITHUANIAN, ESTONIAN, ANY_BALTIC),
    "koi8-r": (RUSSIAN,),
    "koi8-u": (UKRAINIAN,),
    "cp850": LATIN,
    "mac-roman": LATIN,
    "cp852": CENTRAL,
    "cp866": (RUSSIAN,),
    "iso-8859-5": (RUSSIAN, SERBIAN),
    "mac-cyrillic": (RUSSIAN, UKRAINIAN),
    "iso-8859-7": (GREEK,),
    "cp1255": (HEBREW,),
    "cp1256": (ARABIC,),
}
"""The languages that each page is used for; where two fit equally well, the one that stands first."""
FAMILIES = {
    "cp1252": "western European", "iso-8859-15": "western European", "cp850": "western European", "mac-roman": "western European",
    "cp1250": "central European", "iso-8859-2": "central European", "cp852": "central European", "cp1251": "Cyrillic",
    "koi8-r": "Cyrillic", "koi8-u": "Cyrillic", "cp866": "Cyrillic", "iso-8859-5": "Cyrillic", "mac-cyrillic": "Cyrillic",
    "cp1253": "Greek", "iso-8859-7": "Greek", "cp1254": "Turkish", "cp1257": "Baltic", "cp1255": "Hebrew", "cp1256": "Arabic",
    "cp932": "Japanese", "euc-jp": "Japanese", "iso2022_jp": "Japanese",
    "cp949": "Korean", "gb18030": "Chinese", "cp950": "Chinese",
}  # fmt: skip
MARKS = (0xA1, 0xA2, 0xA3)
"""With what marks, currencies and wide Latin letters start in EUC pages, whatever the language."""
PAIR = re.compile(rb"[\x80-\xff][\x40-\x7e\x80-\xff]?")
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
LETTER = re.compile(rb"[A-Za-z]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How well a codec explains the words: the share of high characters that make sense, and how likely all of them are."""

    codec: str
    share: float
    likelihood: float


def rank(words: Sequence[bytes]) -> list[str]:
    """Return the codecs under which the words make sense, the likeliest first; none when nothing does."""
    readings = [reading for codec in PAGES if (reading := _read(codec, words)) is not None and reading.share >= ENOUGH]
    readings.sort(key=lambda reading: -round(reading.likelihood, 6))
    single, pairs = [reading.codec for reading in readings], _find_pairs(words)
    return single + pairs if readings and readings[0].share >= FLAWLESS else pairs + single


def _read(codec: str, words: Sequence[bytes]) -> Reading | None:
    try:
        texts = [word.decode(codec) for word in words]
    except UnicodeDecodeError:
        return None
    found: Reading | None = None
    for alphabet in PAGES[codec]:
        n_high, n_good, likelihood = 0, 0, 0.0
        letters = frozenset(alphabet)
        known = math.log(1 / (len(letters) + len(SYMBOLS)))
        is_latin = alphabet[0] < "\u0250"
        if not letters.isdisjoint(VOWELS):
            likelihood += CROWDED * sum(len(WITHOUT_VOWELS.findall(text.lower())) for text in texts)
        for text in texts:
            good = [_makes_sense(text, place, letters, is_latin=is_latin) for place, char in enumerate(text) if char > "\x7f"]
            n_high += len(good)
            n_good += sum(good)
            likelihood += sum(known if fine else math.log(STRAY) for fine in good)
        likelihood += math.log(RARER.get(codec, 1.0))
        if n_high and (found is None or likelihood > found.likelihood):
            found = Reading(codec=codec, share=n_good / n_high, likelihood=likelihood)
    return found


def _makes_sense(text: str, place: int, letters: frozenset[str], *, is_latin: bool) -> bool:
    """Tell whether a character above 127 may stand where it does in a word of the language."""
    char = text[place]
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if char in SYMBOLS:
        return _may_stand(char, before, after)
    is_final = char == "ς" or char in FINAL
    if char not in letters or (is_final and after.isalpha()) or (char in NOT_FIRST and not before.isalpha()):
        return False
    beside = [other for other in (before, after) if other.isalpha()]
    is_alone = not beside and len(text) > 1
    is_misplaced = is_alone or _is_run(text, place) if is_latin else any(other < "\x80" for other in beside)
    return not is_misplaced and _is_cased(text, place)


def _may_stand(symbol: str, before: str, after: str) -> bool:
    """Tell whether a symbol may stand between these two characters."""
    is_after, is_before = before.isalpha(), after.isalpha()
    if symbol in AFTER_WORDS:
        return not is_before
    if symbol in BEFORE_WORDS:
        return not is_after
    if symbol in APART:
        return not (is_after or is_before)
    return symbol in INSIDE_WORDS or not (is_after and is_before)


def _is_cased(text: str, place: int) -> bool:
    """Tell whether the letter is no capital after a small letter, and no small letter among capitals."""
    char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if char.isupper():  # SÒo is no word; ß stays small among capitals
        return not (before.islower() or (before.isupper() and after.islower() and after != "ß"))
    return not (before.isupper() and (after.isupper() or text[max(place - 2, 0) : place - 1].isupper()))


def _is_run(text: str, place: int) -> bool:
    """Tell whether the character is one of four or more letters above 127 in a row; three are in Czech towns (Děčín)."""
    start = end = place
    while start > 0 and text[start - 1] > "\x7f" and text[start - 1].isalpha():
        start -= 1
    while end + 1 < len(text) and text[end + 1] > "\x7f" and text[end + 1].isalpha():
        end += 1
    return end - start >= 3


def _find_pairs(words: Sequence[bytes]) -> list[str]:
    """Return the two-byte page that the shape of the bytes speaks for.

    Between A1 and FE stand both bytes of EUC pages (GB 2312, Korean, Japanese), in runs of even length; in Shift-JIS the first is
    below A0 or above DF; in Big5 the first is above A0 and a third of the second ones are ASCII. Western letters stand between
    others.
    """
    pairs = [pair for word in words for pair in PAIR.findall(word)]
    n_letters = sum(len(LETTER.findall(PAIR.sub(b"", word))) for word in words)
    if len(pairs) < FEWEST_PAIRS or n_letters > 0.5 * len(pairs):
        return []
    n_low_first = sum(0x81 <= pair[0] <= 0x9F for pair in pairs)
    n_low_second = sum(len(pair) == 2 and pair[1] < 0x80 for pair in pairs)
    runs = [run for word in words for run in HIGH_RUN.findall(word)]
    n_even = sum(len(run) % 2 == 0 for run in runs)
    if n_low_first >= 0.4 * len(pairs):
        likely = ["cp932"]
    elif n_low_second >= 0.1 * len(pairs) and not n_low_first:
        likely = ["cp950"]
    elif n_even >= 0.9 * len(runs):
        likely = [_find_extended([pair[0] for pair in set(pairs) if pair[0] not in MARKS]), "gb18030", "cp949", "euc-jp"]
    else:
        return []
    found = next((codec for codec in likely if _is_read(words, codec)), None)
    return [found] if found else []


def _find_extended(firsts: Sequence[int]) -> str:
    """Return the page of pairs that all stand between A1 and FE, from how their first bytes are spread."""
    n = max(len(firsts), 1)
    if sum(first in (0xA4, 0xA5) for first in firsts) >= 0.1 * n:
        return "euc-jp"
    if sum(0xB0 <= first <= 0xC8 for first in firsts) >= 0.97 * n:
        return "cp949"
    if sum(0xD0 <= first <= 0xD7 for first in firsts) >= 0.04 * n:
        return "gb18030"
    return "euc-jp"


def _is_read(words: Sequence[bytes], codec: str) -> bool:
    """Tell whether all words are letters of the codec's script, without half-width kana or private characters."""
    try:
        texts = [word.decode(codec) for word in words]
    except UnicodeDecodeError:
        return False
    high = [char for text in texts for char in text if char > "\x7f"]
    odd = sum("\uff61" <= char <= "\uff9f" or "\ue000" <= char <= "\uf8ff" for char in high)
    return odd <= 0.3 * len(high)
