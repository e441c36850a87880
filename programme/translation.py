from modeltranslation.translator import TranslationOptions, register

from programme.models import (
    Appearance,
    Material,
    Release,
    Room,
    Session,
    SessionKind,
    Speaker,
    Theme,
    Venue,
)
from programme.models.releases import TEXTS


@register(SessionKind)
class SessionKindTranslation(TranslationOptions):
    fields = ("name", "name_plural")
    required_languages = ("en",)


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = ("en",)


@register(Room)
class RoomTranslation(TranslationOptions):
    fields = ("name", "directions")
    required_languages = ("en",)


@register(Session)
class SessionTranslation(TranslationOptions):
    fields = TEXTS
    required_languages = ("en",)


@register(Speaker)
class SpeakerTranslation(TranslationOptions):
    fields = ("function", "biography")


@register(Appearance)
class AppearanceTranslation(TranslationOptions):
    fields = ("function",)


@register(Release)
class ReleaseTranslation(TranslationOptions):
    fields = ("note",)


@register(Venue)
class VenueTranslation(TranslationOptions):
    fields = ("name", "directions", "accessibility")
    required_languages = ("en",)


@register(Material)
class MaterialTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = ("en",)
