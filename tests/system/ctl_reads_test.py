"""What tokenledgerctl shows: accounts, lists, payments in plain words, and the operator's queue."""

import json
import unittest

import ledger_rows
from ctl import REFUSED, USAGE, CtlTest
from stripe_events import dispute_event, dump, event, intent_id_of, ours, payment_intent, purchase, refund_event


class Reads(CtlTest):
    def setUp(self):
        self.start_admin()
        self.bought = purchase("user_1")
        self.intent = intent_id_of(self.bought)
        self.daemon.post(self.bought)
        self.admin.grant("user_1", 5, reason="sorry \x1b[2J")
        self.admin.grant("user_2", 7)
        self.admin.post("/v1/usage", {"request_id": "r", "user_id": "user_1", "action_type": "chat",
                                      "model_used": "m", "tokens_used": 9, "charge": 4})

    def test_balance_shows_the_current_and_an_earlier_balance(self):
        shown = self.ctl("balance", "user_1").stdout
        for words in ("100,001", "purchase x1", "+100,000", "grant x1"):
            self.assertIn(words, shown)
        self.assertEqual(self.ctl_json("balance", "user_1"), self.admin.get("/v1/accounts/user_1").json())
        self.assertIn("100,005", self.ctl("balance", "user_1", "--at", "2").stdout)
        self.assertIn("unknown_account", self.ctl("balance", "nobody", exit_code=REFUSED).stderr)
        self.assertIn("invalid_parameter", self.ctl("balance", "user_1", "--at", "noon", exit_code=REFUSED).stderr)

    def test_balance_accepts_any_user_id(self):
        for user_id in ("a/b", "..", "狐 🦊", "100%", "?x#y", "--", "-5"):
            with self.subTest(user_id=user_id):
                self.admin.grant(user_id, 3)
                self.assertEqual(self.ctl_json("balance", "--json", "--", user_id)["balance"], 3)

    def ctl_json(self, *words, **more):
        return json.loads(self.ctl(words[0], "--json", *words[1:], **more).stdout)

    def test_the_json_output_of_each_read_is_the_answer_of_the_daemon(self):
        for words, path in ((("history",), "/v1/transactions?limit=20"),
                            (("history", "user_2"), "/v1/transactions?limit=20&user_id=user_2"),
                            (("history", "--type", "purchase", "--source", "token_pack", "--from", "2020-01-01", "--to",
                              "2999-01-01"), "/v1/transactions?limit=20&type=purchase&source=token_pack"),
                            (("purchases", "user_1"), "/v1/purchases?limit=20&user_id=user_1"),
                            (("activity", "--oldest-first"), "/v1/activity?limit=20&order=oldest_first"),
                            (("usage-report", "--action", "chat", "--model", "m"), "/v1/reports/usage"),
                            (("usage-report", "user_1", "--per-day"), "/v1/reports/usage?span=day"),
                            (("events", "--result", "applied", "--payment", self.intent), "/v1/events?limit=20"),
                            (("payment", self.intent), f"/v1/payments/{self.intent}"),
                            (("events", "show", self.bought["id"]), f"/v1/events/{self.bought['id']}")):
            with self.subTest(words=words):
                answer = self.admin.get(path).json()
                told = json.loads(self.ctl(*words, "--json").stdout)
                self.assertEqual(told.get("rows", told), answer.get("rows", answer))
                self.assertTrue(self.ctl(*words).stdout.strip())

    def test_tables_of_history_purchases_and_activity_show_their_columns(self):
        history = self.ctl("history", "user_1").stdout.splitlines()
        self.assertRegex(history[0], r"^time \(UTC\) +user +type +source +tokens +balance +who +about$")
        self.assertRegex(history[1], r"user_1 +deduction +usage +-4 +100,001 +.*\d\)? +r$")
        self.assertRegex(history[2], r"user_1 +grant +admin +\+5 +100,005 +.*\d\)? +sorry \\x1b\[2J$")
        self.assertRegex(history[3], rf"user_1 +purchase +token_pack +\+100,000 +100,000 +{self.intent}$")
        self.assertRegex(self.ctl("purchases").stdout, r"user_1 +starter +100,000 +9\.99 USD +pi_")
        activity = self.ctl("activity", "user_1").stdout
        self.assertRegex(activity, r"user_1 +usage +-4 +chat on m: 9 used")
        self.assertIn("no rows", self.ctl("history", "nobody").stdout)

    def test_a_cursor_continues_after_the_last_row_of_a_page(self):
        seen, more = [], ()
        for _ in range(3):
            page = json.loads(self.ctl("history", "user_1", "--limit", "1", "--json", *more).stdout)
            seen += [row["sequence"] for row in page["rows"]]
            self.assertEqual("--cursor " in self.ctl("history", "user_1", "--limit", "1", *more).stdout, page["more"])
            more = ("--cursor", page["next"]) if page["more"] else ()
        self.assertEqual(seen, [3, 2, 1])
        self.assertIn("invalid_parameter", self.ctl("history", "--limit", "1001", exit_code=REFUSED).stderr)
        self.ctl("history", "--limit", "0", exit_code=USAGE)

    def test_tables_fit_the_terminal_and_are_coloured_only_there(self):
        for columns in (40, 60, 80, 200):
            for words in (("history",), ("purchases",), ("activity",), ("events",), ("payment", self.intent)):
                with self.subTest(words=words, columns=columns):
                    shown = self.at_terminal(*words, columns=columns, NO_COLOR="1")
                    self.assertNotIn("\x1b", shown)
                    if words[0] != "payment":
                        self.assertLessEqual(max(map(len, shown.splitlines())), columns)
        self.assertTrue(any("…" in self.at_terminal("history", "user_1", "--type", "grant", columns=columns)
                            for columns in range(50, 90)), "long text is shortened")
        self.assertIn(self.bought["id"], self.ctl("events", COLUMNS="30").stdout)
        self.assertIn("\x1b[", self.at_terminal("history"))
        self.assertNotIn("\x1b", self.at_terminal("history", TERM="dumb"))

    def test_a_payment_is_proved_from_its_stored_bytes(self):
        self.assertRegex(self.ctl("payment", self.intent, "--prove").stdout, rf"{self.bought['id']} +verified")
        self.assertEqual(self.ctl_json("payment", self.intent, "--prove")["result"], "verified")
        self.database.sql("ALTER TABLE tokenledger.payments DISABLE TRIGGER ALL")
        self.database.sql("UPDATE tokenledger.payments SET taken_tokens = 5")
        self.assertIn("fault: ", self.ctl("payment", self.intent, "--prove", exit_code=REFUSED).stdout)

    def test_a_payment_is_explained_with_its_refunds_and_disputes(self):
        self.assertIn("No refund and no dispute is known", self.ctl("payment", self.intent).stdout)
        self.daemon.post(refund_event(payment_intent_id=self.intent, amount=333))
        shown = self.ctl("payment", self.intent).stdout
        for words in ("user_1 was credited 100,000 tokens for 9.99 USD, pack starter", "of 3.33 USD",
                      "33,333 of 100,000 tokens, for 3.33 USD of 9.99 USD lost"):
            self.assertIn(words, shown)
        self.daemon.post(dispute_event(payment_intent_id=self.intent))
        self.assertIn("All of the money is lost", self.ctl("payment", self.intent).stdout)
        self.assertIn("unknown_payment", self.ctl("payment", "pi_none", exit_code=REFUSED).stderr)


class Queue(CtlTest):
    def setUp(self):
        self.start_admin()

    def park(self, **metadata):
        posted = event("payment_intent.succeeded", payment_intent(metadata={**ours("user_1"), **metadata}))
        self.assertEqual(self.daemon.post(posted).json()["result"], "parked")
        return posted

    def test_parked_events_are_listed_retried_dismissed_and_assigned(self):
        first, second, third = self.park(token_pack="later"), self.park(user_id=""), self.park(token_pack="never")
        queue = self.ctl("events", "--result", "parked", "--oldest-first").stdout
        self.assertRegex(queue, rf"{first['id']} +payment_intent.succeeded +parked +unknown_pack")
        self.assertIn("still_parked", self.ctl("events", "retry", first["id"], exit_code=REFUSED).stderr)
        self.assertIn("events retry " + first["id"], self.ctl("payment", intent_id_of(first)).stdout)
        self.ctl("events", "dismiss", third["id"], exit_code=USAGE)
        dismiss = ("events", "dismiss", third["id"], "--reason", "a test", "--key", "d")
        self.assertIn("dismissed", self.ctl(*dismiss).stdout)
        self.assertIn("done before", self.ctl(*dismiss).stdout)
        done = self.ctl("events", "assign", second["id"], "--user", "user_9", "--tokens", "123", "--reason", "mail")
        self.assertRegex(done.stdout, r"user_9 +purchase +\w+ +\+123 +123")
        self.assertEqual(ledger_rows.balances(self.database), {"user_9": 123})
        left = self.ctl_json("events", "--result", "parked")["rows"]
        self.assertEqual([row["event_id"] for row in left], [first["id"]])
        self.assertIn("unknown_event", self.ctl("events", "retry", "evt_none", exit_code=REFUSED).stderr)

    def test_an_event_is_shown_and_its_body_is_printed_byte_for_byte(self):
        posted = self.park(token_pack="later")
        shown = self.ctl("events", "show", posted["id"]).stdout
        for words in ("parked", "unknown_pack", "has_evidence", "yes"):
            self.assertIn(words, shown)
        self.assertEqual(self.ctl("events", "show", posted["id"], "--body").stdout.encode(), dump(posted))


if __name__ == "__main__":
    unittest.main()
