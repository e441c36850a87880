from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from archive import linked_data
from efus_conference.linked_data import data_block
from efus_conference.models import Organisation

register = template.Library()


@register.simple_tag
def organisation_data(organisation: Organisation) -> SafeString:
    """Of the organisation whose page this is, for its head."""
    return data_block(linked_data.organisation_facts(organisation))
