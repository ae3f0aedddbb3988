"""The units: systemd-analyze finds nothing, the sandbox scores as it should, users and names are those meant."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "systemd"
UNITS = pathlib.Path(os.environ["TOKENLEDGER_UNITS"])
SERVICES = ("tokenledgerd.service", "tokenledgerd-migrate.service")
SOCKETS = ("tokenledgerd.socket", "tokenledgerd-admin.socket", "tokenledgerd-operations.socket")
# Exposure in tenths, 0 to 100; less is better. nginx and postgresql have 96 or so.
THRESHOLD = 5
THRESHOLD_OVER_TCP = 12


def tool(name):
    program = shutil.which(name)
    if program is None:
        raise unittest.SkipTest(f"{name} is not installed (Debian package systemd)")
    return program


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                          check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0"}, **options)


class Units(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="tokenledger-units-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        for name in (*SERVICES, *SOCKETS):
            text = (UNITS / name).read_text(encoding="utf-8")
            # The program that was built in the place of the one that is not installed.
            text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={os.environ['TOKENLEDGERD']}", text)
            (self.directory / name).write_text(text, encoding="utf-8")

    def add_drop_in(self):
        for name in SERVICES:
            folder = self.directory / f"{name}.d"
            folder.mkdir()
            shutil.copy(SOURCES / "postgresql-tcp.conf", folder)

    def verify(self):
        return run(tool("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no",
                   *(str(self.directory / name) for name in (*SERVICES, *SOCKETS)))

    def assert_exposure(self, threshold):
        for name in SERVICES:
            with self.subTest(unit=name):
                said = run(tool("systemd-analyze"), "security", "--offline=true", f"--threshold={threshold}",
                           "--no-pager", str(self.directory / name))
                self.assertEqual(said.returncode, 0, said.stdout)
                self.assertRegex(said.stdout, r"Overall exposure level for \S+: \d")
                print(f"    {name}: {re.search(r'level for .*', said.stdout).group()}")

    def test_systemd_finds_nothing_to_say(self):
        said = self.verify()
        self.assertEqual((said.returncode, said.stdout), (0, ""))

    def test_systemd_finds_nothing_to_say_with_the_drop_in(self):
        self.add_drop_in()
        said = self.verify()
        self.assertEqual((said.returncode, said.stdout), (0, ""))

    def test_a_mistake_in_a_unit_would_be_found(self):
        with open(self.directory / SERVICES[0], "a", encoding="utf-8") as file:
            file.write("[Service]\nProtectSystems=strict\n")
        self.assertIn("ProtectSystems", self.verify().stdout)

    def test_the_sandbox_is_as_hard_as_it_should_be(self):
        self.assert_exposure(THRESHOLD)

    def test_the_sandbox_over_tcp_is_as_hard_as_it_should_be(self):
        self.add_drop_in()
        self.assert_exposure(THRESHOLD_OVER_TCP)

    def test_the_callers_keep_their_uid(self):
        for name in SERVICES:
            self.assertNotIn("PrivateUsers=", (self.directory / name).read_text(encoding="utf-8"))

    def test_no_core_file_is_written(self):
        for name in SERVICES:
            self.assertIn("\nLimitCORE=0\n", (self.directory / name).read_text(encoding="utf-8"))

    def test_every_socket_has_a_name_that_the_daemon_knows_and_starts_it(self):
        header = (ROOT / "daemon/sockets/socket_activation.hpp").read_text(encoding="utf-8")
        known = set(re.findall(r'_socket_name = "(\w+)"', header))
        names = set()
        for name in SOCKETS:
            text = (self.directory / name).read_text(encoding="utf-8")
            names.add(re.search(r"(?m)^FileDescriptorName=(\w+)$", text).group(1))
            if name != "tokenledgerd.socket":
                self.assertIn("\nService=tokenledgerd.service\n", text)
        self.assertEqual(names, known)

    def test_the_credentials_are_those_that_the_example_names(self):
        example = (SOURCES / "tokenledgerd.toml.example").read_text(encoding="utf-8")
        loaded = re.findall(r"(?m)^LoadCredential=([\w-]+):", (UNITS / SERVICES[0]).read_text(encoding="utf-8"))
        named = re.findall(r'"([\w-]+)"', re.search(r"(?m)^secrets = \[(.*)\]$", example).group(1))
        self.assertLessEqual(set(named), set(loaded))
        self.assertIn(f"{named[0]}-old", loaded)

    def test_users_groups_and_folders_are_made(self):
        if os.geteuid() != 0:
            self.skipTest("only root can make users, even in a folder of its own")
        root = self.directory / "root"
        (root / "etc").mkdir(parents=True)
        for program, file in (("systemd-sysusers", "sysusers.conf"), ("systemd-tmpfiles", "tmpfiles.conf")):
            arguments = ["--create"] if program == "systemd-tmpfiles" else []
            said = run(tool(program), f"--root={root}", *arguments, str(SOURCES / file))
            self.assertEqual(said.returncode, 0, said.stdout)
        groups = (root / "etc/group").read_text(encoding="utf-8")
        for name in ("tokenledger", "tokenledger-owner", "tokenledger-admin"):
            self.assertRegex(groups, rf"(?m)^{name}:")
        self.assertRegex(groups, r"(?m)^tokenledger:.*:tokenledger-owner$")
        for path, mode in (("run/tokenledger", 0o755), ("etc/tokenledger", 0o750),
                           ("etc/tokenledger/credentials", 0o700)):
            self.assertEqual((root / path).stat().st_mode & 0o7777, mode, path)


if __name__ == "__main__":
    unittest.main()
