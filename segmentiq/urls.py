"""Every address of the site: pages, account, admin, API, its documentation, and the probes.

A path flows in, a view flows out. Errors below ``/api/`` are answered in the API's one shape, elsewhere with a page. The API's
documentation is open, because it says nothing that the source does not say; everything else starts from who asks.
"""

from __future__ import annotations

from allauth.account import urls as account
from allauth.account.decorators import secure_admin_login
from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

from segmentiq import views
from segmentiq.api import router
from segmentiq.problems import page_or_answer

# One door for everybody, whose attempts are counted: the admin's own is not.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = settings.APP_NAME

redoc = csp_update({"style-src": [UNSAFE_INLINE], "worker-src": ["blob:"]})(SpectacularRedocView.as_view())

# No mail is sent, so nothing promises a link by mail: an operator sets a forgotten password (`manage.py changepassword`).
without_mail = [route for route in account.urlpatterns if "reset_password" not in str(route.name)]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("datasets.urls")),
    path("", include("clustering.urls")),
    path("account/tokens", views.tokens, name="tokens"),
    path("account/tokens/revoke", views.token_revoke, name="token_revoke"),
    path("account/", include(without_mail)),
    path("admin/", admin.site.urls),
    re_path(r"^api/v1/schema/?$", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include(router.urls)),
    re_path(r"^docs/?$", SpectacularSwaggerSplitView.as_view(), name="docs"),
    re_path(r"^redoc/?$", redoc, name="redoc"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = page_or_answer("bad_request", views.bad_request)
handler403 = page_or_answer("permission_denied", views.forbidden)
handler404 = page_or_answer("not_found", views.not_found)
handler500 = page_or_answer("internal_error", views.broken)
