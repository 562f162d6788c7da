"""What the console script calls.

Every worker imports this module anew with the script, so the commands wait until they are called;
who serves never holds them and their libraries.
"""

import sys


def cli() -> None:
    """Run the `yinfeng` command."""
    if sys.argv[1:] == ["serve"]:
        from app import server  # noqa: PLC0415  see above

        server.serve(_prepare)
    else:
        from app.commands import root  # noqa: PLC0415  see above

        root.cli()


def _prepare(url: str) -> None:
    from app.commands.prepare import prepare  # noqa: PLC0415  see above

    prepare(url)
