from __future__ import annotations

import hashlib

from django.db import models


def erased_key(key: str) -> str:
    """What stands for the key of an item about a person who was erased: keys are made of names."""
    if key.startswith("erased:"):
        return key
    return f"erased:{hashlib.sha256(key.encode()).hexdigest()}"


class LoadedItem(models.Model):
    """What `load_content` last wrote for one item of the content, so that it never overwrites an organiser.

    A field that still equals the value written then may be written again; any other was changed by a person.
    An item whose row is gone was deleted by a person and is not made again.
    """

    key = models.CharField(max_length=150, unique=True)
    model = models.CharField(max_length=100)
    object_id = models.CharField(max_length=50)
    fields = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key
