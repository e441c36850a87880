"""The worker in a process of its own, on a database that a test names: `python -m tests.working NAME SMTP_PORT`.

Does what is queued and due, then ends; for tests that kill it meanwhile.
"""

from __future__ import annotations

import sys


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from procrastinate.contrib.django import app as jobs

    from tests.databases import connected_to

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "localhost", int(sys.argv[2]), False
    with connected_to(sys.argv[1]):
        jobs.periodic_registry.periodic_tasks.clear()
        with jobs.replace_connector(jobs.connector.get_worker_connector()):
            jobs.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


if __name__ == "__main__":
    main()
