# lint-sources.py - the rules of the house that no compiler checks
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at every text file below the current directory but the build directories; prints file:line of what is wrong."""
import os
import re
import sys

SOURCES = (".c", ".h", ".py", ".build", ".sql", ".sh")
MAX_COLUMNS = {".c": 128, ".h": 140}    # a declaration with its comment may stay on one line
MAX_LINES = 600                         # beyond, a file is asking to become two; told, not refused
# Spelled so that this file does not find itself.
MARKS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
PLACES = re.compile(r"/(?:wo" r"rk|ro" r"ot)/")
GOTO = re.compile(r"^\s*go" r"to\s+\w+;")
ERROR_CALL = re.compile(r"\bg_er" r"ror \(")


def files():
    for folder, folders, names in os.walk("."):
        folders[:] = sorted(d for d in folders if d not in (".git", "__pycache__", "LICENSES")
                            and not (folder == "." and d.startswith("build")))
        for name in sorted(set(names) - {".git"}):
            yield os.path.relpath(os.path.join(folder, name))


def is_source(path, text):
    return path.endswith(SOURCES) or text.startswith("#!")


def check(path, text):
    lines = text.splitlines()
    c = path.endswith((".c", ".h"))
    if is_source(path, text) and "SPDX-License-" "Identifier:" not in "\n".join(lines[:8]):
        yield 1, "no SPDX line"
    if c and not lines[0].startswith("/* %s - " % os.path.basename(path)):
        yield 1, "does not begin with its name and purpose"
    for number, line in enumerate(lines, 1):
        if MARKS.search(line):
            yield number, "unfinished"
        if PLACES.search(line):
            yield number, "path of one machine"
        if line.rstrip() != line and not path.endswith(".md"):
            yield number, "white space at the end"
        if not c:
            continue
        if len(line) > MAX_COLUMNS[path[-2:]]:
            yield number, "%d columns" % len(line)
        if "\t" in line:
            yield number, "tab"
        if GOTO.match(line):
            yield number, "goto"
        if ERROR_CALL.search(line) and not path.startswith("tests/"):
            yield number, "aborts the program"


def main():
    wrong = 0
    for path in files():
        with open(path, "rb") as file:
            data = file.read()
        if path.startswith("tests/") and ("/corpus" in path or "/data/" in path):
            continue
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            continue    # pictures
        if not text:
            continue
        if is_source(path, text) and text.count("\n") > MAX_LINES:
            print("%s: %d lines: is it one thing?" % (path, text.count("\n")))
        for number, what in check(path, text):
            print("%s:%d: %s" % (path, number, what))
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
