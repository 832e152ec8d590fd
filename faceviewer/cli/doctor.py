"""``faceviewer doctor``: what is installed, what works, what is missing and how to get it."""

from __future__ import annotations

import typer

from faceviewer.cli.errors import FAILED, errors_told, say

_MARKS = {"ok": "ok      ", "optional": "missing ", "broken": "BROKEN  "}


def doctor() -> None:
    """Say what is installed, what works and what is missing. Exit status 0 when photos can be reconstructed, else 1."""
    with errors_told():
        from faceviewer.cli.checks import all_checks

        broken = 0
        for title, findings in all_checks():
            say(title)
            for finding in findings:
                say(f"  {_MARKS[finding.state]}{finding.what}")
                if finding.remedy:
                    say(f"          {finding.remedy}")
                broken += finding.state == "broken"
        say(f"{broken} broken: see the lines above" if broken else "faceviewer can reconstruct photos on this machine")
        raise typer.Exit(FAILED if broken else 0)
