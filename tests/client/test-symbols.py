#!/usr/bin/env python3
# test-symbols.py - the library exports what symbols.txt lists, and nothing else
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-symbols.py LIBRARY SYMBOLS
import subprocess
import sys

from ouioe_testing import run_tests


def exported(library):
    text = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", library], check=True, stdout=subprocess.PIPE,
                          text=True).stdout
    return {line.split()[0].split("@")[0] for line in text.splitlines()}


def listed(path):
    with open(path) as lines:
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def test_no_symbol_was_removed():
    gone = sorted(set(listed(sys.argv[2])) - exported(sys.argv[1]))
    assert not gone, "programs that are already built need these: " + " ".join(gone)


def test_every_symbol_is_listed():
    new = sorted(exported(sys.argv[1]) - set(listed(sys.argv[2])))
    assert not new, "not in the list: " + " ".join(new)


def test_list_is_in_order():
    names = listed(sys.argv[2])
    assert names == sorted(set(names)), "sort it with LC_ALL=C sort -u"


def test_all_names_are_ours():
    strange = [name for name in exported(sys.argv[1]) if not name.startswith("ouioe_")]
    assert not strange, strange


if __name__ == "__main__":
    run_tests([(name[5:].replace("_", "-"), value) for name, value in sorted(globals().items()) if name.startswith("test_")])
