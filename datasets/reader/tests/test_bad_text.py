"""Text files as people send them: what is refused, with which code; what is read, with which warning."""

from __future__ import annotations

import io
import time

import pytest

from datasets.reader import ReadLimits, check_upload
from datasets.reader.tests.reading import decided, kinds, read, values, warned
from segmentiq.ml.errors import FileRefused

LONG = "x" * 40_000
EMAILS = "\n".join(f"person {i} of many" for i in range(100))

REFUSED = {
    "no bytes": (b"", "empty_file"),
    "blank lines": (b"\n  \r\n\n", "empty_file"),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty_file"),
    "only a wide byte order mark": ("\ufeff\n".encode("utf-16-le"), "empty_file"),
    "a header only": (b"age,income\n", "empty_file"),
    "a header and blank rows": (b"age,income\n,\n,\n", "no_usable_columns"),
    "10,000 columns": (",".join(f"c{i}" for i in range(10_000)).encode() + b"\n1\n", "too_many_columns"),
    "a cell too long": (f"a,b\n1,{LONG}\n".encode(), "cell_too_long"),
    "a cell far too long": (f'a,b\n1,"{LONG * 5}"\n'.encode(), "cell_too_long"),
    "every row longer than the header": (b"a,b\n1,2,3\n4,5,6\n", "ragged_rows"),
    "one row longer than the header": (b"a,b\n1,2\n4,5,6\n7,8\n", "ragged_rows"),
    "every row of another length": (b"a,b,c\n" + b"1\n1,2\n1,2,3\n1,2,3,4\n1,2,3,4,5\n1,2,3,4,5,6\n" * 3, "ragged_rows"),
    "a zero byte in a cell": (b"a,b\n1,x\x00y\n", "binary_content"),
    "a zero byte in the header": (b"a\x00,b\n1,2\n", "binary_content"),
    "a quotation mark that is never closed": (b'a,b\n1,"x\n2,y\n', "unclosed_quote"),
    "bytes that no code page makes letters of": (b"a,b\n\x81\xfd\x90x,1\nq\x9d\xf7z\xac,2\n", "encoding_unknown"),
    "broken UTF-16": (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8\x00\xd8", "encoding_unknown"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_table_is_refused_with_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        check_upload(io.BytesIO(content), "customers.csv", ReadLimits())
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert caught.value.hint


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_the_full_reading_refuses_it_with_the_same_code(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(content)
    assert caught.value.code == code


def test_a_refusal_names_the_line_and_never_the_cell() -> None:
    with pytest.raises(FileRefused, match="Line 5 has 3 fields, but the header has 2 columns") as caught:
        read('a,b\n"two\nlines",2\n3,4\nsecret,5,6\n')
    assert "secret" not in caught.value.message + caught.value.hint


def test_what_lies_behind_the_first_megabytes_is_found_by_the_full_reading() -> None:
    content = "a,b\n" + f"{'x' * 78},2\n" * 30_000 + "1,2,3\n"
    check_upload(io.BytesIO(content.encode()), "customers.csv", ReadLimits())
    with pytest.raises(FileRefused, match="Line 30,002 has 3 fields"):
        read(content)


def test_more_rows_or_cells_than_the_limit_are_refused() -> None:
    with pytest.raises(FileRefused) as rows:
        read("a,b\n" + "1,2\n" * 11, limits=ReadLimits(max_rows=10))
    with pytest.raises(FileRefused) as cells:
        read("a,b\n" + "1,2\n" * 11, limits=ReadLimits(max_cells=20))
    assert (rows.value.code, cells.value.code) == ("too_many_rows", "too_many_cells")


def test_a_table_of_empty_columns_has_nothing_to_use() -> None:
    with pytest.raises(FileRefused) as caught:
        read("a,b\nNULL,-\nNULL,?\n", overrides={"header": True})
    assert caught.value.code == "no_usable_columns"


def test_a_hostile_pattern_of_quotation_marks_takes_no_time() -> None:
    started = time.process_time()
    read('"",' * 60 + '"" "\n' + '"",' * 60 + '"x"\n' + "," * 60 + "y\n", overrides={"header": False})
    assert time.process_time() - started < 1


def test_a_long_cell_of_digits_and_blanks_takes_no_time() -> None:
    started = time.process_time()
    read("a,b\n1" + " " * 30_000 + "x,2\n3,4\n")
    assert time.process_time() - started < 1


ACCEPTED = {
    "one row": ("age,income\n30,1000\n", ["too_few_rows"]),
    "one column": ("name\nalpha\nbeta\nalpha\n", []),
    "a constant column": ("a,b\n1,x\n2,x\n3,x\n", ["constant_column"]),
    "the same header twice": ("a,a\n1,2\n3,4\n5,7\n", ["duplicate_header"]),
    "an empty header": (",b\n11,2\n13,4\n15,7\n", ["blank_header"]),
    "headers alike": ("Age,age\n1,2\n3,4\n5,7\n", ["similar_headers"]),
    "short rows": ("a,b,c\n1,2,3\n4,5\n6,7,9\n", ["short_rows"]),
    "a blank row": ("a,b\n1,2\n,\n3,4\n5,6\n", ["blank_rows"]),
    "a row of blank lines": ("a,b\n\n1,2\n\n3,4\n5,6\n\n", []),
    "a delimiter at the end of every row": ("a,b,\n1,2,\n3,4,\n5,6,\n", []),
    "a delimiter at the end of the rows only": ("a,b\n1,2,\n3,4,\n5,6,\n", []),
    "lines that end in CR": ("a,b\r1,2\r3,4\r5,6\r", []),
    "mixed line ends": ("a,b\r\n1,2\n3,4\r5,6", []),
    "a line break in a cell": ('a,b\n"x\ny",2\nz,4\nz,5\n', []),
    "no final line end": ("a,b\n1,2\n3,4\n5,6", []),
    "a quote from Excel": ("sep=;\na;b\n1;2\n3;4\n5;6\n", []),
    "infinity and NaN": ("a,b\ninf,1\n-Infinity,2\nNaN,4\n1e400,5\n1.5,7\n2.5,8\n", ["non_finite"]),
    "thousands": ('a,b\n"1,234.5",1\n"2,000.0",2\n3.5,4\n', ["thousands_guessed"]),
    "percent": ("a,b\n12 %,1\n7 %,2\n5 %,4\n", ["percent"]),
    "a word among numbers": ("a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(60)) + "unknown,3\n", ["mixed_numbers"]),
    "free text": ("a,b\n" + "".join(f"note number {i},{i % 7}\n" for i in range(60)), ["high_cardinality"]),
    "spaces around levels": ("a,b\n x,1\nx,2\ny ,4\n", ["spaces_trimmed"]),
    "days up to 12 only": ("when,b\n01/02/2024,1\n03/04/2024,2\n05/06/2024,4\n", ["date_order_guessed"]),
}


@pytest.mark.parametrize(("content", "codes"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_an_odd_table_is_read_with_the_warnings_it_deserves(content: str, codes: list[str]) -> None:
    check_upload(io.BytesIO(content.encode()), "customers.csv", ReadLimits())
    assert warned(read(content)) == codes


def test_a_phantom_column_is_not_there() -> None:
    assert list(kinds(read("a,b,\n1,2,\n3,4,\n"))) == ["a", "b"]
    assert list(kinds(read("a,b\n1,2,\n3,4,\n"))) == ["a", "b"]


def test_a_nameless_column_with_values_is_kept() -> None:
    assert values(read("a,b,\n11,2,x\n13,4,y\n"), "column_3") == ["x", "y"]


def test_both_columns_of_one_name_are_kept_apart() -> None:
    assert list(kinds(read("a,a,a_2\n1,2,3\n3,4,6\n"))) == ["a", "a_2", "a_2_2"]


def test_one_column_is_never_split_on_letters() -> None:
    assert values(read("city\nberlin\nbern\nbrno\nbergen\n"), "city") == ["berlin", "bern", "brno", "bergen"]


def test_a_line_break_in_a_cell_stays_one_record() -> None:
    assert values(read('a,b\n"x\ny",2\nz,4\nz,5\n'), "a") == ["x\ny", "z", "z"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_equally(delimiter: str) -> None:
    rows = [["name", "note", "size"], ["a", "x, y", "1"], ["b", "z", "2"], ["c", "p; q | r", "3"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert values(read(text), "note") == ["x, y", "z", "p; q | r"]


def test_a_semicolon_goes_with_decimal_commas() -> None:
    result = read("a;b\n1,5;2,25\n2,5;3,75\n1,0;2,125\n")
    assert values(result, "a") == [1.5, 2.5, 1.0]
    assert values(result, "b") == [2.25, 3.75, 2.125]


def test_a_column_that_could_be_read_either_way_follows_the_others() -> None:
    result = read("a;b;c\n1,5;1.234;1,234\n2,75;5.678;5,678\n3,5;9.000;7,125\n")
    assert values(result, "b") == [1234.0, 5678.0, 9000.0]
    assert values(result, "c") == [1.234, 5.678, 7.125]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_in_every_width(encoding: str) -> None:
    content = "name,note\nZoë,5 €\nÅsa,“yes”\nBo,ж\n".encode(encoding)
    check_upload(io.BytesIO(content), "customers.csv", ReadLimits())
    assert values(read(content), "note") == ["5 €", "“yes”", "ж"]


def test_western_text_is_read_with_its_euro_sign_and_a_visible_guess() -> None:
    result = read("name,note\nZoë,5 €\nJosé,“yes”\nBo,no\n".encode("cp1252"))
    assert values(result, "note") == ["5 €", "“yes”", "no"]
    assert decided(result, "encoding") == "cp1252"
    assert "encoding_guessed" in warned(result)


def test_an_accent_megabytes_into_the_file_is_still_utf8() -> None:
    result = read("name,n\n" + f"{'abc' * 40},1\n" * 35_000 + "é,2\n")
    assert decided(result, "encoding") == "utf-8"
    assert result.table.frame["name"].iloc[-1] == "é"


def test_rows_of_numbers_have_no_header() -> None:
    result = read("5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,2.9,other\n")
    assert list(kinds(result)) == ["column_1", "column_2", "column_3"]
    assert len(result.table.frame) == 3
    assert decided(result, "header") == "none"


def test_years_may_be_names_of_columns() -> None:
    assert list(kinds(read("customer,2022,2023\na,1,2\nb,3,4\nc,5,6\n"))) == ["customer", "2022", "2023"]


def test_a_person_overrules_every_decision() -> None:
    content = "1|2,5\n3|4,5\n5|6,0\n".encode("utf-16-le")
    overrides = {"encoding": "utf-16-le", "delimiter": "|", "header": True, "decimal": ","}
    result = read(content, overrides=overrides)
    assert values(result, "2,5") == [4.5, 6.0]
    assert values(read("名,b\n東,2\n京,3\n".encode("shift_jis"), overrides={"encoding": "shift_jis"}), "名") == ["東", "京"]


@pytest.mark.parametrize(
    "overrides",
    [
        {"encoding": "rot13"},
        {"encoding": 7},
        {"delimiter": "ab"},
        {"delimiter": '"'},
        {"decimal": ";"},
        {"delimiter": 5},
        {"delimiter": "\ud800"},
        {"header": "no"},
        {"header": 1e400},
        {"sheet": "\ud800"},
        {"sheet": "x" * 256},
        {"sheet": ["x"]},
        {"thousands": ["."]},
        {"what": "x"},
    ],
)
def test_a_choice_that_is_none_is_refused(overrides: dict[str, object]) -> None:
    with pytest.raises(FileRefused) as caught:
        read("a,b\n1,2\n", overrides=overrides)
    assert caught.value.code == "invalid_override"


def test_names_that_mean_something_to_computers_are_plain_text() -> None:
    names = ["__proto__", "constructor", "'; DROP TABLE x;--", "%s", "{0}", "=cmd|'/c calc'!A0", "-pk", "a__b", "$$"]
    header = "\t".join(names)
    assert list(kinds(read(f"{header}\n" + "\t".join("123456789") + "\n" + "\t".join("234567891") + "\n"))) == names


def test_progress_only_grows() -> None:
    seen: list[float] = []
    read("a,b\n" + "1,2\n" * 300_000, on_progress=lambda _, share: seen.append(share))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] <= 1


def test_a_choice_is_checked_before_the_file_is_kept() -> None:
    with pytest.raises(FileRefused) as caught:
        check_upload(io.BytesIO(b"a,b\n1,2\n"), "customers.csv", overrides={"what": "x"})
    assert caught.value.code == "invalid_override"


@pytest.mark.parametrize("content", ["a,b\n,\n,\n", ",,\n,,\n", "a,b\nNULL,\n,NULL\n"])
def test_a_table_whose_every_cell_is_missing_has_no_usable_column(content: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(content)
    assert caught.value.code == "no_usable_columns"


def test_a_name_holds_no_control_characters() -> None:
    result = read("na\x01me\x7f,b\n" + "x,1\ny,2\nz,3\n")
    assert list(result.table.frame) == ["na me", "b"]
