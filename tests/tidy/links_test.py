"""Links between pages are valid, in the tree and in the installed documentation."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TOKENLEDGER_BUILD_DIR", ROOT / "build" / "dev"))
SKIPPED_FOLDERS = {"build", "trial", "node_modules", ".git"}
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def pages_in(folder):
    return [path for path in sorted(folder.rglob("*.md"))
            if not SKIPPED_FOLDERS.intersection(path.relative_to(folder).parts)]


def anchors_in(page):
    """The anchors of the page's headings, as a link names them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL),
                          re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(folder):
    """"page: link" for every relative link that leads nowhere, or out of the folder."""
    found = []
    for page in pages_in(folder):
        text = CODE.sub(lambda code: "" if code.group().startswith("```") else "code", page.read_text(encoding="utf-8"))
        for link in LINK.findall(text):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            leads = target.exists() and target.is_relative_to(folder.resolve())
            if not leads or (anchor and target.suffix == ".md" and anchor not in anchors_in(target)):
                found.append(f"{page.relative_to(folder)}: {link}")
    return found


class Links(unittest.TestCase):
    maxDiff = None

    def test_links_in_the_tree_are_valid(self):
        self.assertGreater(len(pages_in(ROOT)), 20)
        self.assertEqual(broken_links(ROOT), [])

    def test_links_in_the_installed_documentation_are_valid(self):
        with tempfile.TemporaryDirectory() as staging:
            # The rules of CMakeLists.txt say what is installed; pages need no build.
            done = subprocess.run(["cmake", "--install", BUILD, "--component", "documentation", "--prefix", staging],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(len(pages_in(pathlib.Path(staging))), 10)
            self.assertEqual(broken_links(pathlib.Path(staging)), [])

    def test_a_broken_link_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, "page.md")
            page.write_text("# A `title`, here\n"
                            "[a](page.md#a-title-here) [b](page.md#b) [c](c.md) [d](../d) `[e](e.md)`\n")
            self.assertEqual(broken_links(pathlib.Path(folder)),
                             ["page.md: page.md#b", "page.md: c.md", "page.md: ../d"])


if __name__ == "__main__":
    unittest.main()
