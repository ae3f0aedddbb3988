"""Runs every command of README.md, in the order of the page and in one shell, as a new user would.

The shell runs in a copy of the tree whose files are links to the real ones. STAND_INS, SHIMS and `visitors_environment`
hold everything that differs from the machine of a new user.
"""

import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import unittest

import cluster
import ctl
from daemon_process import leak_options
from harness import SystemTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK_TIMEOUT_S = 300
STOP_TIMEOUT_S = 60

# The beginning of a line of the page, and the command that runs in place of the line.
STAND_INS = {
    # It would build build/release. The test has programs already, and the demo must end.
    "tools/demo  ": "tools/demo --once --build build/release",
    # It would run this test.
    "tools/test --quick ": "tools/test --help",
}

SHIMS = {
    # Builds nothing: build/release is the build under test. The preset must exist, and so must the program of each
    # target. `cmake --install` is the real one.
    "cmake": r"""#!/bin/sh
case "$*" in
"--preset release") "$REAL_CMAKE" --list-presets | grep -q '"release"' ;;
"--build --preset release --target "*)
    shift 4
    for target in "$@"; do
        [ -n "$(find -H build/release -maxdepth 3 -type f -name "$target" -perm -u+x)" ] ||
            { echo "no such target: $target" >&2 && exit 1; }
    done ;;
"--install "*) exec "$REAL_CMAKE" "$@" ;;
*) echo "the test knows no cmake $*" >&2 && exit 1 ;;
esac
""",
    # The throw-away PostgreSQL accepts any role name without a password.
    "sudo": r"""#!/bin/sh
[ "$1 $2" = "-u postgres" ] || exit 1
shift 2
PGUSER=postgres exec "$@"
""",
}

# Text that differs from run to run, and its placeholder.
VARIES = [
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b"), "TIME"),
    (re.compile(r"\b(evt|pi|re|ch|txn)_3TlDn[0-9a-f]{10}\d{9}\b"), r"\1_ID"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"[\w.-]+ \(\d+\)"), "WHO"),
    (re.compile(r"-{2,}| {2,}"), " "),  # the width of a column follows the widest of these
]


def blocks():
    """[(commands, shown output or None), ...] of the page: each ```sh with the ```text that follows it at once."""
    fence = re.compile(r"^```sh\n(.*?)^```\n(?:\n^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
    return [match.groups() for match in fence.finditer(README)]


def same_form(text):
    for pattern, name in VARIES:
        text = pattern.sub(name, text)
    return [line.strip() for line in text.splitlines()]


def shows(shown, printed):
    """Whether the lines shown are those printed; a line of `...` stands for any number of lines."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(shows(shown[1:], printed[begin:]) for begin in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and shows(shown[1:], printed[1:])


class Readme(SystemTest):

    def visitors_environment(self, folder):
        shims = folder / "shims"
        shims.mkdir()
        for name, text in SHIMS.items():
            (shims / name).write_text(text)
            (shims / name).chmod(0o755)
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("TOKENLEDGER", "PG")) and name != "CREDENTIALS_DIRECTORY"}
        return {**kept, "PATH": f"{shims}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "LSAN_OPTIONS": leak_options(),
                "REAL_CMAKE": shutil.which("cmake"), "USER": "visitor", "PGUSER": "visitor",
                "PGHOST": re.search(r"host=([^&]+)", cluster.url_of("postgres")).group(1),
                "TOKENLEDGER_DEMO_DIR": str(folder / "demo")}

    def clone(self, folder):
        """The tree, as links; build/release is the build that is tested."""
        clone = folder / "tokenledger"
        clone.mkdir()
        for path in ROOT.iterdir():
            if path.name not in ("build", "trial", ".git"):
                (clone / path.name).symlink_to(path)
        (clone / "build").mkdir()
        built = pathlib.Path(os.path.commonpath([cluster.setting("TOKENLEDGERD"), ctl.program()]))
        (clone / "build" / "release").symlink_to(built.resolve())
        return clone

    def shell(self, folder):
        shell = subprocess.Popen(["bash", "--noprofile", "--norc"], cwd=self.clone(folder), text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=self.visitors_environment(folder), start_new_session=True)

        def end():
            try:
                shell.stdin.close()  # the end of the shell also ends the daemon that it started
                shell.wait(STOP_TIMEOUT_S)
            except (OSError, subprocess.TimeoutExpired):
                os.killpg(shell.pid, signal.SIGTERM)
                shell.wait(STOP_TIMEOUT_S)
            shell.stdout.close()

        self.addCleanup(end)
        shell.stdin.write("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n")
        return shell

    def free_port(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return probe.getsockname()[1]

    def run_block(self, shell, folder, number, commands):
        script, printed = folder / f"block-{number}", folder / f"printed-{number}"
        script.write_text(commands)
        shell.stdin.write(f"source {script} >{printed} 2>&1\necho done {number}\n")
        shell.stdin.flush()
        ready, _, _ = select.select([shell.stdout], [], [], BLOCK_TIMEOUT_S)
        answer = shell.stdout.readline() if ready else f"nothing for {BLOCK_TIMEOUT_S} s"
        said = printed.read_text("utf-8") if printed.exists() else ""
        self.assertEqual(answer, f"done {number}\n", f"{commands}\nended the shell, and said:\n{said}")
        return said

    def until_it_listens(self, folder):
        """The page says: ready when its log says `listening`."""
        log = folder / "tokenledger" / "trial" / "log"
        self.until(lambda: log.exists() and log.read_text("utf-8").count(" listening ") == 2, "the daemon listens")

    def test_every_command_works_in_the_order_of_the_page_and_prints_the_output_shown(self):
        folder = pathlib.Path(self.new_directory())
        folder.chmod(0o755)  # the demo's PostgreSQL runs as another user where the test runs as root
        self.addCleanup(cluster.admin, "DROP ROLE IF EXISTS visitor")
        self.addCleanup(cluster.admin, "DROP DATABASE IF EXISTS tokenledger WITH (FORCE)")
        shell, port = self.shell(folder), str(self.free_port())
        for number, (commands, shown) in enumerate(blocks()):
            for begin, stand_in in STAND_INS.items():
                commands = re.sub(rf"^{begin}.*$", stand_in, commands, flags=re.MULTILINE)
            printed = self.run_block(shell, folder, number, commands.replace("8787", port))
            if re.search(r"&$", commands, re.MULTILINE):
                self.until_it_listens(folder)
            if shown is not None:
                with self.subTest(commands):
                    self.assertTrue(shows(same_form(shown), same_form(printed)),
                                    f"README.md shows\n{shown}\nand this is what is printed:\n{printed}")

    def test_the_page_has_enough_commands_and_output_and_no_block_that_is_not_run(self):
        self.assertGreaterEqual(len(blocks()), 10)
        self.assertGreaterEqual(sum(shown is not None for _, shown in blocks()), 4)
        for begin in STAND_INS:
            self.assertEqual(len(re.findall(rf"^{begin}", README, re.MULTILINE)), 1, begin)
        self.assertLessEqual(len(README.splitlines()), 260)
        # A block of another language with commands in it would never be run.
        self.assertEqual(set(re.findall(r"^```(\w*)\n", README, re.MULTILINE)) - {"", "sh", "text"}, set())

    def test_what_is_shown_is_compared_line_by_line(self):
        printed = ["a", "b", "c", "d"]
        for shown in (printed, ["...", "b", "c", "..."], ["a", "...", "d"], ["...", "d"], ["a", "..."]):
            self.assertTrue(shows(shown, printed), shown)
        for shown in (["a", "b"], ["...", "b"], ["b", "..."], ["...", "c", "...", "b", "..."], ["...", "x", "..."],
                      ["a", "c", "..."], ["...", "c", "...", "c", "..."]):
            self.assertFalse(shows(shown, printed), shown)


if __name__ == "__main__":
    unittest.main()
