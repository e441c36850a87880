"""The site's settings, in a data folder and a database of the tests' own.

Whatever the environment says about databases, keys and mail is the developer's and left alone. bin/test names
one folder for the whole run; a plain `pytest` makes one and removes it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from efus_conference import embedded_postgres

for _name in (
    "DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "TICKET_KEY", "LOG_KEY", "SEAL_P12", "SEAL_P12_PASSWORD",
    "TSA_URL", "TSA_ROOTS", "LOG_MEMORY", "LOG_WITNESS",
    "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "STORAGE_URL", "CACHE_URL", "TRUSTED_PROXIES", "PORT", "BIND",
    "STATIC_ROOT", "EFUS_NO_DATABASE",
):  # fmt: skip
    os.environ.pop(_name, None)

_folder = os.environ.get("EFUS_TEST_DATA_DIR")
if not _folder:
    # Named in the environment, so that the workers pytest-xdist starts share it.
    _folder = os.environ["EFUS_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="efus-test-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
# Registered after the removal above, so it runs before it: the server is gone when its folder goes.
embedded_postgres.ensure(Path(_folder), durable=False)
atexit.register(embedded_postgres.leave, Path(_folder))

from efus_conference.settings import *  # noqa: E402, F403 - after the environment is the tests'
from efus_conference.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# A race test takes forty connections at once, which the site's small pool would queue.
DATABASES["default"]["OPTIONS"].pop("pool")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Names without digests: collecting and compressing takes ten seconds and tests nothing of ours.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
Path(STATIC_ROOT).mkdir(exist_ok=True)  # WhiteNoise warns where it is missing
