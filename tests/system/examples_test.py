"""Runs docs/examples against the daemon: the Python client, and every query of the SQL page."""

import importlib.util
import pathlib
import re

from admin_client import AdminTest
from stripe_events import event, ours, payment_intent, purchase, refund_event

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = DOCS / "examples"


class Examples(AdminTest):
    def test_the_python_client_grants_charges_and_raises_for_an_insufficient_balance(self):
        self.start_admin()
        spec = importlib.util.spec_from_file_location("tokens_example", EXAMPLES / "tokens.py")
        tokens = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tokens)
        tokens.SOCKET = self.path
        for _ in range(2):
            tokens.grant_tokens("user_1", 1000, "in_1")
        for _ in range(2):
            tokens.track_token_usage("req_1", "user_1", "chat_conversation", "a-model", 321, "0.0425", 40)
        self.assertEqual(tokens.balance("user_1"), 960)
        with self.assertRaises(tokens.Refused) as refused:
            tokens.track_token_usage("req_2", "user_1", "chat_conversation", "a-model", 1, "0", 961)
        self.assertEqual(refused.exception.problem["type"], "insufficient_balance")

    def test_every_query_of_the_sql_page_runs(self):
        self.start_admin()
        self.daemon.post(purchase("user_1"))
        text = re.sub(r"^--.*$", "", (EXAMPLES / "tables.sql").read_text("utf-8"), flags=re.MULTILINE)
        queries = [query for query in text.split(";") if query.strip()]
        self.assertEqual(len(queries), 6)
        for query in queries:
            with self.subTest(query):
                self.database.sql(query)

    def queue_queries(self):
        """The queries in docs/ that list the operators' queue."""
        found = []
        for path in sorted([*DOCS.rglob("*.md"), *DOCS.rglob("*.sql")]):
            found += re.findall(r"^SELECT event_id, [^;`]*'waiting'[^;`]*;", path.read_text("utf-8"), re.MULTILINE)
        self.assertGreaterEqual(len(found), 2, "docs/webhook.md and tables.sql")
        return found

    def test_the_documented_queries_list_the_same_queue_as_the_program(self):
        self.start_admin()
        late = [refund_event(payment_intent_id=f"pi_{number}", amount=1) for number in range(2)]
        parked = [event("payment_intent.succeeded", payment_intent(metadata=ours("user_1", pack="none")))
                  for _ in range(2)]
        for each in late + parked:
            self.daemon.post(each)
        self.database.sql("UPDATE tokenledger.stripe_events SET received_at = now() - interval '31 days' "
                          f"WHERE event_id IN ('{late[0]['id']}', '{parked[0]['id']}')")
        told = [row["event_id"] for result in ("parked", "waiting")
                for row in self.admin.get(f"/v1/events?result={result}").json()["rows"]]
        self.assertEqual(sorted(told), sorted(each["id"] for each in late[1:] + parked))
        for query in self.queue_queries():
            with self.subTest(query):
                rows = self.database.rows(query.rstrip(";"))
                self.assertEqual(sorted(row["event_id"] for row in rows), sorted(told))
