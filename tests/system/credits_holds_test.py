"""Holds: the worked examples C1 to C13 of docs/credits.md through the daemon, by their numbers there."""

import subprocess
import unittest

from admin_client import Client
from credits import CreditsTest, moment
from load import all_at_once
from stripe_events import intent_id_of, purchase, refund_event
from wire import NoAnswer


class Holds(CreditsTest):
    def test_c1_a_hold_moves_nothing_and_makes_less_available(self):
        told = self.hold("a", 400).json()
        self.assertEqual(told["transactions"], [])
        self.assertEqual({name: told["hold"][name] for name in ("hold_id", "state", "held", "balance", "available")},
                         {"hold_id": "a", "state": "open", "held": 400, "balance": 1000, "available": 600})
        self.assert_account(1000, 400, 600)
        self.assertEqual(self.rows(), [])

    def test_c2_what_is_held_can_neither_be_held_again_nor_be_spent(self):
        self.hold("a", 400)
        self.assert_problem(self.hold("b", 700), 409, "insufficient_balance")
        self.assert_problem(self.deduct(700), 409, "insufficient_balance")
        self.assert_account(1000, 400, 600)

    def test_c3_a_capture_charges_and_gives_back_the_rest(self):
        self.hold("a", 400)
        self.assert_ended(self.capture("a", 250), "captured", 250)
        self.assert_account(750, 0, 750)
        self.assertEqual(self.rows(), [("deduction", "usage", -250)])
        self.assertEqual(self.usages(),
                         [{"request_id": "a", "tokens_used": 250, "charged_tokens": 250, "uncovered": 0}])
        self.assert_sound()

    def test_c4_a_capture_above_its_hold_takes_what_is_available_and_leaves_the_other_holds(self):
        self.hold("a", 400)
        self.hold("b", 500)
        self.assert_ended(self.capture("a", 600), "captured", 500, uncovered=100)
        self.assert_account(500, 500, 0)
        self.assertEqual(self.usages(),
                         [{"request_id": "a", "tokens_used": 600, "charged_tokens": 500, "uncovered": 100}])
        self.assert_sound()

    def test_c4n_with_allow_negative_all_of_it_is_charged(self):
        self.hold("a", 400)
        self.hold("b", 500)
        self.assert_ended(self.capture("a", 600, allow_negative=True), "captured", 600)
        self.assert_account(400, 500, -100)
        self.assert_ended(self.capture("b", 500), "captured", 500)
        self.assert_account(-100, 0, -100)
        self.assert_sound()

    def wait_until_expired(self, *hold_ids):
        def have():
            rows = self.admin.get("/v1/holds?state=expired").json()["rows"]
            return {row["hold_id"] for row in rows} >= set(hold_ids)
        self.until(have, f"{hold_ids} are expired")

    def test_c5_a_hold_times_out_by_itself_and_its_late_capture_charges_what_is_available(self):
        self.admin.grant("bob", 1000)
        told = self.hold("a", 400, timeout_seconds=1).json()["hold"]
        self.assertEqual((told["state"], told["available"]), ("open", 600))
        self.hold("n", 400, "bob", timeout_seconds=1)
        self.wait_until_expired("a", "n")
        self.assert_account(1000, 0, 1000)
        self.assertEqual(self.hold("x", 1000).status, 200)
        self.assertEqual(self.hold("y", 1000, "bob").status, 200)
        self.assert_problem(self.end("a", "extend", timeout_seconds=60), 409, "hold_expired")
        self.assert_ended(self.capture("a", 250), "expired", 0, uncovered=250)
        self.assert_account(1000, 1000, 0)
        self.assert_ended(self.capture("n", 250, user_id="bob", allow_negative=True), "expired", 250)
        self.assert_account(750, 1000, -250, "bob")
        self.assertEqual([row["state"] for row in self.admin.get("/v1/holds?user_id=alice").json()["rows"]],
                         ["open", "expired"])
        self.assert_sound()

    def test_c6_the_same_hold_again_is_the_first_one(self):
        self.hold("a", 400)
        again = self.hold("a", 400)
        self.assertEqual((again.json()["hold"]["held"], again.header("Idempotency-Replayed")), (400, "true"))
        self.assert_problem(self.hold("a", 401), 422, "key_reused")
        self.assert_account(1000, 400, 600)

    def test_c7_the_same_capture_again_is_the_first_one(self):
        self.hold("a", 400)
        self.assert_ended(self.capture("a", 250), "captured", 250)
        self.assert_ended(self.capture("a", 250), "captured", 250, replayed=True)
        self.assert_problem(self.capture("a", 251), 422, "key_reused")
        self.assertEqual(self.rows(), [("deduction", "usage", -250)])
        self.assertEqual(len(self.usages()), 1)

    def test_the_id_of_a_hold_is_refused_to_a_usage_without_one_and_the_capture_records_the_call(self):
        other = self.second_client()
        self.hold("a", 400)
        usage = {"request_id": "a", "user_id": "alice", "action_type": "chat", "tokens_used": 250, "charge": 250}
        for client in (self.admin, other):
            self.assert_problem(client.post("/v1/usage", usage), 422, "key_reused")
        self.assert_ended(self.capture("a", 250, client=other), "captured", 250)
        self.assertEqual(self.admin.post("/v1/usage", {**usage, "request_id": "b"}).status, 200)
        self.assert_problem(self.hold("b", 100, client=other), 422, "key_reused")
        self.assert_account(500, 0, 500)
        self.assert_sound()

    def test_c8_a_capture_of_nothing_is_a_usage_without_a_transaction(self):
        self.hold("a", 400)
        self.assert_ended(self.capture("a", 0, tokens_used=1200), "captured", 0)
        self.assert_account(1000, 0, 1000)
        self.assertEqual(self.usages(),
                         [{"request_id": "a", "tokens_used": 1200, "charged_tokens": 0, "uncovered": 0}])

    def test_c9_a_hold_ends_once(self):
        self.hold("a", 400)
        self.assert_ended(self.end("a", "release"), "released", 0)
        self.assert_ended(self.end("a", "release"), "released", 0, replayed=True)
        self.assert_problem(self.capture("a", 10), 409, "hold_released")
        self.hold("b", 400)
        self.capture("b", 10)
        self.assert_problem(self.end("b", "release"), 409, "hold_captured")
        self.assert_problem(self.end("b", "extend", timeout_seconds=1), 409, "hold_captured")
        self.assert_account(990, 0, 990)

    def test_c10_of_64_holds_at_once_through_two_daemons_exactly_those_succeed_that_the_balance_covers(self):
        clients = (self.admin, self.second_client())
        jobs = [lambda number=number: self.hold(f"h{number}", 100, client=clients[number % 2]).status
                for number in range(64)]
        statuses = all_at_once(jobs)
        self.assertEqual((statuses.count(200), statuses.count(409)), (10, 54))
        self.assert_account(1000, 1000, 0)
        self.assertEqual(self.rows(), [])

    def test_c11_an_extension_holds_more_or_leaves_the_hold_as_it_was(self):
        self.hold("a", 400)
        self.assertEqual(self.end("a", "extend", timeout_seconds=900, tokens=700).json()["hold"]["held"], 700)
        self.assert_problem(self.end("a", "extend", timeout_seconds=900, tokens=1001), 409, "insufficient_balance")
        self.assert_account(1000, 700, 300)

    def test_c13_a_capture_whose_answer_was_lost_with_the_daemon_is_charged_once(self):
        # The capture waits in its COMMIT. The daemon is killed there, and then the database commits.
        self.hold("a", 400)
        self.database.sql("""
            CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON tokenledger.token_usage
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait()""")
        holder = subprocess.Popen(["psql", "-X", "-A", "-t", "-q", "-d", self.database.url], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.communicate)
        holder.stdin.write("SELECT pg_advisory_lock(4711);\n\\echo held\n")
        holder.stdin.flush()
        while holder.stdout.readline() != "held\n":
            pass

        def capture():
            try:
                return self.capture("a", 250)
            except (NoAnswer, OSError) as lost:
                return lost

        def kill_in_commit():
            self.until(lambda: self.database.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND wait_event = 'advisory'") == "1", "the capture waits in its COMMIT")
            self.daemon.kill()
            holder.stdin.write("SELECT pg_advisory_unlock(4711);\n")
            holder.stdin.flush()
        lost, _ = all_at_once([capture, kill_in_commit])
        self.assertIsInstance(lost, (NoAnswer, OSError))
        self.until(lambda: len(self.usages()) == 1, "the database has committed")

        self.start(self.database, admin=[{"socket": self.path}])
        self.assert_ended(self.capture("a", 250), "captured", 250, replayed=True)
        self.assert_account(750, 0, 750)
        self.assertEqual(self.rows(), [("deduction", "usage", -250)])
        self.assertEqual(len(self.usages()), 1)
        self.assert_sound()

    def test_c12_a_refund_is_not_stopped_by_a_hold_and_the_capture_still_charges(self):
        other = self.second_client()
        bought = purchase("bob")  # 100000 tokens for 9.99
        self.assertEqual(self.daemon.post(bought).json()["result"], "applied")
        self.hold("a", 40000, "bob", client=other)
        refund = refund_event(payment_intent_id=intent_id_of(bought), amount=999)
        self.assertEqual(self.daemon.post(refund).json()["result"], "applied")
        self.assert_account(0, 40000, -40000, "bob")
        self.assert_ended(self.capture("a", 30000, user_id="bob", client=other), "captured", 30000)
        self.assert_account(-30000, 0, -30000, "bob")
        self.assert_sound()

    def test_a_socket_with_read_and_usage_works_with_holds_and_grants_nothing(self):
        path = f"{self.directory}/application.sock"
        self.start(self.database, admin=[{"socket": path, "permits": ["read", "usage"]}])
        application = Client(path)
        self.assertEqual(self.hold("a", 400, client=application).status, 200)
        self.assertEqual(self.end("a", "extend", client=application, timeout_seconds=60, tokens=500).status, 200)
        self.assert_ended(self.end("a", "capture", client=application, tokens=250), "captured", 250)
        self.assertEqual(application.post("/v1/usage/a/reverse", {"user_id": "alice"}).status, 200)
        self.assertEqual(self.hold("b", 400, client=application).status, 200)
        self.assert_ended(self.end("b", "release", client=application), "released", 0)
        for target, body in (("/v1/grants", {"user_id": "alice", "tokens": 1}),
                             ("/v1/deductions", {"user_id": "alice", "tokens": 1})):
            self.assert_problem(application.post(target, body), 403, "permit_missing")
        reader = f"{self.directory}/reader.sock"
        self.start(self.database, admin=[{"socket": reader, "permits": ["read"]}])
        self.assert_problem(self.hold("c", 1, client=Client(reader)), 403, "permit_missing")
        self.assertEqual(len(Client(reader).get("/v1/holds").json()["rows"]), 2)
        self.assert_account(1000, 0, 1000)


    def test_an_extension_counts_against_what_a_request_may_move(self):
        path = f"{self.directory}/application.sock"
        self.start(self.database, admin=[{"socket": path, "permits": ["usage"], "max_tokens_per_request": 100}])
        application = Client(path)
        self.assert_problem(self.hold("a", 101, client=application), 422, "token_limit")
        self.assertEqual(self.hold("a", 100, client=application).status, 200)
        more = {"client": application, "timeout_seconds": 60, "tokens": 101}
        self.assert_problem(self.end("a", "extend", **more), 422, "token_limit")
        self.assert_account(1000, 100, 900)


if __name__ == "__main__":
    unittest.main()
