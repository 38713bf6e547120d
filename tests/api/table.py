"""Who may do what through the API: every operation, as every kind of person.

The columns are visitor, stranger, member, host, operator, owner of the farm. The path parameters
come from the world; a row may name others ("ids") and a body. A number is the status expected.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from qunluo.kernel.clock import now


@dataclass(frozen=True)
class Row:
    """One operation: what each role is answered."""

    statuses: str
    body: Any = None
    ids: dict = field(default_factory=dict)
    query: str = ""
    files: str = ""

    def expected(self):
        return [int(status) for status in self.statuses.split()]


ANYBODY = "200 200 200 200 200 200"
SIGNED_IN = "401 200 200 200 200 200"
MEMBERS = "401 403 200 200 200 200"
RUNNERS = "401 403 403 403 200 200"
OWNER = "401 403 403 403 403 200"
NOBODY = "401 403 403 403 403 403"
REASON = {"rule_id": "r1", "reason": "Shouted again"}

PEOPLE = {
    "health": Row(ANYBODY),
    "me": Row(SIGNED_IN),
    "change_profile": Row(SIGNED_IN, {"intro": "Hello"}),
    "set_picture": Row(SIGNED_IN, files="picture"),
    "remove_picture": Row("401 204 204 204 204 204"),
    "person": Row(ANYBODY),
    "tokens": Row(SIGNED_IN),
    "make_token": Row(NOBODY, {"name": "x", "scopes": ["read"]}),  # only with a session
    "revoke_token": Row("401 404 404 404 404 204"),
    "own_data": Row(SIGNED_IN),
    "erasure": Row(SIGNED_IN),
    "erase_account": Row(NOBODY, {"handle": "X", "password": ""}),  # only with a session
}
BLUEPRINTS = {
    "blueprints": Row(ANYBODY),
    "blueprint": Row(ANYBODY),
    "found_community": Row(
        "401 201 201 201 201 201",
        {"name": "New farm", "sentence": "We grow rice.", "blueprint": "T02", "language": "en"},
    ),
}
COMMUNITIES = {
    "communities": Row(ANYBODY),
    "my_communities": Row(SIGNED_IN),
    "community": Row(ANYBODY),
    "change_settings": Row(RUNNERS, {"sentence": "Grow, cook and eat together."}),
    "set_symbol": Row(RUNNERS, files="image"),
    "remove_symbol": Row("401 403 403 403 204 204"),
    "publish_community": Row(OWNER, {"note": ""}),
    "unpublish_community": Row(OWNER),
    "close_community": Row(OWNER, {"name": "{name}", "reason": "The field is sold."}),
    "reopen_community": Row(OWNER),
    "open_recruitment": Row(OWNER),
    "close_recruitment": Row(OWNER),
    "set_selection": Row(OWNER, {"selection": "invitation"}),
    "gates": Row(RUNNERS),
    "behaviour": Row(ANYBODY),
    "roles": Row(ANYBODY),
}
CHARTER = {
    "charter_form": Row(ANYBODY),
    "draft": Row(RUNNERS),
    "draft_step": Row(RUNNERS),
    "save_step": Row(RUNNERS, {"values": {"intention": "To eat well."}}),
    "charter": Row(ANYBODY),
    "charter_preview": Row(RUNNERS),
    "charter_versions": Row(ANYBODY),
    "publish_charter": Row("401 403 403 403 403 409", {"note": "x"}),  # the farm's gates
    "charter_version": Row(ANYBODY),
    "charter_changes": Row(ANYBODY, query="newer=1"),
}
PROMISES = {
    "rules": Row(ANYBODY),
    "publish_rules": Row("401 403 403 403 409 409"),  # nothing changed
    "goal": Row("404 404 404 404 404 404"),
    "confirm_goal": Row("401 403 403 403 403 201"),
    "amend_goal": Row("401 403 403 403 403 409"),
    "change": Row(ANYBODY),
    "pledge": Row(MEMBERS, {"action": "Cook at home", "count": 3}),
    "withdraw_pledge": Row("401 403 204 204 204 204"),
    "cofounding_offers": Row(RUNNERS),
    "offer_cofounding": Row(
        "401 403 403 403 403 201", {"terms": "We share it all.", "share_percent": 50}
    ),
    "withdraw_cofounding": Row("401 403 403 403 403 204"),
    "cofounding_offer": Row(ANYBODY),
    "accept_cofounding": Row("401 200 200 200 200 409", {"accepted_rules": 1}),
}
MEMBERSHIP = {
    "terms": Row(ANYBODY),
    "join": Row(SIGNED_IN, {"accepted_rules": 1}),
    "own_membership": Row("401 404 200 200 200 200"),
    "claim_label": Row("401 404 200 200 200 200", {"claim": "want"}),
    "accept_rules": Row("401 404 200 200 200 200", {"accepted_rules": 1}),
    "tag_oneself": Row("401 404 201 201 201 201", {"name": "cook"}),
    "leave": Row("401 404 200 200 200 409", {"reason": ""}),
    "permissions": Row(SIGNED_IN),
    "permissions_of": Row(RUNNERS),
    "applications": Row(RUNNERS),
    "application": Row("401 404 404 404 200 200"),
    "withdraw_application": Row("401 404 404 404 403 403"),  # only the applicant
    "verify_application": Row("401 404 404 404 200 200", {"verified": True}),
    "decide_application": Row("401 404 404 404 200 200", {"accept": True}),
}
MEMBERS_AREA = {
    "members": Row(MEMBERS),
    "member": Row("401 404 404 200 200 200"),  # the host hosts this member
    "member_timeline": Row("401 404 404 200 200 200"),
    "tag_member": Row("401 404 404 403 201 201", {"name": "cook"}),
    "untag_member": Row("401 404 404 404 204 204"),
    "tag_names": Row(RUNNERS),
    "note_member": Row("401 404 404 201 201 201", {"text": "Called today."}),
    "hosts": Row(RUNNERS),
    "assign_host": Row("401 404 404 403 200 200", {"handle": None}),
    "close_care": Row(MEMBERS),
    "add_to_close_care": Row("401 404 404 204 204 204"),
    "remove_from_close_care": Row("401 404 404 204 204 204"),
    "segments": Row(RUNNERS),
    "save_segment": Row("401 403 403 403 201 201", {"name": "Cooks", "filters": {"tag": "cook"}}),
    "delete_segment": Row("401 404 404 404 204 204"),
}
GRANTS = {
    "grants": Row(RUNNERS),
    "give": Row("401 403 403 403 201 201", {"handle": "{target}", "kind": "role", "name": "host"}),
    "revoke": Row("401 404 404 404 200 200", {"reason": "Season over"}),
    "hand_over": Row("401 403 403 403 403 201", {"handle": "{target}"}),
}
GOVERNANCE = {
    "measures": Row(RUNNERS),
    "measures_of": Row("401 404 404 403 200 200"),
    "measure": Row("401 404 404 404 200 200"),
    "warn_member": Row("401 404 404 403 201 201", REASON),
    "suspend_member": Row("401 404 404 403 201 201", {**REASON, "until": "{tomorrow}"}),
    "remove_member": Row("401 404 404 403 201 201", REASON),
    "own_decisions": Row(SIGNED_IN),
    "appeal_measure": Row("401 404 404 404 409 409", {"text": "I did not."}),
    "appeal_refusal": Row("401 404 404 404 409 409", {"text": "Please."}),
    "appeals": Row(RUNNERS),
    "appeal": Row("401 404 404 404 200 200"),
    "decide_appeal": Row("401 404 404 404 200 403", {"grant": True, "reason": "Welcome"}),
    "moderation": Row(ANYBODY),
    "report_post": Row("401 404 201 201 201 201", {"text": "Rude."}),
    "report_thread": Row("401 404 201 201 201 201", {"rule_id": "r1"}),
    "report_person": Row("401 403 201 201 201 201", {"text": "Rude."}),
    "own_reports": Row(SIGNED_IN),
    "queue": Row(RUNNERS),
    "case": Row("401 404 404 404 200 200"),
    "decide_case": Row("401 404 404 404 200 200", {"outcome": "nothing", "reason": "A joke."}),
    "held_posts": Row(SIGNED_IN),
    "plead": Row("401 404 200 404 404 404", {"text": "A quotation."}),
    "withdraw_held": Row("401 404 204 404 404 404"),
    "checks": Row(RUNNERS),
    "change_checks": Row(RUNNERS, {"words": ["durian"]}),
    "disorder": Row("401 403 403 200 200 200"),
    "distances": Row(SIGNED_IN),
    "keep_distance": Row(SIGNED_IN, {"kind": "mute"}),
    "end_distance": Row("401 204 204 204 204 204"),
    "votes": Row(MEMBERS),
    "open_vote": Row("401 403 403 403 201 201", {"question": "A new oven?"}),
    "put_to_vote": Row("401 404 403 403 201 201", {}, ids={"thread_number": "proposal_number"}),
    "vote": Row("401 404 200 200 200 200"),
    "cast_ballot": Row("401 404 200 200 200 200", {"choice": "yes"}),
    "finish_task": Row("401 404 403 403 409 409", {"note": "Done."}),
    "put_goal_to_vote": Row(
        "401 403 403 403 409 409",
        {"metric": "members", "target": 90, "due_on": "2031-01-01", "why": "A dry year."},
    ),
    "values": Row(ANYBODY),
    "scenes": Row(ANYBODY),
    "cells": Row(MEMBERS),
    "own_askings": Row(MEMBERS),
    "surveys": Row(MEMBERS),
    "open_survey": Row("401 403 403 403 201 201", ids={"question": "unasked"}),
    "answer_survey": Row(MEMBERS, {"rating": 4}),
    "end_survey": Row(RUNNERS),
    "ask_into_circle": Row(
        "401 403 409 409 201 201", {"text": "I bake too."}, ids={"space": "bakers"}
    ),
    "withdraw_asking": Row("401 403 204 409 409 409", ids={"space": "bakers"}),
    "circle_askings": Row("401 404 404 200 404 404", ids={"space": "bakers"}),
    "answer_asking": Row("401 404 404 204 404 404", {"accept": True}, ids={"space": "bakers"}),
    "honours": Row(ANYBODY),
    "own_service_requests": Row(MEMBERS),
    "service_request": Row("401 404 200 404 404 404"),
    "request_service": Row(
        "401 404 409 201 201 201",
        {"text": "My table, too."},
        ids={"thread_number": "service_number"},
    ),
    "take_service_step": Row("401 404 200 404 404 404", {}, {"step": "service_step"}),
    "acts": Row(MEMBERS),
    "link_post": Row(
        "401 404 201 201 201 201", {"value": "kindness", "sentence": "He shared the load."}
    ),
    "link_vote": Row("401 404 409 409 409 409", {"value": "trust", "sentence": "We asked."}),
    "second_act": Row("401 404 409 200 200 200"),  # the member wrote it down
    "unsecond_act": Row("401 404 200 200 200 200"),
    "withdraw_act": Row("401 404 204 404 404 404"),
    "remove_act": Row("401 404 403 403 204 204", REASON),
    "audit": Row(RUNNERS),
}
LEDGER = {
    "own_accounts": Row(SIGNED_IN),
    "own_statement": Row(SIGNED_IN),
    "trial_balance": Row(RUNNERS),
    "book_accounts": Row(RUNNERS),
    "account": Row("401 404 200 404 200 200"),
    "statement": Row("401 404 200 404 200 200"),
    "transfers": Row(RUNNERS),
    "transfer": Row("401 404 200 404 200 200"),
    "give_points": Row(
        "401 403 403 403 201 201", {"person": "{target}", "points": 5, "reason": "Thanks"}
    ),
    "points_name": Row(SIGNED_IN),
    "name_points": Row(RUNNERS, {"one": "ear", "many": "ears", "zh": "稻穗"}),
    "correct_transfer": Row(  # the two amounts of one account are none: it is undone
        "401 404 403 404 201 201",
        {"should": [{"account_id": "{account}", "amount": 5},
                    {"account_id": "{account}", "amount": -5}], "reason": "Twice"},
    ),
    "reverse_transfer": Row("401 404 403 404 201 201", {"reason": "By mistake"}),
}  # fmt: skip
INVITATIONS = {
    "invitations": Row(MEMBERS),
    "invite": Row("401 403 201 201 201 201", {"note": "Come!"}),
    "invitation": Row("401 404 404 404 200 200"),
    "revoke_invitation": Row("401 404 404 404 200 200"),
    "invitation_qr": Row("401 404 404 404 200 200"),
    "invitation_code": Row(ANYBODY, ids={"code": "invitation_code"}),
    "accept_invitation": Row(SIGNED_IN, {"accepted_rules": 1}, ids={"code": "invitation_code"}),
    "allowance": Row(MEMBERS),
    "raise_allowance": Row(RUNNERS, {"extra": 5}),
    "invitation_results": Row(RUNNERS),
    "growth_policy": Row(MEMBERS),
    "change_growth_policy": Row(RUNNERS, {"dormant_days": 60}),
}
FOUNDING = {
    "founding_progress": Row(ANYBODY),
    "founding_contacts": Row(RUNNERS),
    "add_contact": Row("401 403 403 403 201 201", {"name": "Li", "why": "Cooks."}),
    "founding_contact": Row(RUNNERS),
    "edit_contact": Row(RUNNERS, {"name": "Wang Wei", "why": "Grows rice."}),
    "remove_contact": Row("401 403 403 403 204 204"),
    "log_outreach": Row("401 403 403 403 201 201", {"outcome": "talked"}),
    "invite_contact": Row(RUNNERS),
    "seat_member": Row("401 404 404 403 201 201", {}),
}
CUSTOMERS = {
    "customers": Row(RUNNERS),
    "customer_summary": Row(RUNNERS),
    "add_customer": Row("401 403 403 403 201 201", {"name": "Zhou"}),
    "tag_customers": Row(RUNNERS, {"filters": {}, "tag": "rice"}),
    "assign_customers": Row(RUNNERS, {"filters": {}, "handle": "{host}"}),
    "spread_customers": Row(RUNNERS),
    "customer": Row(RUNNERS),
    "edit_customer": Row(RUNNERS, {"note": "Calls on Mondays."}),
    "forget_customer": Row("401 403 403 403 204 204"),
    "add_past_order": Row("401 403 403 403 201 201", {"amount_minor": 1250}),
    "unsubscribe_customer": Row(RUNNERS),
    "invite_customer": Row(RUNNERS),
    "match_customer": Row(RUNNERS, {"member_id": None}),
    "batches": Row(RUNNERS),
    "invite_customers": Row(
        "401 403 403 403 201 201",
        {"filters": {}, "subject": "Come back", "text": "We have built a home for you."},
    ),
    "unsubscribe": Row("204 204 204 204 204 204", {}),
}
IMPORTS = {
    "start_import": Row("401 403 403 403 201 201", files="file"),
    "imports": Row(RUNNERS),
    "one_import": Row(RUNNERS),
    "preview_import": Row(RUNNERS, {}),
    "run_import": Row(RUNNERS, {"dry_run": True}),
    "cancel_import": Row(RUNNERS),
    "import_errors": Row(RUNNERS),
    "import_errors_csv": Row(RUNNERS),
}
EXPORT = {
    "request_export": Row("401 403 403 403 403 201"),
    "exports": Row(OWNER),
    "download_export": Row(OWNER),
    "restore_community": Row(NOBODY, files="archive"),  # only who runs the installation
}
INSIDE = "404 404 200 200 200 200"  # a space for members does not exist for others
WRITERS = "401 404 200 200 200 200"
AUTHOR = "401 404 403 403 403 403"  # what the target wrote, only the target changes
TALK = {
    "kinds": Row(ANYBODY),
    "spaces": Row(ANYBODY),
    "open_space": Row("401 403 403 403 201 201", {"name": "Kitchen"}),
    "edit_space": Row("401 404 403 403 200 200", {"purpose": "Recipes"}),
    "follow_space": Row(WRITERS, {"following": "followed"}),
    "archive_space": Row("401 404 403 403 200 200"),
    "restore_space": Row("401 404 403 403 200 200"),
    "import_chat": Row(
        "401 403 403 403 201 201",
        {"format": "csv", "room": "Old group", "text": "time,author,text\n2025-01-01,Li,Snow"},
    ),
    "imported_authors": Row(RUNNERS),
    "claim_author": Row(MEMBERS, ids={"code": "claim_code"}),
    "release_author": Row(RUNNERS),
    "threads": Row(INSIDE),
    "threads_of_kind": Row(ANYBODY, query="kind=help"),
    "stream": Row(SIGNED_IN),
    "search": Row(SIGNED_IN, query="q=sacks"),
    "search_community": Row(ANYBODY, query="q=sacks"),
    "topics": Row(ANYBODY),
    "topic_threads": Row(ANYBODY, ids={"topic": "uid"}),
    "overdue_feedback": Row("401 403 403 200 200 200"),
    "open_thread": Row("401 404 201 201 201 201", {"title": "Rain", "source": "At last."}),
    "thread": Row(INSIDE),
    "reply": Row("401 404 201 201 201 201", {"source": "I come."}),
    "move_thread": Row(WRITERS, {"move": "offer"}),
    "calendar": Row(MEMBERS),
    "own_items": Row(MEMBERS),
    "calendar_health": Row(RUNNERS),
    "calendar_settings": Row(MEMBERS),
    "change_calendar": Row(RUNNERS, {"gap_days": 10}),
    "plan_item": Row(
        "401 404 201 201 201 201", {"space": "square", "source": "Soon.", "useful": 2}
    ),
    # Scheduled by the target: only who publishes for the community knows of it.
    "planned_item": Row("401 403 404 404 200 200"),
    "item_versions": Row("401 403 404 404 200 200"),
    "change_item": Row("401 403 404 404 403 403", {"title": "Mine"}),
    "schedule_item": Row("401 403 404 404 403 403", {}),
    "withdraw_item": Row("401 403 404 404 200 200"),
    "rate_item": Row("401 403 404 404 409 409", {"rating": 4}),  # it has not appeared
    "relocate_thread": Row("401 404 403 403 409 409", {"space": "square"}),  # where it is already
    "split_thread": Row("401 404 409 409 409 409", {"places": [9]}),
    "mark_reading": Row(WRITERS, {"following": "followed"}),
    "edit_post": Row(AUTHOR, {"source": "Other words."}),
    "post_versions": Row(INSIDE),
    "withdraw_post": Row(AUTHOR),
    "remove_post": Row("401 404 403 403 200 200", REASON),
    "react": Row(WRITERS),
    "unreact": Row(WRITERS),
    "drafts": Row(SIGNED_IN),
    "listening": Row(SIGNED_IN),
    "conversations": Row("401 200 200 200 200 200"),
    "talk_with": Row("401 403 201 201 201 201", {"handle": "{target}"}),
    "begin_circle": Row("401 403 201 201 201 201", {"name": "Bakers"}),
    "room": Row(INSIDE, ids={"space": "room"}),
    "change_circle": Row("401 404 200 403 404 404", {"name": "We"}, ids={"space": "circle"}),
    "room_people": Row("401 404 200 200 404 404", ids={"space": "circle"}),
    "bring_in": Row("401 404 200 200 404 404", {"people": []}, ids={"space": "circle"}),
    "leave_circle": Row("401 404 204 204 404 404", ids={"space": "circle", "handle": "insider"}),
    "add_file": Row("401 404 201 201 201 201", files="upload"),
    "download_file": Row(INSIDE),
    "describe_file": Row(AUTHOR, {"alt": "Sacks of rye"}),
    "discard_file": Row("401 404 404 404 404 404", ids={"uid": "waiting"}),  # only its owner
    "answer_poll": Row(WRITERS, {"chosen": [0]}),
    "end_poll": Row(AUTHOR),
    "save_thread_draft": Row("401 404 204 204 204 204", {"source": "It r"}),
    "save_reply_draft": Row("401 404 204 204 204 204", {"source": "I co"}),
}
NOTICES = {
    "notices": Row(SIGNED_IN),
    "bell": Row(SIGNED_IN),
    "read_notices": Row(SIGNED_IN, {}),
    "mute_notice": Row("401 404 404 404 404 204", {"way": "reason"}),
    "notice_settings": Row(SIGNED_IN),
    "change_hours": Row(SIGNED_IN, {"quiet_from": 21}),
    "wish_for": Row(SIGNED_IN, {"mail": "at_once"}),
    "add_device": Row(
        "401 201 201 201 201 201",
        {"endpoint": "https://push.example.org/x", "p256dh": "B" + "A" * 86, "auth": "A" * 22},
    ),
    "remove_device": Row("401 404 404 404 404 204"),
}
CHANNELS = {
    "channel_kinds": Row(SIGNED_IN),
    "channels": Row(RUNNERS),
    "attach_channel": Row(
        "401 403 403 403 201 201",
        {"kind": "inbox", "name": "Builds", "job": "serve", "space": "square"},
    ),
    "channel": Row(RUNNERS),
    "change_channel": Row(RUNNERS, {"name": "Hook"}),
    "detach_channel": Row("401 403 403 403 204 204"),
    "renew_channel_secret": Row(RUNNERS),
    "try_channel": Row("401 403 403 403 202 202"),
    "channel_messages": Row(RUNNERS),
    "replay_channel_message": Row("401 403 403 403 202 202"),
    "channel_arrivals": Row(RUNNERS, ids={"channel_id": "inbox_id"}),
    "let_channel_arrival_through": Row(RUNNERS, ids={"channel_id": "inbox_id"}),
}
OPERATIONS = {
    "dead_letters": Row(RUNNERS),
    "replay_dead_letter": Row("401 403 403 403 204 204"),
    "discard_dead_letter": Row("401 403 403 403 204 204"),
    "all_dead_letters": Row(NOBODY),  # only who runs the installation
    "replay_any_dead_letter": Row(NOBODY),
    "worker": Row(NOBODY),
}
SELLERS = "401 404 403 404 200 200"  # the order is a member's
SELLERS_201 = "401 403 403 403 201 201"
BUYER = "401 404 200 404 404 404"
LINES = [{"variant_id": "{variant}", "quantity": 1}]
FETCHED = {"method": "pickup", "point_id": "{point}"}
MARKET = {
    "shop": Row(ANYBODY),
    "set_up_shop": Row(SELLERS_201, {}),
    "change_shop": Row(RUNNERS, {"about": "We grow rice."}),
    "open_shop": Row("401 403 403 403 409 409", {"reason": "We know each other."}),  # its gates
    "pause_shop": Row(RUNNERS),
    "trust_line": Row(RUNNERS),
    "pickup_points": Row(ANYBODY),
    "add_pickup_point": Row(SELLERS_201, {"name": "Mill", "address": "Lane 2"}),
    "change_pickup_point": Row(RUNNERS, {"hours": "9 to 5"}),
    "delivery_rates": Row(ANYBODY),
    "add_delivery_rate": Row(SELLERS_201, {"name": "Far", "regions": ["新疆"], "fee": 2000}),
    "change_delivery_rate": Row(RUNNERS, {"fee": 900}),
    "payment_providers": Row(RUNNERS),
    "merchants": Row(RUNNERS),
    "attach_merchant": Row("401 403 403 403 422 422", {"name": "Bank", "settings": {}}),
    "detach_merchant": Row("401 403 403 403 404 404"),
    "give_store_credit": Row(
        "401 403 403 403 204 204", {"person": "{target}", "amount": 5, "reason": "Thanks"}
    ),
    "shop_categories": Row(ANYBODY),
    "products": Row(ANYBODY),
    "product": Row(ANYBODY),
    "managed_products": Row(RUNNERS),
    "add_product": Row(SELLERS_201, {"title": "Oil", "category": "food"}),
    "change_product": Row(RUNNERS, {"lead": "From our field"}),
    "product_fitness": Row(RUNNERS),
    "list_product": Row(RUNNERS),
    "withdraw_product": Row(RUNNERS, {"reason": "The field is wet."}),
    "add_product_picture": Row(SELLERS_201, files="picture"),
    "remove_product_picture": Row("401 403 403 403 204 204"),
    "add_variant": Row(SELLERS_201, {"name": "Bag", "price": 300}),
    "change_variant": Row(RUNNERS, {"rules": [{"audience": "members", "price": 900}]}),
    "set_stock": Row(RUNNERS, {"amount": 9}),
    "cart": Row(SIGNED_IN),
    "put_in_cart": Row(SIGNED_IN, {"quantity": 2}),
    "quote_order": Row(ANYBODY, {"lines": LINES, "delivery": FETCHED}),
    "place_order": Row("401 201 201 201 201 201", {"lines": LINES, "delivery": FETCHED}),
    "my_orders": Row(SIGNED_IN),
    "my_life_circle": Row(SIGNED_IN),
    "my_orders_here": Row(SIGNED_IN),
    "my_order": Row(BUYER),
    "pay_from_credit": Row(BUYER),
    "begin_payment": Row("401 404 422 404 404 404", {"provider": "nobody"}),
    "cancel_my_order": Row(BUYER, {}),
    "receive_order": Row(BUYER, ids={"order_uid": "sent_uid"}),
    "my_addresses": Row(SIGNED_IN),
    "keep_address": Row(
        "401 201 201 201 201 201",
        {"name": "Mei", "phone": "13800000000", "region": "浙江省杭州市", "detail": "1"},
    ),
    "forget_address": Row("401 404 204 404 404 404"),
    "shop_orders": Row(RUNNERS),
    "order_todo": Row(RUNNERS),
    "shop_finance": Row(RUNNERS),
    "check_bill": Row(RUNNERS),
    "money_troubles": Row(RUNNERS),
    "waiting_payments": Row(RUNNERS),
    "packing_list": Row(RUNNERS),
    "shop_order": Row("401 404 200 404 200 200"),
    "confirm_order": Row(SELLERS, ids={"order_uid": "paid_uid"}),
    "ship_order": Row(SELLERS, {"carrier": "Post"}, ids={"order_uid": "waiting_uid"}),
    "mark_order_ready": Row(SELLERS, ids={"order_uid": "packed_uid"}),
    "hand_order_over": Row(SELLERS, {"code": "{pickup}"}, ids={"order_uid": "packed_uid"}),
    "call_order_off": Row("401 404 200 404 200 200", {"reason": "No rice left."}),
    "refund_order": Row(
        "401 404 403 404 201 201", {"amount": 100, "reason": "Wet"}, ids={"order_uid": "paid_uid"}
    ),
    "refund_done_by_hand": Row("401 404 404 404 200 200", {}, ids={"number": "refund_number"}),
    "try_refund_again": Row("401 404 404 404 200 200", ids={"number": "refund_number"}),
    "confirm_payment": Row(  # what store credit paid needs no hand
        "401 404 403 404 404 404", {}, ids={"number": "payment_number"}
    ),
}
SOON = {
    f"{at}_at": (now() + timedelta(days=n)).isoformat()
    for n, at in enumerate(["starts", "ends"], 1)
}
THE_SERVICE, BOOKED = {"product_uid": "service_uid"}, {"order_uid": "booked_uid"}
BOOKINGS = {
    "bookable_service": Row(ANYBODY, ids=THE_SERVICE),
    "free_times": Row(ANYBODY, ids=THE_SERVICE),
    "book_service": Row(
        "401 201 201 201 201 201",
        {"variant_id": "{length}", "staff_id": "{staff}", "starts_at": "{free}"},
        ids=THE_SERVICE,
    ),
    "own_bookings": Row(SIGNED_IN),
    "booked_days": Row(SIGNED_IN),
    "booking": Row("401 404 200 404 200 200", ids=BOOKED),
    "move_booking": Row(
        "401 404 200 404 200 200", {"starts_at": "{free}", "reason": "Frost"}, ids=BOOKED
    ),
    "call_booking_off": Row("401 404 200 404 200 200", {"reason": "Frost"}, ids=BOOKED),
    "finish_booking": Row("401 404 404 404 409 409", {}, ids=BOOKED),
    "rate_booking": Row("401 404 409 404 404 404", {"stars": 5}, ids=BOOKED),
    "ask_for_case": Row("401 404 404 404 409 409", {"text": "Told"}, ids=BOOKED),
    "answer_case": Row("401 404 409 404 404 404", {"agree": True}, ids=BOOKED),
    "shop_services": Row(RUNNERS),
    "add_bookable_service": Row("401 403 403 403 201 201", {"title": "A lesson"}),
    "plan_bookable_service": Row(RUNNERS, {"seats": 2}, ids=THE_SERVICE),
    "add_service_length": Row(
        "401 403 403 403 201 201", {"name": "Long", "minutes": 90, "price": 3_000}, ids=THE_SERVICE
    ),
    "service_hours": Row(RUNNERS, ids=THE_SERVICE),
    "set_service_hours": Row(
        RUNNERS, {"week": {"0": [[540, 720]]}}, ids={**THE_SERVICE, "handle": "coach"}
    ),
}
GIFT = {"card_uid": "gift_card_uid"}
TRACE = {
    "own_post_figures": Row(MEMBERS),
    "product_trace": Row(RUNNERS),
    "selling_posts": Row(RUNNERS),
    "product_feedback": Row(RUNNERS),
    "tell_change": Row(
        "401 403 403 403 422 422", {"feedback": "thread:9", "sort": "product", "words": "Sieved."}
    ),
}
COUPONS = {
    "my_coupons": Row(SIGNED_IN),
    "shop_coupons": Row(RUNNERS),
    "make_coupon": Row(
        "401 403 403 403 201 201",
        {"title": "Spring", "kind": "percent", "percent": 10, "code": "SPRING"},
    ),
    "coupon_uses": Row(RUNNERS),
    "stop_coupon": Row(RUNNERS),
    "give_coupon": Row(RUNNERS, {"people": ["{target}"]}),
    "buy_gift_cards": Row("401 201 201 201 201 201", {"variant_id": "{gift}"}),
    "my_gift_cards": Row(SIGNED_IN),
    "redeem_gift_card": Row("401 404 404 404 404 404", {"code": "ABCD-EFGH-JKLM"}),
    "shop_gift_cards": Row(RUNNERS),
    "void_gift_card": Row(RUNNERS, {"reason": "Lost"}, ids=GIFT),
    "gift_card_limits": Row(RUNNERS),
    "set_gift_card_limits": Row(RUNNERS, {"most": 900_000}),
    "add_gift_card": Row("401 403 403 403 201 201", {"title": "Card", "values": [5_000]}),
}
DEALERS = {
    "dealers": Row(ANYBODY),
    "shop_dealers": Row(RUNNERS),
    "add_dealer": Row(
        "401 403 403 403 201 201", {"name": "Corner", "url": "https://corner.example/"}
    ),
    "change_dealer": Row(RUNNERS, {"name": "Corner", "url": "https://corner.example/"}),
    "remove_dealer": Row("401 403 403 403 204 204"),
    "register_code": Row("401 404 404 404 404 404", {"code": "AAAA-BBBB"}),
    "my_products": Row(SIGNED_IN),
    "code_batches": Row(RUNNERS),
    "make_codes": Row(
        "401 403 403 403 404 404", {"product_uid": "none", "name": "Autumn", "count": 1}
    ),
    "code_batch": Row(RUNNERS),
    "stop_codes": Row(RUNNERS),
}
GOLD = {"product_uid": "tier_uid"}
TIERS = {
    "tiers": Row(ANYBODY),
    "my_tiers": Row(SIGNED_IN),
    "buy_tier": Row("401 201 201 201 201 201", {"variant_id": "{tier}"}),
    "try_tier": Row("401 403 201 201 201 201", ids=GOLD),
    "give_tier_back": Row("401 404 409 404 404 404"),
    "entry_tiers": Row(ANYBODY),
    "pause_tier": Row("401 409 409 409 409 409", ids=GOLD),
    "resume_tier": Row("401 409 409 409 409 409", ids=GOLD),
    "add_declared_tiers": Row("401 403 403 403 200 200"),
    "give_tier_time": Row(
        "401 403 403 403 422 422", {"handle": "nobody", "days": 3, "reason": "x"}, ids=GOLD
    ),
    "shop_tiers": Row(RUNNERS),
    "add_tier": Row("401 403 403 403 201 201", {"name": "silver", "benefits": ["Calls"]}),
    "save_tier": Row(RUNNERS, {"name": "gold", "benefits": ["Calls", "Books"]}, ids=GOLD),
    "add_tier_period": Row(
        "401 403 403 403 201 201", {"name": "A month", "price": 900, "months": 1}, ids=GOLD
    ),
}
CAMPAIGNS = {
    "campaigns": Row(ANYBODY),
    "offered_campaigns": Row("401 403 200 200 200 200"),
    "campaign": Row(ANYBODY),
    "quote_campaign": Row(ANYBODY, {"lines": LINES, "delivery": FETCHED}),
    "join_campaign": Row(
        "401 201 201 201 201 201",
        {"lines": LINES, "delivery": FETCHED},
        ids={"campaign_uid": "team_buy_uid"},
    ),
    "change_entry": Row("401 404 200 404 404 404", {"lines": []}),
    "leave_queue": Row("401 204 204 204 204 204"),
    "propose_campaign": Row("401 404 201 201 201 201", SOON, ids={"campaign_uid": "offer_uid"}),
    "managed_campaigns": Row(RUNNERS),
    "start_campaign": Row(
        SELLERS_201,
        {
            "kind": "chain",
            "title": "Bread",
            **SOON,
            "items": [{"variant_id": "{variant}", "price": 500}],
        },
    ),
    "approve_campaign": Row("401 404 403 404 200 200", ids={"campaign_uid": "proposed_uid"}),
    "decline_campaign": Row(
        "401 404 403 404 200 200", {"reason": "Not now"}, ids={"campaign_uid": "proposed_uid"}
    ),
    "close_campaign": Row(RUNNERS),
    "cancel_campaign": Row(RUNNERS, {"reason": "Frost"}),
    "lower_threshold": Row(
        RUNNERS, {"to": 3, "reason": "Frost"}, ids={"campaign_uid": "pledge_uid"}
    ),
    "lower_team": Row(RUNNERS, {"to": 2, "reason": "Few"}, ids={"campaign_uid": "team_buy_uid"}),
    "campaign_list": Row(RUNNERS),
}
SUBSCRIBE = {"variant_id": "{size}", "depot_id": "{depot}", "signed": "Zhao"}
SEASON = {
    "product_uid": "{share_product}", "title": "Autumn", "risk": "We share what grows.",
    "first": "2030-09-02", "last": "2030-10-28", "weekdays": [0],
    "depots": [{"point_id": "{point}", "capacity": 9}],
}  # fmt: skip
LOOKING = "401 404 200 404 200 200"
SHARES = {
    "share_seasons": Row(ANYBODY),
    "share_season": Row(ANYBODY),
    "subscribe": Row("401 201 409 201 201 201", SUBSCRIBE),
    "my_shares": Row(SIGNED_IN),
    "share": Row(LOOKING),
    "skip_box": Row(BUYER),
    "move_box": Row("401 404 404 404 404 404", {"delivery_id": 2**40}),
    "pay_part": Row("401 404 409 404 404 404"),
    "answer_rise": Row(BUYER, {"agree": True}),
    "cancel_share": Row(LOOKING, {"reason": "Moved away"}),
    "add_share_product": Row(SELLERS_201, {"title": "Fruit"}),
    "start_season": Row(SELLERS_201, SEASON),
    "edit_season": Row(RUNNERS, {"title": "Spring", "closed": True}),
    "change_terms": Row(RUNNERS, {"risk": "Hail and drought are shared.", "absences": 3}),
    "season_shares": Row(RUNNERS),
    "add_depot": Row(SELLERS_201, {"point_id": "{other_point}", "capacity": 8}),
    "set_depot": Row(RUNNERS, {"capacity": 12}),
    "propose_rise": Row(
        SELLERS_201,
        {"variant_id": "{size}", "for_box": 100, "reason": "Hail", "answer_by": "{tomorrow}"},
    ),
    "packing_of_delivery": Row(RUNNERS),
    "fill_box": Row(RUNNERS, {"contents": [{"name": "Peas", "amount": "1 kg"}]}),
    "show_box": Row(RUNNERS, files="picture"),
    "pack_boxes": Row("401 403 403 403 409 409", {}),  # they can still be skipped
    "hand_over_box": Row("401 403 403 403 422 422", {"code": "NOBODY"}),
}
CLAIMS = {
    "after_sales": Row(BUYER),
    "ask_return": Row(
        "401 404 422 404 404 404", {"lines": [{"line_id": 1, "quantity": 1}], "words": "Wet"}
    ),
    "complain": Row(
        "401 404 201 404 404 404",
        {"product_uid": "{product}", "kind": "broken", "words": "Torn", "wants": "answer"},
        ids={"order_uid": "sent_uid"},
    ),
    "claim": Row("401 404 200 404 200 200"),
    "add_claim_picture": Row("401 404 201 404 404 404", files="picture"),
    "send_return": Row("401 404 409 404 404 404", {"carrier": "Post"}),
    "accept_offer": Row("401 404 409 404 404 404"),
    "dispute_claim": Row("401 404 409 404 404 404", {"words": "No"}),
    "withdraw_claim": Row("401 404 200 404 404 404"),
    "ask_invoice": Row("401 404 201 404 404 404", {"title": "Mei"}, ids={"order_uid": "paid_uid"}),
    "group_complaints": Row(ANYBODY),
    "shop_claims": Row(RUNNERS),
    "claim_todo": Row(RUNNERS),
    "offer_remedy": Row("401 404 403 404 200 200", {"words": "Sorry", "amount": 100}),
    "accept_return": Row("401 404 403 404 409 409", {}),  # it is a complaint
    "decline_return": Row("401 404 403 404 409 409", {"words": "No"}),
    "take_return": Row("401 404 403 404 409 409", {}),
    "decide_dispute": Row("401 404 403 404 409 409", {"amount": 0, "words": "No"}),
    "answer_group_complaint": Row(RUNNERS, {"words": "Sorry", "remedy": "none"}),
    "shop_invoices": Row(RUNNERS),
    "issue_invoice": Row("401 404 403 404 200 200", {"number": "7"}, ids={"order_uid": "sent_uid"}),
    "decline_invoice": Row(
        "401 404 403 404 200 200", {"reason": "No"}, ids={"order_uid": "sent_uid"}
    ),
}
TABLE = {
    **PEOPLE, **BLUEPRINTS, **COMMUNITIES, **CHARTER, **PROMISES, **MEMBERSHIP, **MEMBERS_AREA,
    **GRANTS, **INVITATIONS, **FOUNDING, **CUSTOMERS, **IMPORTS, **EXPORT, **GOVERNANCE,
    **TALK, **NOTICES, **CHANNELS, **OPERATIONS, **LEDGER, **MARKET,
    **CAMPAIGNS, **SHARES, **CLAIMS, **BOOKINGS, **COUPONS, **TRACE, **DEALERS, **TIERS,
}  # fmt: skip
# What a member of another community may do to this one: nothing that its visitors may not.
STAFF_ONLY = {"all_dead_letters": 200, "replay_any_dead_letter": 204, "worker": 200}
