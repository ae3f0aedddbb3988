"""A new alternative of a request to the ledger, or a new name in an answer, must not compile until every place that
decides by it handles it: no catch-all may accept it silently.

The test copies a header with one more alternative, `unheard_of`, and compiles the files that decide against the copy,
with their own commands from compile_commands.json.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import compile_commands

ROOT = pathlib.Path(__file__).resolve().parents[2]

VARIANT = (r"using {name} =\s*std::variant<([^>]*)>;",
           "struct unheard_of {{ bool operator==(const unheard_of&) const = default; }};\n"
           "using {name} = std::variant<\\1, unheard_of>;")
# An operator's action on an event is recognized by these two members.
EVENT_ACTION = (VARIANT[0], VARIANT[1].replace(
    "struct unheard_of {{", "struct unheard_of {{ std::string event_id; std::string payment_intent_id;"))
LIST = (VARIANT[0], "struct unheard_of {{ event_filter filter{{}}; page_request page{{}}; }};\n"
        "struct unheard_row {{}};\n"
        "template <> struct description<unheard_row> {{ static constexpr std::tuple<> fields{{}}; }};\n"
        "template <> struct description<unheard_of> {{ static constexpr std::string_view name = \"unheard\";\n"
        "    using row = unheard_row; }};\n"
        "using {name} = std::variant<\\1, unheard_of>;")
ENUM = (r"enum class {name} : std::uint8_t {{", "enum class {name} : std::uint8_t {{ unheard_of,")

# The errors in a file that decides: a visitor lacks the alternative, a count is wrong, a switch lacks the name.
REFUSAL = r"\d+:\s+(?:required from here|error: static assertion failed|error: enumeration value)"

# The header as it is included, its folder, the addition, the type that it is added to, and the files that decide by
# the type with the number of places in each. Every place must fail: one that fails could hide another that does not.
ADDITIONS = [
    ("ledger/command.hpp", "ledger/api", VARIANT, "operation",
     {"ledger/core/operations.cpp": 1, "ledger/codec/command.cpp": 2}),
    ("ledger/command.hpp", "ledger/api", EVENT_ACTION, "operation",
     {"ledger/core/plan.cpp": 1, "ledger/core/queue_rules.cpp": 1, "ledger/postgres/requests.cpp": 1,
      "ledger/codec/command.cpp": 2}),
    ("ledger/lists.hpp", "ledger/api", LIST, "list_query", {"ledger/reader/lists.cpp": 1}),
    ("ledger/command.hpp", "ledger/api", VARIANT, "stripe_effect",
     {"ledger/core/plan.cpp": 2, "ledger/core/event_rules.cpp": 2, "ledger/codec/effect.cpp": 2,
      "webhook/translate.cpp": 1}),
    ("ledger/command.hpp", "ledger/api", VARIANT, "command", {"ledger/core/plan.cpp": 1}),
    ("ledger/outcome.hpp", "ledger/api", ENUM, "result", {"ledger/core/names.cpp": 1}),
    ("ledger/outcome.hpp", "ledger/api", ENUM, "reason", {"ledger/core/names.cpp": 1}),
    ("ledger/outcome.hpp", "ledger/api", ENUM, "refusal", {"ledger/core/names.cpp": 1, "admin/reply/reply.cpp": 2}),
    ("ledger/facts.hpp", "ledger/api", ENUM, "dispute_status", {"ledger/core/names.cpp": 1}),
    ("admin/route.hpp", "admin/api", ENUM, "call",
     {"admin/api/fields.cpp": 1, "admin/api/parameters.cpp": 1, "admin/request/query.cpp": 1,
      "admin/request/event_action.cpp": 1, "admin/openapi/document.cpp": 2}),
]

# Enumerations with a table of rows in the same header: the header, where it is, the enumeration, the name after its
# last value, and a file that includes it.
TABLES = [
    ("ledger/sources.hpp", "ledger/api", "transaction_type", "count", "ledger/core/names.cpp"),
    ("ledger/sources.hpp", "ledger/api", "source", "count", "ledger/core/names.cpp"),
    ("ledger/sources.hpp", "ledger/api", "grant_source", "count", "ledger/core/names.cpp"),
    ("ledger/sources.hpp", "ledger/api", "key_scope", "count", "ledger/core/names.cpp"),
    ("webhook/event_types.hpp", "webhook/api", "event_type", "other", "webhook/translate.cpp"),
]


def command_of(file):
    def is_it(entry):
        return os.path.samefile(os.path.join(entry["directory"], entry["file"]), ROOT / file)
    return compile_commands.command_of(file, is_it)


def compile_against(folder, command, directory, source):
    """The compiler's result for the source, with the headers of the folder before all others."""
    return subprocess.run([command[0], f"-I{folder}", *command[1:], "-fsyntax-only", str(source)],
                          cwd=directory, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True,
                          check=False)


class Alternatives(unittest.TestCase):
    def added(self, folder, header, place, how, name):
        """Copies the header, with one more alternative, to the folder."""
        pattern, replacement = (each.format(name=name) for each in how)
        return self.edited(folder, header, place, pattern, replacement, name)

    def edited(self, folder, header, place, pattern, replacement, name):
        text = (ROOT / place / header).read_text(encoding="utf-8")
        text, times = re.subn(pattern, replacement, text)
        self.assertEqual(times, 1, f"{name} must be in {header} once")
        copy = pathlib.Path(folder, header)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
        return copy


def refused(header, place, how, name, files):
    def test(self):
        with tempfile.TemporaryDirectory() as folder:
            self.added(folder, header, place, how, name)
            alone = pathlib.Path(folder, "alone.cpp")
            alone.write_text(f'#include "{header}"\n', encoding="utf-8")
            command, directory = command_of(next(iter(files)))
            said = compile_against(folder, command, directory, alone)
            self.assertEqual(said.returncode, 0, said.stderr)  # the addition itself is well-formed
            for file, places in files.items():
                with self.subTest(file=file):
                    command, directory = command_of(file)
                    # A copy, since a file finds headers beside itself before those of the folder.
                    copy = shutil.copy(ROOT / file, pathlib.Path(folder, "copy.cpp"))
                    beside = ["-idirafter", str((ROOT / file).parent)]
                    said = compile_against(folder, [*command, *beside], directory, copy)
                    self.assertNotEqual(said.returncode, 0, f"{file} accepts a new {name} silently")
                    here = re.escape(str(copy))
                    refusing = set(re.findall(rf"^{here}:(\d+):{REFUSAL}", said.stderr, re.MULTILINE))
                    self.assertGreaterEqual(len(refusing), places, said.stderr)
    return test


def refused_without_row(header, place, name, behind_last, file):
    def test(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = pathlib.Path(folder, "alone.cpp")
            alone.write_text(f'#include "{header}"\n', encoding="utf-8")
            command, directory = command_of(file)
            said = compile_against(folder, command, directory, alone)
            self.assertEqual(said.returncode, 0, said.stderr)  # unchanged, it compiles
            copy = self.edited(folder, header, place, rf"(enum class {name} : [^}}]*?)\b{behind_last}\b",
                               rf"\1unheard_of, {behind_last}", name)
            said = compile_against(folder, command, directory, alone)
            self.assertNotEqual(said.returncode, 0, f"{header} accepts a new {name} without a row")
            self.assertRegex(said.stderr, rf"{re.escape(str(copy))}:\d+:\d+: error: static assertion failed: every")
    return test


for _header, _place, _name, _behind_last, _file in TABLES:
    setattr(Alternatives, f"test_a_new_{_name}_does_not_compile_without_its_row",
            refused_without_row(_header, _place, _name, _behind_last, _file))

for _header, _place, _how, _name, _files in ADDITIONS:
    _kind = "event_action" if _how is EVENT_ACTION else _name
    setattr(Alternatives, f"test_a_new_{_kind}_does_not_compile_until_every_place_handles_it",
            refused(_header, _place, _how, _name, _files))

if __name__ == "__main__":
    compile_commands.main()
