"""tokenledger from Python: the standard library is enough."""
import http.client
import json
import os
import socket
from urllib.parse import quote

SOCKET = os.environ.get("TOKENLEDGER_SOCKET", "/run/tokenledger/admin.sock")


class Refused(Exception):
    """Carries the problem: `type`, `title`, `detail`, `status`."""

    def __init__(self, problem):
        super().__init__(problem["detail"])
        self.problem = problem


class _Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(SOCKET)


def call(method, path, body=None, key=None):
    connection = _Connection()
    try:
        headers = {"Idempotency-Key": key} if key else {}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        told = json.loads(response.read())
    finally:
        connection.close()
    if response.status != 200:
        raise Refused(told)
    return told


def grant_tokens(user_id, tokens, invoice_id):
    return call("POST", "/v1/grants", {"user_id": user_id, "tokens": tokens, "source": "subscription",
                                       "reference": invoice_id}, key=f"grant:{invoice_id}")


def track_token_usage(request_id, user_id, action_type, model, tokens_used, cost_cents, charge):
    return call("POST", "/v1/usage", {"request_id": request_id, "user_id": user_id, "action_type": action_type,
                                      "model_used": model, "tokens_used": tokens_used,
                                      "cost_estimate": str(cost_cents), "charge": charge})


def balance(user_id):
    return call("GET", "/v1/accounts/" + quote(user_id, safe=""))["balance"]
