"""What a person chose, turned into the plain data that `SegmentationSpec.from_mapping` checks; no rule stands here.

The form offers three choices in view and folds the rest. An empty text field means the default, so a form sent unchanged asks for
the same specification as an API call with no parameter, and finds the same run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from django import forms

from clustering.models import HUES
from segmentiq.ml.errors import SpecRefused
from segmentiq.ml.spec import METRICS, Linkage, Missing, Scaling, SegmentationSpec
from segmentiq.ml.values import MAX_SEGMENTS

LINKAGES = {
    "ward": ("Ward", "Compact groups of similar customers. Right for most tables."),
    "average": ("Average", "Groups may differ in size and spread; outliers stand alone."),
    "complete": ("Complete", "No two customers of a group may be far apart."),
    "single": ("Single", "Chains of near neighbours; good at finding outliers."),
    "weighted": ("Weighted", "Like average, but small branches count as much as large ones."),
}
SCALINGS = {
    "standard": "Standard: mean 0, standard deviation 1",
    "robust": "Robust: median and quartiles, for outliers",
    "minmax": "Range: 0 to 1",
    "none": "None: columns already share one unit",
}
MISSINGS = {"impute": "Fill them in (median, or a level of their own)", "drop": "Set such rows aside"}
LOGS = {"none": "No", "auto": "Where a column is skewed and not negative"}


class RunForm(forms.Form):
    """One specification, as a person states it."""

    how_many = forms.ChoiceField(choices=[("auto", "Let the data decide"), ("fixed", "Exactly")], initial="auto")
    n_clusters = forms.CharField(required=False, initial="5")
    linkage = forms.ChoiceField(choices=[(name, LINKAGES[name][0]) for name in get_args(Linkage)], initial="ward")
    metric = forms.ChoiceField(
        label="Distance", choices=[(name, name.capitalize()) for name in METRICS["average"]], initial="euclidean"
    )
    scaling = forms.ChoiceField(
        label="Scaling", choices=[(name, SCALINGS[name]) for name in get_args(Scaling)], initial="standard"
    )
    log = forms.ChoiceField(label="Logarithm first", choices=list(LOGS.items()), initial="none")
    missing = forms.ChoiceField(
        label="Missing cells", choices=[(name, MISSINGS[name]) for name in get_args(Missing)], initial="impute"
    )
    pca = forms.CharField(
        label="Principal components", required=False, help_text="Empty: off. A whole number of them, or a share such as 0.9."
    )
    seed = forms.CharField(label="Seed", required=False, initial="0", help_text="The same seed draws the same samples.")
    stability = forms.BooleanField(label="Check which segments are found again", required=False, initial=True)
    approximate = forms.BooleanField(label="Allow an approximate tree if the exact one does not fit", required=False)

    def spec(self, chosen: list[str], features: Iterable[str]) -> SegmentationSpec:
        """Build the specification. Raises SpecRefused."""
        data = self.cleaned_data
        asked: dict[str, Any] = {name: data[name] for name in ("linkage", "metric", "scaling", "log", "missing")}
        asked["columns"] = None if set(chosen) == set(features) else chosen
        asked["n_clusters"] = "auto" if data["how_many"] == "auto" else _number(data["n_clusters"])
        asked["pca"] = _number(data["pca"]) if data["pca"].strip() else None
        asked["seed"] = _number(data["seed"]) if data["seed"].strip() else 0
        asked["stability"] = data["stability"]
        asked["approximate"] = "allow" if data["approximate"] else "never"
        return SegmentationSpec.from_mapping(asked)


def _number(text: str) -> Any:
    """Read a number if it is one; what is not goes on as it is, and the specification refuses it in its own words."""
    text = text.strip().replace(",", ".")
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


class SegmentForm(forms.Form):
    """What a person says about a branch; what the form does not send stays as it is."""

    branch = forms.IntegerField(min_value=0, max_value=2 * MAX_SEGMENTS)
    name = forms.CharField(required=False, max_length=80)
    note = forms.CharField(required=False, max_length=2000)
    hue = forms.IntegerField(required=False, min_value=0, max_value=HUES)

    def said(self) -> dict[str, Any]:
        """Return what `services.name_segment` takes. Raises SpecRefused."""
        if not self.is_valid():
            words = "A name holds up to 80 characters, a note up to 2,000."
            raise SpecRefused(words, code="invalid_value", field=next(iter(self.errors)))
        return {field: value for field, value in self.cleaned_data.items() if field in self.data and value is not None}
