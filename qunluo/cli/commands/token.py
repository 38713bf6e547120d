"""Make a personal token for the API and print its secret once."""

import argparse

from qunluo.cli import console
from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _
from qunluo.people import queries
from qunluo.people.actions import issue_token

HELP = _("Make a personal token for the API; its secret is shown once.")


class NobodyThere(NotFound):
    """Nobody has proven that the address is theirs."""

    code = "cli.nobody_there"
    message = _("Nobody here has the e-mail address {email}.")
    next_step = _("Check the spelling; the address must have been confirmed.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("email", help=console.say(_("the e-mail address of its person")))
    parser.add_argument(
        "--name", default="qunluo token", help=console.say(_("what the person sees it called"))
    )
    parser.add_argument(
        "--scope",
        action="append",
        dest="scopes",
        metavar="SCOPE",
        required=True,
        help=console.say(_("what it may do: read, write, profile or manage; may be repeated")),
    )
    parser.add_argument(
        "--days",
        type=int,
        default=90,
        help=console.say(_("how long it lives; 0 until it is revoked")),
    )


def run(args: argparse.Namespace) -> int:
    """Make the token."""
    person = queries.find_person_by_email(args.email)
    if person is None:
        raise NobodyThere(email=args.email)
    _token, secret = issue_token(
        actor=person, name=args.name, scopes=args.scopes, days=args.days or None
    )
    console.line("{secret}", secret=secret)
    return 0
