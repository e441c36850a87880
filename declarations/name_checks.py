"""Which signatories have a name that somebody should look at, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from declarations.models import Signatory
from declarations.names import bare, flags_of, skeleton
from efus_conference.languages import in_every_language
from efus_conference.models import Organisation

NAMES = (*in_every_language("name", "full_name"), "endonym")


def written_names(organisation: Organisation) -> list[str]:
    """All the ways in which the register may name it, each once."""
    names = (getattr(organisation, name, "") or "" for name in NAMES)
    return [name for name in dict.fromkeys(names) if name]


def is_looked_at(signatory: Signatory) -> bool:
    """Whether somebody looked at the name as it is now; another name is looked at again."""
    return signatory.name_checked_at is not None and signatory.name_checked == as_looked_at(signatory)


def as_looked_at(signatory: Signatory) -> str:
    return "\n".join(written_names(signatory.organisation))


def findings_of(signatories: Iterable[Signatory]) -> dict[int, list[str]]:
    """By the signatory's id, sentences on its name; one query however many, and it reads every organisation's names."""
    by_look: defaultdict[str, dict[int, str]] = defaultdict(dict)
    by_bare: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for pk, *names in Organisation.objects.order_by("pk").values_list(
        "pk", *in_every_language("name"), "endonym"
    ):
        for name in names:
            if name and (look := skeleton(name)):
                by_look[look].setdefault(pk, name)
                by_bare[bare(name)].setdefault(pk, name)
    return {
        each.pk: [*flagged(each.organisation), *_alike(each.organisation, by_look, by_bare)]
        for each in signatories
    }


def flagged(organisation: Organisation) -> list[str]:
    """What a name has by itself."""
    return [
        _("“%(name)s” has %(what)s.") % {"name": name, "what": flag.label}
        for name in written_names(organisation)
        for flag in flags_of(name)
    ]


def _alike(
    organisation: Organisation, by_look: dict[str, dict[int, str]], by_bare: dict[str, dict[int, str]]
) -> list[str]:
    others: dict[int, tuple[str, str]] = {}
    for name in written_names(organisation):
        for pk, other in by_look.get(skeleton(name), {}).items():
            if pk != organisation.pk:
                others.setdefault(pk, (name, other))
    nearly: dict[int, tuple[str, str]] = {}
    for name in written_names(organisation):
        for pk, other in by_bare.get(bare(name), {}).items():
            if pk != organisation.pk and pk not in others:
                nearly.setdefault(pk, (name, other))
    return [
        *(
            _("“%(name)s” looks like “%(other)s”, another organisation.") % {"name": name, "other": other}
            for name, other in others.values()
        ),
        *(
            _("“%(name)s” and “%(other)s”, another organisation, have nearly the same name.")
            % {"name": name, "other": other}
            for name, other in nearly.values()
        ),
    ]
