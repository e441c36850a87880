"""The certificate of attendance, sent to each who was there once the edition is over."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation

from efus_conference.mail import Letter, composes, site_address
from registration.actions.certificates import NotThere, issue_certificate
from registration.actions.refusals import Erased
from registration.mails.letters import facts, letters, read


@composes("registration/certificate")
def certificate(registration_id: int) -> list[Letter]:
    """With the file: whoever has no account, because somebody else registered them, gets theirs too.

    Nothing for who turned out not to have been there, or was erased. Without a seal the job fails, and comes again.
    """
    registration = read(registration_id)
    if registration is None:
        return []
    try:
        issued = issue_certificate(registration=registration, language=registration.language, by=None)
    except (NotThere, Erased):
        return []
    with issued.file.open("rb") as file:
        content = file.read()
    with translation.override(registration.language):
        context = {
            **facts(registration),
            "certificate_url": site_address(reverse("registration:certificate", args=[registration.pk])),
            "check_url": site_address(reverse("registration_machine:check")),
        }
    name = f"certificate-{registration.edition.slug}.pdf"
    return letters(registration, context, ((name, content, "application/pdf"),))
