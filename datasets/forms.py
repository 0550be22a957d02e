"""What a person typed in, checked for shape only: every rule about files and columns stands in services and the reader."""

from __future__ import annotations

from typing import Any, get_args

from django import forms

from segmentiq.ml.errors import Refusal
from segmentiq.ml.values import Kind, Role


class UploadForm(forms.Form):
    """One file, and what to call it."""

    file = forms.FileField(
        label="File", allow_empty_file=True, error_messages={"required": "Choose a file first: CSV, text or Excel (.xlsx)."}
    )
    name = forms.CharField(label="Name", required=False, max_length=200)


class ColumnForm(forms.Form):
    """What a column holds and what it is for."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in get_args(Kind)])
    role = forms.ChoiceField(choices=[(role, role) for role in get_args(Role)])


class RenameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "A dataset needs a name."})


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal's sentence beside the field it is about, or on top of the form."""
    field: Any = refusal.field if refusal.field in form.fields else None
    form.add_error(field, f"{refusal.message} {refusal.hint}".strip())
