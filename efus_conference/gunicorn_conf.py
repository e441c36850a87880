"""gunicorn's settings, for bin/serve and the container alike: `gunicorn -c python:efus_conference.gunicorn_conf`."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from efus_conference import environment
from efus_conference.seal import SealError, seal_key

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efus_conference.settings")
try:
    _host = environment.text("BIND", "127.0.0.1")
    bind = f"[{_host}]:{settings.PORT}" if ":" in _host else f"{_host}:{settings.PORT}"
    workers = environment.integer("WEB_CONCURRENCY", os.cpu_count() or 1, lowest=1)
    # gunicorn asks for none of Django's checks. In the demonstration this makes the key.
    seal_key()
except (
    ImproperlyConfigured,
    SealError,
) as error:  # what to set, rather than a traceback and workers tried again and again
    print(error, file=sys.stderr)
    sys.exit(2)

wsgi_app = "efus_conference.wsgi"
# Threads: a client that reads slowly holds one of them, not the whole worker. As many as the pool has
# connections would leave none for the worker's neighbours.
worker_class = "efus_conference.web_worker.Worker"
limit_request_line = 8190  # bytes, the most that can be set
threads = 4
# Loaded once and shared by the workers: half the memory and a quicker start. Nothing connects to the
# database while loading, so each worker opens a pool of its own.
preload_app = True
graceful_timeout = 10  # seconds
# The heartbeat's file belongs in memory where there is such a folder: a slow disk must not look like a
# worker that hangs.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - mkstemp's
control_socket_disable = True
# No proxy of ours says where the site is mounted, and nobody else shall.
forwarder_headers = ""
loglevel = "warning"
