"""The cache as a table of the database, where no Redis is set: it holds how often who asked."""

from __future__ import annotations

import base64
import pickle
import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, connections, router, transaction


class TableCache(DatabaseCache):
    """Django's, but what is over is deleted by the hourly job `cache.forget_old` alone.

    Django counts all rows each time it adds one, and throws a third of them away once there are too many: the more
    somebody asked, the dearer each refusal would be, and who fills the table would begin anew with all limits.
    """

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Whether `mode` (set, add or touch) changed a row; False too, as Django has it, where the database refuses."""
        alias = router.db_for_write(self.cache_model_class)
        table = connections[alias].ops.quote_name(self._table)  # type: ignore[attr-defined]
        ends = self.get_backend_timeout(timeout)
        expires = datetime.max.replace(tzinfo=UTC) if ends is None else datetime.fromtimestamp(ends, tz=UTC)
        values: list[Any]
        if mode == "touch":
            statement = f"UPDATE {table} SET expires = %s WHERE cache_key = %s"  # noqa: S608 - a name of ours
            values = [expires, key]
        else:
            statement = (
                f"INSERT INTO {table} AS kept (cache_key, value, expires) VALUES (%s, %s, %s) "  # noqa: S608
                "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
            )
            pickled = pickle.dumps(value, self.pickle_protocol)
            values = [key, base64.b64encode(pickled).decode("ascii"), expires]
            if mode == "add":
                statement += " WHERE kept.expires < %s"
                values.append(datetime.fromtimestamp(time.time(), tz=UTC))
        try:
            # Within a transaction of whoever asks: what fails here must not end theirs.
            with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
                cursor.execute(statement, values)
                return bool(cursor.rowcount)
        except DatabaseError:
            return False
