"""The completions that bash and zsh offer for tokenledgerctl, from the committed completion files."""

import os
import pty
import select
import shutil
import subprocess
import tempfile

FOLDER = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "ctl",
                                       "completion"))
TIMEOUT_S = 60

# COMP_WORDS as bash splits them: "=" is a word of its own.
BASH = """
source "$0"
COMP_WORDS=(tokenledgerctl "$@") COMP_CWORD=$#
_tokenledgerctl
printf '%s\\n' "${COMPREPLY[@]}"
"""

# Writes the offered words to the file $OFFERED, then a mark to the terminal.
ZSHRC = """
fpath=("$COMPLETIONS" $fpath)
autoload -Uz compinit && compinit -u -D
unset zle_bracketed_paste
PROMPT=''
compadd() {
    if [[ " $* " != *" -"[OAD]" "* ]]; then
        local -a offered
        builtin compadd -A offered "$@"
        (( $#offered )) && print -rl -- $offered >> "$OFFERED"
    fi
    builtin compadd "$@"
}
offer() {
    zle complete-word
    BUFFER=''
    print -n '<OFFERED>' > /dev/tty
}
zle -N offer
bindkey '^I' offer
zle-line-init() { print -n '<READY>' > /dev/tty }
zle -N zle-line-init
"""


def in_bash(*words):
    done = subprocess.run(["bash", "-c", BASH, os.path.join(FOLDER, "tokenledgerctl.bash"), *words],
                          capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    return done.stdout.split()


def lacking():
    """Why zsh cannot be tested here; empty if it can."""
    if shutil.which("zsh") is None:
        return "zsh is not installed"
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError:
        return "there is no pseudo-terminal"
    return ""


class Zsh:
    """An interactive zsh with the completion system and our completions loaded."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tokenledger_zsh_")
        self.offered = os.path.join(self.directory.name, "offered")
        with open(os.path.join(self.directory.name, ".zshrc"), "w", encoding="utf-8") as file:
            file.write(ZSHRC)
        environment = {**os.environ, "ZDOTDIR": self.directory.name, "OFFERED": self.offered,
                       "COMPLETIONS": FOLDER, "TERM": "xterm", "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
        self.terminal, theirs = pty.openpty()
        # -d skips the system's start-up files: only the .zshrc above is read.
        self.process = subprocess.Popen(["setsid", "--ctty", "zsh", "-d", "-i"], stdin=theirs, stdout=theirs,
                                        stderr=theirs, env=environment)
        os.close(theirs)
        self.shown = b""
        self.wait_for(b"<READY>")

    def wait_for(self, mark):
        while mark not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], TIMEOUT_S)
            if not ready:
                raise TimeoutError(f"zsh shows no {mark}: {self.shown}")
            self.shown += os.read(self.terminal, 65536)
        self.shown = self.shown.partition(mark)[2]

    def offers(self, line):
        """The words that may come next, sorted; `line` ends where the cursor is."""
        with open(self.offered, "w", encoding="utf-8"):
            pass
        os.write(self.terminal, line.encode() + b"\t")
        self.wait_for(b"<OFFERED>")
        with open(self.offered, encoding="utf-8") as file:
            return sorted(file.read().split())

    def close(self):
        self.process.kill()
        self.process.wait(TIMEOUT_S)
        os.close(self.terminal)
        self.directory.cleanup()
