# screen.py - what a terminal shows: a small one, for tests
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal's screen, as far as this program uses it: text with wide characters, line ends, cursor up, erase."""
import re
import unicodedata

TOKEN = re.compile(r"\033\[(\d*)([AJKm])|\033\[[\d;]*m|(\r)|(\n)|(.)", re.DOTALL)


def width_of(char):
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


class Screen:
    """Lines scroll off at the top into `gone`."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines, self.gone = [[]], []
        self.row = self.column = 0

    def feed(self, text):
        for up, what, carriage, feed, char in TOKEN.findall(text):
            if carriage:
                self.column = 0
            elif feed:
                self.next_line()
            elif what == "A":
                assert self.row >= int(up or 1), "up beyond the top: %s from row %d" % (up, self.row)
                self.row -= int(up or 1)
            elif what == "K":
                del self.lines[self.row][self.column:]
            elif what == "J":
                del self.lines[self.row][self.column:], self.lines[self.row + 1:]
            elif char:
                self.put(char)

    def next_line(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])
        if len(self.lines) > self.rows:
            self.gone.append(self.lines.pop(0))
            self.row -= 1

    def put(self, char):
        assert ord(char) >= 32 and char != "\x7f", repr(char)
        width = width_of(char)
        line = self.lines[self.row]
        if width == 0:
            line[self.column - 1] += char
            return
        if self.column + width > self.columns:
            self.next_line()
            self.column = 0
            line = self.lines[self.row]
        while len(line) < self.column + width:
            line.append(" ")
        line[self.column:self.column + width] = [char] + [""] * (width - 1)
        self.column += width

    def resize(self, columns, rows):
        """Breaks lines anew, as terminals do. None of them was broken before: the program breaks them itself."""
        self.columns, self.rows = columns, rows
        lines, self.lines = self.lines, []
        for line in lines:
            self.lines += [line[i:i + columns] for i in range(0, max(len(line), 1), columns)]
        self.row, self.column = len(self.lines) - 1, min(self.column, columns)
        while len(self.lines) > rows:
            self.gone.append(self.lines.pop(0))
            self.row -= 1

    def text(self):
        """Everything, what has gone included, without blank ends."""
        return "\n".join("".join(line).rstrip() for line in self.gone + self.lines).rstrip("\n")
