"""Reading lists from the oldest row on while two daemons write: no row is committed behind the reader."""

import itertools
import json
import os
import subprocess
import threading
import time
import unittest

from admin_client import Client
from ctl import CtlTest, program
from daemon_process import signed_request
from stripe_events import event, ours, payment_intent, purchase, refund_event
from wire import Connection, request_bytes

# Every writer goes on until it has reached both: a slow machine takes longer and writes as many rows.
WRITING_S = 7
LEAST_ROUNDS = 30
FOLLOWING_TIMEOUT_S = 300


def name_of_activity(row):
    if "transaction" in row:
        return row["transaction"]["user_id"], str(row["transaction"]["sequence"])
    return row["usage"]["user_id"], row["usage"]["request_id"]


# By list: the key of a row, and the query for all keys in the end.
LISTS = {
    "transactions": (lambda row: (row["user_id"], row["sequence"]),
                     "SELECT user_id, sequence FROM tokenledger.token_transactions"),
    "purchases": (lambda row: (row["user_id"], row["sequence"]),
                  "SELECT user_id, sequence FROM tokenledger.token_transactions WHERE transaction_type = 'purchase'"),
    "usage": (lambda row: (row["request_id"],), "SELECT request_id FROM tokenledger.token_usage"),
    "activity": (name_of_activity,
                 "SELECT user_id, sequence::text FROM tokenledger.token_transactions UNION ALL "
                 "SELECT user_id, request_id FROM tokenledger.token_usage WHERE deduction_sequence IS NULL"),
    "events": (lambda row: (row["event_id"],), "SELECT event_id FROM tokenledger.stripe_events"),
    "events?result=ignored": (lambda row: (row["event_id"],),
                              "SELECT event_id FROM tokenledger.stripe_events WHERE result = 'ignored'"),
    "events?result=parked": (lambda row: (row["event_id"],),
                             "SELECT event_id FROM tokenledger.stripe_events WHERE result = 'parked'"),
    "events?result=waiting": (lambda row: (row["event_id"],),
                              "SELECT event_id FROM tokenledger.stripe_events WHERE result = 'waiting'"),
}


def webhook_requests():
    """Four events: one is applied, one ignored, one parked, and one waits."""
    return b"".join(signed_request(each) for each in (
        purchase(), event("payment_intent.created", payment_intent("payment_intent.created")),
        event("payment_intent.succeeded", payment_intent(metadata=ours(pack="nowhere"))),
        refund_event(payment_intent_id=payment_intent()["id"]))), 4


def usage_requests(numbers=iter(range(10 ** 9))):
    """Four usages, of which the third is charged."""
    def one(charge):
        body = {"request_id": f"req_{next(numbers)}", "user_id": "alice", "action_type": "chat", "tokens_used": 1,
                "charge": charge}
        return request_bytes("/v1/usage", [("Content-Type", "application/json")], json.dumps(body).encode())
    return b"".join(one(charge) for charge in (0, 0, 1, 0)), 4


class Following(CtlTest):
    def write(self, where, make):
        """Sends the requests of `make`, round after round, and expects 200 for every one."""
        with Connection(where) as connection:
            for done in itertools.count():
                if done >= LEAST_ROUNDS and time.monotonic() >= self.until_when:
                    return
                requests, count = make()
                connection.send(requests)
                for _ in range(count):
                    answer = connection.read()
                    if answer.status != 200:
                        self.surprises.append(answer)
                        return

    def follow(self, name):
        """Reads page after page from the beginning, until all writers have ended and no row is left."""
        client, seen, cursor = Client(self.path), [], ""
        self.seen[name] = seen
        name_of = LISTS[name][0]
        while True:
            over = self.written.is_set()
            target = f"/v1/{name}{'&' if '?' in name else '?'}order=oldest_first&limit=1000"
            page = client.get(f"{target}&cursor={cursor}" if cursor else target).json()
            seen += [name_of(row) for row in page["rows"]]
            cursor = page.get("next", cursor)
            if over and not page["more"]:
                return

    def export(self):
        """The rows of one export of the events while they are written."""
        done = subprocess.run([program(), "export", "events", "--format", "jsonl"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, env=self.environment({}), check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_reading_a_list_while_it_grows_shows_every_row_once(self):
        self.start_admin(database={"connections": 3})
        one, path = self.daemon, self.path
        other_socket = os.path.join(self.new_directory(), "admin.sock")
        other = self.start(self.database, admin=[{"socket": other_socket}], database={"connections": 3})
        self.assertEqual(self.admin.grant("alice", 100_000).status, 200)
        self.surprises, self.seen, self.written = [], {}, threading.Event()
        self.until_when = time.monotonic() + WRITING_S
        writers = [threading.Thread(target=self.write, args=(where, make)) for where, make in (
            (one.port, webhook_requests), (other.port, webhook_requests), (one.port, webhook_requests),
            (path, usage_requests), (other_socket, usage_requests))]
        followers = [threading.Thread(target=self.follow, args=(name,)) for name in LISTS]
        for each in writers + followers:
            each.start()
        exports = []
        while any(each.is_alive() for each in writers):
            exports.append(self.export())
        for each in writers:
            each.join()
        self.written.set()
        for each in followers:
            each.join(FOLLOWING_TIMEOUT_S)
            self.assertFalse(each.is_alive())
        self.assertEqual(self.surprises, [])
        self.check_followers()
        self.check_exports(exports)
        self.assert_sound()

    def check_followers(self):
        for name, (_, what) in LISTS.items():
            with self.subTest(list=name):
                there = {tuple(row.values()) for row in self.database.rows(what)}
                missed = there - set(self.seen[name])
                self.assertEqual(len(missed), 0, f"of {len(there)} rows of {name} were missed")
                self.assertEqual(len(self.seen[name]), len(there), "a row came twice")

    def check_exports(self, exports):
        """Every export has all events up to its last one."""
        order = [row["event_id"] for row in self.database.rows(
            "SELECT event_id FROM tokenledger.stripe_events ORDER BY received_at, event_id")]
        for number, rows in enumerate(exports):
            with self.subTest(export=number, of=len(exports)):
                self.assertEqual([row["event_id"] for row in rows], order[:len(rows)])
        self.assertGreater(len(exports[-1]), 0)


if __name__ == "__main__":
    unittest.main()
