"""What a person typed in, checked for shape only: every rule about files and columns stands in services and the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self, get_args

from django import forms

from datasets.doctor.actions import CODES
from datasets.reader.dialects import CHOICES, is_delimiter
from datasets.reader.encodings import known_encoding
from datasets.reader.overrides import MOST_SKIPPED
from datasets.reader.sheets import STACK
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import Kind, Role
from segmentiq.parsers import sound_json

BY_FILE = ("", "as the file says")
TRUTHS = {"true": True, "false": False}
MARKS = {mark: name for name, mark in reversed(CHOICES.items())} | {"\\t": "tab"}
"""What a delimiter is called, which may be chosen by itself too."""
OF_TEXT = ("delimiter", "encoding", "quote")
OF_SHEETS = ("sheet",)
NOT_ASKED = {
    "text": OF_SHEETS,
    "xlsx": OF_TEXT,
    "parquet": (*OF_TEXT, *OF_SHEETS, "header", "skip_rows", "keep_rows"),
}
"""Choices that a file of this format does not leave open."""


class ChoiceOfFile(forms.ChoiceField):
    """A choice among the usual ones; a rarer one that was made over the API is shown, and taken back from the page, too."""

    def __init__(self, *, is_known: Callable[[str], bool], **options: Any) -> None:
        super().__init__(**options)
        self.is_known = is_known

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or self.is_known(str(value))

    def show(self, chosen: str) -> None:
        """Offer what was chosen."""
        usual: Any = self.choices
        if not super().valid_value(chosen):
            self.choices = [*usual, (chosen, chosen)]


class ReadingForm(forms.Form):
    """How a file is to be read, where a person knows better; what is left alone is told by the file's content."""

    delimiter = ChoiceOfFile(
        is_known=is_delimiter,
        label="Delimiter",
        required=False,
        choices=[
            BY_FILE,
            ("comma", "comma ,"),
            ("semicolon", "semicolon ;"),
            ("tab", "tab"),
            ("pipe", "bar |"),
            ("none", "none: one column"),
        ],
    )
    encoding = ChoiceOfFile(
        is_known=lambda name: known_encoding(name) is not None,
        label="Encoding",
        required=False,
        choices=[
            BY_FILE,
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("cp1252", "Western European (Windows-1252)"),
            ("cp1250", "Central European (Windows-1250)"),
            ("cp1251", "Cyrillic (Windows-1251)"),
            ("koi8-r", "Cyrillic (KOI8-R)"),
            ("cp1253", "Greek (Windows-1253)"),
            ("cp1254", "Turkish (Windows-1254)"),
            ("cp1255", "Hebrew (Windows-1255)"),
            ("cp1256", "Arabic (Windows-1256)"),
            ("cp1257", "Baltic (Windows-1257)"),
            ("cp850", "Western European (DOS 850)"),
            ("cp852", "Central European (DOS 852)"),
            ("mac-roman", "Western European (Macintosh)"),
            ("shift_jis", "Japanese (Shift-JIS)"),
            ("gb18030", "Chinese, simplified (GB 18030)"),
            ("big5", "Chinese, traditional (Big5)"),
            ("euc-kr", "Korean (EUC-KR)"),
        ],
    )
    decimal = forms.ChoiceField(
        label="Decimal mark", required=False, choices=[BY_FILE, (".", "point: 1,234.5"), (",", "comma: 1.234,5")]
    )
    date_order = forms.ChoiceField(
        label="Order of dates",
        required=False,
        choices=[
            BY_FILE,
            ("day-month-year", "day, month, year"),
            ("month-day-year", "month, day, year"),
            ("year-month-day", "year, month, day"),
        ],
    )
    header = forms.ChoiceField(
        label="First row of the table",
        required=False,
        choices=[BY_FILE, ("true", "names the columns"), ("false", "is a customer")],
    )
    skip_rows = forms.IntegerField(label="Rows above the table", required=False, min_value=0, max_value=MOST_SKIPPED)
    keep_rows = forms.ChoiceField(
        label="Totals and repeated headers",
        required=False,
        choices=[BY_FILE, ("true", "are customers like the others")],
    )
    quote = forms.ChoiceField(
        label="Quotation marks",
        required=False,
        choices=[
            BY_FILE,
            ("double", 'double "'),
            ("single", "single '"),
            ("backslash", 'double, written \\" inside'),
            ("none", "none"),
        ],
    )
    sheet = forms.CharField(label="Sheet of a workbook (* for all with one header)", required=False, max_length=255)

    @classmethod
    def of(cls, overrides: Mapping[str, Any], decisions: Iterable[Mapping[str, Any]] = ()) -> Self:
        """Return the form that shows the choices made before, and only those that this kind of file leaves open."""
        asked = {name: overrides[name] for name in ReadingForm.base_fields if name in overrides}
        if "delimiter" in asked:
            asked["delimiter"] = MARKS.get(asked["delimiter"], asked["delimiter"])
        if "encoding" in asked:
            asked["encoding"] = known_encoding(asked["encoding"]) or asked["encoding"]
        words = {name: str(value).lower() for name, value in asked.items() if isinstance(value, bool)}
        form = cls(initial={**asked, **words})
        made = {decision["what"]: decision for decision in decisions}
        for name in NOT_ASKED.get(made["format"]["value"], ()) if "format" in made else ():
            del form.fields[name]
        if "sheet" in form.fields and (sheets := made.get("sheet", {}).get("choices")):
            form.fields["sheet"] = _field_of_sheets(sheets, asked.get("sheet"))
            form.order_fields(["sheet"])
        field: Any
        for name in {"delimiter", "encoding"}.intersection(form.fields, asked):
            field = form.fields[name]
            field.show(asked[name])
        for name in {"sheet", "delimiter", "encoding"}.intersection(form.fields, made).difference(asked):
            field = form.fields[name]
            field.choices = [("", f"{BY_FILE[1]}: {made[name]['value']}"), *field.choices[1:]]
        return form

    def overrides(self) -> dict[str, Any]:
        """Return the choices that were made, as the reader takes them."""
        made = {name: self.cleaned_data[name] for name in ReadingForm.base_fields}
        return {name: TRUTHS.get(value, value) for name, value in made.items() if value not in ("", None)}

    @staticmethod
    def keep(overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return the choices made elsewhere on the page, which this form does not ask for and must not lose."""
        return {name: value for name, value in overrides.items() if name not in ReadingForm.base_fields}

    @property
    def choices(self) -> list[forms.BoundField]:
        """Return the reading choices alone, for the fold they are shown in."""
        return [field for field in self if field.name in ReadingForm.base_fields]


def _field_of_sheets(sheets: Sequence[str], asked: str | None) -> forms.ChoiceField:
    """Return the choice of one of a workbook's sheets, the one that was asked for among them."""
    names = dict.fromkeys([*sheets, *([asked] if asked else [])])
    said = [(name, "all sheets with the same header" if name == STACK else name) for name in names]
    return forms.ChoiceField(label="Sheet", required=False, choices=[BY_FILE, *said])


class UploadForm(ReadingForm):
    """One file, what to call it, and how to read it."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        error_messages={"required": "Choose a file first: CSV, text, Excel (.xlsx) or Parquet."},
    )
    name = forms.CharField(label="Name", required=False, max_length=200)


class ColumnForm(forms.Form):
    """What a column holds and what it is for."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in get_args(Kind)])
    role = forms.ChoiceField(choices=[(role, role) for role in get_args(Role)])


class ActionForm(forms.Form):
    """One click on a warning, as its button sends it."""

    action = forms.ChoiceField(choices=[(code, code) for code in CODES])
    column = forms.CharField(required=False, max_length=200, strip=False)
    value = forms.CharField(required=False, max_length=20_000)

    def clean_value(self) -> Any:
        """Return the JSON that the button carries, read as strictly as the body of a request."""
        try:
            return sound_json((self.cleaned_data["value"] or "null").encode())
        except (ValueError, Refusal) as error:
            raise forms.ValidationError("Not JSON.") from error


class RenameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "A dataset needs a name."})


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal's sentence beside the field it is about, or on top of the form."""
    field: Any = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)
