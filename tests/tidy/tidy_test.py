"""The rules of the house style that a program can check. CONTRIBUTING.md has all of them."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = (".ci", "admin", "base", "bench", "cmake", "ctl", "daemon", "debian", "docs", "json", "ledger",
           "migrations", "systemd", "tests", "tools", "webhook")
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "build", ".git"}
CPP = {".cpp", ".hpp"}
CODE = CPP | {".py", ".bash", ".sh", ".sql", ".cmake"}
MAX_LINES = 400
MAX_COLUMNS = 110  # of C++, as .clang-format says
MAX_COLUMNS_OF_SCRIPTS = 120  # one statement of a shell or of CMake is hard to break
RAW_STRING = re.compile(r'R"(\w*)\(.*?\)\1"', re.DOTALL)
CONTROL = re.compile(r"(\s*)(?:if (?:constexpr )?|for |while )\(.*\)( \{)?$")
CLANG_FORMAT_VERSION = "14"  # another one formats differently


# The rooms that a room's files may include, besides their own and base/. A room is a folder below ledger/, daemon/ or
# admin/; cmake/walls.cmake checks the includes between these three.
ROOMS = {
    "ledger/api": (),
    "ledger/engine": ("api",),
    "ledger/codec": ("api",),
    "ledger/core": ("api", "codec"),
    "ledger/writer": ("api", "engine", "codec", "core"),
    "ledger/pg": ("api", "engine"),
    "ledger/schema": ("engine", "pg", "postgres/queue_counts.hpp"),
    "ledger/postgres": ("api", "engine", "codec", "core", "writer", "pg"),
    "ledger/reader": ("api", "engine", "core", "pg", "postgres"),
    "ledger/verify": ("api", "engine", "codec", "core", "pg", "postgres"),
    "ledger/rebuild": ("engine", "codec", "core", "writer", "pg", "postgres"),
    "ledger/retention": ("engine", "pg", "postgres"),
    "daemon/config": (),
    "daemon/sockets": ("config",),
    "daemon/system": ("config", "http/service.hpp"),  # the metrics name the faults of a request
    "daemon/http": ("config", "sockets", "system"),
    "daemon/services": ("config", "http", "system"),
    "daemon/commands": ("config", "services", "system"),
    "admin/api": (),
    "admin/include": ("api",),
    "admin/request": ("api", "include"),
    "admin/reply": ("api", "include"),
    "admin/openapi": ("api", "include", "reply/views.hpp"),
}
INCLUDE_ROOTS = ("base/include", "json/include", "webhook/api", "webhook/include", "ledger/api", "ledger/engine",
                 "admin/api", "admin/include")


def room_of(path):
    return "/".join(path.parts[:2]) if path.parts[0] in ("ledger", "daemon", "admin") and len(path.parts) > 2 else None


def included_files(path, text):
    """The project's files that a file includes."""
    for name in re.findall(r'^#include "([^"]+)"', text, re.MULTILINE):
        for root in (*INCLUDE_ROOTS, path.parts[0]):
            if (ROOT / root / name).exists():
                yield pathlib.Path(root, name)
                break


def text_files():
    """Every file of the project as (path from the root, text); binary files are left out."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        for directory, folders, names in os.walk(ROOT / folder):
            folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
            found += [pathlib.Path(directory, name) for name in sorted(names)]
    for path in found:
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


FILES = list(text_files())


def is_code(path, text):
    return path.suffix in CODE or path.name == "CMakeLists.txt" or text.startswith("#!")


def lines_where(condition, choose=lambda path, text: True):
    """"file:line: text" for every line that meets the condition, in the files that are chosen."""
    return [f"{path}:{number}: {line.strip()[:100]}"
            for path, text in FILES if choose(path, text)
            for number, line in enumerate(text.splitlines(), 1) if condition(line)]


def includes(pattern, choose):
    matcher = re.compile(r'\s*#\s*include\s*[<"]' + pattern)
    return lines_where(matcher.match, lambda path, _: path.suffix in CPP and choose(path))


class Tidy(unittest.TestCase):
    maxDiff = None

    def assert_none(self, found, rule):
        self.assertFalse(found, "\n".join([rule, *found]))

    def test_the_files_of_the_project_are_found(self):
        self.assertIn(pathlib.Path("README.md"), [path for path, _ in FILES])
        self.assertGreater(sum(path.suffix in CPP for path, _ in FILES), 20)

    def test_libpqxx_is_included_by_one_file(self):
        self.assert_none(includes("pqxx/", lambda path: path != pathlib.Path("ledger/pg/connection.cpp")),
                         "only ledger/pg/connection.cpp includes libpqxx")

    def test_asio_and_beast_are_included_by_the_daemon_and_the_http_client_alone(self):
        client = pathlib.Path("ctl/client/http_exchange.cpp")  # a program of its own, which needs an HTTP parser
        self.assert_none(includes("boost/(asio|beast)", lambda path: path != client and path.parts[0] in
                                  ("webhook", "admin", "base", "ctl", "json", "ledger")),
                         "Asio and Beast belong to daemon/")

    def test_rapidjson_is_included_by_json_alone(self):
        self.assert_none(includes("rapidjson/", lambda path: path.parts[0] != "json"),
                         "only json/ includes RapidJSON")

    def test_ledger_and_daemon_include_no_json(self):
        self.assert_none(includes("json/", lambda path: path.parts[0] in ("ledger", "daemon")),
                         "wire formats belong to webhook/ and admin/")

    def test_a_room_includes_only_the_rooms_that_its_rule_allows(self):
        found, looked_at = [], set()
        for path, text in FILES:
            room = room_of(path)
            if path.suffix not in CPP or room is None:
                continue
            looked_at.add(room)
            top = path.parts[0]
            for other in included_files(path, text):
                if other.parts[0] != top or room_of(other) in (room, None):
                    continue
                within = other.relative_to(top)
                if within.parts[0] not in ROOMS[room] and str(within) not in ROOMS[room]:
                    found.append(f"{path} includes {other}")
        self.assertEqual(looked_at, set(ROOMS), "every room has a rule, and every rule a room")
        self.assert_none(found, "which room may look into which: ROOMS in this file")

    def test_no_include_begins_with_a_parent_folder(self):
        self.assert_none(includes(r"\.\./", lambda path: True), "an include with ../ goes round the walls")

    def test_a_cpp_file_opens_with_a_comment(self):
        self.assert_none([str(path) for path, text in FILES
                          if path.suffix in CPP and not text.startswith("// ")],
                         "the first lines of a file say what lives in it")

    def test_a_header_is_included_once(self):
        self.assert_none([str(path) for path, text in FILES
                          if path.suffix == ".hpp" and "#pragma once" not in text],
                         "a header has #pragma once")

    def test_a_single_statement_has_no_braces_and_a_nested_one_has(self):
        found = []
        for path, text in FILES:
            lines = text.split("\n") if path.suffix in CPP else []
            for number, (line, body, end) in enumerate(zip(lines, lines[1:], lines[2:]), 1):
                head = CONTROL.match(line)
                if head and head[2] == " {" and body.endswith(";") and end == head[1] + "}":
                    found.append(f"{path}:{number}: braces around one line")
                if head and not head[2] and CONTROL.match(body):
                    found.append(f"{path}:{number}: no braces around a statement with a body of its own")
                if re.match(r"\s*(else\b.*\{|\} else( if .*\))?)$", line):
                    found.append(f"{path}:{number}: braces in one branch only")
        self.assert_none(found, "one style of braces: CONTRIBUTING.md")

    def test_no_file_is_too_long(self):
        self.assert_none([f"{path}: {text.count(chr(10))} lines" for path, text in FILES
                          if is_code(path, text) and text.count("\n") > MAX_LINES],
                         f"a file has at most {MAX_LINES} lines; one that needs more holds two things")

    def test_no_line_is_too_long(self):
        # Left out: SQL (a COMMENT is one string, and a migration does not change once it is applied), and the
        # text inside C++ raw strings.
        found = []
        for path, text in FILES:
            if not is_code(path, text) or path.suffix == ".sql":
                continue
            code = RAW_STRING.sub(lambda match: "\n" * match.group().count("\n"), text)
            found += [f"{path}:{number}: {len(line)} characters"
                      for number, line in enumerate(code.splitlines(), 1)
                      if len(line) > (MAX_COLUMNS if path.suffix in CPP else MAX_COLUMNS_OF_SCRIPTS)]
        self.assert_none(found, "a line of code is too long")

    def test_no_tabs(self):
        makefile = pathlib.Path("debian/rules")
        self.assert_none(lines_where(lambda line: "\t" in line,
                                     lambda path, _: path != makefile and path.suffix != ".go"), "blanks, not tabs")

    def test_no_blanks_at_the_end_of_a_line(self):
        self.assert_none(lines_where(lambda line: line != line.rstrip()),
                         "no blanks at the end of a line")

    def test_no_machine_paths(self):
        # Written so that this file does not match itself.
        machine = re.compile(r"(^|[^A-Za-z0-9_.-])/(wor[k]|far[m])/|/roo[t]/|/home/[a-z]")
        self.assert_none(lines_where(machine.search), "a path of one machine means nothing on another")

    def test_no_package_hosts(self):
        hosts = re.compile(r'(deb|security|snapshot)\.debian\.or[g]|registry\.npmjs\.or[g]|pypi\.or[g]'
                           r'|"resolved": *"https?:')
        self.assert_none(lines_where(hosts.search), "where packages come from is the machine's business")

    def test_migrations_are_named_by_time_and_record_themselves(self):
        seen = {}
        for path, text in FILES:
            # A numbered file is a migration; the other files are for the operator.
            if path.parts[0] != "migrations" or not path.name[0].isdigit():
                continue
            with self.subTest(file=str(path)):
                self.assertRegex(path.name, r"^\d{14}_[a-z0-9]+(_[a-z0-9]+)*\.sql$")
                version = path.name[:14]
                self.assertNotIn(version, seen, "two migrations of one version")
                seen[version] = path
                statements = [part for part in re.sub(r"--[^\n]*", "", text).split(";") if part.strip()]
                self.assertIn("tokenledger.schema_migrations", statements[-1])
                self.assertIn(f"'{version}'", statements[-1], "the last statement records the version")
        self.assertTrue(seen, "no migration was found")

    def test_scripts_are_executable_and_well_formed(self):
        for path, text in FILES:
            if not text.startswith("#!") or path.parts[0] not in ("tools", ".ci", "debian"):
                continue
            with self.subTest(file=str(path)):
                self.assertTrue(os.access(ROOT / path, os.X_OK), "a script needs its run bit")
                if "bash" in text.splitlines()[0]:
                    said = subprocess.run(["bash", "-n", str(ROOT / path)], capture_output=True, text=True,
                                          check=False)
                    self.assertEqual(said.returncode, 0, said.stderr)
                    self.assertIn("set -euo pipefail", text)

    def test_proxies_pass_every_body_that_the_daemon_accepts(self):
        page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
        taken = int(re.search(r"^\| `max_body_bytes` \| integer \| `(\d+)`", page, re.MULTILINE).group(1))
        # Caddy has decimal and binary units, nginx only binary ones, of one letter.
        units = {"KB": 10**3, "MB": 10**6, "KiB": 2**10, "MiB": 2**20, "k": 2**10, "m": 2**20, "": 1}
        for name, directive in (("Caddyfile", "max_size"), ("nginx.conf", "client_max_body_size")):
            with self.subTest(file=name):
                text = (ROOT / "docs/proxy" / name).read_text(encoding="utf-8")
                sizes = re.findall(rf"{directive}\s+(\d+)([A-Za-z]*)", text)
                self.assertTrue(sizes, f"{name} says {directive}")
                for number, unit in sizes:
                    self.assertGreaterEqual(int(number) * units[unit], taken)

    def test_cpp_is_formatted(self):
        program = shutil.which(f"clang-format-{CLANG_FORMAT_VERSION}") or shutil.which("clang-format")
        if not program:
            self.skipTest("clang-format is not installed")
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        if not re.search(rf"version {CLANG_FORMAT_VERSION}\.", version):
            self.skipTest(f"only version {CLANG_FORMAT_VERSION} decides, here is {version.strip()}")
        files = [str(path) for path, _ in FILES if path.suffix in CPP]
        said = subprocess.run([program, "--dry-run", "--Werror", *files], cwd=ROOT, capture_output=True,
                              text=True, check=False)
        wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error:", said.stderr, re.MULTILINE)))
        self.assert_none(wrong, "run clang-format -i on these")


if __name__ == "__main__":
    unittest.main()
