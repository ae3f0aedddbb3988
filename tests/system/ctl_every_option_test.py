"""Tries every option of every command of tokenledgerctl against a running daemon.

The commands and options are those that --help shows; one that has no try here is a failure.
"""

import itertools
import os
import time
import unittest

from ctl import DONE, REFUSED, CtlTest, commands_with_options
from stripe_events import SECRET, dump, event, intent_id_of, ours, payment_intent, purchase

FLAG = None  # an option without a value
GIVEN = object()  # an option that the command requires: every try has it
EVERYWHERE = ("--help", "--socket", "--json", "--timeout")
DAYS = {"--from": "-7d", "--to": "2999-01", "--time-zone": "Europe/Berlin"}
CARE = {"--reason": "a test", "--yes": FLAG, "--dry-run": FLAG, "--confirm-above": "1000"}


class EveryOption(CtlTest):
    maxDiff = None

    def setUp(self):
        self.start_admin()
        self.directory = self.new_directory()
        self.bought = purchase("user_1")
        self.intent = intent_id_of(self.bought)
        for each in (self.bought, purchase("user_1")):
            self.daemon.post(each)
        for user_id in ("user_1", "user_2"):
            self.admin.grant(user_id, 500)
        self.admin.post("/v1/usage", {"request_id": "r", "user_id": "user_1", "action_type": "chat",
                                      "model_used": "m", "tokens_used": 9, "charge": 4})
        self.numbers = itertools.count()
        for _ in range(2):
            self.hold()
        self.parked = self.park()

    def park(self):
        posted = event("payment_intent.succeeded", payment_intent(metadata=ours("user_1", pack="later")))
        self.assertEqual(self.daemon.post(posted).json()["result"], "parked")
        return posted["id"]

    def charge(self):
        """The request id of a new usage."""
        name = self.new_name()
        self.admin.post("/v1/usage", {"request_id": name, "user_id": "user_1", "action_type": "chat",
                                      "tokens_used": 1, "charge": 1})
        return name

    def hold(self):
        """The id of a new hold."""
        name = self.new_name()
        self.admin.send("POST", "/v1/holds", {"hold_id": name, "user_id": "user_1", "tokens": 3})
        return name

    def new_name(self):
        return f"new_{next(self.numbers)}"

    def file(self, content):
        path = os.path.join(self.directory, self.new_name())
        with open(path, "wb") as opened:
            opened.write(content)
        return path

    def cursor(self, target):
        return self.admin.get(f"/v1/{target}limit=1").json()["next"]

    def writes(self):
        """By command: its words, and a value for each option. A callable makes a new value for each try."""
        key = {"--key": self.new_name}
        call = {"--action": "chat", "--model": "m", "--member": "ada"}
        of_usage = {"--input": "2", "--output": "3", "--cost": "0.5", "--cached-input": "1",
                    "--reasoning": "0", "--metadata": '{"a": 1}',
                    "--occurred-at": lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        return {
            "grant": (("user_1", "5"), {**CARE, **key, "--reference": self.new_name, "--metadata": '{"a": 1}',
                                        "--existing": FLAG, "--expires": "90d", "--priority": "10",
                                        "--time-zone": ("Europe/Berlin", "--expires", "2999-01"),
                                        "--source": ("trial", "--reference", self.new_name)}),
            "deduct": (("user_1", "5"), {**CARE, **key, "--allow-negative": FLAG}),
            "transfer": (("user_1", "user_2", "5"), {**CARE, **key}),
            "usage": (("user_1", "chat", "5"), {**key, **of_usage, "--model": "m", "--member": "ada",
                                                "--charge": "1", "--overrun": "to_zero"}),
            "hold": (("user_1", "5"), {**key, **call, "--timeout-seconds": "60"}),
            "capture": (("user_1", self.hold, "4"), {**of_usage, **call, "--tokens-used": "7",
                                                     "--allow-negative": FLAG}),
            "release": (("user_1", self.hold), {}),
            "extend": (("user_1", self.hold, "--timeout-seconds", "60"),
                       {**key, "--timeout-seconds": GIVEN, "--tokens": "4"}),
            "reverse": (("user_1", self.charge), {"--tokens": "1", "--reason": "broke off"}),
            "limit": (("user_1", "ada", "--tokens", "5"), {**key, "--tokens": GIVEN, "--per": "month"}),
            "events retry": ((self.parked,), key),
            "events dismiss": ((self.park, "--reason", "a test"), {**key, "--reason": GIVEN}),
            "events assign": ((self.park, "--user", "user_9", "--tokens", "7"),
                              {**key, "--user": GIVEN, "--tokens": GIVEN, "--reason": "told by mail"}),
            "send": ((lambda: self.file(dump(self.bought)), "--secret-file", lambda: self.file(SECRET.encode()),
                      "--url", f"http://127.0.0.1:{self.daemon.port}/stripe/webhook"),
                     {"--secret-file": GIVEN, "--url": GIVEN, "--timestamp": lambda: str(int(time.time()))}),
        }

    def reads(self):
        def paged(target):
            return {**DAYS, "--limit": "5", "--cursor": lambda: self.cursor(target), "--oldest-first": FLAG}
        return {
            "balance": (("user_1",), {"--at": "1"}),
            "history": (("user_1",), {**paged("transactions?user_id=user_1&"), "--type": "grant",
                                      "--source": "admin", "--actor": str(os.getuid())}),
            "purchases": (("user_1",), paged("purchases?user_id=user_1&")),
            "activity": (("user_1",), paged("activity?user_id=user_1&")),
            "holds": (("user_1",), {**paged("holds?user_id=user_1&"), "--state": "open"}),
            "usage-report": (("user_1",), {**DAYS, "--action": "chat", "--model": "m", "--member": "ada",
                                           "--per-day": FLAG, "--by-member": FLAG, "--by-occurrence": FLAG}),
            "payment": ((self.intent,), {"--prove": FLAG}),
            "events": ((), {**paged("events?"), "--result": "applied", "--reason": "unknown_pack",
                            "--type": "payment_intent.succeeded", "--payment": self.intent}),
            "events show": ((self.bought["id"],), {"--body": FLAG}),
            "verify": ((), {}),
            "status": ((), {}),
            "report": ((), {**DAYS, "--by": "pack", "--user": "user_1"}),
        }

    def exports(self):
        """(command, its list, the options to try with it) for every list of export."""
        both = {**DAYS, "--format": "jsonl", "--limit": "2", "--spreadsheet": FLAG,
                "--output": lambda: os.path.join(self.directory, self.new_name())}
        filters = {
            "transactions": {**both, "--user": "user_1", "--type": "grant", "--source": "admin",
                             "--cursor": lambda: self.cursor("transactions?order=oldest_first&")},
            "purchases": {**both, "--user": "user_1", "--source": "token_pack"},
            "usage": {**both, "--user": "user_1", "--action": "chat", "--model": "m", "--member": "ada"},
            "activity": {**both, "--user": "user_1"},
            "holds": {**both, "--user": "user_1", "--state": "open"},
            "events": {**both, "--type": "payment_intent.succeeded", "--result": "parked"},
        }
        return [("export", (name,), options) for name, options in filters.items()]

    def tries(self):
        """(command, its words, the options to try with them)"""
        by_pack = ("events assign", (self.park, "--user", "user_9", "--pack", "starter"),
                   {"--pack": GIVEN, "--quantity": "2"})
        unlimited = ("limit", ("user_1", "ada", "--none"), {"--none": GIVEN})
        return [(name, *entry) for name, entry in {**self.writes(), **self.reads()}.items()] + \
            self.exports() + [by_pack, unlimited]

    def called(self, words):
        return [word() if callable(word) else word for word in words]

    def attempt(self, command, words, before=()):
        """The command succeeds. A retry is refused as still parked: the ledger understood it as well."""
        is_retry = command == "events retry"
        done = self.ctl(*before, *command.split(), *self.called(words), exit_code=REFUSED if is_retry else DONE)
        if is_retry:
            self.assertIn("still_parked", done.stderr)
        return done

    def test_every_option_that_help_shows_is_accepted(self):
        tried = {}
        for command, words, options in self.tries():
            tried.setdefault(command, set()).update(options)
            for option, value in options.items():
                if value is GIVEN:
                    continue
                with self.subTest(command=command, words=words[:1], option=option):
                    given = () if value is FLAG else value if isinstance(value, tuple) else (value,)
                    self.attempt(command, (*words, option, *given))
        shown = commands_with_options()
        self.assertIn("--type", shown["events"])
        self.assertEqual({name: sorted(options - set(EVERYWHERE)) for name, options in shown.items()},
                         {name: sorted(options) for name, options in tried.items()},
                         "the options in the help and those tried here must be the same")

    def test_common_options_are_accepted_before_and_after_every_command(self):
        for command, words, _ in self.tries():
            for option in (("--json",), ("--timeout", "40"), ("--socket", self.path)):
                with self.subTest(command=command, option=option):
                    self.assertEqual(bool(self.attempt(command, words, before=option)),
                                     bool(self.attempt(command, (*words, *option))))

    def test_a_common_option_before_the_command_takes_effect(self):
        self.assertTrue(self.ctl("--json", "balance", "user_1").stdout.startswith("{"))
        self.assertTrue(self.ctl("events", "--json", "show", self.bought["id"]).stdout.startswith("{"))
        self.ctl("--socket", self.path, "status", TOKENLEDGER_SOCKET="/nowhere")
        self.ctl("events", "--socket", self.path, "show", self.bought["id"], TOKENLEDGER_SOCKET="/nowhere")


if __name__ == "__main__":
    unittest.main()
