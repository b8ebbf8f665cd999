/* test-answers.c - what becomes of recorded answers, whatever the pieces they come in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arguments: directories with recordings and an EXPECTED.json each. One that does not exist is skipped, and said to be.
 */
#include <string.h>

#include "collector.h"
#include "transcript-log.h"

typedef struct {
  char              *path;
  json_t            *expected;
  OuioeDialectFlags  flags;
} Recording;

static guint
count_visible (const char *text, gsize len)
{
  guint n = 0;

  for (gsize i = 0; i < len; i++)
    n += !g_ascii_isspace (text[i]);
  return n;
}

/* By the reference reading of the recording. */
static const char *
expected_outcome (json_t *expected)
{
  const char *finish = json_string_value (json_object_get (expected, "finish"));

  if (json_is_string (json_object_get (expected, "error")))
    return "error";
  if (g_strcmp0 (finish, "refusal") == 0)
    return "refused";
  if (g_strcmp0 (finish, "max_output_tokens") == 0 || g_strcmp0 (finish, "length") == 0)
    return "length";
  return finish != NULL || json_is_true (json_object_get (expected, "terminator_seen")) ? "done" : "truncated";
}

static TranscriptLog *
log_of (const Recording *recording, const char *data, gsize len, gsize chunk)
{
  TranscriptLog *log = transcript_log_new (OUIOE_DIALECT_AUTO, recording->flags | OUIOE_DIALECT_SPLIT_TAGS, "", 1000000);

  transcript_log_run (log, data, len, chunk, 2000000, 0);
  return log;
}

static void
test_pieces_do_not_matter (gconstpointer user_data)
{
  const Recording *recording = user_data;
  g_autofree char *data = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(TranscriptLog) whole = NULL;
  g_autoptr(TranscriptLog) single = NULL;
  g_autoptr(TranscriptLog) seven = NULL;
  g_autoptr(Collector) read = NULL;
  gsize len;

  g_file_get_contents (recording->path, &data, &len, &error);
  g_assert_no_error (error);
  whole = log_of (recording, data, len, len);
  single = log_of (recording, data, len, 1);
  seven = log_of (recording, data, len, 7);
  read = collector_run (OUIOE_DIALECT_AUTO, recording->flags | OUIOE_DIALECT_SPLIT_TAGS, data, len, len);

  g_test_message ("%s", whole->text->str);
  g_assert_cmpstr (whole->text->str, ==, single->text->str);
  g_assert_cmpstr (whole->text->str, ==, seven->text->str);
  g_assert_cmpuint (whole->n_bytes, ==, count_visible (read->thinking->str, read->thinking->len));
  g_assert_cmpstr (ouioe_transcript_get_outcome (whole->transcript), ==, expected_outcome (recording->expected));
  g_assert_cmpstr (ouioe_transcript_get_generation (whole->transcript)->model, ==, read->model);
  g_assert_cmpuint (g_hash_table_size (single->open), ==, 0);
}

static void
test_is_absent (gconstpointer directory)
{
  g_test_skip_printf ("%s: no recordings here", (const char *) directory);
}

static void
recording_free (gpointer data)
{
  Recording *recording = data;

  g_free (recording->path);
  json_decref (recording->expected);
  g_free (recording);
}

static void
add_directory (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "EXPECTED.json", NULL);
  g_autofree char *absent = g_strdup_printf ("/answers/%s", directory);
  json_t *all = json_load_file (path, 0, NULL);
  json_t *expected;
  const char *name;

  if (all == NULL)
    {
      g_test_add_data_func_full (absent, g_strdup (directory), test_is_absent, g_free);
      return;
    }
  json_object_foreach (all, name, expected)
    {
      g_autofree char *test_name = g_strdup_printf ("/answers/%s/pieces-do-not-matter", name);
      Recording *recording = g_new0 (Recording, 1);

      recording->path = g_build_filename (directory, name, NULL);
      recording->expected = json_incref (expected);
      recording->flags = json_is_true (json_object_get (expected, "whole")) ? OUIOE_DIALECT_WHOLE : OUIOE_DIALECT_FLAGS_NONE;
      g_test_add_data_func_full (test_name, recording, test_pieces_do_not_matter, recording_free);
    }
  json_decref (all);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    add_directory (argv[i]);
  return g_test_run ();
}
