"""How gunicorn serves: one process of threads, so that memory stays flat and a slow client holds only its own thread.

Flows in: HOST, PORT, WEB_WORKERS and WEB_THREADS from the environment or `.env`. Reading the settings here, before any worker is
made, ends a start with an unsafe value in its one sentence.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segmentiq.settings")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - gunicorn runs this file from anywhere

from django.core.exceptions import ImproperlyConfigured

try:
    from segmentiq import settings
except ImproperlyConfigured as refusal:
    sys.exit(str(refusal))

wsgi_app = "segmentiq.wsgi:application"
bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
timeout = 60
graceful_timeout = 25
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - a slow disk must not look like a dead worker
control_socket_disable = True
loglevel = settings.LOG_LEVEL.lower()
