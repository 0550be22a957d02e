"""The only permission rule: a thing belongs to its owner; staff see and edit everything; for anybody else it does not exist.

Querysets of owned models name the path to the owner in ``OWNER``; views and viewsets start from `visible_to`, so that a
stranger's request ends in the same 404 as a missing row.
"""

from __future__ import annotations

from typing import Self, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from segmentiq.ml.errors import Refusal

Visitor = AbstractBaseUser | AnonymousUser
M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    """A queryset that knows whose rows it holds."""

    OWNER = "owner"

    def visible_to(self, user: Visitor) -> Self:
        """Keep what this person may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if getattr(user, "is_staff", False):
            return self
        return self.filter(**{self.OWNER: user})

    def editable_by(self, user: Visitor) -> Self:
        """Keep what this person may change or delete: today, what they may see."""
        return self.visible_to(user)


def must_exist(row: models.Model) -> None:
    """Raise Refusal when the row was deleted after it was loaded: that its files are gone then says nothing."""
    if not type(row)._default_manager.filter(pk=row.pk).exists():
        raise deleted()


def deleted() -> Refusal:
    return Refusal("It was deleted meanwhile.", code="not_found")
