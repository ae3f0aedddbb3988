"""Assignments by pack, grants that require an existing account, and the counts of the queue."""

import threading
import unittest

import ledger_rows
from admin_client import AdminTest
from daemon_process import CATALOG, endpoint, run
from stripe_events import event, intent_id_of, ours, payment_intent, refund_event

PARTNERS = "/stripe/partners"


def parked_purchase(**metadata):
    return event("payment_intent.succeeded", payment_intent(metadata={**ours("user_1"), **metadata}))


class AssignPack(AdminTest):
    def setUp(self):
        self.start_admin(endpoints=[endpoint(), endpoint(PARTNERS, catalog="partners")])

    def park(self, **options):
        posted = parked_purchase(user_id="")
        self.assertEqual(self.daemon.post(posted, **options).json()["result"], "parked")
        return posted

    def assign(self, posted, key=None, **body):
        return self.admin.post(f"/v1/events/{posted['id']}/assign", {"user_id": "user_9", **body}, key)

    def reload_with(self, old, new):
        self.rewrite_config(old, new)
        self.assertIn("reloaded", self.daemon.reload())

    def tokens_of(self, answer):
        self.assertEqual(answer.status, 200, answer)
        return [row["token_amount"] for row in answer.json()["transactions"]]

    def test_an_assigned_pack_is_worth_what_the_catalogue_of_the_events_endpoint_says(self):
        here, there = self.park(), self.park(path=PARTNERS)
        self.assertEqual(self.tokens_of(self.assign(here, pack="starter", quantity=3)), [300000])
        told = self.assign(there, pack="starter", reason="by mail")
        partners, = self.tokens_of(told)
        self.assertNotEqual(partners, 100000, "the two catalogues must differ")
        credit = self.admin.get(f"/v1/payments/{intent_id_of(there)}").json()["credit"]
        self.assertEqual((credit["catalog"], credit["pack"], credit["quantity"], credit["tokens"]),
                         ("partners", "starter", 1, partners))
        self.assert_sound()

    def test_an_assignment_by_pack_keeps_its_tokens_after_the_catalogue_changes(self):
        posted = self.park()
        self.assertEqual(self.tokens_of(self.assign(posted, "k", pack="starter")), [100000])
        self.daemon.post(refund_event(payment_intent_id=intent_id_of(posted), amount=333))
        self.reload_with("tokens = 100000", "tokens = 7")
        again = self.assign(posted, "k", pack="starter")
        self.assertEqual((self.tokens_of(again), again.header("Idempotency-Replayed")), ([100000], "true"))
        self.reload_with('id = "starter"\ntokens = 7', 'id = "gone"\ntokens = 7')
        again = self.assign(posted, "k", pack="starter")
        self.assertEqual((self.tokens_of(again), again.header("Idempotency-Replayed")), ([100000], "true"))
        self.assert_problem(self.assign(posted, "k", pack="starter", quantity=2), 422, "key_reused")
        done = run("rebuild", "--config", self.config, "--into", self.new_database().url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("no difference", done.stdout)
        self.assert_sound()

    def test_a_refused_assignment_by_pack_posts_nothing_and_leaves_its_key_unused(self):
        posted = self.park()
        self.assert_problem(self.assign(posted, "k", pack="strater"), 404, "unknown_pack")
        self.assert_problem(self.assign(posted, pack="starter", tokens=5), 422, "invalid_field", field="pack")
        self.assert_problem(self.assign(posted, pack="starter", quantity=1001), 422, "invalid_field", field="quantity")
        self.assert_problem(self.assign(posted, pack="starter", quantity=1000), 422, "token_limit")
        self.assert_no_transactions()
        self.assertEqual(self.tokens_of(self.assign(posted, "k", pack="starter")), [100000])


class Existing(AdminTest):
    def setUp(self):
        self.start_admin()

    def test_a_grant_with_existing_true_does_not_create_an_account(self):
        self.assert_problem(self.admin.grant("user_1", 5, existing=True), 404, "unknown_account")
        self.assertEqual(self.database.rows("SELECT * FROM tokenledger.token_accounts"), [])
        first, = self.admin.grant("user_1", 5, existing=False).json()["transactions"]
        second, = self.admin.grant("user_1", 5, existing=True).json()["transactions"]
        self.assertEqual((first["sequence"], second["sequence"]), (1, 2))
        self.assert_problem(self.admin.grant("user_1", 5, existing=1), 422, "invalid_field", field="existing")
        body = {"user_id": "user_2", "tokens": 5}
        items = [{"operation": "grant", **body}, {"operation": "grant", **body, "existing": True}]
        self.assert_problem(self.admin.post("/v1/batch", {"items": items[::-1]}), 404, "unknown_account", item=0)
        self.assertEqual(self.admin.post("/v1/batch", {"items": items}).status, 200)
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": 10, "user_2": 10})
        self.assert_sound()

    def test_concurrent_grants_with_and_without_existing_form_one_chain(self):
        told = []

        def grant(existing):
            told.append((existing, self.admin.grant("user_1", 1, existing=existing)))
        threads = [threading.Thread(target=grant, args=(place != 7,)) for place in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = [answer for _, answer in told if answer.status == 200]
        sequences = sorted(answer.json()["transactions"][0]["sequence"] for answer in done)
        self.assertEqual(sequences, list(range(1, len(done) + 1)))
        made, = [answer for existing, answer in told if not existing]
        self.assertEqual(made.json()["transactions"][0]["sequence"], 1, "only this grant creates the account")
        self.assertEqual({answer.status for _, answer in told} - {200, 404}, set())
        self.assertEqual(ledger_rows.balances(self.database), {"user_1": len(done)})


class Queue(AdminTest):
    def setUp(self):
        self.start_admin()

    def test_the_queue_call_counts_parked_and_waiting_events(self):
        for parked in range(4):
            self.assertEqual(self.admin.get("/v1/queue").json(), {"parked": parked, "waiting": 0})
            self.daemon.post(parked_purchase(token_pack="none"))
        self.daemon.post(refund_event(payment_intent_id="pi_unknown", amount=1))
        self.assertEqual(self.admin.get("/v1/queue").json(), {"parked": 4, "waiting": 1})


if __name__ == "__main__":
    unittest.main()
