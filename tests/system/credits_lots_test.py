"""Credits that expire: the worked examples B1 to B14 of docs/credits.md through the daemon, by their numbers there."""

import time
import unittest
from datetime import datetime, timedelta

from credits import CreditsTest, moment, text_of
from load import all_at_once


class Lots(CreditsTest):
    def grant_until(self, tokens, expires_at, user_id="alice"):
        answer = self.admin.grant(user_id, tokens, expires_at=expires_at)
        self.assertEqual(answer.status, 200, answer)
        return answer

    def balance_at(self, time_text):
        return self.admin.get(f"/v1/accounts/bob?at={time_text}").json()["balance"]

    def test_b1_what_expires_first_is_used_first_and_what_never_expires_last(self):
        self.admin.grant("bob", 500)
        self.grant_until(1000, moment(30 * 86400), "bob")
        self.grant_until(100, moment(7 * 86400), "bob")
        self.deduct(250, "bob")
        self.assert_account(1350, 0, 1350, "bob")
        self.assertEqual([(lot["lot"], lot["tokens"]) for lot in self.account("bob")["lots"]], [(1, 850)])

    def lots_of(self, user_id):
        return [(lot["lot"], lot["tokens"]) for lot in self.account(user_id)["lots"]]

    def test_b2_of_two_lots_that_expire_together_the_granted_one_is_used_before_the_paid_one(self):
        expires_at = moment(30 * 86400)
        self.assertEqual(self.admin.grant("bob", 200, source="subscription", reference="in_1",
                                          expires_at=expires_at).status, 200)
        self.grant_until(300, expires_at, "bob")
        self.assertEqual(self.deduct(350, "bob", self.second_client()).status, 200)
        self.assertEqual(self.lots_of("bob"), [(1, 150)])
        self.assert_account(150, 0, 150, "bob")
        self.assert_sound()

    def test_b5_a_grant_that_expires_repays_a_debt_first_and_only_the_rest_expires(self):
        other = self.second_client()
        self.admin.grant("bob", 1)
        debt = {"user_id": "bob", "tokens": 301, "allow_negative": True}
        self.assertEqual(other.post("/v1/deductions", debt).status, 200)
        self.grant_until(1000, moment(2), "bob")
        self.assert_account(700, 0, 700, "bob")
        self.assertEqual(self.lots_of("bob"), [(1, 700)])
        self.until(lambda: self.account("bob")["available"] == 0, "the lot has expired")
        self.assert_problem(self.deduct(1, "bob", other), 409, "insufficient_balance")
        self.assertEqual(self.rows("bob")[-1], ("deduction", "expiry", -700))
        self.assert_account(0, 0, 0, "bob")
        self.assert_sound()

    def test_b14_the_month_before_is_used_first(self):
        other = self.second_client()
        self.grant_until(1000, moment(60 * 86400), "bob")
        self.deduct(600, "bob")
        self.grant_until(1000, moment(90 * 86400), "bob")
        self.deduct(500, "bob", other)
        self.assertEqual(self.lots_of("bob"), [(2, 900)])
        self.assert_account(900, 0, 900, "bob")
        self.assert_sound()

    def test_b3_what_has_expired_cannot_be_used_and_a_refused_deduction_posts_its_row(self):
        expires_at = moment(2)
        self.grant_until(1000, expires_at, "bob")
        self.assert_account(1000, 0, 1000, "bob")
        self.until(lambda: self.account("bob")["available"] == 0, "the lot has expired")
        self.assertEqual((self.account("bob")["balance"], self.account("bob")["expired_not_posted"]), (1000, 1000))
        self.assertEqual(self.balance_at(moment(60)), 0)
        self.assert_problem(self.deduct(100, "bob"), 409, "insufficient_balance")
        self.assert_account(0, 0, 0, "bob")
        self.assertNotIn("expired_not_posted", self.account("bob"))
        row = self.admin.get("/v1/transactions?user_id=bob&limit=1").json()["rows"][0]
        self.assertEqual((row["type"], row["source"], row["token_amount"], row["reference"]),
                         ("deduction", "expiry", -1000, "1"))
        self.assertEqual(datetime.fromisoformat(row["effective_at"]), datetime.fromisoformat(expires_at))
        self.assertGreater(row["created_at"], row["effective_at"])
        just_before = datetime.fromisoformat(expires_at) - timedelta(milliseconds=1)
        self.assertEqual([self.balance_at(at) for at in (text_of(just_before), expires_at)], [1000, 0])
        self.assert_problem(self.deduct(100, "bob"), 409, "insufficient_balance")
        self.assertEqual(self.rows("bob"), [("deduction", "expiry", -1000)])
        self.assert_sound()

    def test_b10_a_transfer_keeps_when_its_tokens_expire(self):
        self.admin.grant("bob", 1)
        expires_at = moment(7 * 86400)
        self.grant_until(100, expires_at)
        self.admin.post("/v1/transfers", {"from": "alice", "to": "bob", "tokens": 300})
        lot, = self.account("bob")["lots"]
        self.assertEqual((lot["tokens"], datetime.fromisoformat(lot["expires_at"])),
                         (100, datetime.fromisoformat(expires_at)))
        self.assertEqual((self.account("bob")["balance"], self.account()["balance"]), (301, 800))

    def test_b12_deductions_through_two_daemons_that_race_the_expiry_take_every_token_once(self):
        clients = (self.admin, self.second_client())
        self.admin.grant("bob", 100, expires_at=moment(2))
        ends_at = datetime.fromisoformat(self.account("bob")["lots"][0]["expires_at"]).timestamp()

        def deduct(number):
            # Some before the expiry and some after it.
            time.sleep(max(ends_at + (number - 8) * 0.002 - time.time(), 0))
            return self.deduct(10, "bob", clients[number % 2]).status
        statuses = all_at_once([lambda number=number: deduct(number) for number in range(64)])
        taken = statuses.count(200)
        self.assertLessEqual(taken, 10)
        self.assertEqual(taken + statuses.count(409), 64)
        rows = self.rows("bob")
        self.assertEqual(sum(tokens for _, _, tokens in rows), -100)
        self.assertEqual(rows.count(("deduction", "admin", -10)), taken)
        self.assertEqual([row for row in rows if row[1] == "expiry"],
                         [("deduction", "expiry", 10 * taken - 100)] if taken < 10 else [])
        self.assert_account(0, 0, 0, "bob")
        self.assert_sound()

    def test_what_is_held_outlives_its_expiry_until_the_hold_ends(self):
        # B11
        self.admin.grant("bob", 1000, expires_at=moment(2))
        self.hold("a", 300, "bob", timeout_seconds=60)
        self.until(lambda: self.account("bob")["available"] == 0, "the lot has expired")
        self.assertEqual(self.account("bob")["expired_not_posted"], 700)
        told = self.capture("a", 200, user_id="bob").json()
        self.assertEqual([row["token_amount"] for row in told["transactions"]], [-200, -100])
        self.assertEqual(self.rows("bob"), [("deduction", "expiry", -700), ("deduction", "usage", -200),
                                            ("deduction", "expiry", -100)])
        self.assert_account(0, 0, 0, "bob")
        self.assert_sound()

    def test_what_a_reversal_returns_to_a_lot_that_is_over_was_in_no_balance_before(self):
        self.admin.grant("bob", 100, expires_at=moment(2))
        self.hold("a", 60, "bob")
        self.capture("a", 60, user_id="bob")
        self.until(lambda: self.account("bob")["available"] == 0, "the lot has expired")
        between = moment(0)
        self.assertEqual(self.balance_at(between), 0)
        told = self.admin.post("/v1/usage/a/reverse", {"user_id": "bob"}).json()
        self.assertEqual([row["token_amount"] for row in told["transactions"]], [60, -60])
        self.assertEqual(self.balance_at(between), 0)
        self.assert_account(0, 0, 0, "bob")
        self.assert_sound()

    def test_the_expiry_of_an_account_that_nobody_uses_is_posted_and_counted(self):
        self.grant_until(70, moment(2), "bob")
        self.until(lambda: self.account("bob")["balance"] == 0, "a look at the database has posted the expiry")
        self.assertEqual(self.rows("bob"), [("deduction", "expiry", -70)])
        counted = 'tokenledger_ledger_transactions_total{type="deduction",source="expiry"} 1\n'
        self.until(lambda: counted in self.admin.get("/metrics").body.decode(), "the row is counted")
        self.assert_sound()

    def test_an_expiry_in_the_past_is_refused(self):
        self.assert_problem(self.admin.grant("alice", 5, expires_at=moment(-1)), 422, "expiry_in_past")


if __name__ == "__main__":
    unittest.main()
