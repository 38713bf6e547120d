"""The line to Stripe: its own library, over calls of ours that end in time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import stripe

from qunluo.market.ports import Merchant, ProviderRefused, ProviderUnreachable
from qunluo.providers.calling import call
from qunluo.providers.paying import odd

# An answer of a hundred charges with all that belongs to them.
MOST = 8 * 1024 * 1024
# It tells of the machine we run on, which is nobody's business.
PRIVATE = {"X-Stripe-Client-User-Agent", "X-Stripe-Client-Telemetry"}


class Refusal(ProviderRefused):
    """What Stripe refuses; `name` is its own code for why, or the kind of its error."""

    def __init__(self, name: str, said: str) -> None:
        """Take the code and what it says."""
        super().__init__(f"{name} {said}".strip())
        self.name = name


class _Client(stripe.HTTPClient):  # type: ignore[misc]  # its types are left out
    """Carries the calls of the library: no redirects, no repeats, bounded in time and size."""

    name = "qunluo"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_named: Any,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Return body, status and headers of an answer. stripe.APIConnectionError."""
        body = post_data.encode() if isinstance(post_data, str) else post_data
        plain = {name: value for name, value in (headers or {}).items() if name not in PRIVATE}
        answer = call(method.upper(), url, body=body, headers=plain, most=MOST)
        if not answer.status or not answer.whole:
            raise stripe.APIConnectionError(answer.said or "too long", should_retry=False)
        return answer.body, answer.status, answer.headers or {}

    def close(self) -> None:
        """Keep nothing open."""


class Line:
    """Stripe for one merchant; answers are plain JSON objects."""

    def __init__(self, merchant: Merchant, base: str) -> None:
        """Take a merchant's key; nothing is called yet."""
        self._client = stripe.StripeClient(
            merchant.secrets["api_key"],
            http_client=_Client(),
            max_network_retries=0,
            base_addresses={"api": base},
        )

    def get(self, path: str, **told: Any) -> dict[str, Any]:
        """Return what Stripe has at a path. ProviderUnreachable, Refusal."""
        with _told():
            return dict(self._client.raw_request("get", path, **told).data)

    def post(self, path: str, key: str = "", **told: Any) -> dict[str, Any]:
        """Return what Stripe made; with a key, once. ProviderUnreachable, Refusal."""
        options = {"idempotency_key": key} if key else {}
        with _told():
            return dict(self._client.raw_request("post", path, **told, **options).data)

    def all(self, path: str, pages: int, **told: Any) -> Iterator[dict[str, Any]]:
        """Return what a list of Stripe holds, the newest first. ProviderUnreachable, Refusal.

        ProviderUnreachable too when it is longer than so many pages.
        """
        for _page in range(pages):
            found = self.get(path, limit=100, **told)
            rows = found.get("data")
            if not isinstance(rows, list):
                raise odd("a list of Stripe that is none")
            yield from rows
            if not found.get("has_more") or not rows:
                return
            told["starting_after"] = rows[-1]["id"]
        raise odd(f"{path} is longer than {pages} pages")


@contextmanager
def _told() -> Iterator[None]:
    """Say what the library says as market.ports has it."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise odd(f"Stripe: {type(error).__name__}") from None
    except stripe.StripeError as error:
        status, name = error.http_status or 0, str(error.code or type(error).__name__)
        # 409: the same call is being made at this very moment.
        if not 400 <= status < 500 or status == HTTPStatus.CONFLICT:
            raise odd(f"Stripe: {status} {name}") from None
        raise Refusal(name, str(error.user_message or "")) from None
    except (ValueError, TypeError, AttributeError):
        raise ProviderUnreachable from None
