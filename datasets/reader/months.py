"""Names of months and weekdays in the languages of the files people send: a word flows in, the number of its month flows out.

Full names and the abbreviations programs write, without accents and points, because those are what varies.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_NAMES = (
    "jan january januar janner jaenner janvier janv enero ene janeiro gennaio gen januari styczen stycznia sty leden ledna ocak"
    " януари январь января янв січень січня січ ianuarie ian ιανουαριος ιανουαριου ιαν tammikuu tammikuuta januara sijecanj",
    "feb february februar feber fevrier fevr fev febrero fevereiro febbraio februari luty lutego lut unor unora subat sub"
    " февраль февраля фев лютий лютого februarie φεβρουαριος φεβρουαριου φεβ helmikuu helmikuuta veljaca februara",
    "mar march marz maerz mrz mars marzo marco maart mrt marzec marca brezen brezna mart"
    " март марта мар березень березня martie μαρτιος μαρτιου μαρ maaliskuu maaliskuuta marcius ozujak marta",
    "apr april avril avr abril abr aprile kwiecien kwietnia kwi duben dubna nisan nis"
    " апрель апреля апр квітень квітня aprilie απριλιος απριλιου απρ huhtikuu huhtikuuta aprilis travanj",
    "may mai mayo maio maggio mag mei maj maja kveten kvetna mayis"
    " май мая травень травня μαιος μαιου μαι toukokuu toukokuuta majus svibanj",
    "jun june juni juin junio junho giugno giu czerwiec czerwca cze cerven cervna haziran haz"
    " июнь июня июн червень червня iunie iun ιουνιος ιουνιου ιουν kesakuu kesakuuta junius lipanj",
    "jul july juli juillet juil julio julho luglio lug lipiec lipca lip cervenec cervence temmuz tem"
    " июль июля июл липень липня iulie iul ιουλιος ιουλιου ιουλ heinakuu heinakuuta julius srpanj",
    "aug august aout agosto ago augustus augusti sierpien sierpnia sie srpen srpna agustos"
    " август августа авг серпень серпня αυγουστος αυγουστου αυγ elokuu elokuuta augusztus kolovoz",
    "sep sept september septembre septiembre setembro settembre set wrzesien wrzesnia wrz zari eylul eyl"
    " сентябрь сентября сен сент вересень вересня septembrie σεπτεμβριος σεπτεμβριου σεπ syyskuu syyskuuta szeptember rujan",
    "oct october oktober okt octobre octubre outubro out ottobre ott pazdziernik pazdziernika paz rijen rijna ekim eki"
    " октябрь октября окт жовтень жовтня octombrie οκτωβριος οκτωβριου οκτ lokakuu lokakuuta",
    "nov november novembre noviembre novembro listopad listopada lis kasim kas"
    " ноябрь ноября ноя нояб листопад листопада noiembrie noi νοεμβριος νοεμβριου νοε marraskuu marraskuuta studeni",
    "dec december dezember dez decembre diciembre dic dezembro dicembre grudzien grudnia gru prosinec prosince aralik des"
    " декабрь декабря дек грудень грудня decembrie δεκεμβριος δεκεμβριου δεκ joulukuu joulukuuta prosinac",
)
WEEKDAYS = (
    "mon|tue|wed|thu|fri|sat|sun|montag|mo|dienstag|di|mittwoch|mi|donnerstag|do|freitag|fr|samstag|sonnabend|sa|sonntag|so"
    "|lundi|lun|mardi|mar|mercredi|mer|jeudi|jeu|vendredi|ven|samedi|sam|dimanche|dim"
    "|lunes|martes|miercoles|miércoles|mié|mie|jueves|jue|viernes|vie|sabado|sábado|sab|sáb|domingo|dom"
    "|monday|tuesday|tues|wednesday|thursday|thurs|thur|friday|saturday|sunday"
)


def _plain(name: str) -> str:
    """Return a word in small letters without accents and points."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i"))
    return "".join(char for char in plain if not unicodedata.combining(char)).strip(".")


MONTHS = {_plain(name): number for number, names in enumerate(_NAMES, start=1) for name in names.split()}


@cache
def month_of(name: str) -> int:
    """Return 1 to 12 for a month's name in any of the languages; 0 for another word."""
    return MONTHS.get(_plain(name), 0)
