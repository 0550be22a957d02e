# Two stages: wheels and static files are made in the first; the second holds Python, our code and what it needs, nothing else.
# The image runs as a person without rights and with a read-only root; it writes to /srv/media (a volume) and /tmp.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv
COPY requirements.txt .
RUN pip install --require-hashes --requirement requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput --verbosity 0 && python -m whitenoise.compress --quiet staticfiles

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin segmentiq \
    && install --directory --owner segmentiq --mode 0700 /srv/media
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    ENV=prod HOST=0.0.0.0 MPLCONFIGDIR=/tmp/matplotlib HOME=/tmp
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY --from=build /srv .
USER segmentiq
VOLUME /srv/media
EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
