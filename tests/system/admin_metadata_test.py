"""Metadata of the application: numbers that cannot be stored, and pages of the largest metadata allowed."""

import json
import os
import subprocess
import unittest

from admin_client import AdminTest
from counts import sanitized
from ctl import program
from daemon_process import leak_options

MOST_PAGE_BYTES = 4 << 20
# 8 KB of JSON that grow to 400 KB if each number is written with all its digits.
HOSTILE = '{"a":[' + ",".join(["1e308"] * 1363) + "]}"


def granting(metadata, user="user_1"):
    return f'{{"user_id":"{user}","tokens":1,"metadata":{metadata}}}'.encode()


def resident_kb(process_id, what="VmHWM"):
    with open(f"/proc/{process_id}/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith(what)).split()[1])


class Metadata(AdminTest):
    def setUp(self):
        self.start_admin()

    def test_a_number_that_cannot_be_stored_is_refused_with_the_field(self):
        for number in ("1e-20000", "1e-16384", "-1.5e-16383", "0e-16384", "1e309", "-1e400", "1e99999", "1e200000",
                       "1e-99999999999999999999", "1" + "0" * 400):
            for call, body in (("/v1/grants", granting(f'{{"a":{number}}}')),
                               ("/v1/batch", b'{"items":[{"operation":"grant",'
                                + granting(f'{{"a":{{"b":[{number}]}}}}')[1:] + b"]}")):
                with self.subTest(number=number[:30], call=call):
                    answer = self.admin.post(call, body)
                    self.assert_problem(answer, 422, "invalid_field", field="metadata")
        for name in ("tokens", "charge", "input_tokens", "output_tokens", "tokens_used", "cost_estimate"):
            for number in ("1e400", "1e-20000", "1e100", "9223372036854775808", "-1"):
                body = {"request_id": "r", "user_id": "user_1", "action_type": "a", "tokens_used": 1, "charge": 0}
                body = json.dumps({**body, name: 0}).replace(f'"{name}": 0', f'"{name}": {number}').encode()
                if name == "tokens":
                    body = f'{{"user_id":"user_1","tokens":{number}}}'.encode()
                if (name, number) == ("cost_estimate", "9223372036854775808"):
                    continue
                with self.subTest(name=name, number=number):
                    answer = self.admin.post("/v1/grants" if name == "tokens" else "/v1/usage", body)
                    self.assert_problem(answer, 422, "invalid_field", field=name)
        self.assert_alive(self.daemon)

    def test_metadata_that_can_be_stored_is_shown_as_it_was_sent(self):
        sent = '{"z":1e-16383,"a":1e308,"b":[1.50,-0,1E+2],"":"\\u0001"}'
        self.assertEqual(self.admin.post("/v1/grants", granting(sent)).status, 200)
        self.assertIn(f'"metadata":{sent}'.encode(), self.admin.get("/v1/transactions").body)

    def test_pages_of_large_metadata_are_bounded_and_paging_and_export_return_every_row(self):
        rows = 700
        for first in range(0, rows, 100):
            items = ",".join('{"operation":"grant",' + granting(HOSTILE, f"user_{number % 3}").decode()[1:]
                             for number in range(first, first + 100))
            self.assertEqual(self.admin.post("/v1/batch", f'{{"items":[{items}]}}'.encode()).status, 200)
        before = resident_kb(self.daemon.process.pid)
        for order in ("newest_first", "oldest_first"):
            seen, cursor, more = [], "", True
            while more:
                after = f"&cursor={cursor}" if cursor else ""
                answer = self.admin.get(f"/v1/transactions?limit=1000&order={order}{after}")
                self.assertEqual(answer.status, 200, answer)
                self.assertLessEqual(len(answer.body), MOST_PAGE_BYTES)
                told = answer.json()
                self.assertTrue(told["rows"])
                seen += [(row["user_id"], row["sequence"]) for row in told["rows"]]
                cursor, more = told.get("next"), told["more"]
            self.assertEqual(len(seen), rows)
            self.assertEqual(len(set(seen)), rows)
        grown = resident_kb(self.daemon.process.pid) - before
        if not sanitized():  # a sanitizer keeps freed memory
            self.assertLess(grown, 64 * 1024, f"KB more than the {before} KB before the reads")
        environment = {**os.environ, "TOKENLEDGER_SOCKET": self.path, "LSAN_OPTIONS": leak_options()}
        done = subprocess.run([program(), "export", "transactions", "--format", "jsonl"], capture_output=True,
                              text=True, env=environment, stdin=subprocess.DEVNULL, timeout=60, check=False)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, rows), done.stderr)


if __name__ == "__main__":
    unittest.main()
