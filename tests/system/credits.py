"""A daemon, an account with tokens, and the requests of lots and holds. Not tests."""

from datetime import datetime, timedelta, timezone

from admin_client import AdminTest, Client


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
