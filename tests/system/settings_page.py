"""The settings in docs/configuration.md, which tests/daemon/config compares with the program's own."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
TABLE = re.compile(r"^## `\[+([\w.]+)\]+`$")


def rows(change):
    """{"webhook.listen": {"type": ..., "default": ...}} of the settings whose change takes "reload" or "restart"."""
    found, table = {}, None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            match = TABLE.match(line)
            table = match and match.group(1)
        elif table and line.startswith("| `"):
            key, kind, default, _, takes, _ = (cell.strip() for cell in line.strip("|").split(" | ", 5))
            if takes == change:
                found[f"{table}.{key.strip('`')}"] = {"type": kind, "default": default.strip("`")}
    return found
