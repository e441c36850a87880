"""The one settings file. Everything that differs between hosts comes from the environment.

Without DATABASE_URL this is the demonstration: an embedded PostgreSQL, secrets made at first start and
kept in DATA_DIR, mail written to files. With DATABASE_URL it is a real site, and a setting that is missing
stops the start with a sentence that says what to set. docs/operations.md lists them all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from efus_conference import embedded_postgres, environment, secrets_file
from efus_conference.account_settings import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "var")

# --- what is this site -------------------------------------------------------------------------------

_database = environment.database("DATABASE_URL")
_owner_database = environment.database("DATABASE_OWNER_URL")
DEMONSTRATION = _database is None
PORT = environment.integer("PORT", 8000, lowest=1)
SITE_URL = environment.web_address("SITE_URL", f"http://localhost:{PORT}")
DEBUG = False


def _own_secret(name: str) -> str:
    try:
        return environment.text(name) or secrets_file.secret(DATA_DIR, name)
    except OSError as error:
        raise ImproperlyConfigured(f"The data folder {DATA_DIR} can't be used: {error.strerror}.") from error
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from error


if DEMONSTRATION:
    SECRET_KEY = _own_secret("SECRET_KEY")
    TICKET_KEY = _own_secret("TICKET_KEY")
    LOG_KEY = _own_secret("LOG_KEY")
    SEAL_P12 = environment.text("SEAL_P12")
    ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
else:
    SECRET_KEY = environment.required("SECRET_KEY", "a long random text that signs sessions and links")
    TICKET_KEY = environment.required("TICKET_KEY", "the key that signs tickets, the same on every host")
    LOG_KEY = environment.required("LOG_KEY", "the key of the declarations' logs")
    SEAL_P12 = environment.required("SEAL_P12", "the PKCS 12 file with the certificate of the seal")
    environment.required("ALLOWED_HOSTS", "the host names this site answers to, with commas")
    ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
SEAL_P12_PASSWORD, TSA_URL = environment.text("SEAL_P12_PASSWORD"), environment.text("TSA_URL")
TSA_ROOTS = environment.text("TSA_ROOTS")  # a PEM file with the certificates by which that authority is known
# What the keeper of the logs remembers beside the database, and who gets a copy of every checkpoint.
LOG_MEMORY = environment.folder("LOG_MEMORY", DATA_DIR / "log-memory")
LOG_WITNESS = environment.text("LOG_WITNESS")
# A PEM file with the certificates by which the digital signatures on what offices send are trusted.
SIGNATURE_ROOTS = environment.text("SIGNATURE_ROOTS")

# --- database ----------------------------------------------------------------------------------------

_databases: dict[str, dict[str, Any]] = {}
if _database is not None:
    _databases["default"] = _database
    if _owner_database is not None:
        _databases["owner"] = _owner_database
elif os.environ.get("EFUS_NO_DATABASE"):  # set by manage.py for commands that need none
    _databases["default"] = {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}
else:
    try:
        _cluster = embedded_postgres.ensure(DATA_DIR)
    except embedded_postgres.EmbeddedPostgresError as error:
        raise ImproperlyConfigured(str(error)) from error
    _databases["default"] = {"ENGINE": "django.db.backends.postgresql", **_cluster.app}
    _databases["owner"] = {"ENGINE": "django.db.backends.postgresql", **_cluster.owner}

for _alias, _settings in _databases.items():
    # The pool needs CONN_MAX_AGE 0; without the health check the first request after a restart of the
    # database fails.
    _settings["CONN_MAX_AGE"] = 0
    _settings["CONN_HEALTH_CHECKS"] = True
    if _alias == "default":
        _settings["OPTIONS"] = {
            **_settings.get("OPTIONS", {}),
            "pool": {
                "min_size": 1,
                "max_size": environment.integer("DATABASE_POOL", 8, lowest=1),
                "timeout": 10,
            },
        }
    else:
        # The owner's login migrates the very database of "default"; tests make no second one of it.
        _settings["TEST"] = {"MIRROR": "default"}
DATABASES = _databases
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- applications ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "efus_conference.apps.SiteConfig",
    "modeltranslation",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "efus_conference.apps.SiteAdminConfig",  # after the theme, whose templates must be found first
    "import_export",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "pgtrigger",
    "procrastinate.contrib.django",
    "programme",
    "registration",
    "declarations",
    "archive",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "efus_conference.middleware.ControlCharactersMiddleware",
    "efus_conference.middleware.SecretAddressesMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "efus_conference.middleware.FormerAddressesMiddleware",
    "efus_conference.middleware.PersonalPagesMiddleware",
]

ROOT_URLCONF = "efus_conference.urls"
WSGI_APPLICATION = "efus_conference.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "efus_conference.context.site",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "efus"
CRISPY_TEMPLATE_PACK = "efus"

# The address is unique whatever its case: a constraint on lower(email) that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

# --- people ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "efus_conference.User"
AUTHENTICATION_BACKENDS = ["efus_conference.alike.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "registration:my"
ACCOUNT_ADAPTER = "efus_conference.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "efus_conference.accounts.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split(":", 1)[0]
ALLAUTH_TRUSTED_PROXY_COUNT = environment.integer("TRUSTED_PROXIES", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Security, Democracy & Cities"
# Browsers allow passkeys without TLS at http://localhost only, which is where the demonstration runs.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://localhost")

# --- languages ---------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "office"]  # the second: declarations/languages.py
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = tuple(code for code, _name in LANGUAGES)
FORMAT_MODULE_PATH = "efus_conference.formats"
USE_TZ = True
TIME_ZONE = "Europe/Brussels"  # of the office; pages of an edition use the venue's own
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- files -------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# Evidence and other files that only a view with its own permission check may hand out.
PRIVATE_MEDIA_ROOT = DATA_DIR / "private"
_storage_url = environment.text("STORAGE_URL")
if _storage_url and not _storage_url.startswith("s3://"):
    raise ImproperlyConfigured("STORAGE_URL must look like s3://bucket (credentials by AWS_… variables).")


def _files(location: Path, prefix: str) -> dict[str, Any]:
    if _storage_url:
        options = {"bucket_name": _storage_url.removeprefix("s3://").strip("/"), "location": prefix}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}


STORAGES = {
    "default": _files(MEDIA_ROOT, "media"),
    "private": _files(PRIVATE_MEDIA_ROOT, "private"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes of a form without its files
# Of one file of slides or documents, and of a video that is kept here.
MATERIALS_MAX_BYTES = environment.integer("MATERIALS_MAX_MB", 50, lowest=1) * 1024 * 1024
VIDEOS_MAX_BYTES = environment.integer("VIDEOS_MAX_MB", 500, lowest=1) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000  # the admin's longest inline tables

# --- mail and jobs -----------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = environment.sender("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where answers to mails go, and what the footer names; without it neither does.
CONTACT_EMAIL = environment.contact("CONTACT_EMAIL", DEFAULT_FROM_EMAIL, is_demonstration=DEMONSTRATION)
EMAIL_BACKEND = "efus_conference.mail.ReadableFileBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
globals().update(environment.mail("EMAIL_URL") or {})
if not DEMONSTRATION:
    environment.required("EMAIL_URL", "the mail server, such as smtp://user:password@host:587")
    environment.required("SITE_URL", "the address people see, such as https://conference.example")
# Every app composes its mails in mails.py; the worker imports them by this name.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "mails"

# --- cache: rate limits and other counters are shared by every process and host ----------------------

CACHES = {"default": environment.cache("CACHE_URL")}
# Whole public pages are kept in each process: so much of them, and at most a second behind what is public.
KEPT_MEGABYTES = environment.integer("KEPT_MEGABYTES", 32)
KEPT_RECHECK = environment.seconds("KEPT_RECHECK", 1, longest=1)

# --- security ----------------------------------------------------------------------------------------

_tls = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _tls
SECURE_HSTS_SECONDS = 31_536_000 if _tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _tls
SECURE_HSTS_PRELOAD = _tls
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if environment.integer("TRUSTED_PROXIES", 0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _tls
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14  # seconds
CSRF_FAILURE_VIEW = "efus_conference.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- logs --------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "refusals_in_one_line": {"()": "efus_conference.logs.RefusalsInOneLine"},
        "no_secrets": {"()": "efus_conference.logs.WithoutSecrets"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusals_in_one_line", "no_secrets"],
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}},
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Security, Democracy & Cities"),
    "SITE_HEADER": _("Security, Democracy & Cities"),
    "SITE_SUBHEADER": _("Organisers"),
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/mark.svg")}
    ],
    "STYLES": [lambda _request: static("css/admin.css")],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": True,
    "BORDER_RADIUS": "4px",
    "COLORS": {
        "primary": {
            "50": "#eef3fb", "100": "#d9e4f5", "200": "#b3c8ea", "300": "#86a6db", "400": "#5580c7",
            "500": "#2f5fb0", "600": "#1f4a94", "700": "#1a3d7a", "800": "#173362", "900": "#142a4f",
            "950": "#0c1a33",
        },
    },
    "DASHBOARD_CALLBACK": "efus_conference.views.organisers_first_page",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "efus_conference.admin_menu.navigation",
    },
}  # fmt: skip
