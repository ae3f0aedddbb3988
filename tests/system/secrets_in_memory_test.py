"""The daemon's memory holds a signing secret once, within OpenSSL, and not after a reload that removed it, and never
the text of a private key. Only root can read the memory, and no core file is written."""

import os
import pathlib
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from admin_client import AdminTest
from cluster import setting
from counts import sanitized
from daemon_process import endpoint, signed_request, write_config
from harness import SystemTest
from stripe_events import purchase
from tls_test import Authority

MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r")


def copies(daemon, needle):
    """How often the bytes are in the memory of the process. Skips the test if the kernel denies access."""
    if sanitized():
        raise unittest.SkipTest("a sanitizer maps more memory than can be read")
    pid, found = daemon.process.pid, 0
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                match = MAPPING.match(line)
                if match is None or line.rstrip().endswith(("[vvar]", "[vvar_vclock]", "[vsyscall]")):
                    continue
                begin, end = (int(each, 16) for each in match.groups())
                found += os.pread(memory.fileno(), end - begin, begin).count(needle)
    except PermissionError:
        raise unittest.SkipTest("the memory of another process is for root with CAP_SYS_PTRACE") from None
    return found


def new_secret():
    return "whsec_" + secrets.token_hex(24)


class SigningSecrets(AdminTest):
    def use(self, *keys):
        """Everything that needs a secret: a delivery, and the proof of its payment."""
        event = purchase("user_1")
        with self.daemon.connect() as connection:
            connection.send(signed_request(event, secrets=keys))
            self.assertEqual(connection.read().status, 200)
        proof = self.admin.get(f"/v1/payments/{event['data']['object']['id']}/prove")
        self.assertEqual(proof.status, 200)
        self.assertEqual(proof.json()["result"], "verified")

    def counts(self, *keys):
        return [copies(self.daemon, key.encode()) for key in keys]

    def test_a_secret_is_in_memory_once_and_not_at_all_after_a_reload_without_it(self):
        first, second, third = (new_secret() for _ in range(3))
        self.start_admin(endpoints=[endpoint(secrets=[first, second])])
        self.use(first)
        self.use(second)
        self.assertEqual(self.counts(first, second), [1, 1])
        admin = [{"socket": self.path}]
        for kept, gone in (([first, second], []), ([second, third], [first]), ([third], [first, second])):
            write_config(os.path.dirname(self.config), self.database.url, admin=admin,
                         endpoints=[endpoint(secrets=kept)])
            self.daemon.reload()
            self.use(kept[-1])
            self.assertEqual(self.counts(*kept, *gone), [1] * len(kept) + [0] * len(gone))

    def test_a_refused_reload_leaves_no_copy_of_the_secret_that_it_read(self):
        first, second = new_secret(), new_secret()
        self.start_admin(endpoints=[endpoint(secrets=[first])])
        write_config(os.path.dirname(self.config), self.database.url, endpoints=[endpoint(secrets=[second])],
                     catalog="[catalog]\n")
        self.assertIn("reload refused", self.daemon.reload())
        self.use(first)
        self.assertEqual(self.counts(first, second), [1, 0])


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class PrivateKeys(SystemTest):
    def test_the_text_of_the_private_key_is_not_kept_in_memory(self):
        directory = tempfile.TemporaryDirectory(prefix="tokenledger-authority-")
        self.addCleanup(directory.cleanup)
        authority = Authority(directory.name)
        texts = []
        for serial in (1, 2):
            authority.issue(serial, "ec")
            key = pathlib.Path(authority.file("key.pem")).read_bytes()
            texts.append(key.splitlines()[1])
            if serial == 1:
                files = {"tls_certificate": authority.file("certificate.pem"), "tls_key": authority.file("key.pem")}
                self.daemon = self.start(webhook=files)
            else:
                self.daemon.reload()
            self.assertEqual([copies(self.daemon, text) for text in texts], [0] * serial)


# Executes the program through a descriptor as uid 65534, which need not have access to its path.
STRANGER = """
import os, sys
program = os.open(sys.argv[1], os.O_RDONLY)
os.set_inheritable(program, True)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
os.execve(program, ["tokenledgerd", "--config", sys.argv[2]], os.environ)
"""


class Dumps(SystemTest):
    def started_as_nobody(self):
        directory = self.new_directory()
        os.chmod(directory, 0o755)
        config = write_config(directory, "postgresql:///nowhere?host=/nowhere")
        for name in os.listdir(directory):
            os.chmod(os.path.join(directory, name), 0o644)
        process = subprocess.Popen([sys.executable, "-c", STRANGER, setting("TOKENLEDGERD"), config], cwd=directory,
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for line in process.stderr:
            if "database unavailable" in line:
                return process
        self.fail("it did not start")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_the_user_of_the_daemon_cannot_read_its_memory(self):
        process = self.started_as_nobody()
        for file in ("mem", "environ"):
            self.assertEqual(os.stat(f"/proc/{process.pid}/{file}").st_uid, 0)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **nobody) as another:
            another.stdin.write(b"here")
            another.stdin.flush()
            self.assertEqual(another.stdout.read(4), b"here", "the exec is done")
            for pid, refused in ((process.pid, True), (another.pid, False)):
                look = ["dd", f"if=/proc/{pid}/mem", "count=0"]  # opens it, and reads nothing
                said = subprocess.run(look, capture_output=True, text=True, check=False,
                                      env={**os.environ, "LC_ALL": "C"}, **nobody)
                self.assertEqual((said.returncode, "Permission denied" in said.stderr), (int(refused), refused),
                                 said.stderr)

    def dumped(self, *command):
        """Whether the kernel writes a core file of the program, after it has logged that it waits for the database."""
        def unlimited():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              cwd=self.new_directory(), preexec_fn=unlimited) as process:
            self.assertTrue(any("database unavailable" in line for line in process.stderr))
            process.send_signal(signal.SIGABRT)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = -os.WTERMSIG(status)
        self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
        return os.WCOREDUMP(status)

    def test_the_daemon_writes_no_core_file(self):
        if pathlib.Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").startswith("|"):
            self.skipTest("cores go to a program of the system here")
        another = "import sys; print('database unavailable', file=sys.stderr, flush=True); sys.stdin.read()"
        try:
            if not self.dumped(sys.executable, "-c", another):
                self.skipTest("no program dumps a core here")
        except subprocess.SubprocessError:
            self.skipTest("the limit on core files cannot be lifted here")
        self.assertFalse(self.dumped(setting("TOKENLEDGERD"), "--config", self.waiting_config()))

    def waiting_config(self):
        return write_config(self.new_directory(), "postgresql:///nowhere?host=/nowhere")


if __name__ == "__main__":
    unittest.main()
