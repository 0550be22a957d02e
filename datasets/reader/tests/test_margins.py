"""What stands around a table is set aside and counted: titles, comments, rulers, units, repeated headers, totals, remarks."""

from __future__ import annotations

import io

import pytest

from datasets.reader import ReadLimits, ReadResult, check_upload
from datasets.reader.tests.reading import decided, kinds, read, values, warned

ROWS = [(f"C{i:03d}", f"name {chr(97 + i % 26)}", 20 + i * 7 % 50, round(10 + i * 3.37 % 90, 2)) for i in range(1, 31)]
NAMES = ("id", "name", "age", "spend")
AGES, SPENT = sum(row[2] for row in ROWS), round(sum(row[3] for row in ROWS), 2)


def written(delimiter: str = ",", names: tuple[str, ...] = NAMES, decimal: str = ".") -> str:
    lines = [delimiter.join(str(cell).replace(".", decimal) for cell in row) for row in (names, *ROWS)]
    return "\n".join(lines) + "\n"


def both(content: str) -> ReadResult:
    """Read the content after the quick check."""
    check_upload(io.BytesIO(content.encode()), "customers.csv", ReadLimits())
    return read(content)


HEADER, BODY = written().split("\n", 1)
AROUND = {
    "titles": (f"Customer report\nGenerated on 2024-01-01\n\n{written()}", {"title_rows": 2}),
    "titles filled up with delimiters": (f"Customer report,,,\n,,,\n{written()}", {"title_rows": 2}),
    "a title with a comma": (f"Customers, all of them\n{written()}", {"title_rows": 1}),
    "comments": (f"# exported\n# by me, today\n{written()}", {"title_rows": 2}),
    "a ruler": (f"{HEADER}\n--,----,---,-----\n{BODY}", {"unit_rows": 1}),
    "units": (f"{HEADER}\n,,[years],[EUR]\n{BODY}", {"unit_rows": 1}),
    "a repeated header": (written() + BODY.replace("C0", "D0").replace("D001", f"{HEADER}\nD001"), {"repeated_headers": 1}),
    "a totals row": (f"{written()}Total,,{AGES},{SPENT}\n", {"totals": 1}),
    "a totals row with an average": (f"{written()}Total,,44.5,{SPENT}\n", {"totals": 1}),
    "a totals row without a word": (f"{written()},,{AGES},{SPENT}\n", {"totals": 1}),
    "a German totals row": (f"{written(';', decimal=',')}Summe;;{AGES};{str(SPENT).replace('.', ',')}\n", {"totals": 1}),
    "a totals row without sums": (f"{written(';')}Summe;;;\n", {"footers": 1}),
    "a totals row without sums, not in front": (f"{written(';')};Gesamt:;;\n", {"footers": 1}),
    "a totals row without sums, below a gap and above a remark": (f"{written()}\nTotal\n-- end --\n", {"footers": 2}),
    "a count of rows": (f"{written()}\n30 rows selected.\n", {"footers": 1}),
    "an end": (f"{written()}-- end --\n", {"footers": 1}),
    "a date of export": (f"{written()}Generated on 2024-01-01, by Bob\n", {"footers": 1}),
    "a totals row and a remark": (f"{written()}Total,,{AGES},{SPENT}\n\n(30 rows affected)\n", {"totals": 1, "footers": 1}),
    "lines of a database's console": (
        "+----+---+\n" + written("|").replace("\n", "\n+----+---+\n", 1) + "+----+---+\n",
        {"title_rows": 1, "unit_rows": 1, "footers": 1},
    ),
}


@pytest.mark.parametrize(("content", "expected"), AROUND.values(), ids=AROUND.keys())
def test_what_is_no_customer_is_set_aside_and_counted(content: str, expected: dict[str, int]) -> None:
    result = both(content)
    assert {entry["what"]: entry["rows"] for entry in result.ledger if not entry["is_kept"]} == expected
    assert list(result.table.frame) == list(NAMES)
    assert list(kinds(result).values())[2:] == ["number", "number"]
    assert result.ledger[-1] == {"what": "kept", "rows": len(result.table.frame), "reason": "Rows of the table.", "is_kept": True}
    assert len(result.table.frame) == (60 if "repeated_headers" in expected else 30)
    assert all(entry["reason"].endswith(".") for entry in result.ledger)


def test_a_person_keeps_what_was_set_aside() -> None:
    result = read(f"{written()}Total,,{AGES},{SPENT}\n-- end --\n", overrides={"keep_rows": True})
    assert values(result, "id")[-2:] == ["Total", "-- end --"]
    assert [entry["what"] for entry in result.ledger] == ["kept"]


def test_a_person_says_how_many_rows_stand_above() -> None:
    content = "city,size\nRome,2\nname,amount\n" + "".join(f"x{i % 5},{i * 7 % 23}\n" for i in range(20))
    result = read(content, overrides={"skip_rows": 2})
    assert kinds(result) == {"name": "category", "amount": "number"}
    assert result.ledger[0]["rows"] == 2


def test_a_customer_called_total_stays_with_a_warning() -> None:
    result = read(f"{written()}C998,Total,33,12.5\n")
    assert len(result.table.frame) == 31
    assert "possible_total" in warned(result)


@pytest.mark.parametrize("content", ["name;city\nAda;\nBob;\nCem;Rome\nDan;\nTotal;\n", f"{HEADER}\nTotal,,,\n{BODY}"])
def test_a_name_alone_is_a_customer_among_names_alone_and_above_the_end(content: str) -> None:
    assert "Total" in values(read(content), "name" if content.startswith("name") else "id")


def test_the_end_of_a_long_table_is_looked_at_too() -> None:
    rows = "".join(f"{i},{i % 7}\n" for i in range(250_000))
    result = read(f"key,visits\n{rows}Total,{sum(i % 7 for i in range(250_000))}\n")
    assert [(entry["what"], entry["rows"]) for entry in result.ledger] == [("totals", 1), ("kept", 250_000)]


def test_a_header_without_a_name_for_the_row_names_is_understood() -> None:
    quoted = '"name" "age"\n' + "".join(f'"{i}" "name {i % 3}" {20 + i}\n' for i in range(1, 20))
    assert list(read(quoted).table.frame) == ["column_1", "name", "age"]
    numbered = "name,age\n" + "".join(f"{i},x{i % 5},{20 + i}\n" for i in range(1, 20))
    assert list(read(numbered).table.frame) == ["column_1", "name", "age"]


def spaced(rows: list[tuple[object, ...]]) -> str:
    return "".join(f"{a:<8}{b:<12}{c:>5}{d:>9}\n" for a, b, c, d in rows)


CUT = {mark: (written(mark), mark) for mark in ("||", "|~|", "^", "~", ":", "::", "\x1e", "\u00a6")} | {
    "blanks": (spaced([NAMES, *ROWS]), "blanks"),
    "space": ("".join(f"{a} {c} {d}\n" for a, _, c, d in (NAMES, *ROWS)), "space"),
    "sep=": ("sep=;\n" + written(";"), ";"),
    "a quoted sep=": ('"sep=;"\n' + written(";"), ";"),
    "a bar around every row": ("".join(f"| {a} | {b} | {c} | {d} |\n" for a, b, c, d in (NAMES, *ROWS)), "|"),
}


@pytest.mark.parametrize(("content", "delimiter"), CUT.values(), ids=CUT.keys())
def test_an_unusual_delimiter_is_told_by_its_consistency(content: str, delimiter: str) -> None:
    result = both(content)
    assert decided(result, "delimiter") == delimiter
    assert values(result, "spend") == [row[3] for row in ROWS]
    assert values(result, "id") == [row[0] for row in ROWS]


@pytest.mark.parametrize(
    "cells",
    [
        [f"{10 + i % 10}:30" for i in range(30)],
        [f"https://example.org/a{i}" for i in range(30)],
        [f"Ann S{i}" for i in range(30)],
        [f"called, on day {i}; ok" if i % 3 else "not at home" for i in range(30)],
    ],
)
def test_words_that_hold_marks_are_no_columns(cells: list[str]) -> None:
    assert values(read("note\n" + "\n".join(cells)), "note") == cells


QUOTED = {
    "apostrophes": "\n".join(",".join(f"'{cell}'" for cell in (a, f"{b}, O''x", c, d)) for a, b, c, d in (NAMES, *ROWS)),
    "lines in apostrophes": "\n".join(",".join(f"'{cell}'" for cell in (a, f'{b}\n"x', c, d)) for a, b, c, d in (NAMES, *ROWS)),
    "backslashes": "\n".join(",".join(f'"{cell}"' for cell in (a, f'{b} \\"q\\", x', c, d)) for a, b, c, d in (NAMES, *ROWS)),
    "spaces before": "\n".join(", ".join(f'"{cell}"' for cell in (a, f"{b}, x", c, d)) for a, b, c, d in (NAMES, *ROWS)),
}


@pytest.mark.parametrize(
    ("style", "first"), list(zip(QUOTED, ["name b, O'x", 'name b\n"x', 'name b "q", x', "name b, x"], strict=True))
)
def test_every_convention_of_quotation_marks_is_told(style: str, first: str) -> None:
    result = both(QUOTED[style])
    assert result.table.frame.iloc[0, 1] == first
    assert list(kinds(result).values())[2:] == ["number", "number"]


def test_quotation_marks_that_stand_around_no_cell_are_text() -> None:
    result = both(written("\t").replace("name c", '"name" c').replace("name d", '5" pipe'))
    assert values(result, "name")[1:3] == ['"name" c', '5" pipe']
    assert decided(result, "quotation mark") == "none"


def test_text_after_a_quotation_mark_is_never_passed_over_in_silence() -> None:
    rows = "".join(f'"a, {i}",{i % 7}\n' for i in range(200_000))
    result = read(f'note,n\n{rows}"b"c,3\n')
    assert values(result, "note")[-1] == "bc"
    assert "stray_quotes" in warned(result)


def test_a_dump_of_a_database_is_read_with_its_nulls_and_escapes() -> None:
    rows = "".join(f'"{i}","say \\"hi\\"\\nthere",\\N\n' if i % 2 else f'"{i}","x",{i}.5\n' for i in range(40))
    result = both(f'"key","note","amount"\n{rows}')
    assert values(result, "note")[1] == 'say "hi"\nthere'
    assert values(result, "amount")[:2] == [0.5, None]
