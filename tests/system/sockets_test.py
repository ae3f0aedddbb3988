"""Listening sockets: socket files that the daemon creates, and sockets that systemd hands over by name."""

import os
import socket
import stat
import unittest

from daemon_process import Daemon, write_config
from harness import SystemTest
from stripe_events import purchase
from wire import Connection


class Sockets(SystemTest):
    def new_socket(self, path=None):
        """A listening socket as systemd creates it: on the loopback, or a file."""
        made = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self.addCleanup(made.close)
        made.bind(path or ("127.0.0.1", 0))
        made.listen()
        return made

    def assert_healthy(self, where):
        with Connection(where) as connection:
            self.assertEqual(connection.get("/healthz").status, 200)

    def refused(self, handed, **config):
        """The log of a daemon that must exit with the status of a bad configuration."""
        file = write_config(self.new_directory(), self.new_database().url, **config)
        daemon = Daemon(file, wait=False, handed=handed)
        self.addCleanup(daemon.kill)
        self.assertEqual(daemon.wait(), 78)
        return "\n".join(daemon.log())


class OfItsOwn(Sockets):
    def test_socket_files_are_created_with_their_mode_and_removed_at_the_end(self):
        directory = self.new_directory()
        admin, app = f"{directory}/admin.sock", f"{directory}/app.sock"
        daemon = self.start(admin=[{"socket": admin}, {"socket": app, "mode": "0666", "permits": ["read"]}])
        self.assertEqual(stat.S_IMODE(os.stat(admin).st_mode), 0o660)
        self.assertEqual(stat.S_IMODE(os.stat(app).st_mode), 0o666)
        self.assert_healthy(admin)
        self.assert_healthy(app)
        self.assert_alive(daemon)
        self.stop(daemon)
        self.assertEqual(os.listdir(directory), [])

    def test_the_socket_file_of_a_killed_daemon_does_not_prevent_the_next_start(self):
        path = f"{self.new_directory()}/admin.sock"
        self.start(admin=[{"socket": path}]).kill()
        self.assertTrue(os.path.exists(path))
        self.start(on=self.database, admin=[{"socket": path}])
        self.assert_healthy(path)

    def test_a_second_daemon_does_not_take_the_socket_of_the_first(self):
        path = f"{self.new_directory()}/admin.sock"
        self.start(admin=[{"socket": path}])
        file = write_config(self.new_directory(), self.database.url, admin=[{"socket": path}])
        second = Daemon(file, wait=False)
        self.addCleanup(second.kill)
        self.assertEqual(second.wait(), 1)
        self.assertIn(path, "\n".join(second.log()))
        self.assert_healthy(path)

    def test_the_operations_listener_is_off_unless_it_is_configured(self):
        daemon = self.start()
        self.assertFalse([line for line in daemon.log() if "listener=operations" in line])
        daemon = self.start(on=self.database, operations={"listen": ["127.0.0.1:0"]})
        self.assert_healthy(daemon.port_of("operations"))


class HandedOver(Sockets):
    def test_each_listener_serves_the_socket_of_its_name_and_opens_none_of_its_own(self):
        path = f"{self.new_directory()}/admin.sock"
        for names in (("webhook", "admin", "operations"),
                      ("tokenledgerd.socket", "tokenledgerd-admin.socket", "tokenledgerd-operations.socket")):
            webhook, admin, operations = self.new_socket(), self.new_socket(path), self.new_socket()
            # The configured port is taken, so the start fails if the daemon tries to open it.
            taken = f"127.0.0.1:{self.new_socket().getsockname()[1]}"
            daemon = self.start(handed=list(zip(names, (webhook, admin, operations))),
                                webhook={"listen": [taken]}, operations={"listen": [taken]})
            self.assertEqual(daemon.port, webhook.getsockname()[1])
            self.assert_alive(daemon)
            self.assert_healthy(path)
            self.assert_healthy(operations.getsockname()[1])
            self.stop(daemon)
            self.assertTrue(os.path.exists(path), "the daemon must not remove a socket of systemd")
            os.unlink(path)

    def test_a_connection_opened_before_the_daemon_starts_is_served(self):
        webhook = self.new_socket()
        with Connection(webhook.getsockname()[1]) as early:
            daemon = self.start(handed=[("webhook", webhook)])
            self.assert_alive(daemon)
            self.assertEqual(early.request("/elsewhere").status, 404)

    def test_admin_sockets_are_matched_to_listeners_by_path_then_by_name(self):
        directory = self.new_directory()
        paths = [f"{directory}/{name}" for name in ("one", "two", "three")]
        first, second = self.new_socket(paths[0]), self.new_socket(f"{directory}/elsewhere")
        daemon = self.start(handed=[("anything", first), ("two", second)],
                            admin=[{"socket": path} for path in paths])
        for path in (paths[0], f"{directory}/elsewhere", paths[2]):
            self.assert_healthy(path)
        self.assertFalse(os.path.exists(paths[1]), "its socket was handed over")
        daemon.wait_for_line(f"listener=two address={directory}/elsewhere")

    def test_a_handed_over_socket_without_a_listener_prevents_the_start(self):
        admin = [{"socket": f"{self.new_directory()}/{name}.sock"} for name in ("one", "two")]
        path = f"{self.new_directory()}/admin.sock"
        self.assertIn("no listener has this name or path", self.refused([("typo", self.new_socket())]))
        self.assertIn("no listener has this name or path",
                      self.refused([("admin", self.new_socket(path))], admin=admin))

    def test_an_admin_socket_that_is_not_a_unix_socket_is_refused(self):
        self.assertIn("no listener has this name or path", self.refused([("admin", self.new_socket())]))

    def test_a_socket_that_does_not_listen_is_refused(self):
        with socket.socket(socket.AF_INET) as idle:
            self.assertIn("no listening stream socket", self.refused([("webhook", idle)]))


class Restart(Sockets):
    def test_a_restart_behind_a_handed_over_socket_loses_no_request(self):
        webhook = self.new_socket()
        first = self.start(handed=[("webhook", webhook)])
        bought = [purchase() for _ in range(20)]
        self.assert_reply(first.post(bought[0]), 200, "applied", bought[0])
        self.stop(first)
        # No daemon runs, but the socket exists: connections wait.
        waiting = [Connection(webhook.getsockname()[1]) for _ in range(5)]
        second = self.start(on=self.database, handed=[("webhook", webhook)])
        for connection in waiting:
            with connection:
                self.assertEqual(connection.request("/elsewhere").status, 404)
        for event in bought[1:]:
            self.assert_reply(second.post(event), 200, "applied", event)


if __name__ == "__main__":
    unittest.main()
