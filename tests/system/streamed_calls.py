"""Checks of docs/examples/streamed_call.*, for each language; and a relay that loses answers."""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import threading

from admin_client import AdminTest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"
TIMEOUT_S = 120
BUSY = (b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\n"
        b"Content-Length: 67\r\n\r\n" b'{"type":"unavailable","title":"t","status":503,"detail":"Again.  "}')


def read_message(peer, buffer):
    """One HTTP message with a Content-Length, and what was read beyond it; nothing where the peer has closed."""
    while b"\r\n\r\n" not in buffer:
        more = peer.recv(65536)
        if not more:
            return b"", b""
        buffer += more
    head = buffer.partition(b"\r\n\r\n")[0]
    length = len(head) + 4 + int(re.search(rb"(?im)^content-length: *(\d+)", head).group(1))
    while len(buffer) < length:
        buffer += peer.recv(65536)
    return buffer[:length], buffer[length:]


class LosingRelay:
    """A socket before the daemon's. Of each path, the first request is done and its answer lost, the second is
    refused with 503, and the third goes through. `seen`: path: how many requests."""

    def __init__(self, path, daemon):
        self.daemon, self.seen = daemon, {}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self._accept)
        self.thread.start()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self._serve(peer)

    # One connection at a time: the examples have no more.
    def _serve(self, peer):
        rest = b""
        while True:
            request, rest = read_message(peer, rest)
            if not request:
                return
            path = request.split(b" ", 2)[1].decode()
            self.seen[path] = self.seen.get(path, 0) + 1
            if self.seen[path] == 2:
                peer.sendall(BUSY)
                continue
            with socket.socket(socket.AF_UNIX) as daemon:
                daemon.connect(self.daemon)
                daemon.sendall(request)
                answer, _ = read_message(daemon, b"")
            if self.seen[path] == 1:
                return  # closes the connection
            peer.sendall(answer)


class StreamedCalls(AdminTest):
    """The tests of one language; `command` starts its example. A subclass that is named *_test has them run."""

    command = None

    def setUp(self):
        self.start_admin([{"socket": os.path.join(self.new_directory(), "application.sock"),
                           "permits": ["read", "usage"]}])
        self.application = self.application_socket()
        self.admin.grant("ann", 1000)

    def application_socket(self):
        with open(self.config, encoding="utf-8") as file:
            return re.search(r'"([^"]*/application\.sock)"', file.read()).group(1)

    def run_example(self, *arguments, socket_path=None, exit_code=0):
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, timeout=TIMEOUT_S,
                              check=False, env={**os.environ, "NO_COLOR": "1", "NODE_NO_WARNINGS": "1",
                                                "TOKENLEDGER_SOCKET": socket_path or self.application})
        self.assertEqual(done.returncode, exit_code, (arguments, done.stdout, done.stderr))
        return done.stdout.strip() if exit_code == 0 else done.stderr.strip()

    def check(self, call, state, charged, reversed_tokens=0):
        """The account, the hold, the usage and the rows of one call of ann, who was granted 1000."""
        account = self.admin.get("/v1/accounts/ann").json()
        left = 1000 - charged + reversed_tokens
        self.assertEqual((account["balance"], account["available"], account.get("held", 0)), (left, left, 0))
        hold, = self.admin.get("/v1/holds?user_id=ann").json()["rows"]
        self.assertEqual((hold["hold_id"], hold["state"], hold["tokens"]), (call, state, 400))
        usages = [(row["request_id"], row["tokens_used"], row["charged_tokens"], row.get("reversed_tokens", 0),
                   row["action_type"], row["model_used"])
                  for row in self.admin.get("/v1/usage?user_id=ann").json()["rows"]]
        self.assertEqual(usages, [(call, charged, charged, reversed_tokens, "chat", "fake-model")] if charged else [])
        rows = self.database.rows("SELECT transaction_type, source, token_amount FROM tokenledger.token_transactions "
                                  "WHERE user_id = 'ann' AND sequence > 1 ORDER BY sequence")
        expected = ([("deduction", "usage", -charged)] if charged else [])
        expected += [("refund", "usage", reversed_tokens)] if reversed_tokens else []
        self.assertEqual([tuple(row.values()) for row in rows], expected)
        self.assert_sound()


class Checks:
    """What each language has to do; apart from StreamedCalls, which would otherwise run as a test itself."""

    def test_a_whole_call_is_charged_what_it_consumed(self):
        self.assertEqual(self.run_example("ann", "call/1"), "captured 250, 0 uncovered")
        self.check("call/1", "captured", 250)

    def test_an_abort_before_anything_was_consumed_releases_the_hold(self):
        self.assertEqual(self.run_example("ann", "call 1", "abort-early"), "released")
        self.check("call 1", "released", 0)

    def test_an_abort_midway_is_charged_what_was_consumed(self):
        self.assertEqual(self.run_example("ann", "call_1", "abort-midway"), "captured 100, 0 uncovered")
        self.check("call_1", "captured", 100)

    def test_a_failure_is_recorded_and_given_back(self):
        self.assertEqual(self.run_example("ann", "call_1", "failure"), "captured 150, 0 uncovered, reversed")
        self.check("call_1", "captured", 150, 150)

    def test_after_lost_answers_everything_took_effect_once(self):
        path = os.path.join(self.new_directory(), "relay.sock")
        relay = LosingRelay(path, self.application)
        self.addCleanup(relay.close)
        self.assertEqual(self.run_example("ann", "call_1", "failure", socket_path=path),
                         "captured 150, 0 uncovered, reversed")
        self.assertEqual(relay.seen, {"/v1/holds": 3, "/v1/holds/call_1/capture": 3, "/v1/usage/call_1/reverse": 3})
        self.check("call_1", "captured", 150, 150)

    def test_a_release_whose_answer_was_lost_is_sent_again(self):
        path = os.path.join(self.new_directory(), "relay.sock")
        relay = LosingRelay(path, self.application)
        self.addCleanup(relay.close)
        self.assertEqual(self.run_example("ann", "call_1", "abort-early", socket_path=path), "released")
        self.assertEqual(relay.seen, {"/v1/holds": 3, "/v1/holds/call_1/release": 3})
        self.check("call_1", "released", 0)

    def test_a_call_that_has_ended_is_not_made_again(self):
        self.run_example("ann", "call_1")
        self.assertEqual(self.run_example("ann", "call_1"), "ended before: captured")
        self.check("call_1", "captured", 250)

    def test_a_call_that_the_balance_does_not_cover_is_refused_before_the_model_is_asked(self):
        self.admin.grant("poor", 399)
        said = self.run_example("poor", "call_1", exit_code=1)
        self.assertRegex(said, "^refused: insufficient_balance: Fewer tokens are available")
        self.assertEqual(self.admin.get("/v1/holds").json()["rows"], [])
