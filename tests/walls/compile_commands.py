"""The compile commands of the targets, from compile_commands.json, for the tests in this folder."""
import json
import os
import pathlib
import shlex
import sys
import unittest

COMPILE_COMMANDS = pathlib.Path(
    os.environ.get("TOKENLEDGER_COMPILE_COMMANDS", "build/dev/compile_commands.json"))


def command_of(what, is_it):
    """The command of the first entry that `is_it`, without launcher, input and output; and where to run it."""
    for entry in json.loads(COMPILE_COMMANDS.read_text(encoding="utf-8")):
        if not is_it(entry):
            continue
        words = shlex.split(entry["command"])
        names = [os.path.basename(word) for word in words]
        if "ccache" in names:
            words = words[names.index("ccache") + 1:]
        kept, skip = [], 0
        for word in words:
            if skip:
                skip -= 1
            elif word in ("-o", "-c"):
                skip = 1
            else:
                kept.append(word)
        return kept, entry["directory"]
    raise AssertionError(f"{what} is not in {COMPILE_COMMANDS}")


def main():
    """Runs the tests of the program; without compile_commands.json they are skipped."""
    if not COMPILE_COMMANDS.exists():
        print(f"{COMPILE_COMMANDS} is not there (CMAKE_EXPORT_COMPILE_COMMANDS is off): nothing to test with")
        sys.exit(77)
    unittest.main()
