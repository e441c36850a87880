# The site as an organiser's host runs it: docs/operations.md says with which settings.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt /tmp/requirements.txt
RUN pip install --require-hashes -r /tmp/requirements.txt

WORKDIR /srv/site
COPY . .
# Catalogues, static files with their compressed twins, and byte code are made here, so that the container
# starts at once and writes nothing beside its data. Neither command asks for a database or a key: the ones
# they make up on the way stay in a folder that is not copied.
RUN DATA_DIR=/tmp/build python manage.py compilemessages \
    && DATA_DIR=/tmp/build STATIC_ROOT=/srv/static python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q /srv/site /opt/venv


FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /srv/site --shell /usr/sbin/nologin site \
    # The second is for the keeper of the logs alone, on a volume of its own.
    && install --directory --owner=site --group=site --mode=0700 /data /log-memory
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /srv/site /srv/site

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BIND=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/static
WORKDIR /srv/site
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=4 CMD ["python", "bin/healthy"]
CMD ["gunicorn", "-c", "python:efus_conference.gunicorn_conf"]
