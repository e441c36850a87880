from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from efus_conference.models import Organisation, User
from programme.actions.comparison import LANGUAGES, change_of
from programme.actions.refusals import NeverReleased
from programme.models import Appearance, ReleasedSession, Session, Speaker, Theme
from programme.models.releases import TEXTS


@transaction.atomic
def reset_draft(*, session: Session, by: User) -> bool:
    """Makes a draft what is public again, speakers included; False when nothing differed.

    The organisers' note stays, and so do the answers of speakers who stay. A release cannot be undone; what came
    after it can. Raises NeverReleased.
    """
    draft = Session.objects.locked().get(pk=session.pk)
    # Read once the draft is locked: also a release that ended meanwhile counts.
    public = ReleasedSession.objects.filter(pk=draft.pk).first()
    if public is None:
        raise NeverReleased(draft.title)
    whole = Session.objects.with_draft().get(pk=draft.pk)
    if draft.starts_at is not None and change_of(whole, public) is None:
        return False
    draft.kind_id, draft.room_id = public.kind_id, public.room_id
    draft.starts_at, draft.ends_at = public.starts_at, public.ends_at
    draft.departs_at, draft.returns_at = public.departs_at, public.returns_at
    draft.wheelchair_places, draft.identity_by = public.wheelchair_places, public.identity_by
    draft.floor_languages = public.floor_languages
    draft.interpretation_languages = public.interpretation_languages
    draft.caption_languages = public.caption_languages
    draft.is_cancelled = public.is_cancelled
    for language in LANGUAGES:
        for name in TEXTS:
            setattr(draft, f"{name}_{language}", public.texts.get(language, {}).get(name, ""))
    draft.save()
    draft.themes.set(Theme.objects.filter(pk__in=public.theme_ids))
    _reset_appearances(draft, public)
    LogEntry.objects.log_actions(
        by.pk, [draft], CHANGE, _("Took the draft back to what is public."), single_object=True
    )
    return True


def _reset_appearances(draft: Session, public: ReleasedSession) -> None:
    held = {(one.speaker_id, one.role): one for one in draft.appearances.all()}
    wanted = {(one["speaker"], one["role"]): one for one in public.appearances}
    # Someone erased since then does not come back.
    speakers = set(Speaker.objects.filter(pk__in=[key[0] for key in wanted]).values_list("pk", flat=True))
    organisations = Organisation.objects.in_bulk({one["organisation"] for one in wanted.values()} - {None})
    for key in held.keys() - wanted.keys():
        held[key].delete()
    for order, (key, facts) in enumerate(wanted.items(), start=1):
        speaker_id, role = key
        if speaker_id not in speakers:
            continue
        appearance = held.get(key) or Appearance(session=draft, speaker_id=speaker_id, role=role)
        appearance.order = order
        appearance.organisation = organisations.get(facts["organisation"])
        appearance.is_to_be_confirmed = facts["is_to_be_confirmed"]
        for language in LANGUAGES:
            setattr(appearance, f"function_{language}", facts["function"].get(language, ""))
        appearance.save()
