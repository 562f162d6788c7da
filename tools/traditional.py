"""Write `app/data/traditional.txt` from OpenCC: `python -m tools.traditional TSCharacters.txt`.

Of each traditional character the first simplified one is kept: names are compared, never shown.
"""

import sys
from pathlib import Path

TABLE = Path(__file__).parents[1] / "app" / "data" / "traditional.txt"


def table(source: str) -> str:
    """Two lines of equal length: the traditional characters and, below each, the simplified one."""
    pairs = [line.split("\t") for line in source.splitlines() if "\t" in line]
    kept = {old: new.split()[0] for old, new in pairs if len(old) == 1}
    kept = {old: new for old, new in kept.items() if old != new and len(new) == 1}
    return "".join(sorted(kept)) + "\n" + "".join(kept[old] for old in sorted(kept)) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(Path(sys.argv[1]).read_text("utf-8")), "utf-8", newline="\n")
