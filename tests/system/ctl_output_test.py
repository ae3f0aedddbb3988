"""What tokenledgerctl shows to operators: new accounts, actors, next steps, money, and ids in full."""

import csv
import io
import os
import unittest

import ledger_rows
from ctl import REFUSED, USAGE, CtlTest
from stripe_events import event, intent_id_of, ours, payment_intent, purchase, refund_event

BOM = "\ufeff"


def parked_purchase(**metadata):
    return event("payment_intent.succeeded", payment_intent(metadata={**ours("user_1"), **metadata}))


class Grants(CtlTest):
    def setUp(self):
        self.start_admin()

    def test_a_grant_says_that_the_account_is_new(self):
        self.assertIn("new account", self.ctl("grant", "user_1", "5", "--dry-run").stdout)
        self.assertIs(self.ctl_json("grant", "user_1", "5", "--dry-run")["accounts"][0]["new_account"], True)
        self.assertIn("new account", self.ctl("grant", "user_1", "5").stdout)
        self.assertNotIn("new account", self.ctl("grant", "user_1", "5").stdout)
        self.assertNotIn("new account", self.ctl("grant", "user_1", "5", "--dry-run").stdout)
        self.assertNotIn("new_account", self.ctl_json("grant", "user_1", "5", "--dry-run")["accounts"][0])

    def test_a_grant_with_existing_does_not_create_an_account(self):
        self.assertIn("unknown_account", self.ctl("grant", "user_1", "5", "--existing", exit_code=REFUSED).stderr)
        self.assertIn("no account", self.ctl("grant", "user_1", "5", "--existing", "--dry-run",
                                             exit_code=REFUSED).stderr)
        self.assertEqual(ledger_rows.balances(self.database), {})
        self.ctl("grant", "user_1", "5")
        self.ctl("grant", "user_1", "5", "--existing")
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 10})


class WhoDidWhat(CtlTest):
    def setUp(self):
        self.start_admin()

    def park(self, **metadata):
        posted = parked_purchase(**metadata)
        self.assertEqual(self.daemon.post(posted).json()["result"], "parked")
        return posted

    def test_history_shows_the_actor_and_filters_by_it(self):
        self.daemon.post(purchase("user_1"))
        self.admin.grant("user_1", 5)
        mine = str(os.getuid())
        shown = self.ctl("history").stdout.splitlines()
        self.assertRegex(shown[0], r" balance +who +about$")
        self.assertRegex(shown[1], rf"\+5 +100,005 +(\S+ \({mine}\)|uid {mine})$")
        self.assertNotIn(f"({mine})", shown[2], "a purchase has no actor")
        self.assertEqual([row["token_amount"] for row in self.ctl_json("history", "--actor", mine)["rows"]], [5])
        self.assertIn("no rows", self.ctl("history", "--actor", str(os.getuid() + 1)).stdout)
        self.assertIn("invalid_parameter", self.ctl("history", "--actor", "4294967296", exit_code=REFUSED).stderr)
        self.ctl("history", "--actor", "root", exit_code=USAGE)

    def test_a_payment_and_its_event_show_an_assign_and_a_dismiss(self):
        first, second = self.park(user_id=""), self.park(token_pack="never")
        self.ctl("events", "assign", first["id"], "--user", "user_9", "--tokens", "5", "--reason", "told by mail")
        self.ctl("events", "dismiss", second["id"], "--reason", "a test of ours")
        for posted, words in ((first, r"Assigned by .*\(?%s\)? on \d{4}-\d\d-\d\d .* UTC: told by mail\. "
                                      r"It was parked for bad_metadata, and became applied\."),
                              (second, r"Dismissed by .*\(?%s\)? on \d{4}-\d\d-\d\d .* UTC: a test of ours\. "
                                       r"It was parked for unknown_pack\.")):
            for shown in (self.ctl("events", "show", posted["id"]).stdout,
                          self.ctl("payment", intent_id_of(posted)).stdout):
                self.assertRegex(shown, words % os.getuid())

    def test_a_parked_event_shows_the_commands_for_it_and_its_assign_works(self):
        posted = self.park(token_pack="later")
        for shown in (self.ctl("events", "show", posted["id"]).stdout,
                      self.ctl("payment", intent_id_of(posted)).stdout):
            self.assertIn("no such pack", shown)
            self.assertIn(f"tokenledgerctl events retry {posted['id']}", shown)
            self.assertIn(f"tokenledgerctl events assign {posted['id']} --user USER --pack PACK", shown)
        done = self.ctl("events", "assign", posted["id"], "--user", "user_9", "--pack", "starter", "--quantity", "2")
        self.assertRegex(done.stdout, r"user_9 +purchase +\w+ +\+200,000 +200,000")
        self.assertIn("pack starter x2", self.ctl("payment", intent_id_of(posted)).stdout)
        self.assertNotIn("is parked", self.ctl("events", "show", posted["id"]).stdout)

    def test_an_assignment_takes_either_tokens_or_a_known_pack(self):
        posted = self.park(user_id="")
        assign = ("events", "assign", posted["id"], "--user", "user_9")
        self.assertIn("--pack", self.ctl(*assign, exit_code=USAGE).stderr)
        self.ctl(*assign, "--tokens", "5", "--pack", "starter", exit_code=USAGE)
        self.ctl(*assign, "--tokens", "5", "--quantity", "2", exit_code=USAGE)
        self.assertIn("unknown_pack", self.ctl(*assign, "--pack", "strater", exit_code=REFUSED).stderr)
        self.assert_no_transactions()

    def test_status_shows_the_current_size_of_the_queue(self):
        for parked in range(1, 6):
            self.park(token_pack="later")
            self.assertRegex(self.ctl("status").stdout, rf"events parked +{parked}\n")
            self.assertEqual(self.ctl_json("status")["metrics"]["tokenledger_events_parked"], str(parked))
        self.daemon.post(refund_event(payment_intent_id="pi_unknown", amount=1))
        self.assertRegex(self.ctl("status").stdout, r"events waiting +1\n")
        self.database.close_the_door()
        self.addCleanup(self.database.open_the_door)
        self.until(lambda: self.admin.get("/readyz").status == 503, "the daemon notices")
        self.assertRegex(self.ctl("status", exit_code=REFUSED).stdout, r"events parked +not known\n")
        self.assertNotIn("tokenledger_events_parked", self.ctl_json("status", exit_code=REFUSED)["metrics"])


class Money(CtlTest):
    def setUp(self):
        self.start_admin()

    def test_the_revenue_report_shows_money_by_day_and_pack(self):
        bought = purchase("user_1")
        self.daemon.post(bought)
        self.daemon.post(purchase("user_2"))
        self.daemon.post(refund_event(payment_intent_id=intent_id_of(bought), amount=333))
        shown = self.ctl("report", "--by", "revenue").stdout
        self.assertRegex(shown, r"^money by day \(UTC\) and pack\nday +pack +payments +paid +went back +left\n")
        self.assertRegex(shown, r"\n\d{4}-\d\d-\d\d +starter +2 +19\.98 USD +-3\.33 USD +16\.65 USD\n")
        self.assertRegex(shown, r"\nall +2 +19\.98 USD +-3\.33 USD +16\.65 USD\n")
        self.assertNotIn("money by day", self.ctl("report").stdout, "only on request")

    def test_an_export_for_a_spreadsheet_has_no_formula_and_keeps_numbers(self):
        self.admin.grant("=1+1", 700, reason="@SUM(A1)", reference="-r")
        self.admin.post("/v1/deductions", {"user_id": "=1+1", "tokens": 500, "reason": "+1 for \"us\""})
        exact = self.ctl("export", "transactions").stdout
        self.assertFalse(exact.startswith(BOM))
        self.assertEqual([row["user_id"] for row in csv.DictReader(io.StringIO(exact, newline=""))], ["=1+1"] * 2)
        file = os.path.join(self.new_directory(), "rows.csv")
        self.ctl("export", "transactions", "--spreadsheet", "--output", file)
        with open(file, encoding="utf-8", newline="") as opened:
            text = opened.read()
        self.assertEqual(text.count(BOM), 1)
        first, second = csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""))
        self.assertEqual((first["user_id"], first["reason"], first["reference"]), ("'=1+1", "'@SUM(A1)", "'-r"))
        self.assertEqual((second["token_amount"], second["balance_after"], second["reason"]),
                         ("-500", "200", "'+1 for \"us\""))
        cursor = self.admin.get("/v1/transactions?limit=1&order=oldest_first").json()["next"]
        rest = self.ctl("export", "transactions", "--spreadsheet", "--cursor", cursor).stdout
        self.assertNotIn(BOM, rest, "the file that it is appended to has one")
        self.assertIn("'=1+1", rest)
        self.ctl("export", "transactions", "--spreadsheet", "--format", "jsonl", exit_code=USAGE)


class Narrow(CtlTest):
    def setUp(self):
        self.start_admin()

    def test_ids_are_shown_in_full_at_every_terminal_width(self):
        parked, bought = parked_purchase(token_pack="later"), purchase("a-user-with-a-long-name@example.org")
        for each in (parked, bought):
            self.daemon.post(each)
        for columns in (20, 40, 60, 80, 120):
            for words, ids in ((("events",), (parked["id"], bought["id"], intent_id_of(parked), intent_id_of(bought))),
                               (("history",), (intent_id_of(bought), "a-user-with-a-long-name@example.org")),
                               (("purchases",), (intent_id_of(bought), "a-user-with-a-long-name@example.org")),
                               (("purchases", "a-user-with-a-long-name@example.org"), (intent_id_of(bought),)),
                               (("payment", intent_id_of(bought)), (bought["id"],))):
                with self.subTest(columns=columns, words=words):
                    shown = self.at_terminal(*words, columns=columns, NO_COLOR="1")
                    for each in ids:
                        self.assertIn(each, shown)


if __name__ == "__main__":
    unittest.main()
