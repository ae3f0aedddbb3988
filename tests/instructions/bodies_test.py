"""What one body costs the thread that serves the sockets, counted by valgrind: it grows with the bytes and no faster,
and stays within a budget, whatever is in it."""

import os
import platform
import shutil
import subprocess
import unittest

from instructions_test import collected

PROGRAM = os.environ.get("TOKENLEDGER_WORST_BODIES", "")
# Bytes; the larger is half of what max_body_bytes admits unless configured.
SMALL, LARGE = 262_144, 524_288
# An n log n step in it makes this a little more than 2; a quadratic one 4.
GROWTH = 2.4
# Instructions: a third more than the most that was measured (half_a_surrogate_at_the_end, g++ 12, -O1). Twice as much
# is for the largest body, which `tokenledger_worst_bodies measure` times: decision 34.
BUDGET = 240_000_000
# Less than an instruction a byte is no reading: counting does not work.
AT_LEAST = LARGE


def shapes():
    return subprocess.run([PROGRAM, "list"], capture_output=True, text=True, check=True).stdout.split()


def of_one(shape, size):
    """Instructions that handling such a body takes; making it is left out."""
    return collected([PROGRAM, shape, str(size), "1"], "--toggle-collect=*handle_body*")


@unittest.skipIf(os.environ.get("TOKENLEDGER_SANITIZE"), "valgrind and a sanitizer do not go together")
@unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
@unittest.skipUnless(platform.machine() == "x86_64", "the budgets are those of x86_64")
class WorstBodies(unittest.TestCase):
    def test_what_a_body_costs_grows_with_its_bytes_and_stays_within_the_budget(self):
        for shape in shapes():
            with self.subTest(shape):
                small, large = of_one(shape, SMALL), of_one(shape, LARGE)
                print(f"{shape}: {large / 1e6:.0f} million instructions, {large / small:.2f} times half as much")
                self.assertGreater(large, AT_LEAST, "counting does not work")
                self.assertLess(large, GROWTH * small, "it grows faster than the body")
                self.assertLess(large, BUDGET, "a large body has become more expensive")


if __name__ == "__main__":
    unittest.main()
