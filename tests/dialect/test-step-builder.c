/* test-step-builder.c - where steps end, and what type they get
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "ouioe-step-builder.h"

typedef struct {
  GPtrArray *contents;
  GArray    *steps;      /* OuioeStep, content not valid */
  GString   *rhythms;    /* of all steps: "ms+characters ms+characters|" */
  GString   *grown;      /* what was told of the open step */
  guint      n_grown;    /* how often */
} Log;

static void
on_grow (const char *text, gsize len, gpointer user_data)
{
  Log *log = user_data;

  g_assert_cmpuint (len, >, 0);
  g_assert_true (g_utf8_validate_len (text, len, NULL));
  g_string_append_len (log->grown, text, (gssize) len);
  log->n_grown++;
}

static void
on_step (const OuioeStep *step, gpointer user_data)
{
  Log *log = user_data;
  guint n_chars = 0;

  /* What was told while it grew is a beginning of it, to the character. */
  g_assert_cmpuint (log->grown->len, <=, step->len);
  g_assert_cmpmem (log->grown->str, log->grown->len, step->content, log->grown->len);
  g_string_truncate (log->grown, 0);

  g_assert_cmpuint (step->n_beats, >, 0);
  for (guint i = 0; i < step->n_beats; i++)
    {
      n_chars += step->beats[i].n_chars;
      g_string_append_printf (log->rhythms, "%s%u+%u", i > 0 ? " " : "", step->beats[i].ms, step->beats[i].n_chars);
      g_assert_true (i == 0 || step->beats[i].ms >= OUIOE_STEP_JOIN_MS);
      g_assert_true (i + 1 == step->n_beats || step->beats[i].n_chars > 0);
    }
  g_string_append_c (log->rhythms, '|');
  g_assert_cmpuint (n_chars, ==, g_utf8_strlen (step->content, (gssize) step->len));

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
  log->rhythms = g_string_new (NULL);
  log->grown = g_string_new (NULL);
  log->n_grown = 0;
}

static void
log_clear (Log *log)
{
  g_ptr_array_unref (log->contents);
  g_array_unref (log->steps);
  g_string_free (log->rhythms, TRUE);
  g_string_free (log->grown, TRUE);
}

/* The steps of @text, joined with "|", when it comes in pieces of @size characters. */
static char *
steps_of (const char *text, glong size)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);
  glong n = g_utf8_strlen (text, -1);
  char *joined;

  log_init (&log);
  for (glong at = 0; at < n; at += size)
    {
      g_autofree char *piece = g_utf8_substring (text, at, MIN (at + size, n));

      ouioe_step_builder_add (builder, piece, strlen (piece), at);
    }
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, 0);
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
  { "item-that-is-cut-short", LONG_ITEM "\n-", LONG_ITEM "\n-" },
  { "hash-alone-is-text", "one\n# \ntwo", "one\n# \ntwo" },
  { "seven-hashes-are-text", "one\n####### two", "one\n####### two" },
  { "three-asterisks-are-bold", "one\n***Two***\nthree", "one|***Two***\nthree" },
  { "bold-word-that-never-ends-is-text", "one\n**two\nthree", "one\n**two\nthree" },
  { "bold-text-of-a-long-line-is-text", "one\n**" WORDS WORDS WORDS WORDS "**\ntwo",
    "one\n**" WORDS WORDS WORDS WORDS "**\ntwo" },
  { "fence-is-no-border", "one\n```\ntwo\n```\nthree", "one\n```\ntwo\n```\nthree" },
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
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);

  log_init (&log);
  ouioe_step_builder_add (builder, "one\n", 4, 1);
  g_assert_cmpuint (log.steps->len, ==, 0);
  ouioe_step_builder_add (builder, "\n", 1, 2);
  g_assert_cmpuint (log.steps->len, ==, 1);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, 0);
  g_assert_cmpuint (log.steps->len, ==, 1);
  log_clear (&log);
}

static void
test_times_and_pieces_are_those_of_the_step (void)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);
  const OuioeStep *steps;

  log_init (&log);
  ouioe_step_builder_add (builder, "\n", 1, 10);
  ouioe_step_builder_add (builder, "one", 3, 20);
  ouioe_step_builder_add (builder, " more", 5, 30);
  ouioe_step_builder_add (builder, ".\n\ntwo", 6, 40);
  ouioe_step_builder_add (builder, " more", 5, 50);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, 0);
  ouioe_step_builder_add (builder, "three", 5, 60);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, 0);

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
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);
  g_autoptr(GString) all = g_string_new (NULL);
  g_autoptr(GString) expected = g_string_new (NULL);

  log_init (&log);
  while (text->len < 50000)
    g_string_append (text, unit);
  ouioe_step_builder_add (builder, text->str, text->len, 0);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, 0);

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
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);

  log_init (&log);
  while (text->len < OUIOE_STEP_MAX_BYTES + 100)
    g_string_append (text, "This is a sentence of some words. ");
  ouioe_step_builder_add (builder, text->str, text->len, 0);
  g_assert_cmpuint (log.contents->len, ==, 1);
  g_assert_true (g_str_has_suffix (log.contents->pdata[0], "words."));
  log_clear (&log);
}

/* ---- the open step ---- */

/* What is told of the open step when @text came in one piece. */
static const struct { const char *text; const char *grown; } open_steps[] = {
  { "one", "one" },
  { " \n one ", "one" },
  { "one two\n", "one two" },
  { "one\n#", "one" },                       /* a heading perhaps */
  { "one\n# ", "one" },
  { "one\n#x", "one\n#x" },
  { "one\n**Two", "one" },
  { "one\n**Two**", "one" },
  { "one\n**Two** and", "one\n**Two** and" },
  { "one\n1", "one" },                       /* an item perhaps */
  { "one\n1. x", "one\n1. x" },             /* an item, but the step is short */
  { "one\n12345", "one\n12345" },
  { "one\n  ", "one" },                      /* a blank line perhaps */
  { "one\n  x", "one\n  x" },
  { "one\n``", "one\n``" },                 /* a fence begins no step */
  { "```\n# not a heading", "```\n# not a heading" },
  { LONG_ITEM "\n-", LONG_ITEM },
  { LONG_ITEM "\n-x", LONG_ITEM "\n-x" },
  { LONG_ITEM "\n- ", "-" },                 /* the next step has begun */
  { "one\n# T", "# T" },
};

static void
test_what_is_certain_is_told_at_once (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (open_steps); i++)
    {
      Log log;
      g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);

      log_init (&log);
      ouioe_step_builder_add (builder, open_steps[i].text, strlen (open_steps[i].text), 0);
      g_assert_cmpstr (log.grown->str, ==, open_steps[i].grown);
      log_clear (&log);
    }
}

/* Words with everything in between that makes a border, or nearly. */
static char *
make_text (GRand *rand)
{
  static const char *const parts[] = {
    " ", " ", " ", "\n", "\n", "\n\n", "\r\n", "\n \t\n",
    "# ", "#", "**", "*", "- ", "-", "1. ", "2) ", "12345", "```\n", "~~~",
    ". ", "! ", "Łódź", "\xf0\x9f\x90\x87", "\t", "    ", "word", "word", "words and words ", "\n**Bold**\n",
  };
  GString *text = g_string_new (NULL);
  guint n = (guint) g_rand_int_range (rand, 1, 400);

  for (guint i = 0; i < n; i++)
    {
      g_string_append (text, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
      if (g_rand_int_range (rand, 0, 60) == 0)   /* long enough for each rule of length */
        for (guint j = (guint) g_rand_int_range (rand, 0, 5000); j > 0; j--)
          g_string_append_c (text, j % 61 == 0 && n % 3 > 0 ? '.' : j % 7 == 0 && n % 2 == 0 ? ' ' : 'x');
    }
  return g_string_free (text, FALSE);
}

/* Steps and borders of @text in pieces of @size characters, 0 for random ones. */
static char *
outcome_of (const char *text, GRand *rand, glong size)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);
  GString *out = g_string_new (NULL);
  gint64 time_us = 0;

  log_init (&log);
  for (const char *at = text; *at != '\0';)
    {
      glong n = size > 0 ? size : g_rand_int_range (rand, 1, 50);
      const char *end = at;

      while (n-- > 0 && *end != '\0')
        end = g_utf8_next_char (end);
      time_us += rand != NULL ? g_rand_int_range (rand, -1000, 90000) : 1000;
      ouioe_step_builder_add (builder, at, (gsize) (end - at), time_us);
      at = end;
    }
  g_assert_cmpuint (ouioe_step_builder_get_position (builder), ==, strlen (text));
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, time_us);

  for (guint i = 0; i < log.contents->len; i++)
    {
      const OuioeStep *step = &g_array_index (log.steps, OuioeStep, i);

      g_assert_cmpmem (text + step->position, step->len, log.contents->pdata[i], step->len);
      g_string_append_printf (out, "%s[%s]", (char *) log.contents->pdata[i], ouioe_step_border_to_string (step->border));
    }
  log_clear (&log);
  return g_string_free (out, FALSE);
}

static void
test_pieces_do_not_matter (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (20261123);

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *text = make_text (rand);
      g_autofree char *whole = outcome_of (text, NULL, (glong) strlen (text) + 1);
      g_autofree char *single = outcome_of (text, NULL, 1);
      g_autofree char *seven = outcome_of (text, NULL, 7);
      g_autofree char *mixed = outcome_of (text, rand, 0);

      g_assert_cmpstr (whole, ==, single);
      g_assert_cmpstr (whole, ==, seven);
      g_assert_cmpstr (whole, ==, mixed);
    }
}

/* ---- the rhythm ---- */

static void
test_rhythm_is_that_of_the_pieces (void)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);

  log_init (&log);
  ouioe_step_builder_add (builder, " ", 1, 1000000);            /* white space around a step is not of it */
  ouioe_step_builder_add (builder, "One", 3, 2000000);
  ouioe_step_builder_add (builder, " tw", 3, 2020000);          /* within 33 ms: joined */
  ouioe_step_builder_add (builder, "o", 1, 2033000);            /* not any more */
  ouioe_step_builder_add (builder, " Łódź", 8, 2500900);
  ouioe_step_builder_add (builder, ".\n\nNext", 7, 2400000);    /* the clock stepped back: 2.5009 s */
  ouioe_step_builder_add (builder, "\n", 1, 3000000);
  ouioe_step_builder_add (builder, "\n", 1, 4000000);           /* complete only now */
  ouioe_step_builder_add (builder, "alone", 5, 5000000);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_END, 5010000);

  g_assert_cmpstr (log.rhythms->str, ==, "0+6 33+1 467+6|0+4 1499+0|0+5|");
  log_clear (&log);
}

static void
test_borders_of_the_caller_are_told (void)
{
  Log log;
  g_autoptr(OuioeStepBuilder) builder = ouioe_step_builder_new (on_step, on_grow, &log);

  log_init (&log);
  ouioe_step_builder_add (builder, "one", 3, 0);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_PART, 10);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_PART, 20);   /* nothing is open */
  ouioe_step_builder_add (builder, "two\n**three**", 13, 30);
  ouioe_step_builder_flush (builder, OUIOE_STEP_BORDER_TOOL_CALL, 40);

  g_assert_cmpuint (log.steps->len, ==, 3);
  g_assert_cmpint (g_array_index (log.steps, OuioeStep, 0).border, ==, OUIOE_STEP_BORDER_PART);
  g_assert_cmpint (g_array_index (log.steps, OuioeStep, 1).border, ==, OUIOE_STEP_BORDER_HEADING);
  g_assert_cmpint (g_array_index (log.steps, OuioeStep, 2).border, ==, OUIOE_STEP_BORDER_TOOL_CALL);
  g_assert_cmpint (g_array_index (log.steps, OuioeStep, 2).end_us, ==, 40);
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
  { "Let me think it through carefully.", "analysis" },
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
  g_test_add_func ("/steps/what-is-certain-is-told-at-once", test_what_is_certain_is_told_at_once);
  g_test_add_func ("/steps/pieces-do-not-matter", test_pieces_do_not_matter);
  g_test_add_func ("/steps/rhythm-is-that-of-the-pieces", test_rhythm_is_that_of_the_pieces);
  g_test_add_func ("/steps/borders-of-the-caller-are-told", test_borders_of_the_caller_are_told);
  g_test_add_func ("/types/come-from-phrases", test_types_come_from_phrases);
  return g_test_run ();
}
