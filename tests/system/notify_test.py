"""Notifications to systemd: ready, status, watchdog, reloading, stopping."""

import os
import signal
import socket
import time
import unittest

from daemon_process import Daemon, write_config
from harness import SystemTest
from stripe_events import purchase


class Manager:
    """The receiving end of NOTIFY_SOCKET."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(60)

    def next(self):
        """One notification as a dict."""
        return dict(line.split("=", 1) for line in self.socket.recv(65536).decode().splitlines())

    def until(self, key, value=None):
        """All notifications up to the first one with this key whose value begins with `value`."""
        seen, deadline = [], time.monotonic() + 60
        while time.monotonic() < deadline:
            seen.append(self.next())
            if key in seen[-1] and (value is None or seen[-1][key].startswith(value)):
                return seen
        raise AssertionError(f"never received {key}={value}: {seen}")

    def close(self):
        self.socket.close()


class Notify(SystemTest):
    def manager(self):
        made = Manager(self.new_directory())
        self.addCleanup(made.close)
        return made

    def started(self, manager, **environment):
        daemon = self.start(environment={"NOTIFY_SOCKET": manager.path, **environment})
        manager.until("READY")
        return daemon

    def test_ready_is_sent_and_the_status_shows_rate_and_queue(self):
        manager = self.manager()
        daemon = self.started(manager)
        self.assert_alive(daemon)
        status = manager.until("STATUS", "Ready")[-1]["STATUS"]
        self.assertRegex(status, r"^Ready: \d+ events/s, \d+ in the queue(; warning: fsync is off .*)?$")

    def test_the_rate_in_the_status_is_that_of_the_last_seconds(self):
        manager = self.manager()
        daemon = self.started(manager)
        manager.until("STATUS", "Ready: 0 events/s")
        with daemon.connect():
            for _ in range(100):
                daemon.post(purchase())
        status = manager.until("STATUS", "Ready")[-1]["STATUS"]
        self.assertRegex(status, r"^Ready: [1-9]\d* events/s, ")
        manager.until("STATUS", "Ready: 0 events/s")

    def test_a_start_without_a_database_sends_ready_and_the_status_names_the_database(self):
        manager = self.manager()
        database = self.new_database()
        database.close_the_door()
        self.addCleanup(database.open_the_door)
        daemon = Daemon(write_config(self.new_directory(), database.url), {"NOTIFY_SOCKET": manager.path}, wait=False)
        self.addCleanup(self.stop, daemon)
        manager.until("READY")
        manager.until("STATUS", "Not ready: database: ")
        database.open_the_door()
        manager.until("STATUS", "Ready: ")

    def test_a_start_without_the_schema_never_sends_ready(self):
        manager = self.manager()
        config = write_config(self.new_directory(), self.new_database(migrated=False).url)
        daemon = Daemon(config, {"NOTIFY_SOCKET": manager.path}, wait=False)
        self.assertEqual(daemon.wait(), 78)
        self.assertFalse([each for each in manager.until("STOPPING") if "READY" in each])

    def test_watchdog_notifications_repeat_and_stop_while_the_daemon_hangs(self):
        manager = self.manager()
        daemon = self.started(manager, WATCHDOG_USEC="400000")
        manager.until("WATCHDOG", "1")
        began = time.monotonic()
        for _ in range(5):
            manager.until("WATCHDOG", "1")
        self.assertGreater(time.monotonic() - began, 0.5, "no busy loop")
        # A daemon that hangs must send none.
        daemon.process.send_signal(signal.SIGSTOP)
        manager.socket.settimeout(1)
        with self.assertRaises(TimeoutError):
            for _ in range(50):
                manager.next()
        daemon.process.send_signal(signal.SIGCONT)
        manager.until("WATCHDOG", "1")

    def test_without_a_watchdog_interval_no_watchdog_notification_is_sent(self):
        manager = self.manager()
        daemon = self.started(manager)
        self.stop(daemon)
        self.assertFalse([each for each in manager.until("STOPPING") if "WATCHDOG" in each])

    def test_a_reload_sends_reloading_with_its_time_and_then_ready(self):
        manager = self.manager()
        daemon = self.started(manager)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        daemon.process.send_signal(signal.SIGHUP)
        reloading = manager.until("RELOADING", "1")[-1]
        self.assertTrue(before <= int(reloading["MONOTONIC_USEC"]) <= before + 60_000_000, reloading)
        manager.until("READY")

    def test_a_reload_of_a_bad_file_sends_ready_and_the_status_reports_the_errors(self):
        manager = self.manager()
        daemon = self.started(manager)
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("quatsch = 1\n")
        daemon.process.send_signal(signal.SIGHUP)
        manager.until("RELOADING", "1")
        manager.until("READY")
        status = manager.until("STATUS", "Ready")[-1]["STATUS"]
        self.assertIn("the configuration on disk has errors, the old one is in force", status)

    def test_stopping_is_sent_and_the_status_says_draining(self):
        manager = self.manager()
        daemon = self.started(manager)
        self.stop(daemon)
        manager.until("STOPPING", "1")
        manager.until("STATUS", "Not ready: draining")


if __name__ == "__main__":
    unittest.main()
