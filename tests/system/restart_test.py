"""SIGHUP: every setting marked "restart" keeps its value, and log and status line name it."""

import os
import re

import settings_page
from daemon_process import CATALOG, write_config
from harness import SystemTest
from notify_test import Manager

KEPT = re.compile(r"not changed by a reload: restart key=(\S+)")


def without_warning(status):
    """The status line without its warning about the settings of the test server, which has fsync off."""
    return status.partition("; warning: ")[0]


class Restart(SystemTest):
    def setUp(self):
        self.directory = self.new_directory()
        self.manager = Manager(self.new_directory())
        self.addCleanup(self.manager.close)
        self.listener = {"socket": os.path.join(self.directory, "admin.sock")}
        self.daemon = self.start(admin=[self.listener], environment={"NOTIFY_SOCKET": self.manager.path})
        self.manager.until("READY")

    def changed(self, name, default):
        """The configuration with another value of this setting."""
        table, key = name.rsplit(".", 1)
        others = {"database.url": self.database.url + "&connect_timeout=9" if "?" in self.database.url
                  else self.database.url + "?connect_timeout=9",
                  "database.migrate_url": "postgresql:///elsewhere", "webhook.listen": ["[::1]:0"],
                  "admin.listener.socket": self.listener["socket"] + "2", "admin.listener.name": "other",
                  "admin.listener.mode": "0600", "admin.listener.group": "daemon",
                  "operations.listen": ["127.0.0.1:0"]}
        value = others[name] if name in others else int(default) + 1
        if name == "database.url":
            return {"database_url": value}
        if table == "admin.listener":
            return {"admin": [{**self.listener, key: value}]}
        if table == "admin":
            return {"catalog": f"{CATALOG}\n[admin]\n{key} = {value}\n"}
        return {table: {key: value}}

    def reload(self, **config):
        """Returns the settings that the log names, and the status line."""
        write_config(os.path.dirname(self.config),
                     **{"database_url": self.database.url, "admin": [self.listener], **config})
        said = self.daemon.reload()
        self.manager.until("RELOADING", "1")
        self.manager.until("READY", "1")
        status = self.manager.until("STATUS", "Ready")[-1]["STATUS"]
        return KEPT.findall(said), status, said

    def test_every_setting_marked_restart_is_named_in_log_and_status_line_when_it_has_changed(self):
        settings = settings_page.rows("restart")
        self.assertGreater(len(settings), 20)
        for name, row in settings.items():
            with self.subTest(name):
                kept, status, said = self.reload(**self.changed(name, row["default"]))
                self.assertEqual(kept, [name], said)
                self.assertTrue(without_warning(status).endswith(f"; a restart is needed for {name}"), status)
        kept, status, said = self.reload(webhook={"max_connections": 9}, database={"max_batch": 9})
        self.assertEqual(kept, ["database.max_batch", "webhook.max_connections"], said)
        self.assertTrue(without_warning(status).endswith(
            "; a restart is needed for database.max_batch, webhook.max_connections"), status)
        kept, status, said = self.reload()
        self.assertEqual(kept, [], said)
        self.assertRegex(without_warning(status), r" in the queue$")
        self.assert_alive(self.daemon)
