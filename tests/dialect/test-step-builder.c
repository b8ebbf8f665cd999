/* test-step-builder.c - where steps end, and what type they get
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "ouioe-step-builder.h"

typedef struct {
  GPtrArray *contents;
  GArray    *steps;      /* OuioeStep, content not valid */
} Log;

static void
on_step (const OuioeStep *step, gpointer user_data)
{
  Log *log = user_data;

  g_assert_cmpuint (step->len, >, 0);
  g_assert_cmpuint (step->len, <=, OUIOE_STEP_MAX_BYTES);
  g_assert_true (g_utf8_validate_len (step->content, step->len, NULL));
  g_assert_cmpint (step->content[step->len], ==, '\0');
  g_ptr_array_add (log->contents, g_strdup (step->content));
  g_array_append_vals (log->steps, step, 1);
}

static void
log_init (Log *log)
{
  log->contents = g_ptr_array_new_with_free_func (g_free);
  log->steps = g_array_new (FALSE, FALSE, sizeof (OuioeStep));
}

static void
log_clear (Log *log)
{
  g_ptr_array_unref (log->contents);
  g_array_unref (log->steps);
}

/* The steps of @text, joined with "|", when it comes in pieces of @size characters. */
static char *
steps_of (const char *text, glong size)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, &log);
  glong n = g_utf8_strlen (text, -1);
  char *joined;

  log_init (&log);
  for (glong at = 0; at < n; at += size)
    {
      g_autofree char *piece = g_utf8_substring (text, at, MIN (at + size, n));

      ouioe_step_builder_add (builder, piece, strlen (piece), at);
    }
  ouioe_step_builder_flush (builder);
  g_ptr_array_add (log.contents, NULL);
  joined = g_strjoinv ("|", (char **) log.contents->pdata);
  log_clear (&log);
  return joined;
}

#define WORDS "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
#define LONG_ITEM "- " WORDS WORDS WORDS "0123456789"

static const struct { const char *name; const char *text; const char *expected; } cases[] = {
  { "blank-line-ends-a-step", "one\ntwo\n\nthree", "one\ntwo|three" },
  { "blank-line-may-hold-white-space", "one\n \t \ntwo\r\n\r\nthree", "one|two|three" },
  { "many-blank-lines-are-one-border", "\n\none\n\n\n\ntwo\n\n", "one|two" },
  { "nothing-but-white-space-is-no-step", " \n\n \n", "" },
  { "heading-begins-a-step", "one\n## Two\nthree", "one|## Two\nthree" },
  { "bold-line-is-a-heading", "one\n**Two**\nthree", "one|**Two**\nthree" },
  { "last-line-may-be-a-heading", "one\n# Two", "one|# Two" },
  { "hash-without-space-is-text", "one\n#two", "one\n#two" },
  { "two-bold-words-are-text", "one\n**two** and **three**\n", "one\n**two** and **three**" },
  { "short-items-stay-together", "Plan:\n1. one\n2. two\n- three", "Plan:\n1. one\n2. two\n- three" },
  { "long-items-are-steps", LONG_ITEM "\n" LONG_ITEM "\n2) last", LONG_ITEM "|" LONG_ITEM "|2) last" },
  { "long-text-is-not-split-at-minus", LONG_ITEM "\n-3 degrees", LONG_ITEM "\n-3 degrees" },
  { "fenced-block-stays-whole", "one\n```\na\n\nb\n# c\n```\n\ntwo", "one\n```\na\n\nb\n# c\n```|two" },
  { "other-fence-does-not-close", "~~~\na\n```\n\nb\n~~~\n\ntwo", "~~~\na\n```\n\nb\n~~~|two" },
  { "not-ascii", "Łódź\n\nżółć", "Łódź|żółć" },
};

static void
test_case (gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);

  for (glong size = 1; size <= g_utf8_strlen (cases[i].text, -1); size++)
    {
      g_autofree char *got = steps_of (cases[i].text, size);

      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

static void
test_step_is_given_as_soon_as_it_is_complete (void)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, &log);

  log_init (&log);
  ouioe_step_builder_add (builder, "one\n", 4, 1);
  g_assert_cmpuint (log.steps->len, ==, 0);
  ouioe_step_builder_add (builder, "\n", 1, 2);
  g_assert_cmpuint (log.steps->len, ==, 1);
  ouioe_step_builder_flush (builder);
  g_assert_cmpuint (log.steps->len, ==, 1);
  log_clear (&log);
}

static void
test_times_and_pieces_are_those_of_the_step (void)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, &log);
  const OuioeStep *steps;

  log_init (&log);
  ouioe_step_builder_add (builder, "\n", 1, 10);
  ouioe_step_builder_add (builder, "one", 3, 20);
  ouioe_step_builder_add (builder, " more", 5, 30);
  ouioe_step_builder_add (builder, ".\n\ntwo", 6, 40);
  ouioe_step_builder_add (builder, " more", 5, 50);
  ouioe_step_builder_flush (builder);
  ouioe_step_builder_add (builder, "three", 5, 60);
  ouioe_step_builder_flush (builder);

  steps = (const OuioeStep *) (gpointer) log.steps->data;
  g_assert_cmpuint (log.steps->len, ==, 3);
  g_assert_cmpint (steps[0].begin_us, ==, 20);
  g_assert_cmpint (steps[0].end_us, ==, 40);
  g_assert_cmpuint (steps[0].n_pieces, ==, 3);
  g_assert_cmpint (steps[0].border, ==, OUIOE_STEP_BORDER_PARAGRAPH);
  g_assert_cmpint (steps[1].begin_us, ==, 40);
  g_assert_cmpint (steps[1].end_us, ==, 50);
  g_assert_cmpuint (steps[1].n_pieces, ==, 2);
  g_assert_cmpint (steps[1].border, ==, OUIOE_STEP_BORDER_END);
  g_assert_cmpint (steps[2].begin_us, ==, 60);
  g_assert_cmpuint (steps[2].n_pieces, ==, 1);
  log_clear (&log);
}

/* Whatever the text: nothing visible is lost, and no step is longer than allowed (on_step() looks). */
static void
test_endless_paragraph_is_cut (gconstpointer user_data)
{
  const char *unit = user_data;
  g_autoptr(GString) text = g_string_new (NULL);
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, &log);
  g_autoptr(GString) all = g_string_new (NULL);
  g_autoptr(GString) expected = g_string_new (NULL);

  log_init (&log);
  while (text->len < 50000)
    g_string_append (text, unit);
  ouioe_step_builder_add (builder, text->str, text->len, 0);
  ouioe_step_builder_flush (builder);

  g_assert_cmpuint (log.contents->len, >, 10);
  for (guint i = 0; i < log.contents->len; i++)
    g_string_append (all, log.contents->pdata[i]);
  g_string_replace (all, " ", "", 0);
  g_string_assign (expected, text->str);
  g_string_replace (expected, " ", "", 0);
  g_assert_cmpstr (all->str, ==, expected->str);
  log_clear (&log);
}

static void
test_long_step_is_cut_behind_a_sentence (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, &log);

  log_init (&log);
  while (text->len < OUIOE_STEP_MAX_BYTES + 100)
    g_string_append (text, "This is a sentence of some words. ");
  ouioe_step_builder_add (builder, text->str, text->len, 0);
  g_assert_cmpuint (log.contents->len, ==, 1);
  g_assert_true (g_str_has_suffix (log.contents->pdata[0], "words."));
  log_clear (&log);
}

static const struct { const char *text; const char *type; } types[] = {
  { "The user asks for the capital of France.", "analysis" },
  { "", "analysis" },
  { "My plan: look at the logs first.", "planning" },
  { "Let me start with the disk.", "planning" },
  { "I’ll go with the second one.", "decision" },
  { "So the answer is 144.", "decision" },
  { "RISK: the restart causes downtime.", "risk_assessment" },
  { "I have to be careful, this could break the boot.", "risk_assessment" },
  { "Wait, is that right? Let me check again.", "evaluation" },
  { "On the other hand, it may be slow.", "evaluation" },
  { "An asterisk is a character.", "analysis" },             /* "risk" counts only at the beginning of a word */
  { "I should check the risk, verify and compare.", "evaluation" },
  { "The plan is a risk.", "planning" },                     /* one each: the earlier rule */
};

static void
test_types_come_from_phrases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      const char *got = ouioe_thinking_type_guess (types[i].text, strlen (types[i].text));

      if (g_strcmp0 (got, types[i].type) != 0)
        g_test_message ("%s", types[i].text);
      g_assert_cmpstr (got, ==, types[i].type);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/steps/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/steps/given-as-soon-as-complete", test_step_is_given_as_soon_as_it_is_complete);
  g_test_add_func ("/steps/times-and-pieces-are-those-of-the-step", test_times_and_pieces_are_those_of_the_step);
  g_test_add_data_func ("/steps/endless/words", "word ", test_endless_paragraph_is_cut);
  g_test_add_data_func ("/steps/endless/one-word", "word", test_endless_paragraph_is_cut);
  g_test_add_data_func ("/steps/endless/wide-characters", "\xf0\x9f\x90\x87" "x", test_endless_paragraph_is_cut);
  g_test_add_func ("/steps/long-one-is-cut-behind-a-sentence", test_long_step_is_cut_behind_a_sentence);
  g_test_add_func ("/types/come-from-phrases", test_types_come_from_phrases);
  return g_test_run ();
}
