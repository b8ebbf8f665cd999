/* test-report.c - what a line of a program's output says of its progress
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "ouioectl-reporter.h"

/* The table that main() has. */
const OuioectlCommand ouioectl_commands[] = { { NULL } };

static const struct { const char *line; double percentage; } lines[] = {
  { "42%", 42 }, { "42 %", 42 }, { "42.5 %", 42.5 }, { " 7% done", 7 }, { "[ 12%] Building", 12 }, { "0%", 0 }, { "100%", 100 },
  { "(99.9%)", 99.9 }, { "done: 10% then 20%", 20 }, { "3/8", 37.5 }, { "[3/8] Compiling x.c", 37.5 }, { "3 of 8", 37.5 },
  { "file 3 of 4.", 75 }, { "step 1/4: fetch", 25 }, { "0/5", 0 }, { "|####    |  50%|", 50 }, { "progress=25%", 25 },
  /* what only looks like it */
  { "", -1 }, { "nothing", -1 }, { "%", -1 }, { "101%", -1 }, { "-5", -1 }, { "9/8", -1 }, { "3/0", -1 }, { "3/", -1 },
  { "2026/11/23", -1 }, { "a/3/8", -1 }, { "/usr/lib/3/8/x", -1 }, { "1.2.3%", -1 }, { "v42%", -1 }, { "3 off 8", -1 },
  { "1/2/3", -1 }, { "10.0.0.1/24", -1 }, { "3/8x", -1 }, { "12345678901234567890%", -1 }, { "3 of many", -1 },
};

static void
test_percentages_are_recognised (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      double percentage = -1;
      gboolean found = ouioectl_report_percentage (lines[i].line, &percentage);

      g_test_message ("%s", lines[i].line);
      g_assert_cmpint (found, ==, lines[i].percentage >= 0);
      g_assert_cmpfloat_with_epsilon (percentage, lines[i].percentage, 1e-9);
    }
}

static void
test_a_line_is_cleaned_of_what_moves_a_terminal (void)
{
  static const struct { const char *line; const char *clean; } cases[] = {
    { "plain", "plain" }, { "  a\tb  ", "a b" }, { "\033[1;32mgreen\033[0m", "green" }, { "\033]0;title\aon", "on" },
    { "\033]0;title\033\\on", "on" }, { "ab\bc", "ac" }, { "\b\bx", "x" }, { "Łódź 🐇", "Łódź 🐇" }, { "é\b.", "." },
    { "a\033", "a" }, { "a\033[", "a" }, { "a\033[12", "a" }, { "a\033]x", "a" }, { "", NULL }, { "   ", NULL },
    { "\033[2K", NULL }, { "\x01\x7f", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *copy = g_memdup2 (cases[i].line, strlen (cases[i].line) + 1);   /* a buffer that ends there */
      g_autofree char *got = ouioectl_report_clean (copy, strlen (copy));

      g_assert_cmpstr (got, ==, cases[i].clean);
    }
}

static void
test_a_message_is_bounded (void)
{
  g_autoptr(GString) line = g_string_new (NULL);
  g_autofree char *got = NULL;

  for (guint i = 0; i < 2000; i++)
    g_string_append (line, "兎");
  got = ouioectl_report_clean (line->str, line->len);
  g_assert_cmpuint (strlen (got), <=, OUIOECTL_REPORT_MAX_MESSAGE + 4);
  g_assert_true (g_utf8_validate (got, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/percentages-are-recognised", test_percentages_are_recognised);
  g_test_add_func ("/report/a-line-is-cleaned-of-what-moves-a-terminal", test_a_line_is_cleaned_of_what_moves_a_terminal);
  g_test_add_func ("/report/a-message-is-bounded", test_a_message_is_bounded);
  return g_test_run ();
}
