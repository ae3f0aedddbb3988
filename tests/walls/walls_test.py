"""The walls between the folders: a forbidden include must not compile, and the error must say why.

Each probe is compiled with the command of one of the target's own files, from compile_commands.json.
"""
import os
import subprocess
import tempfile
import unittest

import compile_commands

# By library: the message of its wall, and headers to try: the main one, and some that could be included directly.
LIBRARIES = {
    "pqxx": ("libpqxx is seen by one file only",
             ["pqxx/pqxx", "pqxx/connection", "pqxx/nontransaction", "pqxx/result", "pqxx/strconv",
              "pqxx/except"]),
    "asio": ("Asio belongs to daemon/",
             ["boost/asio.hpp", "boost/asio/io_context.hpp", "boost/asio/ip/tcp.hpp",
              "boost/asio/steady_timer.hpp", "boost/asio/post.hpp", "boost/asio/ssl.hpp"]),
    "beast": ("Beast belongs to daemon/",
              ["boost/beast.hpp", "boost/beast/core.hpp", "boost/beast/http.hpp",
               "boost/beast/core/flat_buffer.hpp", "boost/beast/http/status.hpp"]),
    "rapidjson": ("RapidJSON is seen by json/ only",
                  ["rapidjson/rapidjson.h", "rapidjson/reader.h", "rapidjson/document.h",
                   "rapidjson/writer.h", "rapidjson/stringbuffer.h", "rapidjson/error/en.h"]),
    "prometheus": ("prometheus-cpp belongs to daemon/",
                   ["prometheus/registry.h", "prometheus/counter.h", "prometheus/histogram.h", "prometheus/family.h",
                    "prometheus/text_serializer.h"]),
}

# target: (libraries behind a wall, headers of other folders out of its reach, headers that it may include)
TARGETS = {
    "tokenledger_base": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["ledger/command.hpp", "ledger/writer.hpp", "webhook/event.hpp", "admin/route.hpp", "json/tree.hpp",
         "config/config.hpp"],
        ["base/nearest.hpp", "base/text.hpp", "base/time.hpp"]),
    "tokenledger_ledger_api": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["ledger/writer.hpp", "ledger/postgres.hpp", "webhook/event.hpp", "admin/route.hpp", "json/tree.hpp",
         "config/config.hpp"],
        ["ledger/command.hpp", "base/text.hpp"]),
    "tokenledger_ledger": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/event.hpp", "webhook/signature.hpp", "admin/route.hpp", "json/tree.hpp", "config/config.hpp"],
        ["ledger/command.hpp", "core/plan.hpp", "ledger/writer.hpp"]),
    "tokenledger_pg": (
        ["asio", "beast", "rapidjson", "prometheus"],
        ["webhook/event.hpp", "config/config.hpp"],
        ["pqxx/pqxx", "writer/store.hpp"]),
    "tokenledger_postgres": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/event.hpp", "config/config.hpp"],
        ["ledger/postgres.hpp"]),
    "tokenledger_json": (
        ["pqxx", "asio", "beast", "prometheus"],
        ["webhook/event.hpp", "ledger/command.hpp", "config/config.hpp"],
        ["json/tree.hpp", "json/writer.hpp", "rapidjson/reader.h"]),
    "tokenledger_webhook": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["writer/store.hpp", "core/plan.hpp", "ledger/postgres.hpp", "ledger/writer.hpp", "admin/route.hpp",
         "config/config.hpp"],
        ["ledger/command.hpp", "ledger/command_sink.hpp", "webhook/translate.hpp", "webhook/event_types.hpp",
         "json/tree.hpp"]),
    "tokenledger_admin_api": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/event.hpp", "writer/store.hpp", "ledger/postgres.hpp", "admin/translate.hpp", "json/tree.hpp",
         "config/config.hpp"],
        ["ledger/command.hpp", "ledger/lists.hpp", "admin/route.hpp"]),
    "tokenledger_admin": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/event.hpp", "writer/store.hpp", "core/plan.hpp", "ledger/postgres.hpp", "ledger/writer.hpp",
         "config/config.hpp"],
        ["ledger/command.hpp", "ledger/command_sink.hpp", "ledger/reader.hpp", "admin/route.hpp", "json/tree.hpp"]),
    "tokenledger_openapi": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/event.hpp", "writer/store.hpp", "core/plan.hpp", "ledger/postgres.hpp", "ledger/writer.hpp",
         "config/config.hpp"],
        ["ledger/lists.hpp", "ledger/reader.hpp", "admin/route.hpp", "reply/views.hpp", "json/tree.hpp"]),
    "tokenledger_ctl_text": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/signature.hpp", "writer/store.hpp", "ledger/postgres.hpp", "config/config.hpp"],
        ["base/text.hpp", "base/screen.hpp", "json/tree.hpp"]),
    "tokenledger_ctl_http": (
        ["pqxx", "rapidjson", "prometheus"],
        ["webhook/signature.hpp", "ledger/command.hpp", "json/tree.hpp", "config/config.hpp"],
        ["boost/beast/http/parser.hpp"]),
    "tokenledger_ctl": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["webhook/signature.hpp", "writer/store.hpp", "ledger/postgres.hpp", "admin/translate.hpp",
         "request/parameters.hpp", "config/config.hpp"],
        ["json/tree.hpp", "client/http_exchange.hpp", "ledger/names.hpp", "admin/route.hpp", "base/nearest.hpp"]),
    "tokenledger_config": (
        ["pqxx", "asio", "beast", "rapidjson", "prometheus"],
        ["writer/store.hpp", "ledger/postgres.hpp"],
        ["config/config.hpp", "webhook/catalog.hpp"]),
    "tokenledger_daemon": (
        ["pqxx", "rapidjson"],
        ["core/plan.hpp", "writer/store.hpp", "pg/connection.hpp", "codec/command.hpp", "request/parameters.hpp"],
        ["boost/asio/io_context.hpp", "boost/beast/http/message.hpp", "prometheus/registry.h", "config/config.hpp",
         "webhook/translate.hpp", "ledger/writer.hpp", "ledger/postgres.hpp"]),
    "tokenledgerd": (
        ["pqxx", "rapidjson"],
        ["core/plan.hpp", "writer/store.hpp"],
        ["config/config.hpp", "ledger/postgres.hpp"]),
}


def command_of(target):
    return compile_commands.command_of(f"a file of {target}",
                                       lambda entry: f"CMakeFiles/{target}.dir/" in entry["command"])


def compile_include(target, header, mode):
    """The compiler's result for a file that includes the header; `mode` is -E or -fsyntax-only."""
    command, directory = command_of(target)
    with tempfile.TemporaryDirectory() as scratch:
        probe = os.path.join(scratch, "probe.cpp")
        with open(probe, "w", encoding="ascii") as file:
            file.write(f"#include <{header}>\n")
        return subprocess.run([*command, mode, "-Wfatal-errors", "-o", os.devnull, probe], cwd=directory,
                              env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False)


class Walls(unittest.TestCase):
    maxDiff = None


def add(name, function):
    setattr(Walls, "test_" + name.replace("/", "_").replace(".", "_"), function)


def stops_at_the_wall(target, library):
    def test(self):
        reason, headers = LIBRARIES[library]
        for header in headers:
            with self.subTest(header=header):
                said = compile_include(target, header, "-E")
                self.assertNotEqual(said.returncode, 0, f"{target} can include <{header}>")
                self.assertIn("wall: ", said.stderr)
                self.assertIn(reason, said.stderr)
    return test


def cannot_see(target, header):
    def test(self):
        said = compile_include(target, header, "-E")
        self.assertNotEqual(said.returncode, 0, f"{target} can include <{header}>")
        self.assertIn(f"{header}: No such file or directory", said.stderr)
    return test


def compiles(target, header):
    def test(self):
        said = compile_include(target, header, "-fsyntax-only")
        self.assertEqual(said.returncode, 0, said.stderr)
    return test


for _target, (_walled, _hidden, _allowed) in TARGETS.items():
    for _library in _walled:
        add(f"{_target}_stops_at_the_wall_of_{_library}", stops_at_the_wall(_target, _library))
    for _header in _hidden:
        add(f"{_target}_cannot_see_{_header}", cannot_see(_target, _header))
    for _header in _allowed:
        add(f"{_target}_may_include_{_header}", compiles(_target, _header))

if __name__ == "__main__":
    compile_commands.main()
