"""What browsers are told with every page: what may run, who may frame it, what is kept."""

import pytest

from tests.safety.crawl import WRITERS

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]


def policy(headers):
    """The Content-Security-Policy as a dictionary."""
    said = headers.get("Content-Security-Policy", "")
    return {part.split()[0]: part.split()[1:] for part in said.split(";") if part.strip()}


def faults(path, headers, inline):
    """What is missing in the headers of an answer, and what in its page the policy forbids."""
    rules = policy(headers)
    text = headers.get("Content-Security-Policy", "")
    wrong = {
        "types are guessed": headers.get("X-Content-Type-Options") != "nosniff",
        "referrer is told": headers.get("Referrer-Policy") != "strict-origin-when-cross-origin",
        "anybody may open it": headers.get("Cross-Origin-Opener-Policy") != "same-origin",
        "the default is open": rules.get("default-src") != ["'none'"],
        "the policy is unsafe": "unsafe" in text or "*" in text or "strict-dynamic" in text,
        "a page runs what it may not": bool(inline),
    }
    if headers.get("Content-Type", "").startswith("text/html"):
        sources = rules.get("script-src", ["-"]) + rules.get("style-src", ["-"])
        wrong |= {
            "anybody may frame it": headers.get("X-Frame-Options") != "DENY"
            or rules.get("frame-ancestors") != ["'none'"],
            "a base or an object may come": rules.get("base-uri") != ["'none'"]
            or rules.get("object-src") != ["'none'"],
            "scripts come from elsewhere": not all(
                one == "'self'" or one.startswith("'nonce-") for one in sources
            ),
        }
    return [f"{path}: {said}" for said, so in wrong.items() if so]


@pytest.mark.req("O02")
@pytest.mark.parametrize("role", WRITERS)
def test_every_page_is_strict_and_runs_only_what_the_policy_lets(role, crawl):
    crawl.forms(role)
    answers = [(path, *said) for (who, path), said in crawl.headers.items() if who == role]
    assert len(answers) > 100
    assert [fault for answer in answers for fault in faults(*answer)] == []


@pytest.mark.req("O02")
def test_what_was_made_for_somebody_is_kept_by_no_shared_cache(crawl):
    crawl.forms("owner")
    wrong = [
        path
        for (role, path), (headers, _inline) in crawl.headers.items()
        if role == "owner" and headers.get("Content-Type", "").startswith("text/html")
        and ("private" not in headers.get("Cache-Control", "") or "Cookie" not in headers["Vary"])
    ]  # fmt: skip
    assert wrong == []


def test_a_nonce_is_used_once(crawl):
    pages = [crawl.browser("owner").get("/") for _n in range(2)]
    nonces = [page["Content-Security-Policy"].partition("'nonce-")[2][:16] for page in pages]
    assert nonces[0] != nonces[1] or not any(nonces)


@pytest.mark.parametrize("path", ["/nothing/here/", "/c/no-such/", "/api/v1/no-such"])
def test_a_page_about_an_error_is_as_strict(path, crawl):
    answer = crawl.browser("visitor").get(path)
    assert answer.status_code == 404
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert policy(answer.headers)["default-src"] == ["'none'"]
