"""The roof's pages; may import every app, and no app imports them."""

from efus_conference.views.errors import bad_request, csrf_failure, not_found, permission_denied, server_error
from efus_conference.views.home import home, to_the_reader_s_language
from efus_conference.views.machine import healthz, manifest, robots, security_txt
from efus_conference.views.media import media
from efus_conference.views.organisers import organisers_first_page
from efus_conference.views.sitemap import sitemap, sitemap_of

__all__ = [
    "bad_request",
    "csrf_failure",
    "healthz",
    "home",
    "manifest",
    "media",
    "not_found",
    "organisers_first_page",
    "permission_denied",
    "robots",
    "security_txt",
    "server_error",
    "sitemap",
    "sitemap_of",
    "to_the_reader_s_language",
]
