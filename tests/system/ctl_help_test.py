"""The help of tokenledgerctl, and the completions and manual pages, which must agree with it."""

import os
import pathlib
import re
import shlex
import subprocess
import unittest

from completion import in_bash
from ctl import DONE, REFUSED, UNREACHABLE, USAGE, commands_in, program
from daemon_process import run

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "ctl")


def ctl(*words):
    return subprocess.run([program(), *words], capture_output=True, text=True, timeout=60, check=False)


def read(*path):
    with open(os.path.join(FOLDER, *path), encoding="utf-8") as file:
        return file.read()


def sections_of(manual):
    """{heading: text} in the order of the page."""
    parts = re.split(r"^\.SH (.*)\n", manual.replace("\\-", "-"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def variables_read():
    """The environment variables that the program's source reads."""
    found = set()
    for file in pathlib.Path(FOLDER).rglob("*.cpp"):
        source = file.read_text(encoding="utf-8")
        found.update(re.findall(r'(?:getenv|environment|environment_or)\("([A-Z_]+)"', source))
        found.update(re.findall(r'_variable = "([A-Z_]+)"', source))
    return found


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = [(name,) for name in commands_in(ctl("--help").stdout)]
        cls.commands += [("events", name) for name in commands_in(ctl("events", "--help").stdout)]

    def test_every_command_has_help_with_examples(self):
        self.assertIn(("grant",), self.commands)
        self.assertIn(("events", "assign"), self.commands)
        for words in self.commands:
            with self.subTest(command=words):
                done = ctl(*words, "--help")
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertIn("Examples:\n  tokenledgerctl " + " ".join(words), done.stdout)
        self.assertRegex(ctl("--version").stdout, r"^tokenledgerctl \d+\.\d+\.\d+\n$")
        self.assertEqual(ctl().returncode, USAGE)

    def test_no_example_is_a_usage_error(self):
        examples = sections_of(read("man", "tokenledgerctl.1"))["EXAMPLES"]
        examples += "".join(ctl(*words, "--help").stdout for words in self.commands)
        lines = re.findall(r"^ *tokenledgerctl (.*?)(?: [|>] .*)?$", examples.partition("Usage:")[0], re.M)
        for text in examples.split("Examples:")[1:]:
            lines += re.findall(r"^ *tokenledgerctl (.*?)(?: [|>] .*)?$", text.partition("\nUsage:")[0], re.M)
        self.assertGreater(len(lines), 40)
        for line in lines:
            with self.subTest(line=line):
                done = ctl(*shlex.split(line, comments=True), "--socket", "/nowhere/at/all")
                self.assertIn(done.returncode, (REFUSED, UNREACHABLE), done.stderr)

    def test_every_command_and_option_is_completed_and_in_the_manual(self):
        zsh, manual = read("completion", "_tokenledgerctl"), read("man", "tokenledgerctl.1").replace("\\-", "-")
        self.assertEqual([(name,) for name in in_bash("") if not name.startswith("-")],
                         [words for words in self.commands if len(words) == 1])
        for words in self.commands:
            with self.subTest(command=words):
                self.assertIn(f"'{words[-1]}') # {' '.join(words)}\n", zsh)
                self.assertIn(f".SS {' '.join(words)}", manual)
                options = re.findall(r"(?<![a-z-])--[a-z-]+", ctl(*words, "--help").stdout.partition("Examples:")[0])
                self.assertIn("--json", options)
                part = zsh.partition(f"') # {' '.join(words)}\n")[2].partition(";;")[0]
                for option in options:
                    self.assertIn(option, in_bash(*words, "--"))
                    self.assertRegex(part, f"'{option}=?\\[")
                    self.assertIn(option, manual)

    def test_bash_completes_values_and_names(self):
        self.assertEqual(in_bash("grant", "u", "5", "--source", ""), ["admin", "subscription", "trial"])
        self.assertEqual(in_bash("export", "tr"), ["transactions"])
        self.assertEqual(in_bash("events", "re"), ["retry"])


class Manual(unittest.TestCase):
    def test_the_manual_of_the_client_has_its_sections_exit_statuses_and_files(self):
        sections = sections_of(read("man", "tokenledgerctl.1"))
        self.assertEqual(list(sections), ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS OF EVERY COMMAND", "COMMANDS",
                                          "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"])
        self.assertEqual(re.findall(r"^\.B (\d)$", sections["EXIT STATUS"], re.M), ["0", "1", "2", "3"])
        self.assertIn("/run/tokenledger/admin.sock", sections["FILES"])
        self.assertIn("tokenledgerctl events --result parked", sections["EXAMPLES"])

    def test_every_environment_variable_that_is_read_is_documented(self):
        with open(os.path.join(FOLDER, "..", "docs", "tokenledgerctl.md"), encoding="utf-8") as file:
            page = file.read()
        environment = sections_of(read("man", "tokenledgerctl.1"))["ENVIRONMENT"]
        self.assertIn("TOKENLEDGER_TIME_ZONE", variables_read())
        for name in variables_read():
            with self.subTest(variable=name):
                self.assertIn(f".B {name}\n", environment)
                if name not in ("TERM", "TZDIR"):
                    self.assertIn(name, ctl("--help").stdout)
                    self.assertIn(f"`{name}`", page)

    def test_every_command_and_option_of_the_daemon_is_in_its_manual(self):
        with open(os.path.join(FOLDER, "..", "daemon", "man", "tokenledgerd.8"), encoding="utf-8") as file:
            manual = file.read().replace("\\-", "-")
        commands = commands_in(run("--help").stdout)
        self.assertIn("migrate", commands)
        for name in commands:
            with self.subTest(command=name):
                self.assertIn(f"\n.B {name}\n", manual)
                for option in re.findall(r"(?<![a-z-])--[a-z-]+", run(name, "--help").stdout):
                    self.assertIn(option, manual)


if __name__ == "__main__":
    unittest.main()
