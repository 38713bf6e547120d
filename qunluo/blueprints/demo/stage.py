"""The stage of one demo community: what its people do, each a call of a real action."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.demo.cast import Cast, Character
from qunluo.community import actions, queries
from qunluo.governance import actions as governance
from qunluo.growth import actions as growth
from qunluo.kernel.errors import DomainError
from qunluo.people.actions import register_person, update_profile

if TYPE_CHECKING:
    from qunluo.community.models import Application, Community
    from qunluo.growth.models import FoundingContact
    from qunluo.people.models import Person

PASSWORD = "qunluo-demo"  # noqa: S105 - printed for everybody who tries the demo


@dataclass
class Stage:
    """One community, its people so far and the chance that moves them."""

    data: Mapping[str, Any]
    cast: Cast
    rng: random.Random
    zone: str
    community: "Community" = field(init=False)
    owner: "Person" = field(init=False)
    chance: random.Random = field(init=False)
    operators: "list[Person]" = field(default_factory=list)
    members: "list[Person]" = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give talk a chance of its own, so that more of it changes nothing else."""
        self.chance = random.Random(self.data["slug"])  # noqa: S311 - a story, not a secret

    @property
    def language(self) -> str:
        """Return the language of the community."""
        return str(self.data["language"])

    def enter(self, who: Character) -> "Person":
        """Let somebody open an account and say something about themself."""
        person = register_person(
            name=who.name,
            email=who.email,
            password=PASSWORD if who.email else None,
            language=self.language,
            time_zone=self.zone,
        )
        profile = {name: said for name, said in who.profile().items() if said}
        return update_profile(actor=person, **profile) if profile else person

    def found(self) -> None:
        """Found the community in three minutes."""
        self.owner = self.enter(self.cast.written("founder")[0])
        self.community = found_community(
            actor=self.owner,
            name=self.data["name"],
            sentence=self.data["sentence"],
            blueprint=self.data["blueprint"],
            language=self.language,
            slug=self.data["slug"],
            time_zone=self.zone,
            currency="CNY" if self.language.startswith("zh") else "EUR",
        )

    def write_charter(self, steps: list[str]) -> None:
        """Fill in some steps of the charter, as on an evening with the guide."""
        for step in steps:
            saved = actions.save_charter_step(
                actor=self.owner,
                community=self.community,
                step=step,
                values=self.data["charter"][step],
            )
            if saved.problems:
                said = {k: [p.say(str) for p in v] for k, v in saved.problems.items()}
                raise ValueError(f"{self.data['slug']} {step}: {said}")

    def set_goal(self, due_on: str) -> None:
        """Set the date of the one goal and lock it."""
        values = {**self.data["charter"]["goal"], "due_on": due_on}
        actions.save_charter_step(
            actor=self.owner, community=self.community, step="goal", values=values
        )
        actions.confirm_goal(actor=self.owner, community=self.community)

    def publish(self) -> None:
        """Open the public door and take people in."""
        self.community.refresh_from_db()
        actions.publish_community(actor=self.owner, community=self.community)
        actions.open_recruitment(actor=self.owner, community=self.community)

    def choose(self, selection: str) -> None:
        """Let people in another way from now on."""
        self.community.refresh_from_db()
        actions.set_selection(actor=self.owner, community=self.community, selection=selection)

    def amend(self, amendment: Mapping[str, Any]) -> None:
        """Publish another version of the charter."""
        actions.save_charter_step(
            actor=self.owner,
            community=self.community,
            step=amendment["step"],
            values={amendment["field"]: amendment["text"]},
        )
        actions.publish_charter(actor=self.owner, community=self.community, note=amendment["note"])

    def appoint(self) -> None:
        """Bring the operators in and give them their role; one takes the CCO seat."""
        for who in self.cast.written("operator"):
            person = self.invite(who)
            self.operators.append(person)
            self._give(person, "role", "operator")
        self._give(self.operators[0], "seat", "cco")

    def invite(self, who: Character, *, by: "Person | None" = None) -> "Person":
        """Hand somebody a link; they sign up and come in by it."""
        invitation = growth.create_invitation(actor=by or self.owner, community=self.community)
        return self._come_by(invitation.code, who)

    def return_by(self, name: str, code: str) -> None:
        """Let a customer of old open their own link and be recognised."""
        self._come_by(code, replace(self.cast.next(), name=name))

    def seat_first(self) -> None:
        """Give the people who are there their seats among the first hundred."""
        for person in [self.owner, *self.members]:
            membership = queries.get_membership(person, self.community)
            growth.seat_member(actor=self.owner, membership=membership)

    def court(self) -> "FoundingContact | None":
        """Write down somebody wanted among the first hundred; return who wants to come."""
        contact = growth.add_contact(
            actor=self.owner,
            community=self.community,
            name=self.cast.stranger(),
            why=self.rng.choice(self.data["joining_reasons"]),
        )
        outcome = self.rng.choice(["talked", "interested", "no_answer", "sent"])
        growth.log_outreach(actor=self.owner, contact=contact, outcome=outcome)
        return contact if outcome in ("talked", "interested") else None

    def sit_down(self, contact: "FoundingContact") -> None:
        """Let somebody who was asked come in by their own link, and take their seat."""
        invitation = growth.invite_contact(actor=self.owner, contact=contact)
        self._come_by(invitation.code, replace(self.cast.next(), name=contact.name))

    def expel(self) -> None:
        """Remove somebody under a rule; they appeal, and the other side hears it."""
        measure = self.data["removal"]
        person = self.invite(self.cast.next())
        self.members.remove(person)
        rules = queries.current_rules(self.community)
        broken = next(r for r in rules.rules if r["title"] == measure["rule"]) if rules else {}
        removed = governance.remove_member(
            actor=self.operators[0],
            membership=queries.get_membership(person, self.community),
            rule_id=broken["id"],
            reason=measure["reason"],
        )
        appeal = governance.file_appeal(actor=person, text=measure["appeal"], measure=removed)
        governance.decide_appeal(
            actor=self.owner, appeal=appeal, grant=measure["granted"], reason=measure["answer"]
        )

    def knock(self, who: Character) -> "Application | None":
        """Let a stranger apply with an answer of their own; return what waits for a decision."""
        person = self.enter(who)
        terms = queries.entry_terms(self.community)
        reason = self.rng.choice(self.data["joining_reasons"])
        actions.apply(
            actor=person,
            community=self.community,
            answers={question.id: reason for question in terms.questions},
            accepted_rules=self.rules_number,
            label_claim=self.claim(),
            criterion_claim=reason if terms.criterion else "",
            despite_scope=True,
        )
        if queries.membership_of(person, self.community):
            self.members.append(person)
        return queries.waiting_application(person, self.community)

    def decide(self, application: "Application") -> None:
        """Let an operator look at an application a day later; one in eight is refused."""
        decider = self.rng.choice([self.owner, *self.operators])
        accept = self.rng.random() > 0.125
        if accept and application.criterion_claim:
            actions.verify_criterion(actor=decider, application=application)
        reason = "" if accept else self.rng.choice(self.data["refusals"])
        actions.decide_application(
            actor=decider, application=application, accept=accept, reason=reason
        )
        if accept:
            self.members.append(application.person)

    def part(self) -> None:
        """Let somebody who is no operator leave, freely."""
        candidates = [m for m in self.members if m not in self.operators and not m.email]
        if not candidates:
            return
        person = self.rng.choice(candidates)
        self.members.remove(person)
        actions.leave(
            actor=person,
            membership=queries.get_membership(person, self.community),
            reason=self.rng.choice(self.data["leaving_reasons"]),
        )

    def care(self) -> None:
        """Let an operator look after one member: a note, a tag, a host, close care."""
        operator = self.rng.choice(self.operators)
        others = [m for m in self.members if m not in self.operators]
        if not others:
            return
        membership = queries.get_membership(self.rng.choice(others), self.community)
        deed = self.rng.random()
        try:
            if deed < 0.35:
                note = self.rng.choice(self.data["notes"])
                actions.note_member(actor=operator, membership=membership, text=note)
            elif deed < 0.65:
                tag = self.rng.choice(self.data["member_tags"])
                actions.tag_member(actor=operator, membership=membership, name=tag)
            elif deed < 0.85:
                actions.assign_host(actor=operator, membership=membership, host=operator)
            else:
                actions.add_to_close_care(actor=operator, membership=membership)
        except DomainError:
            return  # already tagged, already in close care: the operator shrugs

    def promise(self) -> None:
        """Let a member pledge towards the change the community wants."""
        acts = self.data["charter"]["change"]["acts"]
        actions.pledge(
            actor=self.rng.choice(self.members),
            community=self.community,
            action=self.rng.choice(acts),
            count=self.rng.choice([1, 2, 3, 5, 10, 12]),
        )

    def host(self) -> None:
        """Make a trusted member a host of newcomers."""
        others = [m for m in self.members if m not in self.operators]
        self._give(self.rng.choice(others), "role", "host")

    def claim(self) -> str:
        """Say whether one has the label already or wants it."""
        return self.rng.choice(["have", "want", "want", ""])

    @property
    def rules_number(self) -> int:
        """Return the version of the rules that stands now."""
        current = queries.current_rules(self.community)
        return current.number if current else 0

    def _come_by(self, code: str, who: Character) -> "Person":
        person = self.enter(who)
        growth.accept_invitation(
            actor=person, code=code, accepted_rules=self.rules_number, label_claim=self.claim()
        )
        self.members.append(person)
        return person

    def _give(self, person: "Person", kind: str, name: str) -> None:
        actions.grant(
            actor=self.owner, community=self.community, person=person,
            kind=kind, name=name, source="operator",
        )  # fmt: skip
