"""What a person typed in, checked for shape only: every rule about files and columns stands in services and the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, get_args

from django import forms

from datasets.doctor.actions import CODES
from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import Kind, Role

BY_FILE = ("", "as the file says")


class ReadingForm(forms.Form):
    """How a file is to be read, where a person knows better; what is left alone is told by the file's content."""

    delimiter = forms.ChoiceField(
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
    encoding = forms.ChoiceField(
        label="Encoding",
        required=False,
        choices=[
            BY_FILE,
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("cp1252", "Western European (Windows-1252)"),
            ("cp1250", "Central European (Windows-1250)"),
            ("cp1251", "Cyrillic (Windows-1251)"),
            ("shift_jis", "Japanese (Shift-JIS)"),
            ("gb18030", "Chinese (GB 18030)"),
        ],
    )
    decimal = forms.ChoiceField(
        label="Decimal mark", required=False, choices=[BY_FILE, (".", "point: 1,234.5"), (",", "comma: 1.234,5")]
    )
    header = forms.ChoiceField(
        label="First row",
        required=False,
        choices=[BY_FILE, ("true", "names the columns"), ("false", "is a customer")],
    )
    sheet = forms.CharField(label="Sheet of a workbook", required=False, max_length=255)

    @classmethod
    def of(cls, overrides: Mapping[str, Any]) -> Self:
        """Return the form that shows the choices made before."""
        header = overrides.get("header")
        asked = {name: overrides[name] for name in ReadingForm.base_fields if name in overrides}
        return cls(initial={**asked, "header": "" if header is None else str(header).lower()})

    def overrides(self) -> dict[str, Any]:
        """Return the choices that were made, as the reader takes them."""
        made = {name: self.cleaned_data[name] for name in ReadingForm.base_fields if self.cleaned_data[name]}
        return {**made, "header": made["header"] == "true"} if "header" in made else made

    @staticmethod
    def keep(overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return the choices made elsewhere on the page, which this form does not ask for and must not lose."""
        return {name: value for name, value in overrides.items() if name not in ReadingForm.base_fields}

    @property
    def choices(self) -> list[forms.BoundField]:
        """Return the reading choices alone, for the fold they are shown in."""
        return [self[name] for name in ReadingForm.base_fields]


class UploadForm(ReadingForm):
    """One file, what to call it, and how to read it."""

    file = forms.FileField(
        label="File", allow_empty_file=True, error_messages={"required": "Choose a file first: CSV, text or Excel (.xlsx)."}
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
    value = forms.JSONField(required=False)


class RenameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "A dataset needs a name."})


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal's sentence beside the field it is about, or on top of the form."""
    field: Any = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)
