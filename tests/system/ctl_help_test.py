"""The help of tokenledgerctl, and the completions and manual page that are made from it."""

import os
import re
import subprocess
import unittest

from ctl import DONE, USAGE, commands_in, program
from daemon_process import run

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "admin", "ctl")
COMPLETE = """
source "$0"
COMP_WORDS=(tokenledgerctl "$@") COMP_CWORD=$#
_tokenledgerctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


def ctl(*words):
    return subprocess.run([program(), *words], capture_output=True, text=True, timeout=60, check=False)


def read(*path):
    with open(os.path.join(FOLDER, *path), encoding="utf-8") as file:
        return file.read()


def completed(*words):
    file = os.path.join(FOLDER, "completion", "tokenledgerctl.bash")
    done = subprocess.run(["bash", "-c", COMPLETE, file, *words], capture_output=True, text=True, timeout=60,
                          check=True)
    return done.stdout.split()


class Help(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = [(name,) for name in commands_in(ctl("--help").stdout)]
        cls.commands += [("events", name) for name in commands_in(ctl("events", "--help").stdout)]

    def test_there_is_help_for_every_command_with_examples(self):
        self.assertIn(("grant",), self.commands)
        self.assertIn(("events", "assign"), self.commands)
        for words in self.commands:
            with self.subTest(command=words):
                done = ctl(*words, "--help")
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertIn("Examples:\n  tokenledgerctl " + " ".join(words), done.stdout)
        self.assertRegex(ctl("--version").stdout, r"^tokenledgerctl \d+\.\d+\.\d+\n$")
        self.assertEqual(ctl().returncode, USAGE)

    def test_every_command_and_option_is_completed_and_in_the_manual(self):
        zsh, manual = read("completion", "_tokenledgerctl"), read("man", "tokenledgerctl.1").replace("\\-", "-")
        self.assertEqual([(name,) for name in completed("") if not name.startswith("-")],
                         [words for words in self.commands if len(words) == 1])
        for words in self.commands:
            with self.subTest(command=words):
                self.assertIn(f"'{' '.join(words)}')", zsh)
                self.assertIn(f".SS {' '.join(words)}", manual)
                options = re.findall(r"(?<![a-z-])--[a-z-]+", ctl(*words, "--help").stdout.partition("Examples:")[0])
                self.assertIn("--json", options)
                part = zsh.partition(f"'{' '.join(words)}')\n")[2].partition(";;")[0]
                for option in options:
                    self.assertIn(option, completed(*words, "--"))
                    self.assertIn(f"'{option}[", part)
                    self.assertIn(option, manual)

    def test_values_are_completed(self):
        self.assertEqual(completed("grant", "u", "5", "--source", ""), ["admin", "subscription", "trial"])
        self.assertEqual(completed("export", "tr"), ["transactions"])
        self.assertEqual(completed("events", "re"), ["retry"])


class Manual(unittest.TestCase):
    def test_every_command_and_option_of_the_daemon_is_in_its_manual(self):
        with open(os.path.join(FOLDER, "..", "..", "daemon", "man", "tokenledgerd.8"), encoding="utf-8") as file:
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
