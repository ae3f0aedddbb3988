"""The TypeScript of docs/examples compiles strictly, and the streamed call does what those in other languages do.

Needs node and the packages of package-lock.json (packages.py).
"""

import os
import shutil
import subprocess
import tempfile
import unittest

from packages import HERE, NODE, SKIP

from streamed_calls import EXAMPLES, Checks, StreamedCalls

TSC = os.path.join(HERE, "node_modules", "typescript", "bin", "tsc")
STRICT = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUnusedLocals",
          "--noUnusedParameters", "--noImplicitReturns", "--target", "es2022", "--module", "nodenext",
          "--types", "node", "--typeRoots", os.path.join(HERE, "node_modules", "@types")]
TIMEOUT_S = 300


def compile_strictly(directory, name, *options):
    """Compiles a copy of an example, in a directory where its imports are found."""
    shutil.copy(EXAMPLES / name, directory)
    link = os.path.join(directory, "node_modules")
    if not os.path.exists(link):
        os.symlink(os.path.join(HERE, "node_modules"), link)
    return subprocess.run([NODE, TSC, *STRICT, *options, name], cwd=directory, capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)


@unittest.skipIf(SKIP, SKIP)
class Types(unittest.TestCase):
    def test_every_example_compiles_strictly(self):
        with tempfile.TemporaryDirectory() as directory:
            names = sorted(path.name for path in EXAMPLES.glob("*.ts"))
            self.assertEqual(names, ["streamed_call.ts", "tokens.ts"])
            for name in names:
                with self.subTest(name):
                    done = compile_strictly(directory, name, "--noEmit")
                    self.assertEqual(done.returncode, 0, done.stdout)

    def test_node_can_run_the_streamed_call_without_a_compiler(self):
        with tempfile.TemporaryDirectory() as directory:
            done = compile_strictly(directory, "streamed_call.ts", "--noEmit", "--erasableSyntaxOnly")
            self.assertEqual(done.returncode, 0, done.stdout)


@unittest.skipIf(SKIP, SKIP)
class TypeScript(Checks, StreamedCalls):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.mkdtemp(prefix="tokenledger-")
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        done = compile_strictly(directory, "streamed_call.ts")
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        cls.command = [NODE, os.path.join(directory, "streamed_call.js")]


if __name__ == "__main__":
    unittest.main()
