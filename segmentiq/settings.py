"""Every switch, each from the environment (or `.env`) through django-environ; `.env.example` documents them all.

Development (`ENV=dev`) works with no variable set. Production (`ENV=prod`) refuses to start with an unsafe value,
in one sentence.
"""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from segmentiq.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = re.findall(r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]

env = Environment()
env.read_env(BASE_DIR / ".env", parse_comments=True)

# --- What this installation is
APP_NAME = env.word("APP_NAME", "Customer Segmentation")
ENV = env.choice("ENV", "dev", ("dev", "prod"))
PRODUCTION = ENV == "prod"

UNSAFE_KEY = "dev-only-key-that-production-refuses"
SECRET_KEY = env.word("SECRET_KEY", UNSAFE_KEY)
DEBUG = env.flag("DEBUG", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])


def _refuse_unsafe() -> None:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on; production (ENV=prod) never shows tracebacks. Remove DEBUG.")
    if SECRET_KEY == UNSAFE_KEY or len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
        raise ImproperlyConfigured("SECRET_KEY is missing or weak; production (ENV=prod) needs 50 or more random characters.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name this site's host names in production (ENV=prod); * is refused.")


if PRODUCTION:
    _refuse_unsafe()

# --- How gunicorn serves (gunicorn.conf.py) and where `make run` listens
HOST = env.word("HOST", "127.0.0.1")
PORT = env.whole("PORT", 8000, most=65_535)
WEB_WORKERS = env.whole("WEB_WORKERS", 1, most=64)
WEB_THREADS = env.whole("WEB_THREADS", 8, most=256)

# --- Applications and middleware
INSTALLED_APPS = [
    "segmentiq",
    "datasets",
    "clustering",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "csp",
]
MIDDLEWARE = [
    "segmentiq.edge.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "segmentiq.views.RefusalPages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "segmentiq.urls"
WSGI_APPLICATION = "segmentiq.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "segmentiq.views.frame",
            ]
        },
    }
]

# --- Database: an embedded SQLite file, or DATABASE_URL=postgres://...
DATABASES: dict[str, Any] = {"default": env.database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'segmentiq.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: in WAL mode NORMAL may forget the last commits when the power fails, and they were acknowledged.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _options = {"pool": {"min_size": 1, "max_size": 8, "timeout": 5}}
_database["OPTIONS"] = {**_options, **_database.get("OPTIONS", {})}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Files: never served directly, only by views that check who asks
UPLOAD_DIR = BASE_DIR / env.word("UPLOAD_DIR", "media/datasets")
OUTPUT_DIR = BASE_DIR / env.word("OUTPUT_DIR", "media/runs")
ENGINE_DIR = BASE_DIR / env.word("ENGINE_DIR", "media/engine")
"""Compiled code and how quick this machine is; made anew when it is missing."""
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / env.word("STATIC_ROOT", "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "segmentiq.uploads.WholeUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "segmentiq.uploads.UnnamedFileHandler",
]

# --- Limits, all shown in the interface and the schema
MAX_UPLOAD_BYTES = env.whole("MAX_UPLOAD_MB", 200) * 1024 * 1024
MAX_ROWS = env.whole("MAX_ROWS", 2_000_000)
MAX_COLUMNS = env.whole("MAX_COLUMNS", 500)
MAX_CELLS = env.whole("MAX_CELLS", 50_000_000)
MAX_FEATURES = env.whole("MAX_FEATURES", 2_000)
MAX_QUEUED_PER_USER = env.whole("MAX_QUEUED_PER_USER", 20)
MAX_DATASETS_PER_USER = env.whole("MAX_DATASETS_PER_USER", 200)
MAX_BYTES_PER_USER = env.whole("MAX_MB_PER_USER", 2048) * 1024 * 1024
MIN_FREE_DISK_BYTES = env.whole("MIN_FREE_DISK_MB", 1024, least=0) * 1024 * 1024
READ_TIME_LIMIT_S = env.whole("READ_TIME_LIMIT_S", 120)
RUN_TIME_LIMIT_S = env.whole("RUN_TIME_LIMIT_S", 1800)
WORKER_MEMORY_MB = env.whole("WORKER_MEMORY_MB", 0, least=0)
"""Memory budget of one job in MiB; 0 means half of the machine."""
ENGINE_THREADS = env.whole("ENGINE_THREADS", 0, least=0, most=256)
"""Threads one job computes with; 0 means every core."""

# --- Work in the background
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- People
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "segmentiq.accounts.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # nothing is mailed; a password link must not end in a log
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "TOKEN_LIMIT_PER_USER": 20, "AUTH_HEADER_PREFIX": "Token"}

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "segmentiq.authentication.TokenHeader",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": ["segmentiq.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "segmentiq.negotiation.ApiPageRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "segmentiq.negotiation.FormatNegotiation",
    "DEFAULT_PAGINATION_CLASS": "segmentiq.listing.Pages",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "segmentiq.listing.KnownOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "segmentiq.problems.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": APP_NAME,
    "VERSION": VERSION,
    "DESCRIPTION": "Customers in, segments people can act on out.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["segmentiq.schema.without_trailing_slash"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "segmentiq.schema.with_failures"],
    "ENUM_NAME_OVERRIDES": {"DatasetStatus": "datasets.serializers.STATES", "RunStatus": "segmentiq.jobs.lifecycle.Status"},
}

# --- Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.flag("HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.whole("HSTS_SECONDS", 31_536_000 if HTTPS else 0, least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.flag("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Language, time, logs
LANGUAGE_CODE = "en"
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "segmentiq.edge.ValuelessFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
