"""Notices of payment providers: read as they come, proven and kept by the market, and answered."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from qunluo.kernel.errors import DomainError, TooMany
from qunluo.kernel.ratelimit import limit
from qunluo.market import actions, queries
from qunluo.market.errors import MerchantNotFound, NoticeTooLarge
from qunluo.market.ports import Call, Reply

LONGEST = 256 * 1024
MINUTE = 60
logger = logging.getLogger(__name__)


@csrf_exempt  # providers call here; what they say proves itself by its signature
@never_cache
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """Take a notice; what is refused is refused in plain text, so that it comes again."""
    try:
        reply = _taken(request, provider, key)
    except DomainError as error:
        answer = _plain(error.code, error.status)
        if isinstance(error, TooMany):
            answer["Retry-After"] = str(error.retry_after)
        return answer
    except (InterfaceError, OperationalError):
        return _plain("busy", 503)
    except Exception:
        # Whatever was wrong with it: the provider hears nothing of us, and sends it again.
        logger.exception("A notice of %s could not be taken.", provider)
        return _plain("not taken", 500)
    return HttpResponse(reply.body, status=reply.status, content_type=reply.type)


def _taken(request: HttpRequest, provider: str, key: str) -> Reply:
    account = queries.find_merchant(provider, key)
    if account is None:
        raise MerchantNotFound
    limit("pay", account.pk, times=600, seconds=MINUTE)
    body = request.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise NoticeTooLarge(kilobytes=LONGEST // 1024)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return actions.take_notice(account=account, call=Call(headers, body, request.GET.dict()))


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
