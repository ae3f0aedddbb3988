# Prepares the benchmarks: builds our programs and installs the peers' packages.
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from processes import Failed, Postgres

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEERS = ROOT / "bench" / "peers"
MARKER = "TOKENLEDGER_BENCH_BESIDE_POSTGRES"


def program(folder, name):
    path = ROOT / "build" / "release" / folder / name
    if not path.is_file():
        raise Failed(f"{path.relative_to(ROOT)} is not there; run without --no-build")
    return str(path)


def build(*targets):
    # The same steps as `cmake --preset release; cmake --build --preset release`, for these targets.
    script = f"set -euo pipefail; . tools/common.bash; build release {' '.join(targets)}"
    if subprocess.run(["bash", "-c", script], cwd=ROOT, check=False).returncode != 0:
        raise Failed("the release build failed")


def install_peers():
    """Installs exactly what package-lock.json lists, again only if the file has changed."""
    installed = PEERS / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= (PEERS / "package-lock.json").stat().st_mtime:
        return
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=PEERS, check=False)
    except FileNotFoundError:
        raise Failed("the peers need Node.js 20 and npm; without them: --only tokenledgerd,limit") from None
    if done.returncode != 0:
        raise Failed("npm ci in bench/peers failed")
    installed.touch()


def bun():
    """The runtime for this machine, from the npm package of that name."""
    brought = sorted((PEERS / "node_modules" / "@oven").glob("bun-*/bin/bun"))
    return str(brought[0] if brought else PEERS / "node_modules" / ".bin" / "bun")


def beside_postgres(marker):
    """Runs this script again beside a throw-away PostgreSQL with fsync; `marker` is set when that runs."""
    command = [str(ROOT / "tools" / "with-postgres"), sys.executable, *sys.argv]
    os.execve(command[0], command, os.environ | {marker: "1", "TOKENLEDGER_TEST_FSYNC": "on"})


def on_own_database(options, database, targets, measure):
    """Builds, unless `no_build`, and calls `measure(options, postgres, directory)` beside a throw-away PostgreSQL with
    an empty database and a temporary directory; exits with the status that it returns."""
    try:
        if MARKER not in os.environ:
            if not options.no_build:
                build(*targets)
            beside_postgres(MARKER)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what we started is stopped as well
        postgres = Postgres(os.environ["TOKENLEDGER_TEST_DATABASE_URL"], os.environ["TOKENLEDGER_TEST_PGDATA"])
        postgres.psql(f"CREATE DATABASE {database}")
        with tempfile.TemporaryDirectory(prefix="tokenledger-bench-") as directory:
            sys.exit(measure(options, postgres, directory))
    except Failed as failure:
        print(f"bench/{pathlib.Path(sys.argv[0]).name}: {failure}", file=sys.stderr)
        sys.exit(1)
