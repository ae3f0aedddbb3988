"""Node, and the packages of package-lock.json; with TOKENLEDGER_TEST_NPM=1 `npm ci` fetches them.

The modules of tests/system can be imported after this one.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))

NODE, NPM = shutil.which("node"), shutil.which("npm")


def missing():
    """The packages of package.json that are not installed."""
    with open(os.path.join(HERE, "package.json"), encoding="utf-8") as file:
        wanted = json.load(file)["devDependencies"]
    return [name for name in wanted if not os.path.isdir(os.path.join(HERE, "node_modules", name))]


def reason_to_skip():
    """Why the packages cannot be used here; None if they can."""
    if not NODE:
        return "node is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, timeout=30, check=False)
    if int(re.match(r"v(\d+)|", version.stdout).group(1) or 0) < 20:
        return f"this needs node 20, here is {version.stdout.strip()}"
    # The files of this folder run at once, and one of them fetches for all.
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lacking = missing()
        if not lacking:
            return None
        if os.environ.get("TOKENLEDGER_TEST_NPM") != "1":
            return (f"tests/sdk/node_modules lacks {', '.join(lacking)}; `npm ci` there fetches it, or "
                    "TOKENLEDGER_TEST_NPM=1")
        if not NPM:
            return "npm is not installed"
        done = subprocess.run([NPM, "ci", "--silent"], cwd=HERE, capture_output=True, text=True,
                              timeout=300, check=False)
        return None if done.returncode == 0 else f"npm ci failed: {done.stderr.strip()[-300:]}"


SKIP = reason_to_skip()
