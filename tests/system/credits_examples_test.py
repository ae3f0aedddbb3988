"""Runs docs/examples/streamed_call.* against the daemon, as the application does: with the permits read and usage.

A language that is not installed is skipped. tests/sdk has the TypeScript example compiled, where npm has brought tsc.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from streamed_calls import EXAMPLES, Checks, StreamedCalls

NODE, GO = shutil.which("node"), shutil.which("go")
BUILD_TIMEOUT_S = 600  # the first build of Go's own library included


def reason_to_skip_typescript():
    """Why node cannot run a TypeScript file as it is; None if it can."""
    if not NODE:
        return "TypeScript is not tested: node is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < (22, 18):
        return f"TypeScript is not tested here: node 22.18 runs it as it is, this is {version.strip()}; see tests/sdk"
    return None


SKIP_TYPESCRIPT = reason_to_skip_typescript()


class Python(Checks, StreamedCalls):
    command = [sys.executable, "-B", str(EXAMPLES / "streamed_call.py")]


@unittest.skipIf(SKIP_TYPESCRIPT, SKIP_TYPESCRIPT)
class TypeScript(Checks, StreamedCalls):
    command = [NODE, str(EXAMPLES / "streamed_call.ts")]


@unittest.skipUnless(GO, "Go is not tested: go is not installed")
class Go(Checks, StreamedCalls):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.mkdtemp(prefix="tokenledger-")
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        program = os.path.join(directory, "streamed_call")
        environment = {"GOCACHE": os.path.join(directory, "cache")} if not os.environ.get("HOME") else {}
        done = subprocess.run([GO, "build", "-o", program, EXAMPLES / "streamed_call.go"], capture_output=True,
                              text=True, timeout=BUILD_TIMEOUT_S, check=False, cwd=directory,
                              env={**os.environ, **environment, "GO111MODULE": "off", "GOTOOLCHAIN": "local"})
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.command = [program]


if __name__ == "__main__":
    unittest.main()
