"""What the console script calls.

Every worker imports this module anew with the script, so the commands wait until they are called.
"""


def cli() -> None:
    """Run the `yinfeng` command."""
    from app.commands import root  # noqa: PLC0415  see above

    root.cli()
