"""The completions of tokenledgerctl in a real bash and a real zsh: they offer every list that help shows."""

import re
import unittest

import completion
from ctl import commands_in, help_of

LIST = re.compile(r"^  (?:-\w,)?(--[a-z-]+|[a-z]+) TEXT:\{([^}]*)\}", re.M)


def lists():
    """(words of a command, option or positional, its values) for every list of values in the help."""
    found, left = [], [(name,) for name in commands_in(help_of())]
    while left:
        words = left.pop(0)
        text = help_of(*words)
        found += [(words, name, values.split(",")) for name, values in LIST.findall(text)]
        left += [(*words, name) for name in commands_in(text)]
    return found


class Bash(unittest.TestCase):
    def test_every_list_of_values_is_offered(self):
        self.assertGreater(len(lists()), 8)
        for words, name, values in lists():
            with self.subTest(words=words, name=name):
                if not name.startswith("-"):
                    self.assertLessEqual(set(values), set(completion.in_bash(*words, "")))
                    continue
                self.assertEqual(completion.in_bash(*words, name, ""), values)
                self.assertEqual(completion.in_bash(*words, name, "=", ""), values)
                self.assertEqual(completion.in_bash(*words, name, "="), values)
                first = values[0]
                self.assertIn(first, completion.in_bash(*words, name, "=", first[:2]))

    def test_an_option_offers_the_values_of_its_own_command(self):
        self.assertEqual(completion.in_bash("grant", "u", "5", "--source", ""), ["admin", "subscription", "trial"])
        self.assertIn("token_pack", completion.in_bash("history", "--source", ""))
        self.assertIn("charge.refunded", completion.in_bash("events", "--type", ""))
        self.assertIn("refund", completion.in_bash("history", "--type", ""))
        self.assertNotIn("charge.refunded", completion.in_bash("history", "--type", ""))
        self.assertIn("yesterday", completion.in_bash("report", "--from", ""))
        self.assertIn("Europe/Berlin", completion.in_bash("report", "--time-zone", "Europe/B"))

    def test_values_are_not_taken_for_commands_and_free_text_gets_no_offers(self):
        self.assertEqual(completion.in_bash("--socket", "grant", "bal"), ["balance"])
        self.assertEqual(completion.in_bash("--timeout", "=", "5", "events", "re"), ["retry"])
        self.assertEqual(completion.in_bash("grant", "u", "5", "--reason", ""), [])
        self.assertEqual(completion.in_bash("usage", "u", "a", "5", "--output", ""), [])
        self.assertIn("--json", completion.in_bash("--"))
        self.assertIn("--body", completion.in_bash("events", "--json", "show", "evt_1", "--"))


@unittest.skipIf(completion.lacking(), completion.lacking())
class Zsh(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zsh = completion.Zsh()
        cls.addClassCleanup(cls.zsh.close)

    def test_every_list_of_values_is_offered(self):
        for words, name, values in lists():
            line = "tokenledgerctl " + " ".join(words) + " "
            with self.subTest(words=words, name=name):
                if not name.startswith("-"):
                    self.assertEqual(self.zsh.offers(line), sorted(values))
                    continue
                self.assertEqual(self.zsh.offers(line + name + " "), sorted(values))
                self.assertIn(values[0], self.zsh.offers(f"{line}{name}={values[0][:2]}"))

    def test_commands_subcommands_and_options_are_offered(self):
        commands = commands_in(help_of())
        self.assertEqual([each for each in self.zsh.offers("tokenledgerctl ") if not each.startswith("-")],
                         sorted(commands))
        self.assertIn("balance", self.zsh.offers("tokenledgerctl --json --timeout 5 bal"))
        self.assertEqual(self.zsh.offers("tokenledgerctl events "), sorted(commands_in(help_of("events"))))
        self.assertIn("--body", self.zsh.offers("tokenledgerctl --json events show evt_1 --b"))
        self.assertIn("--tokens", self.zsh.offers("tokenledgerctl events assign evt_1 --user u --t"))
        self.assertIn("--result", self.zsh.offers("tokenledgerctl events --re"))

    def test_an_option_offers_the_values_of_its_own_command(self):
        self.assertEqual(self.zsh.offers("tokenledgerctl grant u 5 --source "), ["admin", "subscription", "trial"])
        self.assertIn("charge.refunded", self.zsh.offers("tokenledgerctl events --type "))
        self.assertIn("yesterday", self.zsh.offers("tokenledgerctl report --from "))
        self.assertEqual(self.zsh.offers("tokenledgerctl usage u a 5 --output "), [])


if __name__ == "__main__":
    unittest.main()
