#!/usr/bin/env python3
"""Django's command line, on the same database as bin/serve, the embedded one included."""

import os
import signal
import sys

# These touch no database, so they start no embedded one.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "draw_model",
    "draw_states",
    "makemessages",
    "office_messages",
}
HELP = {"help", "--help", "-h", "version", "--version"}


def main() -> int:
    arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efus_conference.settings")
    asks_for_help = not arguments or bool(HELP & set(arguments))
    if asks_for_help or arguments[0] in WITHOUT_DATABASE:
        os.environ["EFUS_NO_DATABASE"] = "1"
    # An orderly end, so that the last user of the embedded database stops it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        print(
            "Django is not installed for this Python: run bin/serve once, then .venv/bin/python manage.py.",
            file=sys.stderr,
        )
        return 2
    try:
        if not asks_for_help:
            _ = settings.INSTALLED_APPS  # a mistake in the settings shows here, before Django tries twice
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
