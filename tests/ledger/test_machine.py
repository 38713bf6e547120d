"""Random interleavings against a plain model: the books always say the same.

In the suite 800 steps; `python scripts/machine.py 100000` runs as long as one likes.
"""

import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from qunluo.kernel.clock import travel
from qunluo.ledger import actions, errors, queries
from qunluo.ledger.actions import Leg
from tests.ledger.makers import books

STEPS = int(os.environ.get("QUNLUO_LEDGER_STEPS", "800"))
MINUTES = float(os.environ.get("QUNLUO_LEDGER_MINUTES", "1000"))
LENGTH, BATCH = 40, 4_000
START = datetime(2026, 3, 1, tzinfo=UTC)
TRIED, HELD = Counter(), Counter()
AMOUNTS = st.integers(1, 60)
KEPT, OPEN = ["mei", "li"], ["sales", "fees", "clearing"]
ACCOUNTS = st.sampled_from(KEPT + OPEN)


class Model:
    """Books as a child would keep them: numbers in dictionaries."""

    def __init__(self):
        self.posted = dict.fromkeys(KEPT + OPEN, 0)
        self.holds, self.keys = {}, {}

    def free(self, name, at):
        bound = sum(
            h["amount"]
            for h in self.holds.values()
            if h["account"] == name and h["state"] == "held" and not self.over(h, at)
        )
        return self.posted[name] - bound

    @staticmethod
    def over(hold, at):
        return hold["expires"] is not None and hold["expires"] <= at

    def covers(self, moves, at, extra=()):
        extra = dict(extra)
        return all(
            self.free(name, at) + extra.get(name, 0) + amount >= 0
            for name, amount in moves.items()
            if name in KEPT and amount < 0
        )

    def move(self, moves):
        for name, amount in moves.items():
            self.posted[name] += amount


class Books(RuleBasedStateMachine):
    """Post, hold, capture, release, correct, wait, and say everything twice."""

    transfers, held, said = Bundle("transfers"), Bundle("held"), Bundle("said")

    @initialize()
    def found(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.travelling = travel(START)
        self.clock = self.travelling.__enter__()
        self.here = books()
        self.model, self.number = Model(), 0
        for wallet in KEPT:
            self.top_up(wallet, 200)

    def teardown(self):
        if hasattr(self, "atomic"):
            assert queries.verify(community_id=self.here.community.pk).rows == {}
            HELD["books verified"] += 1
            self.travelling.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def account(self, name):
        return getattr(self.here, name)

    def key(self):
        self.number += 1
        return f"k{self.number}"

    def legs(self, moves):
        return [Leg(self.account(name), amount) for name, amount in moves.items()]

    def post(self, moves, key):
        legs = self.legs(moves)
        return actions.post(community=self.here.community, kind="payment", legs=legs, key=key)

    @rule(target=transfers, wallet=st.sampled_from(KEPT), amount=AMOUNTS)
    def top_up(self, wallet, amount):
        TRIED["top up"] += 1
        moves, key = {"clearing": -amount, wallet: amount}, self.key()
        made = self.post(moves, key)
        self.model.move(moves)
        self.model.keys[key] = made.pk
        return {"made": made, "now": moves, "key": key, "was": moves}

    @rule(target=transfers, source=ACCOUNTS, goal=ACCOUNTS, fee=st.integers(0, 3), amount=AMOUNTS)
    def pay(self, source, goal, fee, amount):
        TRIED["post"] += 1
        moves = Counter({goal: amount})
        moves["fees"] += fee
        moves[source] -= amount + fee
        moves, key = {n: a for n, a in moves.items() if a}, self.key()
        if len(moves) < 2:
            with pytest.raises(errors.NotBalanced):
                self.post(moves, key)
            return multiple()
        if not self.model.covers(moves, self.clock.at):
            TRIED["refused"] += 1
            with pytest.raises(errors.InsufficientFunds):
                self.post(moves, key)
            return multiple()
        made = self.post(moves, key)
        self.model.move(moves)
        return {"made": made, "now": moves, "key": key, "was": moves}

    @rule(done=transfers)
    def say_it_again(self, done):
        TRIED["replayed"] += 1
        assert self.post(done["was"], done["key"]).pk == done["made"].pk

    @rule(done=transfers, amount=AMOUNTS)
    def say_something_else_under_the_same_key(self, done, amount):
        TRIED["key reused"] += 1
        with pytest.raises(errors.LedgerKeyReused):
            self.post({"sales": -amount - 1000, "fees": amount + 1000}, done["key"])

    @rule(target=held, name=st.sampled_from(KEPT), amount=AMOUNTS,
          minutes=st.sampled_from([None, 1, 5, 30]))  # fmt: skip
    def hold(self, name, amount, minutes):
        TRIED["hold"] += 1
        expires = self.clock.at + timedelta(minutes=minutes) if minutes else None
        given = {"account": self.account(name), "amount": amount, "key": self.key()}
        if self.model.free(name, self.clock.at) < amount:
            TRIED["refused"] += 1
            with pytest.raises(errors.InsufficientFunds):
                actions.hold(**given, expires_at=expires)
            return multiple()
        made = actions.hold(**given, expires_at=expires)
        self.model.holds[made.pk] = {
            "account": name, "amount": amount, "expires": expires, "state": "held",
        }  # fmt: skip
        return {"made": made, "given": given}

    @rule(one=held)
    def hold_it_again(self, one):
        TRIED["replayed"] += 1
        assert actions.hold(**one["given"]).pk == one["made"].pk

    @rule(target=held, name=st.sampled_from(KEPT), amount=AMOUNTS,
          minutes=st.sampled_from([None, 1, 5, 30]))  # fmt: skip
    def top_up_and_hold(self, name, amount, minutes):
        self.top_up(name, amount)
        return self.hold(name, amount, minutes)

    @rule(one=held, part=st.integers(1, 60))
    def honour_late(self, one, part):
        """Wait until its time is over, whether or not it was swept, and take it all the same."""
        if expires := self.model.holds[one["made"].pk]["expires"]:
            self.clock.move(max(expires - self.clock.at, timedelta(0)))
            if part % 2:
                actions.release_due_holds()
        self.capture(one, part, honour=True)

    @rule(one=held, part=st.integers(1, 60), honour=st.booleans())
    def capture(self, one, part, honour):
        TRIED["capture"] += 1
        known, at = self.model.holds[one["made"].pk], self.clock.at
        total = min(part, known["amount"])
        to, key = [Leg(self.here.sales, total)], self.key()
        moves = {known["account"]: -total, "sales": total}

        def act():
            return actions.capture(hold=one["made"], to=to, key=key, honour=honour)

        over = self.model.over(known, at)
        if known["state"] != "held":
            with pytest.raises(errors.HoldResolved):
                act()
        elif over and not honour:
            TRIED["expired"] += 1
            with pytest.raises(errors.HoldExpired):
                act()
        elif over and not self.is_open(one["made"]):
            TRIED["honoured late"] += 1
            if self.model.covers(moves, at):
                made = act()
                known["state"] = "honoured"
                self.model.move(moves)
                assert act().pk == made.pk
            else:
                with pytest.raises(errors.InsufficientFunds):
                    act()
        else:
            made = act()
            known["state"] = "captured"
            self.model.move(moves)
            assert act().pk == made.pk

    def is_open(self, hold):
        hold.refresh_from_db()
        return hold.state == "held"

    @rule(one=held)
    def release(self, one):
        TRIED["release"] += 1
        known = self.model.holds[one["made"].pk]
        if known["state"] == "captured":
            with pytest.raises(errors.HoldResolved):
                actions.release(hold=one["made"])
        else:
            actions.release(hold=one["made"])
            # Whoever lets it go, before its time or after, wants it no more.
            if known["state"] == "held":
                known["state"] = "released"

    @rule(done=transfers, amount=AMOUNTS)
    def correct(self, done, amount):
        TRIED["correct"] += 1
        names = list(done["was"])[:2]
        should = dict(zip(names, (-amount, amount), strict=True))
        self.corrected(done, should, "correct")

    @rule(done=transfers)
    def reverse(self, done):
        TRIED["reverse"] += 1
        self.corrected(done, {}, "reverse")

    def corrected(self, done, should, how):
        every = should.keys() | done["now"].keys()
        moves = {n: should.get(n, 0) - done["now"].get(n, 0) for n in every}
        moves = {n: a for n, a in moves.items() if a}
        key = self.key()

        def act():
            given = {"transfer": done["made"], "key": key}
            if how == "reverse":
                return actions.reverse(**given)
            return actions.correct(should=self.legs(should), **given)

        if not moves:
            with pytest.raises(errors.NothingToCorrect):
                act()
        elif not self.model.covers(moves, self.clock.at):
            TRIED["refused"] += 1
            with pytest.raises(errors.InsufficientFunds):
                act()
        else:
            made = act()
            assert act().pk == made.pk
            self.model.move(moves)
            done["now"] = should

    @rule(seconds=st.sampled_from([1, 59, 60, 300, 3600]))
    def wait(self, seconds):
        TRIED["wait"] += 1
        self.clock.move(timedelta(seconds=seconds))

    @rule()
    def sweep(self):
        TRIED["sweep"] += 1
        actions.release_due_holds()

    @invariant()
    def the_books_say_the_same(self):
        if not hasattr(self, "here"):
            return
        accounts = {name: self.account(name) for name in KEPT + OPEN}
        found = queries.balances(accounts.values())
        for name, account in accounts.items():
            assert found[account.pk].posted == self.model.posted[name], name
            if name in KEPT:
                assert found[account.pk].free == self.model.free(name, self.clock.at), name
        assert sum(amounts.posted for amounts in found.values()) == 0
        HELD["balances compared"] += 1


@pytest.mark.django_db
def test_random_interleavings_agree_with_a_plain_model(record_property, capsys):
    TRIED.clear()
    HELD.clear()
    end, left = time.monotonic() + 60 * MINUTES, STEPS
    while left > 0 and time.monotonic() < end:
        interleave(min(left, BATCH))
        left -= BATCH
    for name, count in TRIED.items():
        record_property(f"ledger {name}", count)
    with capsys.disabled():
        sys.stdout.write(
            f"\nledger operations tried: {sum(TRIED.values())} {dict(TRIED)}, held: {dict(HELD)}\n"
        )


def interleave(steps):
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=max(1, steps // LENGTH),
            stateful_step_count=LENGTH,
            deadline=None,
            derandomize="QUNLUO_LEDGER_STEPS" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
