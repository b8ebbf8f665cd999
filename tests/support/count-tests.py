# count-tests.py - the counts of a test run: every TAP subtest, every case of the black-box suite
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: count-tests.py BUILD-DIRECTORY [JUNIT-FILE]

Reads meson-logs/testlog.json of the build directory and, when it is there, a JUnit file of pytest. Prints
`N passed, N failed, N skipped` and leaves with 1 when something failed or nothing ran."""
import json
import os
import re
import sys
import xml.etree.ElementTree as ET

TAP = re.compile(r"^(not )?ok\b[^#]*(?:#\s*(skip|todo)\b)?", re.IGNORECASE)


def count_meson(path, counts):
    """A program that fails beyond what its subtests told (a crash, a timeout, a leak) is one more failure."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            test = json.loads(line)
            passed = failed = skipped = 0
            for row in (test.get("stdout") or "").splitlines():
                match = TAP.match(row)
                if match is None:
                    continue
                if (match.group(2) or "").lower() == "skip":
                    skipped += 1
                elif match.group(1):
                    failed += 1
                else:
                    passed += 1
            good = test["result"] in ("OK", "EXPECTEDFAIL")
            if test["result"] == "SKIP":
                skipped = max(skipped, 1)
            elif not good and failed == 0:
                failed = 1
                print("failed: %s (%s)" % (test["name"], test["result"]))
            elif passed + failed + skipped == 0:
                passed = 1
            counts[0] += passed
            counts[1] += failed
            counts[2] += skipped


def count_junit(path, counts):
    for case in ET.parse(path).iter("testcase"):
        children = {child.tag for child in case}
        if children & {"failure", "error"}:
            counts[1] += 1
        elif "skipped" in children:
            counts[2] += 1
        else:
            counts[0] += 1


def main():
    counts = [0, 0, 0]
    log = os.path.join(sys.argv[1], "meson-logs", "testlog.json")
    if os.path.exists(log):
        count_meson(log, counts)
    else:
        counts[1] += 1
        print("failed: %s was not written" % log)
    if len(sys.argv) > 2 and os.path.exists(sys.argv[2]):
        count_junit(sys.argv[2], counts)
    print("%d passed, %d failed, %d skipped" % tuple(counts))
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    sys.exit(main())
