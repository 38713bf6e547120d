"""Calling other systems: patient, small, and never into our own network."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from qunluo.providers import outside
from qunluo.providers.within import calls_within

SECONDS, CONNECT, IN_ALL = 10, 5, 15
MOST_BYTES = 2 * 1024 * 1024
AGENT = "Qunluo"
TOO_SLOW = "No whole answer in time."


@dataclass(frozen=True)
class Answer:
    """What another system said; status 0 when it could not be reached, `said` why.

    Its headers are found in any case of letters, as HTTP/2 sends them small. `whole` is False when
    it was longer than we read.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] | None = None
    said: str = ""
    whole: bool = True

    @property
    def fine(self) -> bool:
        """Return whether it was taken."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def wait(self) -> int:
        """Return for how many seconds the other side wants to be left alone."""
        told = (self.headers or {}).get("Retry-After", "")
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 7 else 0


def call(
    method: str,
    address: str,
    *,
    body: bytes | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    most: int = MOST_BYTES,
    within: float | None = None,
) -> Answer:
    """Return what an address answers; redirects are not followed, long answers are cut."""
    if not outside.leads_outside(address):
        return Answer(0, said="The address does not lead outside, or its name is not known now.")
    with calls_within(within or IN_ALL) as (session, watch):
        try:
            with session.request(
                method,
                address,
                data=body,
                json=json,
                params=dict(params or {}),
                headers={"User-Agent": AGENT, **(headers or {})},
                timeout=(CONNECT, SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                read = answer.raw.read(most + 1, decode_content=True)
                if watch.over:
                    return Answer(0, said=TOO_SLOW)
                whole = len(read) <= most
                return Answer(answer.status_code, read[:most], answer.headers, whole=whole)
        except Exception as error:  # noqa: BLE001 -- urllib3 raises its own while a body is read
            return Answer(0, said=TOO_SLOW if watch.over else type(error).__name__)
