"""Disputes from the webhook to the books: how they are shown and proven, and how old ones are reread."""

from daemon_process import run, write_config
from ctl import CtlTest
from stripe_events import balance_transaction, dispute_event, intent_id_of, purchase, refund_event

TOKENS = 100000  # of a purchase in the catalogue of these tests, for 999 cents


def netstrings(*fields):
    return "".join(f"{len(str(each).encode())}:{each}," for each in fields)


def told(bought, what, status, moved, dispute="du_1"):
    """An event of the dispute, with balance transactions of these amounts."""
    return dispute_event(
        f"charge.dispute.{what}", payment_intent_id=intent_id_of(bought), id=dispute, status=status,
        balance_transactions=[balance_transaction(each, id=f"txn_{number}") for number, each in enumerate(moved, 1)])


class Disputes(CtlTest):
    def setUp(self):
        self.start_admin()

    def take(self, *events):
        return [self.daemon.post(each).json()["result"] for each in events]

    def balance(self, user="user_1"):
        return self.admin.balance(user)

    def disputed(self):
        return self.admin.get("/v1/accounts/user_1").json()["disputed_payments"]

    def verify(self):
        return run("verify", "--config", self.config)

    def rebuild(self):
        return run("rebuild", "--config", self.config, "--into", self.new_database().url)

    def assert_proven(self):
        for done in (self.verify(), self.rebuild()):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_lost_dispute_takes_only_the_money_that_did_not_come_back(self):
        bought = purchase("user_1")
        self.assertEqual(self.take(bought, told(bought, "funds_withdrawn", "needs_response", [-999])),
                         ["applied", "applied"])
        self.assertEqual(self.disputed(), [intent_id_of(bought)])
        self.assertIn("not decided yet: what it takes may still change",
                      self.ctl("payment", intent_id_of(bought)).stdout)
        self.assertEqual(self.take(told(bought, "closed", "lost", [-999, 200])), ["applied"])
        self.assertEqual((self.balance(), self.disputed()), (TOKENS - TOKENS * 799 // 999, []))
        text = self.ctl("payment", intent_id_of(bought)).stdout
        self.assertIn("9.99 USD taken, 2.00 USD returned", text)
        self.assertNotIn("not decided", text)
        self.assertNotIn("in dispute", self.ctl("balance", "user_1").stdout)
        self.assert_proven()

    def test_a_won_dispute_shows_no_refund_of_plus_zero(self):
        bought = purchase("user_1")
        self.take(bought, told(bought, "funds_withdrawn", "needs_response", [-999]),
                  told(bought, "closed", "won", [-999, -5, 1004]))
        self.assertEqual((self.balance(), self.disputed()), (TOKENS, []))
        text = self.ctl("balance", "user_1").stdout
        self.assertNotIn("+0", text)
        self.assertRegex(text, r"refund x2\s+0 \(what was taken was given back\)")
        self.assertNotIn("+0", self.ctl("history", "user_1").stdout)

    def test_a_dispute_that_is_won_before_money_was_withdrawn_posts_no_row(self):
        bought = purchase("user_1")
        self.take(bought, told(bought, "created", "needs_response", []), told(bought, "closed", "won", []))
        self.assertEqual([row["type"] for row in self.admin.get("/v1/transactions").json()["rows"]],
                         ["purchase"])

    def test_a_refund_in_another_currency_is_parked_and_takes_nothing(self):
        bought = purchase("user_1")
        refund = refund_event(payment_intent_id=intent_id_of(bought), amount=300, currency="jpy")
        for events in ((bought, refund), (refund, bought)):
            with self.subTest(first=events[0]["type"]):
                self.start_admin()
                self.take(*events)
                self.assert_stored(refund, "parked", "currency_mismatch", evidence=True)
                self.assertEqual(self.balance(), TOKENS)
                self.assertEqual(self.admin.post(f"/v1/events/{refund['id']}/retry", {}).status, 409)
                self.assertIn("another currency than the payment", self.ctl("payment", intent_id_of(bought)).stdout)
                self.assertEqual(self.admin.post(f"/v1/events/{refund['id']}/dismiss", {"reason": "seen"}).status,
                                 200)
                self.assert_proven()

    def test_a_changed_amount_is_found_by_verify_by_rebuild_and_by_the_proof_of_the_payment(self):
        bought = purchase("user_1")
        self.take(bought, told(bought, "closed", "lost", [-999, 200]))
        self.assertEqual(self.verify().returncode, 0)
        self.database.sql("UPDATE tokenledger.payment_dispute_transactions SET amount_cents = 300 "
                          "WHERE balance_transaction_id = 'txn_2'")
        self.assertIn("settlement_tokens user=user_1", self.verify().stdout)
        self.assertIn("table=payment_dispute_transactions", self.rebuild().stdout)
        proof = self.admin.get(f"/v1/payments/{intent_id_of(bought)}/prove").json()
        self.assertEqual(proof["result"], "mismatch")
        self.assertIn("tokens that the facts take", proof["faults"][0])

    def as_an_earlier_version_left_it(self, bought, events):
        """Rewrites the rows of a lost dispute with a partial return as an earlier version stored them: it kept only
        the signs of amounts and gave all tokens back."""
        payment = intent_id_of(bought)
        owner = ["ALTER TABLE tokenledger.token_transactions DISABLE TRIGGER ALL",
                 "UPDATE tokenledger.payment_disputes SET signs_only = true",
                 "UPDATE tokenledger.payment_dispute_transactions SET amount_cents = NULL, currency = NULL",
                 "UPDATE tokenledger.payments SET taken_tokens = 0, lost_cents = 0",
                 f"UPDATE tokenledger.token_transactions SET token_amount = {TOKENS}, balance_after = {TOKENS}, "
                 f"amount_paid_cents = 999 WHERE sequence = 3",
                 f"UPDATE tokenledger.token_accounts SET balance = {TOKENS}",
                 "ALTER TABLE tokenledger.token_transactions ENABLE TRIGGER ALL"]
        for made, status, signs in events:
            withdrawn = str(made["type"].endswith("withdrawn")).lower()
            moves = "".join(netstrings(f"txn_{number}", sign) for number, sign in enumerate(signs, 1))
            dispute = netstrings("du_1", 999, "usd", moves, withdrawn, "false", status)
            effect = netstrings("update", "true", 0, 0, "false", "false", "", dispute)
            owner.append(f"UPDATE tokenledger.stripe_events SET effect = '{effect}' WHERE event_id = '{made['id']}'")
        self.assertEqual(self.database.sql(f"SELECT count(*) FROM tokenledger.token_transactions "
                                           f"WHERE stripe_payment_intent_id = '{payment}'").strip(), "3")
        for statement in owner:
            self.database.sql(statement)

    def assert_old_disputes_are_read_again(self):
        bought = purchase("user_1")
        first = told(bought, "funds_withdrawn", "needs_response", [-999])
        second = told(bought, "closed", "lost", [-999, 200])
        self.take(bought, first, second)
        self.as_an_earlier_version_left_it(bought, [(first, 0, ["true"]), (second, 2, ["true", "false"])])
        self.assertEqual(self.balance(), TOKENS)
        self.assert_proven()

        done = run("migrate", "--config", self.config)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"read the events of disputes again.*events=2 rows=1")
        self.assertEqual(self.balance(), TOKENS - TOKENS * 799 // 999)
        last = self.admin.get("/v1/transactions?user_id=user_1").json()["rows"]
        self.assertEqual(max(last, key=lambda row: row["sequence"])["stripe_event_id"], f"reread:{second['id']}")
        self.assert_proven()
        proof = self.admin.get(f"/v1/payments/{intent_id_of(bought)}/prove").json()
        self.assertEqual((proof["result"], proof["faults"]), ("verified", []))

        again = run("migrate", "--config", self.config)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("disputes", again.stderr)

    def test_migrate_rereads_the_evidence_of_old_disputes_and_posts_the_difference(self):
        self.assert_old_disputes_are_read_again()

    def test_migrate_as_the_owner_of_the_schema_rereads_old_disputes_too(self):
        database = self.new_database(migrated=False)
        roles = database.separate_roles()
        done = run("migrate", "--config", write_config(self.new_directory(), database.url, database=roles))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.start_admin(on=database, database=roles)
        self.assert_old_disputes_are_read_again()
        self.assertEqual(database.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'tokenledger'"),
                         [{"tableowner": "tokenledger_owner"}])


if __name__ == "__main__":
    import unittest
    unittest.main()
