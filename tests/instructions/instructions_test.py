"""How many instructions the pure core takes an event. valgrind counts them: on one machine the same in every run."""

import os
import platform
import re
import shutil
import subprocess
import unittest

PROGRAM = os.environ.get("TOKENLEDGER_CORE_STEPS", "")
BATCH = 64
FEW, MANY = 5, 25  # times; the difference leaves out start and end

# Instructions an event of 2.8 KB: 12 % more than the most that was measured with g++ 12 and 14, -O1 and -O2 (TRANSLATE:
# with g++ 12). SHA-256 takes 86,000 with AVX2 and 99,000 without: what counts is what valgrind finds in the processor.
VERIFY = 111_000
TRANSLATE = 155_000
IN_A_BATCH = 94_000
# Less than this no step takes, as often as it looks at each byte of an event: counting does not work.
AT_LEAST = 2_800


def collected(command, *options):
    """Instructions that the command takes, from start to end unless callgrind's options say otherwise."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *options, *command],
                          capture_output=True, text=True, timeout=300, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stderr}")
    return int(found.group(1))


def instructions(step, times):
    return collected([PROGRAM, step, str(times)])


@unittest.skipIf(os.environ.get("TOKENLEDGER_SANITIZE"), "valgrind and a sanitizer do not go together")
@unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
@unittest.skipUnless(platform.machine() == "x86_64", "the budgets are those of x86_64")
class Instructions(unittest.TestCase):
    def assert_within(self, budget, step, events=1):
        each = (instructions(step, MANY) - instructions(step, FEW)) / (MANY - FEW) / events
        print(f"{step}: {each:.0f} instructions an event")
        self.assertGreater(each, AT_LEAST, "counting does not work")
        self.assertLess(each, budget, f"{step} has become more expensive")

    def test_verifying_a_signature_takes_no_more_than_its_budget(self):
        self.assert_within(VERIFY, "verify")

    def test_parsing_and_translating_takes_no_more_than_its_budget(self):
        self.assert_within(TRANSLATE, "translate")

    def test_an_event_in_a_batch_takes_no_more_than_its_budget(self):
        self.assert_within(IN_A_BATCH, "batch", BATCH)


if __name__ == "__main__":
    unittest.main()
