"""A streamed AI call that pays for what it consumed: hold, stream, capture. docs/credits.md explains it.

    python3 streamed_call.py USER CALL_ID [whole | abort-early | abort-midway | failure]

The model is a fake, of five chunks with 50 tokens each. Standard library only.
"""
import http.client
import json
import os
import socket
import sys
import time
from urllib.parse import quote

SOCKET = os.environ.get("TOKENLEDGER_SOCKET", "/run/tokenledger/admin.sock")
ATTEMPTS = 5


class Refused(Exception):
    """Carries the problem: `type`, `title`, `detail`, `status`."""

    def __init__(self, problem):
        super().__init__(f"{problem['type']}: {problem['detail']}")
        self.problem = problem


class Aborted(Exception):
    """The user no longer waits for the answer."""


class _Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(SOCKET)


def send(path, body):
    connection = _Connection("localhost")
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def post(path, body):
    """The ids in a request are its key. After a lost answer or a 503 it is sent again, and takes effect once."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            status, answer = send(path, body)
            if status == 200:
                return answer
            if status != 503 or attempt == ATTEMPTS:
                raise Refused(answer)
        except (OSError, http.client.HTTPException, ValueError):
            if attempt == ATTEMPTS:
                raise
        time.sleep(0.1 * attempt)


def fake_model(scenario):
    """Yields text and the tokens that it consumed."""
    for number in range(5):
        if scenario == "abort-early" or (scenario == "abort-midway" and number == 2):
            raise Aborted
        if scenario == "failure" and number == 3:
            raise RuntimeError("the model failed")
        yield f"word{number} ", 50


def streamed_call(user, call, most, chunks):
    """`most`: the tokens that the call can consume at the worst. Says what became of the call."""
    path = "/v1/holds/" + quote(call, safe="")
    hold = post("/v1/holds", {"hold_id": call, "user_id": user, "tokens": most, "timeout_seconds": 300,
                              "action_type": "chat", "model_used": "fake-model"})["hold"]
    if hold["state"] != "open":  # an earlier run with this id got that far: do not call the model again
        return f"ended before: {hold['state']}"
    # If this process dies from here on, the hold times out by itself.
    consumed, failure = 0, None
    try:
        for text, tokens in chunks:
            consumed += tokens
            print(text, end="", file=sys.stderr)
    except Aborted:
        pass
    except Exception as error:  # whatever it is: what was consumed is captured all the same
        failure = str(error)
    if consumed == 0:
        post(path + "/release", {"user_id": user})
        return "released"
    captured = post(path + "/capture", {"user_id": user, "tokens": consumed})
    said = f"captured {consumed}, {captured.get('uncovered', 0)} uncovered"
    if failure and captured["transactions"]:
        post(f"/v1/usage/{quote(call, safe='')}/reverse", {"user_id": user, "reason": failure})
        said += ", reversed"
    return said


if __name__ == "__main__":
    try:
        print(streamed_call(sys.argv[1], sys.argv[2], 400, fake_model((sys.argv + ["whole"])[3])))
    except Refused as refused:
        sys.exit(f"refused: {refused}")
