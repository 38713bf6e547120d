"""Who may do what through the pages: every address, as every kind of person.

Everyone = visitor outsider member host operator cco owner former removed suspended other, in the
published farm. `only("operator owner")` opens a page to those; a visitor is asked in ("in"), and
everybody else is refused. A method that is not named answers 405.
"""

from dataclasses import dataclass, field

from tests.web.everybody import ROLES

IN = "in"  # sent to sign in, and back afterwards
MEMBERS = "member host operator cco owner"
RUN = "operator cco owner"  # look after members, whatever else they may
BELONG = f"{MEMBERS} suspended"


def only(who, done=200, refused=403, visitor=IN, **others):
    """Expect `done` for those, `visitor` for strangers, `refused` for the rest."""
    named = dict.fromkeys(who.split(), done)
    return {role: others.get(role) or named.get(role, refused)
            for role in ROLES[1:]} | {"visitor": others.get("visitor", visitor)}  # fmt: skip


def everyone(done=200, **others):
    """Expect the same for everybody but those who are named."""
    return dict.fromkeys(ROLES, done) | others


@dataclass(frozen=True)
class Page:
    """One address: what it is about, what is sent, and what everybody is answered."""

    get: dict | None = None
    post: dict | None = None
    body: dict = field(default_factory=dict)
    ids: dict = field(default_factory=dict)


def personal(done=200, post=None, **more):
    """A page about whoever asks."""
    sent = {} if post is None else {"post": everyone(post, visitor=IN)}
    return Page(everyone(done, visitor=IN) if done else None, **sent, **more)


def at(name):
    """Take the number in the address from the world under that name."""
    return {"pk": name}


OPEN = Page(everyone())
TOKEN = "!"  # filled in with a key that opens nothing
CORE = {
    "core:home": OPEN, "core:health": OPEN, "core:offline": OPEN, "core:manifest": OPEN,
    "core:service_worker": OPEN, "core:robots": OPEN, "core:favicon": OPEN, "core:icon": OPEN,
    "core:card": OPEN, "core:theme": OPEN, "core:community_manifest": OPEN,
    "core:community_icon": OPEN, "core:community_card": OPEN,
    "core:media": Page(everyone(404)),
    "core:language": Page(post=everyone(302), body={"language": "en", "next": "/"}),
    "core:order": Page(everyone(), post=everyone(302), body={"order": "newest", "next": "/"}),
    "core:appearance": Page(post=everyone(302), body={"scheme": "dark", "next": "/"}),
    "people:profile": OPEN,
    "people:avatar": OPEN,
    "people:unsubscribe": Page(everyone(), everyone()),
}  # fmt: skip
ME = {
    "me:home": personal(), "me:security": personal(),
    "me:profile": personal(post=422, body={"name": ""}),
    "me:picture": personal(None, 302, body={"remove": "1"}),
    "me:preferences": personal(post=302, body={"language": "en", "time_zone": "Asia/Shanghai"}),
    "me:end_session": personal(None, 404, ids={"pk": 1}),
    "me:tokens": personal(post=200),
    "me:revoke_token": personal(None, 404, ids={"pk": 2**40}),
    "me:data": personal(post=200),
    "me:erase": personal(post=200),
}  # fmt: skip
NOTICES = {
    "reach:notices": personal(), "reach:read": personal(None, 302),
    "reach:settings": personal(post=422),
    "reach:open": personal(404, ids={"pk": 2**40}),
    "reach:mute": personal(None, 404, body={"way": "reason"}, ids={"pk": 2**40}),
    "reach:place": personal(post=422, ids={"kind": "reason", "name": "mention"}),
    "reach:mail_again": personal(None, 302, body={"community": "0"}),
    "reach:device_add": personal(None, 422),
    "reach:device_remove": personal(None, 404, ids={"pk": 2**40}),
    "reach:channels": Page(only(RUN)),
    "reach:channel_add": Page(only(RUN), only(RUN, 422), ids={"kind": "inbox"}),
    "reach:channel": Page(only(RUN), ids=at("channel_id")),
    "reach:channel_edit": Page(only(RUN), only(RUN, 422), ids=at("channel_id")),
    "reach:channel_act": Page(post=only(RUN, 302), body={"act": "pause"}, ids=at("channel_id")),
    "reach:channel_again": Page(
        post=only(RUN, 302), ids={"pk": "channel_id", "sending": "message_id"}
    ),
    "reach:binding": Page(only(MEMBERS)),
    "reach:bind": Page(post=only(MEMBERS, 404), ids={"pk": 2**40}),
    "reach:carried": Page(everyone(404), ids={"code": "NOSUCH"}),
    "reach:hook": Page(post=everyone(404)),
    "pay:notice": Page(everyone(404), everyone(404), ids={"provider": "nobody"}),
    "reach:wechat": Page(everyone(403), everyone(403)),
    "reach:mail_in": Page(post=everyone(403)),
    "reach:stop": Page(everyone(), everyone(), ids={"signed": "stop"}),
}  # fmt: skip
FOUNDING = {
    "founding:start": Page(everyone(), everyone(422, visitor=200)),
    "founding:guide": Page(only(RUN)),
    "founding:preview": Page(only(RUN)),
    "founding:step": Page(only(RUN), only(RUN, 302)),
    "founding:confirm_goal": Page(post=only("owner", 302)),
    "founding:publish": Page(only(RUN), only("owner", 302), {"act": "close"}),
    "founding:close": Page(only("owner"), only("owner", 422)),
    "founding:settings": Page(only(RUN), only(RUN, 422)),
    "founding:symbol": Page(post=only(RUN, 302), body={"remove": "1"}),
    "founding:cofounders": Page(only("operator owner"), only("operator owner", 422)),
    "founding:withdraw_offer": Page(post=only("owner", 302)),
    "founding:cofound": Page(
        everyone(),
        everyone(302, visitor=200, owner=409, removed=403, suspended=403),
        {"accepted_rules": "on"},
    ),
}
COMMUNITY = {
    "community:home": OPEN,
    "community:about": OPEN, "community:charter": OPEN, "community:charter_versions": OPEN,
    "community:charter_version": OPEN, "community:charter_changes": OPEN, "community:may": OPEN,
    "community:welcomed": Page(post=only(BELONG, 302, refused=404)),
    "community:members": Page(only(MEMBERS)),
    "community:member": Page(only(MEMBERS)),
    "community:join": Page(
        everyone(200, **dict.fromkeys(BELONG.split(), 302)),
        everyone(422, **dict.fromkeys(BELONG.split(), 302)),
    ),
    "community:application": Page(only(RUN, refused=404), ids=at("application_id")),
    "community:withdraw": Page(
        post=only(RUN, 403, refused=404), ids=at("application_id")
    ),  # only the applicant
    "community:appeal_refusal": Page(
        post=only(RUN, 409, refused=404), body={"text": "Please."}, ids=at("refused_id")
    ),
    "community:decisions": personal(),
    "community:decision": Page(
        only("operator owner removed", refused=404),
        only("operator owner removed", 422, refused=404),
        ids=at("removal_id"),
    ),
    "community:pledge": Page(
        post=only(MEMBERS, 302), body={"action": "Cook at home", "count": "2"}
    ),
    "community:story": OPEN,
    "community:rules": Page(
        everyone(),
        everyone(404, **dict.fromkeys(MEMBERS.split(), 302), suspended=403),
        {"number": "1"},
    ),
    "community:label": Page(
        post=only(MEMBERS, 302, refused=404, suspended=403), body={"claim": "want"}
    ),
    "community:leave": Page(
        only(BELONG, refused=404), only(BELONG, 302, refused=404, owner=422)
    ),
}  # fmt: skip
# The talk of the farm stands in a space for members; what others may not see is not there for them.
LISTEN = only(BELONG, refused=404, visitor=404)
HIDDEN = {"refused": 404, "suspended": 403}  # a suspended member looks in, and writes nothing
TIDY = "operator owner"
PLANNED = {"member": 404, "host": 404, "suspended": 404}
TALK = {
    "talk:spaces": OPEN,
    "talk:find": personal(),
    "talk:search": OPEN,
    "talk:topics": OPEN,
    "talk:topic": Page(everyone()),
    "talk:feed": Page(everyone(404)),  # for public spaces only, and then for everybody
    "talk:share": Page(everyone(404)),
    "talk:card": Page(everyone(404)),
    "talk:scenes": OPEN,
    "talk:cells": Page(only(BELONG)),
    "talk:survey": Page(
        post=only(MEMBERS, 302),
        body={"do": "answer", "rating": "4"},
        ids={"question": "question"},
    ),
    "talk:ask": Page(
        post=only("operator cco owner", 302, member=409, host=409),
        body={"text": "I bake too."},
        ids={"space": "bakers"},
    ),
    "talk:honours": OPEN,
    "talk:services": Page(only(BELONG)),
    "talk:request": Page(
        only(MEMBERS, refused=404, suspended=403, member=409),
        only(MEMBERS, 302, refused=404, suspended=403, member=409),
        {"text": "My table, too.", "price": "0"},
        {"number": "service_number"},
    ),
    "talk:service_step": Page(
        only("member", refused=404),
        only("member", 302, refused=404),
        ids={"request_id": "request_id", "step": "withdraw"},
    ),
    "talk:boards": OPEN,
    "talk:board": Page(everyone(), ids={"kind": "worry"}),
    "talk:live_pass": personal(),
    "talk:talks": Page(only(MEMBERS)),
    "talk:new_circle": Page(only(MEMBERS), only(MEMBERS, 302), {"name": "Us"}),
    "talk:talk_with": Page(post=only(MEMBERS, 302), ids={"handle": "met"}),
    "talk:say": Page(
        post=only(MEMBERS, 302, **HIDDEN), body={"source": "Hi"}, ids={"space": "room"}
    ),
    "talk:seen": Page(
        post=only(BELONG, 204, refused=404), body={"place": "1"}, ids={"space": "room"}
    ),
    # Nobody but those in it, whatever their role.
    "talk:circle": Page(
        only("member host", refused=404),
        only("member host", 302, refused=404),
        {"name": "Us"},
        {"space": "circle"},
    ),
    "talk:calendar": Page(only(BELONG)),
    "talk:plan": Page(
        only(MEMBERS),
        only(MEMBERS, 302),
        {"source": "Soon.", "licence": "reserved", "originality": "own"},
    ),
    "talk:calendar_settings": Page(only(RUN), only(RUN, 422)),
    # Scheduled by another member: only who publishes for the community knows of it.
    "talk:item": Page(only(RUN, **PLANNED), ids={"uid": "item_uid"}),
    "talk:item_edit": Page(
        only("", **PLANNED), only("", **PLANNED), {"source": "Mine"}, {"uid": "item_uid"}
    ),
    "talk:item_act": Page(
        post=only(RUN, 302, **PLANNED), body={"do": "withdraw"}, ids={"uid": "item_uid"}
    ),
    "talk:drafts": Page(only(MEMBERS)),
    "talk:manage": Page(only(RUN), only(RUN, 422)),
    "talk:imported": Page(only(RUN), only(RUN, 422)),
    "talk:release": Page(post=only(RUN, 302), ids={"pk": "author_id"}),
    "talk:claim": Page(only(MEMBERS), only(MEMBERS, 302), ids={"code": "claim_code"}),
    "talk:space": Page(LISTEN),
    "talk:new": Page(only(MEMBERS, **HIDDEN), only(MEMBERS, 302, **HIDDEN), {"source": "Hello"}),
    "talk:draft": Page(post=only(MEMBERS, 302, **HIDDEN), body={"source": "Hel"}),
    "talk:files": Page(post=only(MEMBERS, **HIDDEN)),
    "talk:file": Page(LISTEN, ids={"uid": "uid"}),
    "talk:file_drop": Page(post=everyone(404, visitor=IN), ids={"uid": "waiting"}),
    "talk:space_follow": Page(post=only(BELONG, 302, refused=404), body={"following": "followed"}),
    "talk:space_read": Page(post=only(BELONG, 302, refused=404)),
    "talk:space_edit": Page(
        only(RUN, refused=404, member=403, host=403, suspended=403),
        only(RUN, 422, refused=404, member=403, host=403, suspended=403),
    ),
    "talk:space_archive": Page(
        post=only(RUN, 302, refused=404, member=403, host=403, suspended=403)
    ),
    "talk:thread": Page(LISTEN),
    "talk:reply": Page(
        only(BELONG, 302, refused=404), only(MEMBERS, 302, **HIDDEN), {"source": "Hello"}
    ),
    "talk:reply_draft": Page(post=only(MEMBERS, 302, **HIDDEN), body={"source": "Hel"}),
    "talk:act": Page(post=only(MEMBERS, 302, **HIDDEN), body={"do": "react.thanks.1"}),
    "talk:follow": Page(post=only(BELONG, 302, refused=404), body={"following": "followed"}),
    "talk:move": Page(
        only(TIDY, refused=404, member=403, host=403, cco=403, suspended=403),
        only(TIDY, 422, refused=404, member=403, host=403, cco=403, suspended=403),
    ),
    "talk:relocate": Page(
        only(f"member {TIDY}", refused=404, host=403, cco=403, suspended=403),
        only(f"member {TIDY}", 422, refused=404, host=403, cco=403, suspended=403),
    ),
    "talk:split": Page(only(MEMBERS, **HIDDEN), only(MEMBERS, 422, **HIDDEN)),
    "talk:post_edit": Page(
        only("member", refused=404, host=403, operator=403, cco=403, owner=403, suspended=403),
        only("member", 422, refused=404, host=403, operator=403, cco=403, owner=403, suspended=403),
    ),
    "talk:post_remove": Page(
        only(f"member {TIDY}", refused=404, host=403, cco=403, suspended=403),
        only(TIDY, 422, refused=404, member=302, host=403, cco=403, suspended=403),
    ),
    "talk:post_history": Page(LISTEN),
}
FELLOWS = {"refused": 404, "suspended": 403}
ORDER = {
    "order:distances": personal(),
    "order:keep_distance": personal(post=302, body={"do": "mute"}),
    "order:reports": personal(),
    "order:report_person": Page(only(MEMBERS), only(MEMBERS, 302), {"text": "Rude."}),
    "order:report_thread": Page(
        only(MEMBERS, **HIDDEN, member=409), only(MEMBERS, 302, **HIDDEN, member=409),
        {"text": "Rude."}, {"number": "thread"},
    ),
    "order:report_post": Page(
        only(MEMBERS, **HIDDEN, member=409), only(MEMBERS, 302, **HIDDEN, member=409),
        {"text": "Rude."}, {"number": "thread"},
    ),
    "order:held": personal(),
    "order:held_one": Page(
        post=only("member", 302, refused=404), body={"text": "A quotation."}, ids=at("held_id")
    ),
    "order:proposal_vote": Page(
        only(MEMBERS, **HIDDEN), only(RUN, 302, **HIDDEN, member=422, host=422),
        {"secret": "1", "days": "7", "quorum": "30", "majority": "50"},
        {"number": "proposal_number"},
    ),
    "order:queue": Page(only(TIDY)),
    "order:case": Page(only(TIDY, cco=404, host=404), only(TIDY, 422, cco=404, host=404),
                       ids=at("case_id")),
    "order:checks": Page(only(TIDY), only(TIDY, 302)),
    "order:disorder": Page(only(f"host {RUN}")),
    "order:acts": Page(only(BELONG)),
    "order:act_new": Page(only(MEMBERS), only(MEMBERS, 422)),
    "order:act_second": Page(post=only("host operator cco owner", 302, refused=404, member=409,
                                       suspended=403), ids=at("act_id")),
    "order:act_withdraw": Page(
        post=only("member", 302, refused=404), ids=at("act_id"),
    ),
    "order:act_remove": Page(only(TIDY, refused=404), only(TIDY, 422, refused=404),
                             ids=at("act_id")),
    "order:goal_vote": Page(only(RUN, 409), only(RUN, 409)),  # no goal was confirmed
    "order:votes": Page(only(BELONG)),
    "order:vote_new": Page(only(RUN), only(RUN, 422)),
    "order:vote": Page(only(BELONG, refused=404), only(BELONG, 422, refused=404),
                       ids=at("vote_id")),
    "order:vote_done": Page(
        post=only(RUN, 409, refused=404, member=403, host=403, suspended=403),
        body={"note": "Done."}, ids=at("vote_id"),
    ),
}  # fmt: skip
MINE = only("member operator cco owner", refused=404)  # whose account it touched, or the books
MOVED, WALLET = {"transfer_id": "transfer_id"}, {"account_id": "account_id"}
BOOKS = {
    "ledger:account": Page(only(BELONG)),
    "ledger:own_table": Page(only("member", refused=404, outsider=403, former=403, removed=403,
                                  other=403)),
    "ledger:transfer": Page(MINE, ids=MOVED),
    "ledger:give": Page(only(RUN), only(RUN, 422)),
    "ledger:books": Page(only(RUN)),
    "ledger:name_points": Page(only("operator owner"), only("operator owner", 422)),
    "ledger:wallets": Page(only(RUN)),
    "ledger:book": Page(only(RUN), ids=WALLET),
    "ledger:book_table": Page(only(RUN), ids=WALLET),
    "ledger:correct": Page(only("operator owner"), only("operator owner", 422), ids=MOVED),
    "ledger:reverse": Page(only("operator owner"), only("operator owner", 422), ids=MOVED),
}  # fmt: skip
PRODUCT = {"uid": "product_uid"}
ORDERED, PAID = {"uid": "order_uid"}, {"uid": "paid_uid"}
DEALS = "operator owner"
BUYS = everyone(visitor=IN)
THEIRS = only("member", refused=404)
MARKET = {
    "market:shop": OPEN, "market:product": Page(everyone(), ids=PRODUCT),
    "market:guide": Page(everyone(), ids=PRODUCT),
    "market:share": Page(everyone(), ids=PRODUCT), "market:card": Page(everyone(), ids=PRODUCT),
    "market:cart": Page(BUYS),
    "market:put": Page(post=everyone(302, visitor=IN), body={"variant": "1", "quantity": "1"}),
    "market:checkout": Page(
        everyone(422, visitor=IN, member=200, owner=200, outsider=200),
        everyone(422, visitor=IN, owner=302, outsider=302),
    ),
    "market:orders": Page(BUYS),
    "market:order": Page(THEIRS, ids=ORDERED),
    "market:sandbox": Page(only("", refused=404), only("", refused=404), ids=ORDERED),
    "market:state": Page(only("member", 204, refused=404), ids=ORDERED),
    "market:pay": Page(post=only("member", 302, refused=404), body={"way": "none"}, ids=ORDERED),
    "market:go": Page(only("member", 302, refused=404), ids=ORDERED),
    "market:payer": Page(only("member", 302, refused=404), ids=ORDERED),
    "market:cancel": Page(post=only("member", 302, refused=404), ids=ORDERED),
    "market:receive": Page(post=only("member", 302, refused=404), ids=PAID),
    "market:desk": Page(only(DEALS)),
    "market:begin": Page(post=only(DEALS, 302)),
    "market:open": Page(only(DEALS), only(DEALS, 422)),
    "market:pause": Page(post=only(DEALS, 302)),
    "market:settings": Page(only(DEALS), only(DEALS, 422)),
    "market:point_add": Page(only(DEALS), only(DEALS, 422)),
    "market:rate_add": Page(only(DEALS), only(DEALS, 422)),
    "market:variant_add": Page(only(DEALS), only(DEALS, 422), ids=PRODUCT),
    "market:point": Page(only(DEALS), only(DEALS, 422), ids=at("point_id")),
    "market:rate": Page(only(DEALS), only(DEALS, 422), ids=at("rate_id")),
    "market:merchants": Page(only(DEALS)),
    "market:merchant": Page(only(DEALS, 422), only(DEALS, 422), ids={"provider": "none"}),
    "market:detach": Page(post=only(DEALS, 302), ids={"provider": "none"}),
    "market:credit": Page(only(DEALS), only(DEALS, 422)),
    "market:product_add": Page(only(DEALS), only(DEALS, 422)),
    "market:product_edit": Page(only(DEALS), only(DEALS, 422), ids=PRODUCT),
    "market:sale": Page(post=only(DEALS, 302), body={"wish": "pause"}, ids=PRODUCT),
    "market:variant": Page(
        only(DEALS), only(DEALS, 422), ids={**PRODUCT, "pk": "variant_id"}
    ),
    "market:picture": Page(post=only(DEALS, 422), ids=PRODUCT),
    "market:unpicture": Page(post=only(DEALS, 404), ids={**PRODUCT, "pk": 2**40}),
    "market:money": Page(only(DEALS)),
    "market:bill": Page(only(DEALS), only(DEALS, 302), ids=at("bill_id")),
    "market:desk_orders": Page(only(DEALS)),
    "market:orders_csv": Page(only(DEALS)), "market:orders_xlsx": Page(only(DEALS)),
    "market:many": Page(post=only(DEALS, 302)),
    "market:packing": Page(only(DEALS), ids={"point": "point_id"}),
    "market:desk_order": Page(only(DEALS), ids=ORDERED),
    "market:act": Page(post=only(DEALS, 422), body={"act": "ship"}, ids=ORDERED),
    "market:refund": Page(only(DEALS), only(DEALS, 422), ids=PAID),
    "market:payment": Page(post=only(DEALS, 404), ids={"number": "payment_number"}),
    "market:refunded": Page(post=only(DEALS, 404), ids={"number": "payment_number"}),
}  # fmt: skip
TRACE = {
    "talk:ware_find": Page(only(MEMBERS)),
    "trace:own": Page(only(MEMBERS)),
    "trace:desk": Page(only(DEALS)), "trace:table": Page(only(DEALS)),
    "trace:posts": Page(only(DEALS)), "trace:posts_table": Page(only(DEALS)),
    "trace:product": Page(only(DEALS), only(DEALS, 422), ids=PRODUCT),
}  # fmt: skip
TIERS = {
    "tiers:index": OPEN,
    "tiers:buy": Page(post=everyone(302, visitor=IN)),
    "tiers:up": Page(post=everyone(302, visitor=IN)),
    "tiers:give": Page(post=everyone(302, visitor=IN)),
    "tiers:pause": Page(post=everyone(404, visitor=IN), ids={"uid": "none"}),
    "tiers:resume": Page(post=everyone(404, visitor=IN), ids={"uid": "none"}),
    "tiers:usual": Page(post=only(DEALS, 302)),
    "tiers:benefits": Page(post=only(DEALS, 404), ids={"uid": "none"}),
    "tiers:days": Page(post=only(DEALS, 404), ids={"uid": "none"}),
    "tiers:try": Page(post=everyone(404, visitor=IN), ids={"uid": "none"}),
    "tiers:back": Page(post=only("member", 302, refused=404), ids=ORDERED),
    "tiers:desk": Page(only(DEALS), only(DEALS, 422)),
    "tiers:plan": Page(only(DEALS, 404), only(DEALS, 404), ids={"uid": "none"}),
}  # fmt: skip
CHAIN, TEAM_BUY, FOR_HOSTS = {"uid": "chain_uid"}, {"uid": "team_uid"}, {"uid": "offer_uid"}
CAMPAIGNS = {
    "campaigns:index": OPEN,
    "campaigns:campaign": Page(everyone(), ids=CHAIN),
    "campaigns:join": Page(
        everyone(visitor=IN), everyone(422, visitor=IN), ids=TEAM_BUY
    ),
    "campaigns:edit": Page(
        only("member", refused=404), only("member", 302, refused=404), ids=CHAIN
    ),
    "campaigns:leave": Page(post=everyone(302, visitor=IN), ids=CHAIN),
    "campaigns:lead": Page(
        only(MEMBERS, refused=404), only(MEMBERS, 422, refused=404), ids=FOR_HOSTS
    ),
    "campaigns:share": Page(everyone(), ids=CHAIN), "campaigns:card": Page(everyone(), ids=CHAIN),
    "campaigns:list": Page(only("operator owner"), ids=CHAIN),
    "campaigns:desk": Page(only("operator owner")),
    "campaigns:start": Page(only("operator owner"), only("operator owner", 422)),
    "campaigns:act": Page(
        post=only("operator owner", 302), body={"act": "lower", "to": "1"}, ids=CHAIN
    ),
}  # fmt: skip
CLAIM, GROUP, NO_CLAIM = {"uid": "claim_uid"}, {"uid": "group_uid"}, {"uid": "none"}
LOOKS = "member operator cco owner"
CLAIMS = {
    "claims:give_back": Page(only("", refused=404), only("", refused=404), ids=NO_CLAIM),
    "claims:complain": Page(only("", refused=404), only("", refused=404), ids=NO_CLAIM),
    "claims:receipt": Page(only("member operator owner", refused=404), ids=PAID),
    "claims:invoice": Page(
        only("member", refused=404), only("member", 422, refused=404), ids=PAID
    ),
    "claims:invoice_file": Page(only("", refused=404), ids=PAID),
    "claims:claim": Page(only(LOOKS, refused=404), ids=CLAIM),
    "claims:act": Page(
        post=only(LOOKS, 302, refused=404), body={"act": "none"}, ids=CLAIM
    ),
    "claims:add_picture": Page(post=only("member", 422, refused=404), ids=CLAIM),
    "claims:picture": Page(only("", refused=404), ids={**CLAIM, "pk": 2**40}),
    "claims:complaints": OPEN,
    "claims:complaint": Page(everyone(), ids=GROUP),
    "claims:answer": Page(only(DEALS), only(DEALS, 422), ids=GROUP),
    "dealers:type": Page(everyone(), everyone(422)),
    "dealers:code": Page(everyone(), everyone(422), ids={"code": "product_code"}),
    "dealers:mine": Page(everyone(200, visitor=IN)),
    "dealers:codes": Page(only(DEALS), only(DEALS, 422)),
    "dealers:batch": Page(only(DEALS, 404), only(DEALS, 404), ids={"uid": "none"}),
    "dealers:desk": Page(only(DEALS), only(DEALS, 422)),
    "dealers:dealer": Page(only(DEALS, 404), only(DEALS, 404), ids={"pk": "0"}),
    "dealers:remove": Page(post=only(DEALS, 404), ids={"pk": "0"}),
    "coupons:own": Page(BUYS),
    "coupons:redeem": Page(BUYS, everyone(422, visitor=IN)),
    "coupons:buy": Page(BUYS, everyone(422, visitor=IN), ids={"uid": "gift_uid"}),
    "coupons:coupons": Page(only(DEALS), only(DEALS, 422)),
    "coupons:coupon": Page(only(DEALS), only(DEALS, 422), ids={"uid": "coupon_uid"}),
    "coupons:cards": Page(only(DEALS), only(DEALS, 302)),
    "coupons:void": Page(
        post=only(DEALS, 302), body={"reason": "Lost"}, ids={"uid": "gift_card_uid"}
    ),
    "bookings:book": Page(everyone(), post=everyone(422, visitor=IN), ids={"uid": "service_uid"}),
    "bookings:mine": Page(BUYS),
    "bookings:day": Page(only("operator owner", refused=404)),
    "bookings:move": Page(
        only("member operator owner", refused=404),
        only("member operator owner", 422, refused=404),
        ids={"uid": "booked_uid"},
    ),
    "bookings:act": Page(
        post=only("member operator owner", 302, refused=404), body={"act": "off"},
        ids={"uid": "booked_uid"},
    ),
    "bookings:calendar": Page(
        only("member operator owner", refused=404), ids={"uid": "booked_uid"}
    ),
    "bookings:services": Page(only(DEALS), only(DEALS, 422)),
    "bookings:plan": Page(only(DEALS), only(DEALS, 422), ids={"uid": "service_uid"}),
    "bookings:hours": Page(
        only(DEALS), only(DEALS, 302), ids={"uid": "service_uid", "handle": "coach"}
    ),
    "claims:desk": Page(only("operator cco owner")),
    "claims:invoices": Page(only(DEALS)),
    "claims:issue": Page(post=only(DEALS, 404), ids=PAID),
}  # fmt: skip
SEASON, SHARE = {"uid": "season_uid"}, {"uid": "share_uid"}
DELIVERY = {**SEASON, "pk": "delivery_id"}
SHARES = {
    "shares:index": OPEN,
    "shares:season": Page(everyone(), ids=SEASON),
    "shares:box": Page(everyone(), ids=DELIVERY),
    "shares:join": Page(
        everyone(visitor=IN, member=302), everyone(422, visitor=IN, member=302), ids=SEASON
    ),
    "shares:mine": Page(only("member operator owner", refused=404), ids=SHARE),
    "shares:act": Page(
        post=only("member operator owner", 302, refused=404), body={"act": "none"}, ids=SHARE
    ),
    "shares:desk": Page(only(DEALS)),
    "shares:start": Page(only(DEALS), only(DEALS, 422)),
    "shares:add": Page(only(DEALS, 302), only(DEALS, 302)),
    "shares:desk_season": Page(only(DEALS), ids=SEASON),
    "shares:desk_act": Page(post=only(DEALS, 302), body={"act": "none"}, ids=SEASON),
    "shares:terms": Page(only(DEALS), only(DEALS, 422), ids=SEASON),
    "shares:delivery": Page(only(DEALS), ids=DELIVERY),
    "shares:pack": Page(post=only(DEALS, 302), body={"act": "none"}, ids=DELIVERY),
    "shares:fill": Page(post=only(DEALS, 302), ids=DELIVERY),
    "shares:list_csv": Page(only(DEALS), ids=DELIVERY),
}  # fmt: skip
INVITING = {
    "growth:by_code": OPEN,
    "growth:invitation": Page(
        everyone(200, **dict.fromkeys(BELONG.split(), 302)),
        everyone(422, **dict.fromkeys(BELONG.split(), 302)),
    ),
    "growth:qr_svg": OPEN, "growth:qr_png": OPEN, "growth:poster": OPEN, "growth:card": OPEN,
    "growth:invitations": Page(only(MEMBERS), only(MEMBERS, 302), {"max_uses": "1"}),
    "growth:inviters": Page(only(RUN)),
    "growth:places": Page(post=only(RUN, 302), body={"extra": "5"}),
    "growth:share": Page(only(RUN, refused=404), ids=at("invitation_id")),
    "growth:revoke": Page(post=only(RUN, 302, refused=404), ids=at("invitation_id")),
    "growth:founding": Page(only(RUN), only(RUN, 302), {"name": "Li", "why": "Cooks."}),
    "growth:kol": Page(only(RUN), only(RUN, 302), {"name": "Li", "why": "Cooks."}),
    "growth:seat": Page(only(RUN), only(RUN, 404)),  # nobody was named
    "growth:kol_seat": Page(only(RUN), only(RUN, 404)),
    "growth:contact": Page(only(RUN), only(RUN, 422), ids=at("contact_id")),
    "growth:contact_invite": Page(post=only(RUN, 302), ids=at("contact_id")),
    "growth:contact_remove": Page(post=only(RUN, 302), ids=at("contact_id")),
}  # fmt: skip
TRADE = "operator owner"  # who may bring customers in
NAMED = {"name": "Zhao"}
CUSTOMERS = {
    "growth:customers": Page(only(RUN)),
    "growth:customer_add": Page(only(TRADE), only(TRADE, 302), NAMED),
    "growth:together": Page(post=only(TRADE, 302), body={"tag": "rice"}),
    "growth:policy": Page(only(RUN), only(RUN, 422)),
    "growth:import": Page(only(TRADE), only(TRADE, 422)),
    "growth:import_job": Page(only(TRADE), only(TRADE, 422), ids=at("import_id")),
    "growth:import_cancel": Page(post=only(TRADE, 302), ids=at("import_id")),
    "growth:import_refused": Page(only(TRADE), ids=at("import_id")),
    "growth:invite": Page(only(TRADE), only(TRADE, 422)),
    "growth:batch": Page(only(TRADE), ids=at("batch_id")),
    "growth:batch_links": Page(only(TRADE), ids=at("batch_id")),
    "growth:customer": Page(only(RUN), ids=at("customer_id")),
    "growth:customer_edit": Page(
        only(RUN), only(TRADE, 302, cco=422), NAMED, ids=at("customer_id")
    ),
    "growth:customer_order": Page(post=only(RUN, 422), ids=at("customer_id")),
    "growth:customer_invite": Page(post=only(RUN, 302), ids=at("customer_id")),
    "growth:customer_match": Page(only(RUN), only(TRADE, 302), {"person": ""}, at("customer_id")),
    "growth:customer_unsubscribe": Page(post=only(RUN, 302), ids=at("customer_id")),
    "growth:customer_forget": Page(post=only(TRADE, 302), ids=at("customer_id")),
    "growth:exports": Page(only("owner"), only("owner", 302)),
    "growth:export": Page(only("owner"), ids=at("export_id")),
}
# A record opens for who looks after members, and for the host of this one.
RECORD = f"host {RUN}"
DESK = {
    "desk:home": Page(only(f"host {RUN}")),
    "desk:members": Page(only(RUN)),
    "desk:together": Page(post=only(RUN, 302), body={"tag": "cook"}),
    "desk:save_segment": Page(post=only(RUN, 302), body={"name": "Cooks", "query": "tag=cook"}),
    "desk:delete_segment": Page(post=only(RUN, 302), ids=at("segment_id")),
    "desk:member": Page(only(RECORD, refused=404), ids=at("member_id")),
    "desk:note": Page(post=only(RECORD, 302, refused=404), body={"text": "x"}, ids=at("member_id")),
    "desk:tag": Page(
        post=only(RUN, 302, refused=404, host=403), body={"name": "cook"}, ids=at("member_id")
    ),
    "desk:untag": Page(post=only(RUN, 302, refused=404), ids=at("member_id")),
    "desk:host": Page(post=only(RUN, 302, refused=404, host=403), ids=at("member_id")),
    "desk:care": Page(post=only(RECORD, 302, refused=404), ids=at("member_id")),
    "desk:measure": Page(
        only(TRADE, refused=404, host=403, cco=403),
        only(TRADE, 422, refused=404, host=403, cco=403),
        ids=at("member_id"),
    ),
    "desk:give": Page(
        only(TRADE, refused=404, host=403, cco=403),
        only(TRADE, 422, refused=404, host=403, cco=403),
        ids=at("member_id"),
    ),
    "desk:applications": Page(only(RUN)),
    "desk:application": Page(only(RUN), only(RUN, 302), {"accept": "yes"}, at("application_id")),
    "desk:verify": Page(post=only(RUN, 302), body={"verified": "1"}, ids=at("application_id")),
    "desk:appeals": Page(only(RUN)),
    "desk:appeal": Page(only(RUN, host=404), only(RUN, 422, host=404), ids=at("appeal_id")),
    "desk:roles": Page(only(TRADE)),
    "desk:revoke": Page(post=only(TRADE, 302), body={"reason": "Over"}, ids=at("grant_id")),
    "desk:audit": Page(only(RUN)),
    "desk:trouble": Page(only(RUN)),
    "desk:settle": Page(post=only(RUN, 302), body={"again": "1"}),
}
ACCOUNTS = {
    "account_login": Page(everyone(302, visitor=200), everyone(302, visitor=200)),
    "account_signup": Page(everyone(302, visitor=200), everyone(302, visitor=200)),
    "account_request_login_code": Page(everyone(302, visitor=200), everyone(302, visitor=200)),
    "account_logout": Page(everyone(visitor=302), everyone(302)),
    "account_email": personal(post=302),
    "account_change_password": personal(302, 302),
    "account_set_password": personal(post=200),
    "account_reset_password": Page(everyone(), everyone()),
    "account_confirm_email": Page(everyone(), everyone(404)),
    "account_email_verification_sent": OPEN,
}
TABLE = {
    **CORE, **ME, **NOTICES,
    **FOUNDING, **COMMUNITY, **TALK, **ORDER, **BOOKS, **MARKET, **INVITING, **CUSTOMERS, **DESK,
    **ACCOUNTS, **TRACE, **TIERS,
    **CORE, **ME, **NOTICES, **CAMPAIGNS, **CLAIMS, **SHARES,
    **FOUNDING, **COMMUNITY, **TALK, **ORDER, **BOOKS, **INVITING, **CUSTOMERS, **DESK, **ACCOUNTS,
}  # fmt: skip
# Steps of signing in, driven by a state in the session; tests/web/accounts walks through them.
WALKED = {
    "account_inactive", "account_reauthenticate", "account_confirm_login_code",
    "account_confirm_password_reset_code", "account_complete_password_reset",
    "account_password_reset_completed", "mfa_index", "mfa_authenticate", "mfa_reauthenticate",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    "mfa_edit_webauthn", "mfa_login_webauthn", "socialaccount_login_cancelled",
    "socialaccount_login_error", "socialaccount_signup", "socialaccount_connections",
    "usersessions_list",
}  # fmt: skip
