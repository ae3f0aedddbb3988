"""A client of an admin socket that opens a connection for each request.

Every answer is checked against docs/openapi.json.
"""

import json
import os
import uuid

import admin_schema
from harness import SystemTest
from wire import Connection, request_bytes

PROBLEM = "application/problem+json"


class Client:
    """`socket` is the path of an admin socket."""

    def __init__(self, socket):
        self.socket = socket

    def send(self, method, target, body=None, key=None, headers=(), **options):
        """`body`: a value to send as JSON, or the bytes to send."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        keys = [("Idempotency-Key", key)] if key is not None else []
        with Connection(self.socket, **options) as connection:
            connection.send(request_bytes(target, [*keys, *headers], content, method=method))
            answer = connection.read(content=method != "HEAD")
        wrong = admin_schema.answer_faults(method, target, answer)
        if wrong:
            raise AssertionError(f"{method} {target} is not answered as docs/openapi.json says: {wrong}")
        return answer

    def post(self, target, body, key=None, **options):
        """A write. Without `key` it sends a new one, except where an id in the request is the key."""
        if key is None and (not target.startswith(("/v1/usage", "/v1/holds")) or target.endswith("/extend")):
            key = str(uuid.uuid4())
        return self.send("POST", target, body, key, **options)

    def get(self, target):
        return self.send("GET", target)

    def grant(self, user_id, tokens, **more):
        return self.post("/v1/grants", {"user_id": user_id, "tokens": tokens, **more})

    def balance(self, user_id):
        return self.get(f"/v1/accounts/{user_id}").json()["balance"]


class AdminTest(SystemTest):
    """A daemon with one admin socket, `self.admin`, where everything is permitted."""

    def start_admin(self, listeners=None, **config):
        self.directory = self.new_directory()
        self.path = os.path.join(self.directory, "admin.sock")
        self.daemon = self.start(admin=[{"socket": self.path}, *(listeners or [])], **config)
        self.admin = Client(self.path)
        return self.daemon

    def assert_applied(self, response, *rows, replayed=False):
        """200 and exactly these rows: (user_id, type, source, token_amount, balance_after)."""
        self.assertEqual(response.status, 200, response)
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertEqual(response.header("Idempotency-Replayed"), "true" if replayed else None)
        told = response.json()
        self.assertEqual(set(told), {"result", "transactions"})
        self.assertEqual(told["result"], "applied")
        self.assertEqual([(row["user_id"], row["type"], row["source"], row["token_amount"], row["balance_after"])
                          for row in told["transactions"]], list(rows))
        return told

    def assert_problem(self, response, status, slug, **members):
        """A problem document (RFC 9457) of this type, with a title and a detail. Only a 503 has Retry-After."""
        self.assertEqual((response.status, response.header("Content-Type")), (status, PROBLEM), response)
        told = response.json()
        self.assertEqual((told["type"], told["status"]), (slug, status), told)
        self.assertTrue(told["title"] and told["detail"], told)
        self.assertEqual({name: told.get(name) for name in members}, members)
        self.assertEqual(response.header("Retry-After") is not None, status == 503)
        return told
