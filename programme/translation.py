from modeltranslation.translator import TranslationOptions, register

from programme.models import Appearance, Release, Room, Session, SessionKind, Speaker, Theme


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
    fields = ("title", "subtitle", "abstract", "meeting_point")
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
