"""Runs tokenledgerctl, with pipes as a program does, or at a terminal as a person does."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

from admin_client import AdminTest
from cluster import setting
from daemon_process import SANITIZER, leak_options

TIMEOUT_S = 60
DONE, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3


def program():
    """TOKENLEDGERCTL, or the program that was built beside the daemon."""
    beside = os.path.join(os.path.dirname(setting("TOKENLEDGERD")), "..", "ctl", "tokenledgerctl")
    return os.environ.get("TOKENLEDGERCTL") or os.path.normpath(beside)


def help_of(*words):
    return subprocess.run([program(), *words, "--help"], capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=True).stdout


def commands_in(text):
    """The names under "Subcommands:"."""
    return re.findall(r"^  ([a-z][a-z-]*)", text.partition("Subcommands:\n")[2].partition("\n\n")[0], re.M)


def options_in(text):
    """The long names under "Options:"."""
    part = text.partition("\nOptions:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", part, re.M))


def commands_with_options():
    """Every command and subcommand that --help shows, with its options."""
    found, left = {}, [(name,) for name in commands_in(help_of())]
    while left:
        words = left.pop(0)
        text = help_of(*words)
        found[" ".join(words)] = options_in(text)
        left += [(*words, name) for name in commands_in(text)]
    return found


class CtlTest(AdminTest):
    """A daemon with one admin socket, and tokenledgerctl on it."""

    def environment(self, more):
        kept = {name: value for name, value in os.environ.items()
                if name not in ("NO_COLOR", "COLUMNS", "TOKENLEDGER_SOCKET", "TOKENLEDGER_CONFIRM_ABOVE")}
        return {**kept, "LSAN_OPTIONS": leak_options(), "TERM": "xterm", "LC_ALL": "C.UTF-8",
                "TOKENLEDGER_SOCKET": self.path, **more}

    def ctl(self, *words, exit_code=DONE, **environment):
        """Runs it with pipes."""
        done = subprocess.run([program(), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=TIMEOUT_S, env=self.environment(environment), check=False)
        self.assertIsNone(SANITIZER.search(done.stderr), done.stderr)
        self.assertEqual(done.returncode, exit_code, (words, done.stdout, done.stderr))
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        return done

    def ctl_json(self, *words, **more):
        return json.loads(self.ctl(*words, "--json", **more).stdout)

    def terminal(self):
        """The two ends of a new pseudo-terminal. Skips the test where none can be opened (no /dev/pts)."""
        try:
            return pty.openpty()
        except OSError as error:
            return self.skipTest(f"needs a terminal, and none can be opened here: {error}")

    def at_terminal(self, *words, typed=b"", columns=80, exit_code=DONE, **environment):
        """The output at a terminal of so many columns, standard error included."""
        ours, theirs = self.terminal()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        settings = termios.tcgetattr(theirs)
        settings[1] &= ~termios.OPOST
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        with subprocess.Popen([program(), *words], stdin=theirs, stdout=theirs, stderr=theirs,
                              env=self.environment(environment)) as process:
            os.close(theirs)
            os.write(ours, typed)
            shown = b""
            while True:
                try:
                    more = os.read(ours, 65536)
                except OSError:  # EIO: the other end is closed
                    break
                if not more:
                    break
                shown += more
            status = process.wait(TIMEOUT_S)
        os.close(ours)
        self.assertEqual(status, exit_code, (words, shown))
        return shown.decode()
