"""A stand-in for Stripe's API and its signed events."""

import hashlib
import hmac
import json
import re
from datetime import timedelta
from urllib.parse import parse_qsl

from qunluo.market.ports import Call, Merchant
from tests.providers.payments.standins import NOON, Service

ACCOUNT, SECRET = "acct_1032D82eZvKYlo2C", "whsec_test_secret"
KEY = "_".join(["sk", "live", "51ABCDEFGHIJKLMN"])  # in one word it would look like a real one


def merchant(**secrets):
    held = {"api_key": KEY, "webhook_secret": SECRET, **secrets}
    return Merchant("stripe", {"account": ACCOUNT}, held)


def seconds(moment):
    return int(moment.timestamp())


def nested(body):
    """What a form says in brackets: a[b][0][c]=1."""
    told = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        *way, last = re.findall(r"[^\[\]]+", name)
        place = told
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return told


class Stripe(Service):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock  # that of the tests is not seen by other threads
        self.sessions, self.intents, self.refunds, self.moved = {}, {}, {}, []
        self.once, self.live = {}, True

    def serve(self, method, path, query, headers, body):
        assert headers["authorization"] == f"Bearer {KEY}"
        assert "x-stripe-client-user-agent" not in headers
        found = self.done(method, path, query, headers, nested(body))
        status, told = found if isinstance(found, tuple) else (200, found)
        return status, {"Content-Type": "application/json"}, json.dumps(told).encode()

    def done(self, method, path, query, headers, told):
        if method == "POST":
            return self.posted(path, headers["idempotency-key"], told)
        parts = path.removeprefix("/v1/").split("/")
        if parts == ["checkout", "sessions"]:
            since = int(query["created[gte]"])
            return self.listed([s for s in self.sessions.values() if s["created"] >= since], query)
        if parts[:2] == ["checkout", "sessions"]:
            return self.sessions[parts[2]]
        if path == "/v1/payment_intents/search":
            number = re.fullmatch(r'metadata\["number"\]:"(\w+)"', query["query"]).group(1)
            found = [i for i in self.intents.values() if i["metadata"].get("number") == number]
            return {"object": "search_result", "data": found, "has_more": False}
        if parts[0] == "payment_intents":
            return self.intents[parts[1]]
        if path == "/v1/refunds":
            mine = [
                r for r in self.refunds.values() if r["payment_intent"] == query["payment_intent"]
            ]
            return self.listed(mine, query)
        span = (int(query["created[gte]"]), int(query["created[lt]"]))
        assert query["expand[0]"] == "data.source"
        return self.listed([m for m in self.moved if span[0] <= m["created"] < span[1]], query)

    def listed(self, rows, query):
        newest = sorted(rows, key=lambda one: one["created"], reverse=True)
        if after := query.get("starting_after"):
            place = [one["id"] for one in newest].index(after)
            newest = newest[place + 1 :]
        most = int(query["limit"])
        return {"object": "list", "data": newest[:most], "has_more": len(newest) > most}

    def posted(self, path, once, told):
        before = self.once.get(once)
        if before and before[0] != (path, told):
            return 400, {"error": {
                "type": "idempotency_error", "message": "Keys for idempotent requests can only be "
                "used with the same parameters they were first used with."}}  # fmt: skip
        if not before:
            self.once[once] = ((path, told), self.made(path, told))
        return self.once[once][1]

    def made(self, path, told):
        if path == "/v1/checkout/sessions":
            return dict(self.began(told))
        if path == "/v1/refunds":
            return dict(self.back(told))
        session = self.sessions[path.split("/")[-2]]
        if session["status"] != "open":
            return 400, {"error": {"type": "invalid_request_error", "message": "not open"}}
        session["status"] = "expired"
        return dict(session)

    def began(self, told):
        assert (
            seconds(self.clock.at) + 1800
            <= int(told["expires_at"])
            <= seconds(self.clock.at) + 86400
        )
        number = told["client_reference_id"]
        [item] = told["line_items"].values()
        made = {
            "id": f"cs_{number}_{len(self.sessions)}", "object": "checkout.session",
            "client_reference_id": number, "status": "open", "payment_status": "unpaid",
            "amount_total": int(item["price_data"]["unit_amount"]) * int(item["quantity"]),
            "currency": item["price_data"]["currency"], "payment_intent": None,
            "created": seconds(self.clock.at), "livemode": self.live, "metadata": told["metadata"],
            "url": f"https://checkout.stripe.com/c/pay/{number}", "asked": told,
        }  # fmt: skip
        self.sessions[made["id"]] = made
        return made

    def session(self, number):
        return next(s for s in self.sessions.values() if s["client_reference_id"] == number)

    def pay(self, number, **more):
        session = self.session(number)
        session |= {
            "status": "complete", "payment_status": "paid", "payment_intent": f"pi_{number}",
            "url": None, **more,
        }  # fmt: skip
        self.intents[f"pi_{number}"] = {
            "id": f"pi_{number}", "object": "payment_intent", "status": "succeeded",
            "amount_received": session["amount_total"], "currency": session["currency"],
            "metadata": session["asked"]["payment_intent_data"]["metadata"],
            "livemode": session["livemode"], "created": session["created"],
            "latest_charge": {
                "id": f"ch_{number}", "created": seconds(NOON + timedelta(minutes=1))},
        }  # fmt: skip
        return session

    def back(self, told):
        made = {
            "id": f"re_{len(self.refunds)}", "object": "refund", "status": "pending",
            "payment_intent": told["payment_intent"], "amount": int(told["amount"]),
            "currency": "eur", "metadata": told["metadata"], "created": seconds(self.clock.at),
        }  # fmt: skip
        self.refunds[made["id"]] = made
        return made

    def notice(self, kind, told, *, secret=SECRET, at=None, change=None, header=None, **more):
        """A call as Stripe makes it; `change` rewrites the body after it was signed."""
        body = json.dumps({
            "id": "evt_1", "object": "event", "type": kind, "created": seconds(NOON),
            "livemode": self.live, "data": {"object": told}, **more,
        }).encode()  # fmt: skip
        made = header if header is not None else signed(body, secret, at or self.clock.at)
        return Call({"stripe-signature": made}, change(body) if change else body)


def signed(body, secret, at):
    proof = hmac.new(secret.encode(), f"{seconds(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds(at)},v1={proof},v0={'6f' * 32}"
