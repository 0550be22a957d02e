"""Tokens for scripts: who may make them, how many, and the REST addresses to look after one's own.

A signed-in person flows in; a secret flows out, once, and only its digest stays. Tokens cannot make tokens: a stolen one would
otherwise renew itself for ever.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from knox.models import AuthToken
from knox.settings import knox_settings
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from segmentiq.ml.errors import Refusal
from segmentiq.parameters import KnownParameters


def tokens_of(user: Any) -> QuerySet[Any]:
    """Return a person's tokens that still work, newest first."""
    rows: QuerySet[Any] = AuthToken.objects.filter(user=user, expiry__gt=timezone.now()).order_by("-created")
    return rows


def issue_token(user: Any) -> tuple[Any, str]:
    """Make a token; return its row and the secret, which is not kept. Raises Refusal at the limit."""
    limit = knox_settings.TOKEN_LIMIT_PER_USER
    if limit is not None and tokens_of(user).count() >= limit:
        raise Refusal(f"There are already {limit} tokens, which is the limit.", code="too_many_tokens", hint="Delete one first.")
    row, secret = AuthToken.objects.create(user)
    return row, secret


class TokenSerializer(serializers.Serializer[Any]):
    """A token as it can still be shown: by how it begins."""

    id = serializers.CharField(source="token_key", read_only=True, help_text="The token's first characters.")
    created_at = serializers.DateTimeField(source="created", read_only=True)
    expires_at = serializers.DateTimeField(source="expiry", read_only=True, allow_null=True)


class NewTokenSerializer(TokenSerializer):
    """A token at the one moment it is shown."""

    token = serializers.CharField(read_only=True)


@extend_schema_view(list=extend_schema(summary="List your tokens"), destroy=extend_schema(summary="Delete a token"))
@extend_schema(tags=["tokens"])
class TokenViewSet(KnownParameters, mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Any]):
    """Your own tokens, nobody else's: staff do not see them either."""

    queryset = AuthToken.objects.none()
    serializer_class = TokenSerializer
    filter_backends: list[Any] = []
    lookup_field = "token_key"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9a-f]{8,25}"

    def get_queryset(self) -> QuerySet[Any]:
        return tokens_of(self.request.user)

    @extend_schema(summary="Make a token", request=None, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """Answer with the secret, this once. Needs a signed-in session: a token cannot make tokens."""
        if request.auth is not None:
            raise Refusal("A token cannot make tokens.", code="session_required", hint="Sign in with a password.")
        row, secret = issue_token(request.user)
        return Response(
            {**TokenSerializer(row).data, "token": secret}, status=201, headers={"Cache-Control": "private, no-store"}
        )
