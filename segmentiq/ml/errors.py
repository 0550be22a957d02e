"""Refusals: the failures a person can do something about.

Flows in: nothing. Flows out: one exception family that the pure code (``ml``, ``datasets.reader``) raises and that every
edge (page, API, command line, worker) turns into the same sentence. A refusal carries a registered ``code`` for machines, a
``message`` that says what and where and the limit, a ``hint`` with the remedy, and the ``field`` it is about. It never carries
a cell's value: refusals are stored and logged.

Anything else that escapes is a bug, and is treated as one.
"""

from __future__ import annotations


class Refusal(Exception):
    """An expected failure, told in a sentence."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.hint = hint

    @property
    def sentence(self) -> str:
        """Return what happened and the remedy, as a person reads them."""
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the pipe between worker and child."""
        return _revive, (type(self), self.message, self.code, self.field, self.hint)


def _revive(kind: type[Refusal], message: str, code: str, field: str | None, hint: str) -> Refusal:
    refusal = kind.__new__(kind)
    Refusal.__init__(refusal, message, code=code, field=field, hint=hint)
    return refusal


class SpecRefused(Refusal):
    """The specification itself is wrong: answered with 400 before anything is queued."""

    code = "invalid_parameter"


class RunRefused(Refusal):
    """The specification was fine, the data did not allow it: the run ends failed, with this sentence."""

    code = "run_refused"


class FileRefused(Refusal):
    """The uploaded file cannot be read as a table."""

    code = "unreadable_file"
