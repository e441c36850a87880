"""What a speaker does by their link: answer, complete, hand in, finish."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation

from efus_conference.mail import queue
from efus_conference.secret_links import is_within_limit
from programme.actions.consents import give_consent, withdraw_consent
from programme.actions.portraits import set_portrait
from programme.actions.speaker_links import CONFIRMATIONS_PER_HOUR
from programme.actions.speaker_refusals import TooManyMaterials
from programme.models import Appearance, ConsentEvent, Material, Session, Speaker, SpeakerLink
from programme.portraits import Squares

TEXTS = ("function", "biography")
MATERIALS_PER_SESSION = 10  # that one speaker handed in


def _note_use(link: SpeakerLink, language: str) -> None:
    """Opening consumes and changes nothing; the first thing done by a link is remembered."""
    if link.opened_at is None or link.language != language:
        link.opened_at, link.language = link.opened_at or timezone.now(), language
        link.save(update_fields=["opened_at", "language"])


@transaction.atomic
def answer_sessions(*, link: SpeakerLink, answers: Mapping[int, tuple[str, str]], language: str) -> None:
    """Accepts or declines, by appearance id, each with a note. The draft stays as it is: organisers decide."""
    _note_use(link, language)
    theirs = Appearance.objects.select_for_update(of=("self",)).filter(
        speaker=link.speaker, session__edition=link.edition, pk__in=answers
    )
    for appearance in theirs:
        answer, note = answers[appearance.pk]
        if (answer, note) != (appearance.answer, appearance.answer_note):
            appearance.answer, appearance.answer_note = answer, note
            appearance.answered_at = timezone.now()
            appearance.save(update_fields=["answer", "answer_note", "answered_at"])


@transaction.atomic
def save_texts(*, link: SpeakerLink, texts: Mapping[str, str], language: str) -> None:
    """Function and biography by language, under their columns' names (“biography_fr”)."""
    _note_use(link, language)
    columns = [f"{name}_{code}" for name in TEXTS for code, _name in settings.LANGUAGES]
    for column in columns:
        setattr(link.speaker, column, texts[column])
    link.speaker.save(update_fields=columns)


@transaction.atomic
def set_own_portrait(*, link: SpeakerLink, squares: Squares | None, language: str) -> None:
    """Replaces the portrait, or removes it with None."""
    _note_use(link, language)
    set_portrait(speaker=link.speaker, squares=squares)


@transaction.atomic
def decide_consent(*, link: SpeakerLink, is_given: bool, wording: str, language: str) -> None:
    """Gives the consent by these words, or withdraws it; a withdrawal is confirmed by mail at once."""
    _note_use(link, language)
    if is_given:
        give_consent(
            speaker=link.speaker, through=ConsentEvent.Through.LINK, wording=wording, language=language
        )
    elif link.speaker.consent_withdrawn_at is None:
        withdraw_consent(speaker=link.speaker, through=ConsentEvent.Through.LINK, language=language)
        confirm(link=link)


@transaction.atomic
def hand_in(
    *,
    link: SpeakerLink,
    session: Session,
    title: str,
    slides_language: str,
    file: UploadedFile,
    language: str,
) -> Material:
    """Keeps slides for the organisers, who publish them or not."""
    _note_use(link, language)
    # Two at once come one after the other: each counts what the other handed in.
    Speaker.objects.select_for_update(no_key=True).get(pk=link.speaker_id)
    theirs = Material.objects.filter(session=session, handed_in_by=link.speaker)
    if theirs.count() >= MATERIALS_PER_SESSION:
        raise TooManyMaterials(MATERIALS_PER_SESSION)
    with translation.override(language):  # the title is in the language of the page it was typed on
        return Material.objects.create(
            session=session,
            kind=Material.Kind.SLIDES,
            title=title,
            language=slides_language,
            file=file,
            handed_in_by=link.speaker,
        )


@transaction.atomic
def take_back(*, link: SpeakerLink, material_id: int) -> bool:
    """Deletes what this speaker handed in, as long as it is not published; whether there was such a thing."""
    # An organiser who publishes it at this moment comes before, and it stays, or after, and it is gone.
    theirs = Material.objects.select_for_update(of=("self",)).filter(
        pk=material_id, handed_in_by=link.speaker, session__edition=link.edition, is_published=False
    )
    material = theirs.first()
    if material is None:
        return False
    delete_material(material=material)
    return True


@transaction.atomic
def delete_material(*, material: Material) -> None:
    """Deletes a material with its file."""
    name, storage = material.file.name, material.file.storage
    material.delete()
    if name:
        transaction.on_commit(partial(storage.delete, name))


@transaction.atomic
def finish(*, link: SpeakerLink, language: str) -> None:
    """The speaker says that this is all; a mail repeats what we hold and what is missing."""
    _note_use(link, language)
    link.finished_at = timezone.now()
    link.save(update_fields=["finished_at"])
    confirm(link=link)


def confirm(*, link: SpeakerLink) -> None:
    """Mails the speaker what we hold; a few times an hour at most, however often they ask."""
    if is_within_limit("speak:confirm", str(link.speaker_id), per_hour=CONFIRMATIONS_PER_HOUR):
        queue("programme/speaker_confirmation", link_id=link.pk)
