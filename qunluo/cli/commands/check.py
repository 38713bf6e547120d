"""Say whether this installation is fit for production, and what is not."""

import argparse

from qunluo.cli import console, fit
from qunluo.kernel.text import _

HELP = _("Say whether this installation is fit for real people, and what is not.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(args: argparse.Namespace) -> int:
    """Print each finding; 1 when something is not fit."""
    faults = 0
    for finding in fit.findings():
        faults += bool(finding.remedy)
        mark = "✗" if finding.remedy else "✓"
        console.line("{mark} {what}", mark=mark, what=finding.what)
        if finding.remedy:
            console.line("    → {remedy}", remedy=console.say(finding.remedy))
    if faults:
        console.line(_("Not fit for production yet: {count} things to do."), count=faults)
        return 1
    console.line(_("Fit for production."))
    return 0
