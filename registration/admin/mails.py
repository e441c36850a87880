from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from efus_conference.models import Mail
from efus_conference.templatetags.dates import moment_at
from registration.models import Registration

SHOWN = 50


class ShowsMails:
    """Mixed into the page of a registration: the field `mails`, what was sent about it, the latest first."""

    @display(description=_("e-mails"))
    def mails(self, registration: Registration) -> SafeString | str:
        found = Mail.objects.about(registration_id=registration.pk).defer("text", "bounce_diagnostic")[:SHOWN]
        lines = format_html_join(
            "",
            '<li>{} · <a class="underline" href="{}">{}</a> · {}{}</li>',
            (
                (
                    moment_at(mail.sent_at, registration.edition),
                    reverse("admin:efus_conference_mail_change", args=[mail.pk]),
                    mail.subject,
                    mail.to,
                    format_html(" · <strong>{}</strong>", mail.get_bounce_display()) if mail.bounce else "",
                )
                for mail in found
            ),
        )
        return format_html("<ul>{}</ul>", lines) if lines else "–"
