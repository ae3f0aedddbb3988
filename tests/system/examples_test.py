"""docs/examples against the real daemon: the Python client as it stands, and every query of the SQL page."""

import importlib.util
import pathlib
import re

from admin_client import AdminTest
from stripe_events import purchase

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"


class Examples(AdminTest):
    def test_the_python_client_grants_charges_and_is_refused_what_is_not_there(self):
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

    def test_every_query_for_readers_of_the_tables_runs(self):
        self.start_admin()
        self.daemon.post(purchase("user_1"))
        text = re.sub(r"^--.*$", "", (EXAMPLES / "tables.sql").read_text("utf-8"), flags=re.MULTILINE)
        queries = [query for query in text.split(";") if query.strip()]
        self.assertEqual(len(queries), 6)
        for query in queries:
            with self.subTest(query):
                self.database.sql(query)
