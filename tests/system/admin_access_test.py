"""Access to the admin sockets: permits, token limits, the mode of the socket file, the caller's uid."""

import os
import subprocess
import sys
import unittest

import ledger_rows
from admin_calls import USAGE, WRITES
from admin_client import AdminTest, Client


class Levels(AdminTest):
    def setUp(self):
        where = self.new_directory()
        self.app, self.money, self.nothing = (Client(f"{where}/{name}.sock") for name in ("app", "money", "none"))
        self.start_admin([
            {"socket": self.app.socket, "permits": ["read", "usage"], "max_tokens_per_request": 10},
            {"socket": self.money.socket, "permits": ["money"]},
            {"socket": self.nothing.socket, "permits": ["operate"]}])
        self.admin.grant("user_1", 100)
        self.admin.grant("user_2", 50)

    def test_each_socket_accepts_only_the_calls_that_its_permits_allow(self):
        done = {"/v1/usage"}
        for call, (body, _) in WRITES.items():
            with self.subTest(call=call):
                self.assert_problem(self.nothing.post(call, body), 403, "permit_missing")
                if call in done:
                    self.assert_problem(self.money.post(call, body), 403, "permit_missing")
                    self.assertEqual(self.app.post(call, body).status, 200)
                elif call == "/v1/batch":
                    self.assert_problem(self.app.post(call, body), 403, "permit_missing", item=0)
                    self.assert_problem(self.money.post(call, body), 403, "permit_missing", item=3)
                    self.assertEqual(self.money.post(call, {"items": body["items"][:3]}).status, 200)
                else:
                    self.assert_problem(self.app.post(call, body), 403, "permit_missing")
                    self.assertEqual(self.money.post(call, body).status, 200)
        for target in ("/v1/accounts/user_1", "/v1/transactions", "/v1/events"):
            self.assertEqual(self.app.get(target).status, 200)
            for socket in (self.money, self.nothing):
                self.assert_problem(socket.get(target), 403, "permit_missing")
        self.assertEqual(self.app.get("/healthz").status, 200)
        self.assert_problem(self.money.get("/metrics"), 403, "permit_missing")

    def test_a_request_moves_no_more_tokens_than_its_socket_allows(self):
        self.assert_problem(self.app.post("/v1/usage", {**USAGE, "charge": 11}), 422, "token_limit")
        self.assertEqual(self.app.post("/v1/usage", {**USAGE, "charge": 10}).status, 200)
        items = [{"operation": "usage", **USAGE, "request_id": f"b{number}"} for number in range(3)]
        self.assert_problem(self.app.post("/v1/batch", {"items": items}), 422, "token_limit", item=2)
        self.assertEqual(self.app.post("/v1/batch", {"items": items[:2]}).status, 200)
        self.assert_problem(self.admin.grant("user_1", 10_000_001), 422, "token_limit")
        self.assertEqual(self.admin.grant("user_1", 10_000_000).status, 200)


# Requests a grant as uid 65534. Exit status: 0 granted, 1 refused, 13 no permission to connect.
STRANGER = """
import socket, sys
import os
os.setgroups([]); os.setgid(65534); os.setuid(65534)
peer = socket.socket(socket.AF_UNIX)
try:
    peer.connect(sys.argv[1])
except PermissionError:
    sys.exit(13)
body = b'{"user_id":"stranger","tokens":1}'
peer.sendall(b"POST /v1/grants HTTP/1.1\\r\\nHost: x\\r\\nIdempotency-Key: s\\r\\nContent-Length: %d\\r\\n\\r\\n%b"
             % (len(body), body))
sys.exit(0 if peer.recv(65536).startswith(b"HTTP/1.1 200 ") else 1)
"""


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class OtherUsers(AdminTest):
    def test_the_file_mode_limits_who_connects_and_the_actor_is_the_uid_of_the_peer(self):
        where = self.new_directory()
        os.chmod(where, 0o755)
        self.start_admin([{"socket": f"{where}/closed.sock", "mode": "0660"},
                          {"socket": f"{where}/open.sock", "mode": "0666"}])
        grant = [sys.executable, "-c", STRANGER]
        self.assertEqual(subprocess.run([*grant, f"{where}/closed.sock"], check=False).returncode, 13)
        self.assert_no_transactions()
        self.assertEqual(subprocess.run([*grant, f"{where}/open.sock"], check=False).returncode, 0)
        row, = ledger_rows.transactions(self.database)
        self.assertEqual((row["user_id"], row["actor"]), ("stranger", 65534))


if __name__ == "__main__":
    unittest.main()
