"""Tokens that expire and tokens that are held, as tokenledgerctl shows and changes them."""

import re
import time
import unittest

import ledger_rows
from ctl import REFUSED, UNREACHABLE, USAGE, CtlTest


def time_text(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def value_of(shown, name):
    """The value beside a name in what `balance` and the writes on holds print."""
    found = re.search(rf"^{name} {{2,}}(.*)$", shown, re.M)
    return found.group(1) if found else None


class Holds(CtlTest):
    def setUp(self):
        self.start_admin()
        self.ctl("grant", "user_1", "1000")

    def balances(self):
        return ledger_rows.balances(self.database)

    def hold(self, *words, user="user_1", tokens="300", **more):
        return self.ctl("hold", user, tokens, *words, **more)

    def test_a_hold_is_captured_for_less_and_the_rest_is_available_again(self):
        held = self.hold("--key", "req_1", "--action", "chat", "--model", "m", "--member", "ada")
        self.assertIn("held 300 tokens of user_1", held.stdout)
        self.assertEqual([value_of(held.stdout, name) for name in ("hold", "state", "held", "balance", "available")],
                         ["req_1", "open", "300", "1,000", "700"])
        self.assertRegex(value_of(held.stdout, "open until"), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")
        shown = self.ctl("balance", "user_1").stdout
        self.assertEqual([value_of(shown, name) for name in ("balance", "available", "held")],
                         ["1,000", "700", "300"])
        done = self.ctl("capture", "user_1", "req_1", "120", "--tokens-used", "150", "--input", "100", "--output", "50",
                        "--cost", "0.25", "--metadata", '{"a": 1}').stdout
        self.assertIn("captured hold req_1 of user_1, charged 120", done)
        self.assertRegex(done, r"user_1 +deduction +usage +-120 +880")
        self.assertEqual([value_of(done, name) for name in ("state", "held", "available")], ["captured", "0", "880"])
        row, = self.database.rows("SELECT *, cost_estimate::text AS cost FROM tokenledger.token_usage")
        self.assertEqual([row[name] for name in ("request_id", "action_type", "model_used", "member", "tokens_used",
                                                 "input_tokens", "output_tokens", "cost", "charged_tokens")],
                         ["req_1", "chat", "m", "ada", 150, 100, 50, "0.25", 120])
        self.assertIn("gave back 120", self.ctl("reverse", "user_1", "req_1").stdout)
        self.assertEqual(self.balances(), {"user_1": 1000})
        self.assert_sound()

    def test_a_hold_makes_its_id_itself_and_prints_it(self):
        done = self.hold()
        hold_id, = re.findall(r"^key: (\S+)$", done.stderr, re.M)
        self.assertEqual(value_of(done.stdout, "hold"), hold_id)
        released = self.ctl("release", "user_1", hold_id).stdout
        self.assertIn(f"released hold {hold_id} of user_1", released)
        self.assertEqual([value_of(released, name) for name in ("state", "available", "open until")],
                         ["released", "1,000", None])
        self.assertIn("done before", self.ctl("release", "user_1", hold_id).stdout)
        self.assertIn("hold_released", self.ctl("capture", "user_1", hold_id, "1", exit_code=REFUSED).stderr)

    def test_a_hold_is_extended_in_time_and_tokens(self):
        self.hold("--key", "h", "--timeout-seconds", "60")
        before = self.ctl_json("holds", "user_1")["rows"][0]
        done = self.ctl("extend", "user_1", "h", "--timeout-seconds", "3600", "--tokens", "500", "--key", "k")
        self.assertEqual((value_of(done.stdout, "held"), value_of(done.stdout, "available")), ("500", "500"))
        self.assertIn("key: k", done.stderr)
        self.assertIn("done before", self.ctl("extend", "user_1", "h", "--timeout-seconds", "3600", "--tokens", "500",
                                              "--key", "k").stdout)
        after = self.ctl_json("holds", "user_1")["rows"][0]
        self.assertGreater(after["expires_at"], before["expires_at"])
        self.assertEqual((before["tokens"], after["tokens"]), (300, 500))

    def test_a_capture_is_never_refused_and_says_what_was_not_covered(self):
        self.hold("--key", "h")
        done = self.ctl("capture", "user_1", "h", "1200").stdout
        self.assertIn("charged 1,000, 200 uncovered", done)
        self.ctl("grant", "user_1", "100")
        self.hold("--key", "h_2", tokens="100")
        self.assertIn("charged 150\n", self.ctl("capture", "user_1", "h_2", "150", "--allow-negative").stdout)
        self.hold("--key", "h_3", user="user_1", tokens="1", exit_code=REFUSED)
        self.assertEqual(self.balances(), {"user_1": -50})

    def test_refusals_exit_with_1_and_impossible_values_with_2(self):
        for words, slug in ((("hold", "user_1", "1001"), "insufficient_balance"),
                            (("hold", "nobody", "1"), "unknown_account"),
                            (("release", "user_1", "h"), "unknown_hold"),
                            (("capture", "user_1", "h", "0"), "unknown_hold"),
                            (("extend", "user_1", "h", "--timeout-seconds", "5"), "unknown_hold"),
                            (("hold", "user_1", "1", "--timeout-seconds", "86401"), "timeout_seconds")):
            with self.subTest(words=words):
                done = self.ctl(*words, exit_code=REFUSED)
                self.assertIn(slug, done.stderr)
                self.assertEqual(done.stdout, "")
        for words in (("hold", "user_1"), ("hold", "user_1", "0"), ("hold", "user_1", "1", "--timeout-seconds", "0"),
                      ("capture", "user_1", "h"), ("capture", "user_1", "h", "-1"), ("release", "user_1"),
                      ("extend", "user_1", "h"), ("holds", "--state", "opne"),
                      ("grant", "user_1", "1", "--expires", "soon"), ("grant", "user_1", "1", "--expires", "noon:00"),
                      ("grant", "user_1", "1", "--priority", "-1"), ("export", "usage", "--state", "open"),
                      ("capture", "user_1", "h", "1", "--occurred-at", "noon")):
            with self.subTest(words=words):
                self.ctl(*words, exit_code=USAGE)
        self.ctl("hold", "user_1", "1", "--socket", "/nowhere", exit_code=UNREACHABLE)

    def test_holds_are_listed_by_account_and_state(self):
        self.ctl("grant", "user_2", "50")
        self.hold("--key", "h_1", "--action", "chat", "--model", "m", "--member", "ada")
        self.hold("--key", "h_2", tokens="20")
        self.ctl("release", "user_1", "h_2")
        self.hold("--key", "h_3", user="user_2", tokens="7")
        lines = self.ctl("holds").stdout.splitlines()
        self.assertRegex(lines[0], r"^time \(UTC\) +user +hold +state +tokens +open until \(UTC\) +ended \(UTC\)"
                                   r" +who +about$")
        self.assertRegex(lines[1], r"user_2 +h_3 +open +7 ")
        self.assertRegex(lines[2], r"user_1 +h_2 +released +20 ")
        self.assertRegex(lines[3], r"user_1 +h_1 +open +300 .* chat on m, ada$")
        listed = [row["hold_id"] for row in self.ctl_json("holds", "user_1", "--state", "open")["rows"]]
        self.assertEqual(listed, ["h_1"])
        self.assertIn("no rows", self.ctl("holds", "user_2", "--state", "captured").stdout)
        self.assertIn("did you mean `open`", self.ctl("holds", "--state", "opne", exit_code=USAGE).stderr)
        written = self.ctl("export", "holds", "--state", "open", "--user", "user_1").stdout.splitlines()
        self.assertEqual(len(written), 2)

    def test_a_dry_run_counts_what_is_available(self):
        self.hold()
        self.assertIn("only 700 tokens are available",
                      self.ctl("deduct", "user_1", "701", "--dry-run", exit_code=REFUSED).stderr)
        self.assertIn("300", self.ctl("deduct", "user_1", "700", "--dry-run").stdout)
        self.ctl("deduct", "user_1", "701", exit_code=REFUSED)


class Lots(CtlTest):
    def setUp(self):
        self.start_admin()
        self.ctl("grant", "user_1", "1000")

    def test_balance_and_history_of_an_account_without_lots_have_no_words_for_them(self):
        self.ctl("deduct", "user_1", "10")
        shown = self.ctl("balance", "user_1").stdout
        self.assertEqual([value_of(shown, name) for name in ("available", "held", "expired")], ["990", None, None])
        self.assertNotIn("lot", shown)
        self.assertNotIn("lots", self.ctl("history", "user_1").stdout)

    def test_a_grant_expires_at_a_time_a_day_or_in_days(self):
        for word, more, end in (("2999-01-31T12:00:00Z", (), "2999-01-31T12:00:00.000000Z"),
                                ("2999-01-31", (), "2999-02-01T00:00:00.000000Z"),
                                ("2999-01", ("--time-zone", "Europe/Berlin"), "2999-01-31T23:00:00.000000Z"),
                                ("90d", (), time_text((time.time() // 86400 + 91) * 86400)[:-1] + ".000000Z")):
            with self.subTest(word=word):
                user = "user_" + word
                said = self.ctl("grant", user, "50", "--expires", word, *more).stdout
                self.assertIn(f"which expire on {end[:10]} {end[11:19]} UTC", said)
                lot, = self.ctl_json("balance", user)["lots"]
                self.assertEqual((lot["tokens"], lot["expires_at"]), (50, end))
        self.assertIn("expiry_in_past", self.ctl("grant", "user_1", "1", "--expires", "yesterday",
                                                 exit_code=REFUSED).stderr)

    def test_balance_shows_how_much_expires_when_and_history_what_was_taken_from_where(self):
        self.ctl("grant", "user_1", "200", "--expires", "2999-01-31")
        self.ctl("grant", "user_1", "50", "--expires", "2999-06-30", "--priority", "10")
        self.ctl("grant", "user_1", "30", "--priority", "90")
        self.ctl("hold", "user_1", "60", "--key", "h")
        self.ctl("capture", "user_1", "h", "60")
        self.ctl("hold", "user_1", "20")
        shown = self.ctl("balance", "user_1").stdout
        self.assertEqual([value_of(shown, name) for name in ("balance", "available", "held")], ["1,220", "1,200", "20"])
        self.assertRegex(shown, r"\n\nlot +tokens +held +expires \(UTC\) +priority\n"
                                r" +1 +190 +20 +2999-02-01 00:00:00\n"
                                r" +3 +30 +never +90\n$")
        lines = self.ctl("history", "user_1").stdout.splitlines()
        self.assertRegex(lines[0], r"balance +lots +who +about$")
        self.assertRegex(lines[1], r"deduction +usage +-60 +1,220 +1: -10, 2: -50 ")
        self.assertRegex(lines[3], r"grant +admin +\+50 +1,250 +2: \+50 ")
        self.assert_sound()

    def test_what_has_expired_is_not_available_and_its_row_shows_when_that_was(self):
        end = int(time.time()) + 3
        self.ctl("grant", "user_1", "40", "--expires", time_text(end))
        self.until(lambda: value_of(self.ctl("balance", "user_1").stdout, "available") == "1,000", "it expires")
        self.assertIn(value_of(self.ctl("balance", "user_1").stdout, "expired"), ("40 (not posted yet)", None))
        self.assertEqual(value_of(self.ctl("deduct", "user_1", "5", "--dry-run").stdout, "user_1").split(),
                         ["1,000", "-5", "995"])
        self.ctl("deduct", "user_1", "5")
        line = self.ctl("history", "user_1", "--source", "expiry").stdout.splitlines()[1]
        ended = time_text(end).replace("T", " ")[:-1]
        self.assertRegex(line, rf"deduction +expiry +-40 +1,000 +1: -40 .*expired on {ended} UTC$")
        self.assertNotIn("lot", self.ctl("balance", "user_1").stdout)
        self.assertIn(f"expired on {ended} UTC", self.ctl("activity", "user_1").stdout)


if __name__ == "__main__":
    unittest.main()
