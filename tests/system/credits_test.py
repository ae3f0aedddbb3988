"""Credits that expire, and holds: the worked examples of docs/credits.md through the daemon, by their numbers there."""

import subprocess
import time
import unittest
from datetime import datetime, timedelta, timezone

from admin_client import AdminTest, Client
from load import all_at_once
from wire import NoAnswer


def text_of(time_point):
    return time_point.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(seconds_from_now):
    return text_of(datetime.now(timezone.utc) + timedelta(seconds=seconds_from_now))


class CreditsTest(AdminTest):
    """A daemon, and a user with 1000 tokens that never expire."""

    def setUp(self):
        self.start_admin()
        self.assertEqual(self.admin.grant("alice", 1000).status, 200)

    def second_client(self):
        """A client of a second daemon on the same database."""
        path = f"{self.directory}/other.sock"
        self.start(self.database, admin=[{"socket": path}])
        return Client(path)

    def hold(self, hold_id, tokens, user_id="alice", client=None, **more):
        body = {"hold_id": hold_id, "user_id": user_id, "tokens": tokens, **more}
        return (client or self.admin).post("/v1/holds", body)

    def end(self, hold_id, how, user_id="alice", client=None, **more):
        return (client or self.admin).post(f"/v1/holds/{hold_id}/{how}", {"user_id": user_id, **more})

    def capture(self, hold_id, tokens, **more):
        return self.end(hold_id, "capture", tokens=tokens, **more)

    def deduct(self, tokens, user_id="alice", client=None):
        return (client or self.admin).post("/v1/deductions", {"user_id": user_id, "tokens": tokens})

    def account(self, user_id="alice"):
        return self.admin.get(f"/v1/accounts/{user_id}").json()

    def assert_account(self, balance, held, available, user_id="alice"):
        told = self.account(user_id)
        self.assertEqual((told["balance"], told.get("held", 0), told["available"]), (balance, held, available))

    def assert_ended(self, answer, state, charged, uncovered=0, replayed=False):
        """A capture or a release that was done, and what it charged."""
        self.assertEqual((answer.status, answer.header("Idempotency-Replayed")), (200, "true" if replayed else None))
        told = answer.json()
        self.assertEqual([row["token_amount"] for row in told["transactions"]], [-charged] if charged else [])
        self.assertEqual((told.get("uncovered", 0), told["hold"]["state"], told["hold"]["held"]),
                         (uncovered, state, 0))

    def rows(self, user_id="alice"):
        """(type, source, tokens) of the transactions after the first grant."""
        found = self.admin.get(f"/v1/transactions?user_id={user_id}&order=oldest_first&limit=1000").json()["rows"]
        return [(row["type"], row["source"], row["token_amount"]) for row in found[1:]]

    def usages(self):
        return self.database.rows("SELECT request_id, tokens_used, charged_tokens, "
                                  "coalesce(uncovered_tokens, 0) AS uncovered FROM tokenledger.token_usage "
                                  "ORDER BY request_id")


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
