#!/usr/bin/env python3
# check-bus-xml.py - every member of the bus interface is documented, with its arguments and since when
#
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import sys
import xml.etree.ElementTree as tree


def described(comment, word):
    """The text behind "@word:", up to the next of its kind or an empty line."""
    found = re.search(rf"^\s*@{word}:(.*?)(?=^\s*@\w+:|^\s*$|\Z)", comment, re.MULTILINE | re.DOTALL)
    return found.group(1).strip() if found else ""


def prose(comment):
    return re.sub(r"^\s*(@\w+:.*|[\w.]+:)$", "", comment, flags=re.MULTILINE).strip()


def check(path):
    root = tree.parse(path, tree.XMLParser(target=tree.TreeBuilder(insert_comments=True))).getroot()
    problems, members = [], 0

    def check_one(element, comment, where):
        name = element.get("name")
        if not re.match(rf"\s*{re.escape(name)}:", comment or ""):
            problems.append(f"{where}{name}: has no comment of its own")
            return
        if not described(comment, "since"):
            problems.append(f"{where}{name}: does not say since when")
        if not prose(comment):
            problems.append(f"{where}{name}: does not say what it is")
        for argument in element.findall("arg"):
            if not described(comment, argument.get("name")):
                problems.append(f"{where}{name}: argument {argument.get('name')} is not described")

    def walk(parent, where):
        nonlocal members
        comment = None
        for child in parent:
            if child.tag is tree.Comment:
                comment = child.text
            elif child.tag in ("interface", "method", "signal", "property"):
                members += 1
                check_one(child, comment, where)
                comment = None
                if child.tag == "interface":
                    walk(child, child.get("name") + ".")

    walk(root, "")
    return members, problems


count, found = check(sys.argv[1])
for problem in found:
    print(problem)
print(f"{count} members, {len(found)} problems")
sys.exit(1 if found or count < 20 else 0)
