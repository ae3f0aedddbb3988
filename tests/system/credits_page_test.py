"""The requests of docs/credits.md, sent in their order, are answered as the page says."""

import json
import pathlib
import re
import shlex
import unittest
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from admin_client import AdminTest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "credits.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^admin (?:[^\n]*\\\n)*[^\n]*$", re.MULTILINE)


def request_of(command):
    """(method, target, body, key) of a curl command."""
    url, key, body = None, None, None
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    for word in words:
        if word == "-H":
            key = next(words).removeprefix("Idempotency-Key: ")
        elif word == "-d":
            body = json.loads(next(words))
        else:
            url = urlsplit(word)
    return "GET" if body is None else "POST", url.path + (f"?{url.query}" if url.query else ""), body, key


def is_as_shown(value, shown, name=""):
    """True if they are equal, but for times, uids, and what the page leaves out after "..."."""
    if isinstance(shown, dict):
        return (isinstance(value, dict) and value.keys() - {"actor"} == shown.keys() - {"actor"}
                and all(is_as_shown(value[each], shown[each], each) for each in shown if each != "actor"))
    if isinstance(shown, list):
        return (isinstance(value, list) and len(value) == len(shown)
                and all(map(is_as_shown, value, shown)))
    if name.endswith("_at"):
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value))
    if isinstance(shown, str) and shown.endswith(" ..."):
        return value.startswith(shown.removesuffix("..."))
    return value == shown


class Page(AdminTest):
    def ask(self, command):
        method, target, body, key = request_of(command)
        if body and "expires_at" in body:
            soon = datetime.now(timezone.utc) + timedelta(seconds=4)
            body["expires_at"] = soon.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self.admin.send(method, target, body, key)

    def test_every_request_of_the_page_is_answered_as_it_shows(self):
        self.start_admin()
        compared = 0
        command = answer = None
        for kind, text in BLOCK.findall(PAGE.read_text("utf-8")):
            if kind == "sh":
                for command in COMMAND.findall(text):
                    answer = self.ask(command)
                continue
            shown = json.loads(text)
            if not is_as_shown(answer.json(), shown) and request_of(command)[0] == "GET":
                # The lot has yet to expire.
                self.until(lambda: is_as_shown(self.ask(command).json(), shown), text)
            else:
                self.assertTrue(is_as_shown(answer.json(), shown), f"{command}\n{answer.json()}\nnot\n{shown}")
            compared += 1
        self.assertEqual(compared, 9)
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
