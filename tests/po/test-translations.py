#!/usr/bin/env python3
# test-translations.py - nothing that people read is left out of the catalogues, or of German
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-translations.py SOURCES with-ui|without-ui XGETTEXT [ITS ARGUMENTS]
#
# without-ui: what describes user interfaces is left out, as only GTK's headers tell xgettext how to read that.
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from ouioe_testing import TIMEOUT, run_tests  # noqa: E402

ROOT, UI, XGETTEXT = sys.argv[1], sys.argv[2], sys.argv[3]
ARGUMENTS = sys.argv[4:]

FOLDERS = ("cli", "daemon", "data", "inspector", "lib")
COMPLETE = ("de",)    # languages in which nothing may be missing
STRING = r'"(?:[^"\\\n]|\\.)*"'
CALL = re.compile(r"\b(?:_|N_|C_|NC_|Q_|d?n?p?gettext) ?\(")
TOKEN = re.compile(r"%s|'(?:[^'\\]|\\.)+'|PRI[diuxX]\w+|\w+|\S" % STRING)
# What is translated by i18n.merge_file(), or by what reads it.
DATA = (".desktop.in", ".metainfo.xml.in", ".gschema.xml", ".policy", ".policy.in")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    return re.sub(r"(%s)|//[^\n]*|/\*.*?\*/" % STRING, lambda found: found.group(1) or " ", text, flags=re.DOTALL)


def sources(root):
    """(path, text) of every file that may hold something to translate."""
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".ui") + DATA):
                    path = os.path.relpath(os.path.join(folder, name), root)
                    yield path, read(root, path)


def is_translated(path, text):
    if path.endswith(DATA):
        return True
    if path.endswith(".ui"):
        return re.search(r'translatable\s*=\s*["\'](?:yes|true|1)["\']', text) is not None
    return CALL.search(re.sub(STRING, '""', without_comments(text))) is not None


def potfiles(root):
    return [line for line in read(root, "po", "POTFILES").splitlines() if line and not line.startswith("#")]


def check_potfiles(root):
    wanted = sorted(path for path, text in sources(root) if is_translated(path, text))
    listed = potfiles(root)
    wrong = ["po/POTFILES does not list %s" % path for path in wanted if path not in listed]
    wrong += ["po/POTFILES lists %s, where nothing is translated" % path for path in listed if path not in wanted]
    if listed != sorted(set(listed)):
        wrong.append("po/POTFILES is not in order: LC_ALL=C sort -u")
    return wrong


def messages(text):
    """The tokens of each text to translate, up to the comma or parenthesis behind it."""
    for call in CALL.finditer(text):
        depth, tokens = 0, []
        for token in TOKEN.finditer(text, call.end()):
            token = token.group()
            if token in "([{":
                depth += 1
            if depth == 0 and token in ",)":
                yield tokens
                tokens = []
            else:
                tokens.append(token)
            if token in ")]}":
                depth -= 1
                if depth < 0:
                    break


def check_literals(path, text):
    """What xgettext does not see: a macro within a text, or two texts of which one is chosen."""
    for tokens in messages(without_comments(text)):
        strings = [token for token in tokens if token.startswith('"')]
        others = [token for token in tokens if not token.startswith(('"', "PRI"))]
        if strings and others:
            yield "%s: xgettext cannot read the text with %s: %s" % (path, " ".join(others), " ".join(tokens)[:100])


def run(*words, expect=0, cwd=ROOT):
    done = subprocess.run(words, cwd=cwd, env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE=""), capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    assert done.returncode == expect, "%s: status %d\n%s%s" % (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def make_template(root, folder, files=None):
    """A fresh template of all texts in @files."""
    template = os.path.join(folder, "new.pot")
    listing = os.path.join(folder, "POTFILES")
    if files is None:
        files = [path for path in potfiles(root) if UI == "with-ui" or not path.endswith((".ui",) + DATA)]
    with open(listing, "w", encoding="utf-8") as out:
        out.write("".join(path + "\n" for path in files))
    said = run(XGETTEXT, "--directory=" + root, "--files-from=" + listing, "--output=" + template, *ARGUMENTS)
    assert said == "", said
    return template


def check_catalogue(catalogue, template, folder):
    """What is missing, fuzzy or broken in @catalogue, each with the place it is from."""
    merged = os.path.join(folder, "merged.po")
    run("msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", "--output-file=" + merged, catalogue, template)
    wrong = []
    for which, option in (("is not translated", "--untranslated"), ("is fuzzy", "--only-fuzzy")):
        left = run("msgattrib", option, "--no-obsolete", "--no-wrap", merged)
        for entry in re.split(r"\n\n+", left)[1:]:
            where = " ".join(re.findall(r"^#: (.*)", entry, re.MULTILINE))
            text = re.search(r"^(?:msgctxt .*\n)?msgid .*(?:\n\".*)*", entry, re.MULTILINE)
            wrong.append("%s: %s: %s" % (where, which, " ".join(text.group().split("\n"))))
    done = subprocess.run(["msgfmt", "--check", "--statistics", "--output-file=/dev/null", merged], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False, env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE=""))
    if done.returncode != 0:
        wrong += ["msgfmt: " + line for line in done.stderr.splitlines()]
    return wrong


def tell(wrong):
    assert not wrong, "%d to mend:\n%s" % (len(wrong), "\n".join(wrong))


class Made:
    """A small tree to find faults in."""

    def __init__(self, **files):
        self.root = tempfile.mkdtemp(prefix="ouioe-po-")
        for name, text in files.items():
            self.write(name, text)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)


# ---------------------------------------------------------------- the tree

def test_every_file_with_texts_is_listed():
    tell(check_potfiles(ROOT))


def test_xgettext_can_read_every_text():
    tell([wrong for path, text in sources(ROOT) if path.endswith((".c", ".h")) for wrong in check_literals(path, text)])


def test_languages_and_catalogues_agree():
    listed = read(ROOT, "po", "LINGUAS").split()
    there = sorted(name[:-3] for name in os.listdir(os.path.join(ROOT, "po")) if name.endswith(".po"))
    assert listed == there, (listed, there)
    assert set(COMPLETE) <= set(listed)


def test_nothing_is_missing_fuzzy_or_broken_in_german():
    with Made() as made:
        template = make_template(ROOT, made.root)
        tell([wrong for name in COMPLETE
              for wrong in check_catalogue(os.path.join(ROOT, "po", name + ".po"), template, made.root)])


def test_no_language_is_broken():
    with Made() as made:
        template = make_template(ROOT, made.root)
        for name in read(ROOT, "po", "LINGUAS").split():
            tell([wrong for wrong in check_catalogue(os.path.join(ROOT, "po", name + ".po"), template, made.root)
                  if wrong.startswith("msgfmt: ")])


# ---------------------------------------------------------------- the checks find what they are for

def test_a_file_that_is_not_listed_is_found():
    with Made() as made:
        made.write("cli/a.c", 'puts (_("one"));')
        made.write("cli/b.c", '/* _("no") */ puts ("_("); // ngettext (')
        made.write("inspector/a.ui", '<property translatable="yes">two</property>')
        made.write("inspector/c.c", 'C_ ("x", "y")')
        made.write("data/a.desktop.in", "Name=three")
        made.write("po/POTFILES", "# a comment\ncli/a.c\ncli/b.c\n")
        assert check_potfiles(made.root) == [
            "po/POTFILES does not list data/a.desktop.in",
            "po/POTFILES does not list inspector/a.ui",
            "po/POTFILES does not list inspector/c.c",
            "po/POTFILES lists cli/b.c, where nothing is translated",
        ]


def test_a_text_that_xgettext_cannot_read_is_found():
    good = 'f (_("a" PRIu64 "b"), ngettext ("%" PRId64, "c (d)", n (1, 2)), _(text), C_("x", "y"), gettext (row[i]));'
    assert list(check_literals("a.c", good)) == []
    for bad in ('_("a" MACRO "b")', '_(x ? "a" : "b")', 'ngettext ("%" G_GINT64_FORMAT " a", "b", n)', 'C_("x", "a" B)'):
        assert len(list(check_literals("a.c", bad))) == 1, bad


def test_what_a_catalogue_lacks_is_named():
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n' \
           '"Project-Id-Version: x\\n"\n"PO-Revision-Date: x\\n"\n"Last-Translator: x\\n"\n"Language-Team: x\\n"\n' \
           '"Language: de\\n"\n"MIME-Version: 1.0\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    one = 'msgid "one"\nmsgstr "eins"\n\n'
    size = 'msgid "size %d"\nmsgstr "Größe %d"\n\n'
    two = 'msgctxt "x"\nmsgid "two"\nmsgstr "zwei"\n\n'
    with Made() as made:
        made.write("cli/a.c", 'p (_("one")); p (_("size %d")); p (C_("x", "two"));')
        template = make_template(made.root, made.root, ["cli/a.c"])

        def check(*entries):
            return check_catalogue(made.write("po/de.po", head + "".join(entries)), template, made.root)

        assert check(one, size, two) == []
        assert check(one, size) == ['cli/a.c: is not translated: msgctxt "x" msgid "two"']
        assert check(one, size, "#, fuzzy\n" + two) == ['cli/a.c: is fuzzy: msgctxt "x" msgid "two"']
        broken = check(one, "#, c-format\n" + size.replace("Größe %d", "Größe %s"), two)
        assert broken and all(wrong.startswith("msgfmt: ") for wrong in broken), broken


run_tests([(name[5:].replace("_", "-"), test) for name, test in list(globals().items()) if name.startswith("test_")])
