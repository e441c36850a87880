"""What a speaker's link shows: what we ask of them for one edition, what we have, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programme.actions.comparison import released_row
from programme.actions.speaking import TEXTS
from programme.languages import language_name, reader
from programme.models import Appearance, Material, Session, Speaker, SpeakerLink
from programme.wording import at_venue

Answer = Appearance.Answer


@dataclass(frozen=True)
class AskedSession:
    """One part in one session as its speaker sees it, the draft included."""

    appearance: Appearance
    title: str
    kind: str
    css: str
    role: str
    function: str
    when: str
    where: str
    is_public: bool
    is_cancelled: bool

    @property
    def is_answered(self) -> bool:
        return self.appearance.answer in (Answer.ACCEPTED, Answer.DECLINED)


def asked_sessions(link: SpeakerLink) -> list[AskedSession]:
    """Their sessions of the link's edition, as drafted, in the order of time."""
    appearances = (
        Appearance.objects.filter(speaker=link.speaker, session__edition=link.edition)
        .select_related("session__kind", "session__room__venue", "session__released")
        .order_by("session__starts_at", "session__pk", "pk")
    )
    return [_asked(appearance, link) for appearance in appearances]


def _asked(appearance: Appearance, link: SpeakerLink) -> AskedSession:
    session = appearance.session
    zone = link.edition.zone
    when = ""
    if session.starts_at and session.ends_at:
        when = _("%(start)s to %(end)s") % {
            "start": capfirst(at_venue(session.starts_at, zone)),
            "end": f"{session.ends_at.astimezone(zone):%H:%M}",
        }
    return AskedSession(
        appearance=appearance,
        title=session.title,
        kind=session.kind.name,
        css=f"kind kind-{session.kind.colour}",
        role=str(appearance.get_role_display()),
        function=appearance.function,
        when=when,
        where=session.room.name if session.room else session.meeting_point,
        is_public=_is_as_public(session),
        is_cancelled=session.is_cancelled,
    )


def _is_as_public(session: Session) -> bool:
    """Whether time and room are published as they are drafted."""
    released = released_row(session)
    return released is not None and (released.starts_at, released.ends_at, released.room_id) == (
        session.starts_at,
        session.ends_at,
        session.room_id,
    )


def consent_wording() -> str:
    """The exact words one agrees to, in the reader's language; each consent keeps those it was given to."""
    return _(
        "I agree that the European Forum for Urban Security (Efus) names me as a speaker of its conference "
        "Security, Democracy & Cities: on this site and its archive, in the printed programme and in the files "
        "that calendars and other programs read, with my function, my organisation, my biography and my portrait "
        "as I gave them here, and publishes the slides I hand in once an organiser has put them online. I can "
        "withdraw this at any time, by my link or by writing to the organisers. From then on this site names and "
        "shows me nowhere, its archive included."
    )


@dataclass(frozen=True)
class Part:
    """One of the things asked; `missing` are sentences, `state` a word or two with the colour of its tag."""

    key: str
    title: str
    state: str
    tag: str
    missing: list[str] = field(default_factory=list)


def parts(link: SpeakerLink) -> list[Part]:
    sessions = asked_sessions(link)
    return [
        _sessions_part(sessions),
        _texts_part(link.speaker),
        _portrait_part(link.speaker),
        consent_part(link.speaker),
        _slides_part(link),
    ]


def missing(link: SpeakerLink) -> list[str]:
    return [sentence for part in parts(link) for sentence in part.missing]


def _sessions_part(sessions: list[AskedSession]) -> Part:
    open_ = [one for one in sessions if not one.is_answered and not one.is_cancelled]
    sentence = ngettext(
        "You have not answered yet for %(count)d session.",
        "You have not answered yet for %(count)d sessions.",
        len(open_),
    ) % {"count": len(open_)}
    done, to_do = (_("Answered"), "tag-success"), (_("To answer"), "tag-action")
    state, tag = to_do if open_ else done
    return Part("sessions", _("Your sessions"), state, tag, [sentence] if open_ else [])


def missing_texts(speaker: Speaker) -> list[tuple[str, str]]:
    """The texts that are empty, as (“biography”, “fr”)."""
    return [
        (name, code)
        for name in TEXTS
        for code, _name in settings.LANGUAGES
        if not getattr(speaker, f"{name}_{code}")
    ]


def _texts_part(speaker: Speaker) -> Part:
    lacking = missing_texts(speaker)
    sentences = {
        "function": _("Your function is missing in this language: %(language)s."),
        "biography": _("Your biography is missing in this language: %(language)s."),
    }
    missing = [sentences[name] % {"language": language_name(code, reader())} for name, code in lacking]
    state, tag = (_("To complete"), "tag-action") if lacking else (_("Complete"), "tag-success")
    return Part("texts", _("Your texts"), state, tag, missing)


def _portrait_part(speaker: Speaker) -> Part:
    if speaker.portrait:
        return Part("portrait", _("Your portrait"), _("Received"), "tag-success")
    return Part(
        "portrait", _("Your portrait"), _("To add"), "tag-action", [_("We have no portrait of you yet.")]
    )


def consent_part(speaker: Speaker) -> Part:
    title = _("Your consent")
    if speaker.consent_withdrawn_at is not None:
        return Part("consent", title, _("You are not named"), "tag-warning")
    if speaker.consented_at is not None:
        return Part("consent", title, _("You agreed"), "tag-success")
    missing = [_("You have not said yet whether we may name you.")]
    if speaker.is_shown:  # Efus named them then, and they may say what they think of it now
        return Part("consent", title, _("Named by Efus at the time"), "tag-info", missing)
    return Part("consent", title, _("To decide"), "tag-action", missing)


def handed_in(link: SpeakerLink) -> list[Material]:
    """What this speaker handed in for the edition, the newest first."""
    return list(
        Material.objects.filter(handed_in_by=link.speaker, session__edition=link.edition)
        .select_related("session")
        .order_by("-added_at", "-pk")
    )


def _slides_part(link: SpeakerLink) -> Part:
    if Material.objects.filter(handed_in_by=link.speaker, session__edition=link.edition).exists():
        return Part("slides", _("Your slides"), _("Received"), "tag-success")
    return Part("slides", _("Your slides"), _("If you have any"), "")
