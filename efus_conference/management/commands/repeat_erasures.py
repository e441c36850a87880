"""After a backup was restored: erases again who was erased since it was made."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from declarations.actions.erasures import forget_signer_again
from declarations.models import Signature
from efus_conference.erasing import ErasureRefused, erase
from efus_conference.erasure_notes import Note, notes
from efus_conference.models import User
from programme.actions.erasures import erase_speaker
from programme.models import Speaker
from registration.actions.erasures import erase_again
from registration.models import Registration


class Command(BaseCommand):
    help = (
        "Erases again the people whose erasure is noted in the database or among the private files. Run it after "
        "a backup of the database was restored, before the site opens."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for note in notes():
            try:
                count += _repeat(note)
            except ErasureRefused as refusal:
                self.stderr.write(f"{note.user}: {refusal}")
        self.stdout.write(f"{count} erased again.")


def _repeat(note: Note) -> int:
    # A number may have been given anew since the backup: to somebody who came after that erasure.
    user = (
        User.objects.filter(pk=note.user, erased_at=None, date_joined__lte=note.erased_at).first()
        if note.user is not None
        else None
    )
    if user is not None:
        erase(user=user, by=user)
    rows = Registration.objects.select_related("managed_by").filter(
        pk__in=note.registrations, erased_at=None, submitted_at__lte=note.erased_at
    )
    left = list(rows)
    for row in left:
        erase_again(registration=row, by=row.managed_by)
    # Speakers have no moment at which they were made; without their account they are erased by hand.
    speakers = list(Speaker.objects.filter(pk__in=note.speakers).exclude(slug__startswith="erased-"))
    for speaker in speakers if user is not None or note.user is None else []:
        erase_speaker(speaker=speaker)
    signatures = list(Signature.objects.filter(log_id__in=note.signers, person_erased_at=None))
    for signature in signatures:
        forget_signer_again(signature=signature, with_mandate=note.with_mandate, with_files=note.with_files)
    return int(user is not None) + len(left) + len(signatures)
