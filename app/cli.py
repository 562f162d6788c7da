"""What the console script calls.

Every worker imports this module anew with the script, so the commands wait until they are called;
who serves never holds them and their libraries.
"""

import os
import sys

_SERVE = (sys.executable, "-OO", "-c", "from app.cli import cli; cli()", "serve")


def cli() -> None:
    """Run the `yinfeng` command."""
    if sys.argv[1:] == ["serve"]:
        _serve()
    else:
        from app.commands import root  # noqa: PLC0415  see above

        root.cli()


def _serve() -> None:
    """Without docstrings, 5 MB of each process; the contract is written by one that has them."""
    if not sys.flags.optimize:
        os.execv(_SERVE[0], _SERVE)  # noqa: S606  ourselves
    from app import server  # noqa: PLC0415  see above

    server.serve(_prepare)


def _prepare(url: str) -> None:
    from app.commands.prepare import prepare  # noqa: PLC0415  see above

    prepare(url)
