"""Upgrade of the package under traffic, removal, purge. Runs last; the newer package is in /tests."""

import pathlib
import unittest

from machine import (CONFIGURATION, SECRET_FILE, SERVICE, SOCKETS, WEBHOOK_PORT, Deliveries, MachineTest, listens,
                     main_pid, open_for_business, post, purchase, run, sql, state, systemctl)

PACKAGE = "tokenledgerd"
NEWER = "/tests/newer.deb"


def installed_version():
    return run("dpkg-query", "-W", "-f", "${Version}", PACKAGE).stdout


class Package(MachineTest):
    @classmethod
    def setUpClass(cls):
        open_for_business()
        systemctl("enable", "--now", *SOCKETS)

    def test_1_an_upgrade_under_traffic_leaves_no_request_unanswered(self):
        post(purchase("user_before"))
        with open(CONFIGURATION, "a", encoding="utf-8") as file:
            file.write("# a line of the operator\n")
        version, process, configuration = installed_version(), main_pid(), CONFIGURATION.read_text(encoding="utf-8")
        opened = [state(unit, "ActiveEnterTimestampMonotonic") for unit in SOCKETS]
        with Deliveries() as deliveries:
            said = run("dpkg", "-i", NEWER).stdout
            deliveries.wait_for_more(100)
        self.assert_all_taken(deliveries)
        self.assertNotIn("first", said)
        self.assertNotEqual((installed_version(), main_pid()), (version, process))
        self.assertNotIn(main_pid(), (0, process))
        # The sockets were never closed, and the operator's configuration is unchanged.
        self.assertEqual([state(unit, "ActiveEnterTimestampMonotonic") for unit in SOCKETS], opened)
        self.assertEqual(CONFIGURATION.read_text(encoding="utf-8"), configuration)
        for unit in SOCKETS:
            self.assertEqual(systemctl("is-enabled", unit).stdout.strip(), "enabled", unit)

    def test_2_an_upgrade_of_a_stopped_service_leaves_it_stopped(self):
        systemctl("stop", *SOCKETS, SERVICE)
        run("dpkg", "-i", NEWER)
        for unit in (SERVICE, *SOCKETS):
            self.assertEqual(state(unit), "inactive", unit)
        systemctl("start", *SOCKETS)
        self.assertEqual(post(purchase("user_after")), (200, "applied"))

    def test_3_removal_stops_the_service_and_keeps_the_configuration(self):
        run("dpkg", "-r", PACKAGE)
        self.assertFalse(listens(WEBHOOK_PORT))
        self.assertEqual(run("pgrep", "-x", "tokenledgerd", check=False).stdout, "")
        self.assertTrue(CONFIGURATION.exists() and SECRET_FILE.exists())
        self.assert_no_unit_failed()

    def test_4_purge_removes_configuration_and_units_and_keeps_the_ledger(self):
        run("dpkg", "-P", PACKAGE)
        self.assertFalse(CONFIGURATION.parent.exists())
        links = [str(path) for path in pathlib.Path("/etc/systemd/system").rglob("tokenledgerd*")]
        self.assertEqual(links, [])
        self.assertGreater(int(sql("SELECT count(*) FROM tokenledger.token_transactions")), 100)


if __name__ == "__main__":
    unittest.main()
