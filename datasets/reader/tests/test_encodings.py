"""Old code pages are told by their letters, and a guess is always said aloud."""

from __future__ import annotations

import pytest

from datasets.reader.tests.reading import decided, read, warned

TEXTS = {
    "German": ("Müller,München\nGröße,Köln\nJäger,Düsseldorf\nÖtztal,Straße\n", "cp1252 iso-8859-15 mac-roman cp850 cp437"),
    "French": ("René,Besançon\nHélène,Orléans\nFrançois,Châlons\nNoël,Nîmes\n", "cp1252 mac-roman cp850"),
    "Spanish": ("José,Málaga\nMuñoz,Córdoba\nNúñez,León\nÁlvarez,Ávila\n", "cp1252 mac-roman cp850"),
    "Portuguese": ("João,São Paulo\nConceição,Brasília\nGonçalves,Évora\n", "cp1252"),
    "western": ("Müller,Málaga\nÅsa,Ærø\nJosé,São Paulo\nBjörk,Besançon\n", "cp1252 mac-roman cp850"),
    "Icelandic": ("Þórður,Reykjavík\nGuðrún,Ísafjörður\n", "cp1252"),
    "money": ("Bo,5 €\nJo,6 €\nAl,7 €\n", "cp1252 iso-8859-15"),
    "Polish": ("Łukasz,Łódź\nWałęsa,Gdańsk\nŚwiątek,Kraków\n", "cp1250 iso-8859-2 cp852"),
    "Czech": ("Dvořák,Plzeň\nJiří,Brno\nŘehoř,Ústí\n", "cp1250 iso-8859-2 cp852"),
    "Czech towns": ("Děčín,Třebíč\nČeská,Plzeň\nHradčany,Děčín\n", "cp1250 iso-8859-2"),
    "Finnish": ("Šaban,Järvenpää\nŽofia,Hämeenlinna\nÅke,Mäntsälä\n", "cp1252 iso-8859-15"),
    "Hungarian": ("Erdős,Győr\nSzűcs,Székesfehérvár\nKovács,Pécs\n", "cp1250 cp852"),
    "Romanian": ("Ionuţ,Iaşi\nBrătianu,Constanţa\n", "cp1250"),
    "Turkish": ("Yıldız,İstanbul\nŞahin,Eskişehir\nDoğan,Muğla\nÇelik,İzmir\n", "cp1254"),
    "Latvian": ("Bērziņš,Rīga\nKalniņa,Liepāja\nOzoliņš,Jūrmala\n", "cp1257"),
    "Russian": ("Анна,Москва\nИван,Тверь\nЮлия,Казань\n", "cp1251 koi8-r cp866 mac-cyrillic iso-8859-5"),
    "Greek": ("Γιώργος,Αθήνα\nΜαρία,Θεσσαλονίκη\nΝίκος,Πάτρα\n", "cp1253 iso-8859-7"),
    "Greek capitals": ("ΓΙΩΡΓΟΣ,ΑΘΗΝΑ\nΜΑΡΙΑ,ΕΛΛΑΔΑ\nΝΙΚΟΣ,ΠΑΤΡΑ\n", "cp1253 iso-8859-7"),
    "Russian capitals": ("ИВАНОВ,МОСКВА\nПЕТРОВ,ТВЕРЬ\nСИДОРОВА,КАЗАНЬ\n", "cp1251 koi8-r cp866"),
    "Central Europe": ("Łódź,Škoda\nPlzeň,Győr\nŻywiec,Třebíč\nTimişoara,Münster\n", "cp1250 iso-8859-2"),
    "Baltic": ("Rīga,Šiauliai\nKlaipėda,Jūrmala\nPärnu,Žemaitija\n", "cp1257"),
    "Japanese mail": ("山田太郎,東京都\n鈴木一郎,大阪府\n", "iso2022_jp"),
    "one Portuguese word": ("São Paulo,x\nSão Paulo,y\n", "cp1252"),
    "Chinese with amounts": ("王伟,￥1.50\n李娜,￥2.50\n张强,￥7\n刘洋,￥9\n陈静,￥3\n", "gb18030"),
    "a little Polish": ("Łódź,Kraków\nŁódź,Oslo\n", "cp1250 iso-8859-2 cp852"),
    "a little French": ("café,Rome\nthé,Oslo\n", "cp1252 mac-roman cp850"),
    "Hebrew": ("דוד,ירושלים\nשרה,חיפה\n", "cp1255"),
    "Arabic": ("محمد,القاهرة\nفاطمة,الرياض\n", "cp1256"),
    "Japanese": ("山田太郎,東京都\n鈴木一郎,大阪府\n", "shift_jis euc-jp"),
    "kana": ("やまだたろう,とうきょう\nスズキ,オオサカ\n", "shift_jis euc-jp"),
    "Chinese": ("王伟,北京\n李娜,上海\n张强,深圳\n刘洋,广州\n", "gb18030"),
    "Taiwanese": ("王小明,臺北市\n李美玲,高雄市\n張志強,新竹縣\n", "big5"),
    "Korean": ("김민수,서울\n이영희,부산\n박철수,대구\n", "euc-kr"),
}
PAGES = [(language, page) for language, (_, pages) in TEXTS.items() for page in pages.split()]


@pytest.mark.parametrize(("language", "page"), PAGES, ids=[f"{language} in {page}" for language, page in PAGES])
def test_an_old_code_page_is_told_by_its_letters(language: str, page: str) -> None:
    content = f"name,city\n{TEXTS[language][0]}"
    result = read(content.encode(page))
    names = [line.split(",")[0] for line in content.split("\n")[1:-1]]
    assert result.table.frame["name"].tolist() == names
    assert "encoding_guessed" in warned(result)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", ["German", "Russian", "Chinese"])
def test_wide_text_needs_no_byte_order_mark(language: str, encoding: str) -> None:
    content = f"name,city\n{TEXTS[language][0] * 3}"
    assert decided(read(content.encode(encoding)), "encoding") == encoding


def test_a_few_broken_bytes_do_not_make_utf8_something_else() -> None:
    content = b"name,city\n" + TEXTS["German"][0].encode() * 10 + b"M\xfcller,Bonn\n"
    result = read(content)
    assert result.table.frame["name"].iloc[-1] == "M\ufffdller"
    assert {"broken_characters", "lost_characters"} <= set(warned(result))
    assert "line 42" in result.warnings[0]["message"]
