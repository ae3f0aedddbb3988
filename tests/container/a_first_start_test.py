"""Right after the installation nothing runs or is enabled, and the next steps were printed. Runs first."""

import grp
import pathlib
import unittest

from machine import (CONFIGURATION, OPERATIONS_PORT, SERVICE, SOCKETS, WEBHOOK_PORT, MachineTest, listens, run, state,
                     systemctl)

INSTALL_LOG = pathlib.Path("/tests/install.log")


class FirstStart(MachineTest):
    def test_1_nothing_is_enabled_or_started(self):
        for unit in (SERVICE, *SOCKETS):
            self.assertEqual(systemctl("is-enabled", unit, check=False).stdout.strip(), "disabled", unit)
            self.assertEqual(state(unit), "inactive", unit)
        self.assertFalse(listens(WEBHOOK_PORT) or listens(OPERATIONS_PORT))
        self.assert_no_unit_failed()

    def test_2_the_installation_printed_the_next_steps(self):
        said = INSTALL_LOG.read_text(encoding="utf-8")
        for words in (str(CONFIGURATION), "/etc/tokenledger/credentials/stripe-webhook-secret",
                      "systemctl enable --now tokenledgerd.socket"):
            self.assertIn(words, said)

    def test_3_without_a_secret_no_unit_starts_and_none_fails(self):
        systemctl("enable", "--now", *SOCKETS, SERVICE)
        for unit in (SERVICE, *SOCKETS):
            self.assertEqual((state(unit), state(unit, "ConditionResult")), ("inactive", "no"), unit)
        self.assertFalse(listens(WEBHOOK_PORT))
        self.assert_no_unit_failed()
        systemctl("disable", "--now", *SOCKETS, SERVICE)

    def test_4_the_installed_configuration_lacks_only_the_secret(self):
        said = run("tokenledgerd", "check-config", "--config", str(CONFIGURATION), check=False)
        self.assertEqual(said.returncode, 78, said.stdout)
        lines = [line for line in said.stdout.splitlines() if str(CONFIGURATION) in line]
        self.assertTrue(lines and all("stripe-webhook-secret" in line for line in lines), said.stdout)
        self.assertIn('"example-', CONFIGURATION.read_text(encoding="utf-8"))

    def test_5_files_and_folders_have_the_right_owners_and_modes(self):
        gid = grp.getgrnam("tokenledger").gr_gid
        for path, mode, group in ((CONFIGURATION, 0o640, gid), (CONFIGURATION.parent, 0o750, gid),
                                  (CONFIGURATION.parent / "credentials", 0o700, 0),
                                  (pathlib.Path("/run/tokenledger"), 0o755, 0)):
            found = path.stat()
            self.assertEqual((found.st_uid, found.st_gid, oct(found.st_mode & 0o7777)), (0, group, oct(mode)), path)


if __name__ == "__main__":
    unittest.main()
