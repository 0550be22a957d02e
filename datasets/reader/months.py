"""Names of months and weekdays in the languages of the files people send: a word flows in, the number of its month flows out.

Full names and the abbreviations programs write, without accents and points, because those are what varies.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_NAMES = (
    "jan january januar janner jaenner janvier janv enero ene janeiro gennaio gen januari styczen stycznia sty leden ledna ocak",
    "feb february februar feber fevrier fevr fev febrero fevereiro febbraio februari luty lutego lut unor unora subat sub",
    "mar march marz maerz mrz mars marzo marco maart mrt marzec marca brezen brezna mart",
    "apr april avril avr abril abr aprile kwiecien kwietnia kwi duben dubna nisan nis",
    "may mai mayo maio maggio mag mei maj maja kveten kvetna mayis",
    "jun june juni juin junio junho giugno giu czerwiec czerwca cze cerven cervna haziran haz",
    "jul july juli juillet juil julio julho luglio lug lipiec lipca lip cervenec cervence temmuz tem",
    "aug august aout agosto ago augustus augusti sierpien sierpnia sie srpen srpna agustos",
    "sep sept september septembre septiembre setembro settembre set wrzesien wrzesnia wrz zari eylul eyl",
    "oct october oktober okt octobre octubre outubro out ottobre ott pazdziernik pazdziernika paz rijen rijna ekim eki",
    "nov november novembre noviembre novembro listopad listopada lis kasim kas",
    "dec december dezember dez decembre diciembre dic dezembro dicembre grudzien grudnia gru prosinec prosince aralik des",
)
MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
WEEKDAYS = (
    "mon|tue|wed|thu|fri|sat|sun|montag|mo|dienstag|di|mittwoch|mi|donnerstag|do|freitag|fr|samstag|sonnabend|sa|sonntag|so"
    "|lundi|lun|mardi|mar|mercredi|mer|jeudi|jeu|vendredi|ven|samedi|sam|dimanche|dim"
    "|lunes|martes|miercoles|miércoles|mié|mie|jueves|jue|viernes|vie|sabado|sábado|sab|sáb|domingo|dom"
    "|monday|tuesday|tues|wednesday|thursday|thurs|thur|friday|saturday|sunday"
)


@cache
def month_of(name: str) -> int:
    """Return 1 to 12 for a month's name in any of the languages; 0 for another word."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i"))
    return MONTHS.get("".join(char for char in plain if not unicodedata.combining(char)).strip("."), 0)
