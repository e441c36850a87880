"""Time stamps (RFC 3161) for seals, from an authority that is not believed at its word.

An answer counts when it is about what was asked (its hash and its nonce), signed by a certificate that leads to one of
`TSA_ROOTS` and is for stamping time, and tells a moment near ours: our clock is never put in its place, and one that
is hours off is no witness either. Whatever else comes is refused: the document is sealed without a stamp.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from asn1crypto import cms, tsp
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

LONGEST_ANSWER = 64 * 1024  # bytes; a stamp with its certificates has some five thousand
FURTHEST = timedelta(minutes=5)  # that its clock may be from ours
REPLY = "application/timestamp-reply"


class RefusedStampError(TimestampRequestError):
    """What came is no stamp that counts; `str()` says why, for the log."""


class Authority(HTTPTimeStamper):
    """One authority by its address. `roots`: path of a PEM file with the certificates its own leads to.

    Raises OSError, ValueError where there are none: an answer that nobody vouches for says nothing.
    """

    def __init__(self, url: str, *, roots: str, patience: float) -> None:
        super().__init__(url, timeout=patience)
        self._roots = list(load_certs_from_pemder_data(Path(roots).read_bytes())) if roots else []
        if not self._roots:
            raise ValueError("TSA_ROOTS names no certificate by which the authority could be known.")

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Asks this address alone, for so long in all, and reads so much and no more."""
        try:
            async with (
                # Nothing is inflated: a few bytes of a stranger's would become more than the memory holds.
                aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=self.timeout), auto_decompress=False
                ) as session,
                session.post(
                    self.url,
                    data=req.dump(),
                    headers={**self.request_headers(), "Accept-Encoding": "identity"},
                    allow_redirects=False,
                ) as answer,
            ):
                if answer.status != 200 or answer.content_type != REPLY:
                    raise RefusedStampError(f"answered {answer.status}, {answer.content_type}")
                content = bytearray()
                async for part in answer.content.iter_chunked(8192):
                    content += part
                    if len(content) > LONGEST_ANSWER:
                        raise RefusedStampError("answered more than any stamp takes")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RefusedStampError(f"can't be reached: {error!r}") from error
        return tsp.TimeStampResp.load(bytes(content), strict=True)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The stamp of a digest. Raises RefusedStampError, or what reading a stranger's bytes raises."""
        stamp = await super().async_timestamp(message_digest, md_algorithm)
        await self._check(stamp, message_digest, md_algorithm)
        return stamp

    async def _check(self, stamp: cms.ContentInfo, digest: bytes, algorithm: str) -> None:
        def asked(named: str) -> bytes:
            if named != algorithm:
                raise RefusedStampError(f"stamped by {named} what was asked for by {algorithm}")
            return digest

        context = ValidationContext(trust_roots=self._roots, allow_fetching=False)
        found: dict[str, Any] = await validate_tst_signed_data(stamp["content"], context, asked)
        status = TimestampSignatureStatus(**found)
        if not (status.intact and status.valid):
            raise RefusedStampError("what it stamped is not what was asked, or its signature does not hold")
        if not status.trusted:
            raise RefusedStampError("its certificate leads to none of TSA_ROOTS, or is not for stamping time")
        # Of a certificate that stands in TSA_ROOTS itself, what it is for was not asked (RFC 3161, 2.3).
        purposes = status.signing_cert.extended_key_usage_value
        if purposes is None or purposes.native != ["time_stamping"]:
            raise RefusedStampError("its certificate is not for stamping time, or not for that alone")
        if abs(status.timestamp - datetime.now(UTC)) > FURTHEST:
            raise RefusedStampError(f"says that it is {status.timestamp:%Y-%m-%d %H:%M:%S} UTC")
