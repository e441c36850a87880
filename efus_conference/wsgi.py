from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efus_conference.settings")

_django = get_wsgi_application()

from efus_conference.keeping import KeptPages  # noqa: E402 - reads models, which are there only now

_site = KeptPages(_django)
_CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application, told that what comes in is UTF-8.

    Browsers send nothing else. Django would look up any other name among Python's codecs, before the first
    middleware, and some of those (rot13, idna) make it fail on every address.
    """
    if "charset" in environ.get("CONTENT_TYPE", "").lower():
        environ["CONTENT_TYPE"] = _CHARSET.sub("", environ["CONTENT_TYPE"])
    return _site(environ, start_response)
