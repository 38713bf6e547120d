"""What members of a demo community do for others: asked for, delivered, thanked, one declined."""

import random
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from qunluo.blueprints.demo.cast import read
from qunluo.conversation import actions, queries

if TYPE_CHECKING:
    from qunluo.blueprints.demo.stage import Stage
    from qunluo.blueprints.demo.story import Plot
    from qunluo.conversation.models import ServiceRequest, Thread
    from qunluo.people.models import Person

KIND, HOUR = "service", 19.4


def services(plot: "Plot", stage: "Stage") -> None:
    """Plan who offers what, and what becomes of those who ask for it."""
    told = read("services_zh.toml" if stage.language.startswith("zh") else "services_en.toml")
    chance = random.Random(f"{stage.data['slug']} services")  # noqa: S311 - a story, no secret
    for one in told["service"]:
        plot.at(one["day"], HOUR, stage.zone, partial(_offer, plot, stage, one, chance))


def _offer(plot: "Plot", stage: "Stage", told: Mapping[str, Any], chance: random.Random) -> None:
    """Let whoever one can sign in as, or somebody else, offer a service."""
    known = [person for person in stage.members if person.email]
    others = [person for person in stage.members if not person.email]
    provider = chance.choice((known if told["by"] == "known" else others) or stage.members)
    spaces = queries.spaces(stage.community, viewer=provider)
    card = next((s for s in spaces if KIND in {kind.name for kind in s.opens}), None)
    if card is None:
        return
    thread = actions.write_post(
        actor=provider, space=card.space, kind=KIND, title=told["title"], source=told["text"],
        fields={"points": str(told["points"])},
    )  # fmt: skip
    askers: set[int] = set()
    for asked in told["asked"]:
        day = told["day"] + asked["after"]
        ask = partial(_ask, plot, stage, thread, asked, day, askers, chance)
        plot.at(day, HOUR - chance.random(), stage.zone, ask)


def _ask(
    plot: "Plot", stage: "Stage", thread: "Thread", told: Mapping[str, Any], day: int,
    askers: set[int], chance: random.Random,
) -> None:  # fmt: skip
    """Let somebody who has the points ask for it, and plan what follows."""
    price = int(thread.fields["points"])
    able = [
        person for person in stage.members
        if person.pk not in askers | {thread.author_id}
        and queries.free_points(person, stage.community) >= price
    ]  # fmt: skip
    known = [person for person in able if person.email]
    if thread.author not in stage.members or not able:
        return
    asker = chance.choice(known if known and told.get("known") else able)
    askers.add(asker.pk)
    made = actions.request_service(actor=asker, thread=thread, text=told["text"], price=price)
    for later, step in enumerate(told.get("then", ()), start=1):
        plot.at(day + later, HOUR, stage.zone, partial(_go_on, stage, made, step))


def _go_on(stage: "Stage", made: "ServiceRequest", told: Mapping[str, Any]) -> None:
    """Let whose turn it is take the next step, while both are still here."""
    people = {"asker": made.asker, "provider": made.provider}
    if not set(people.values()) <= {stage.owner, *stage.members}:
        return
    person: Person = people[told["by"]]
    request = queries.get_request(stage.community, made.pk, viewer=person)
    view = queries.request_view(request, viewer=person)
    if told["do"] in {one.name for one in view.steps}:
        rating = {"rating": told["rating"]} if "rating" in told else {}
        actions.take_service_step(
            actor=person, request=request, step=told["do"], text=told.get("text", ""),
            fields=rating,
        )  # fmt: skip
