/* test-recordings.c - what is extracted from recorded model streams equals what a reference reading of them says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arguments: directories with recordings and an EXPECTED.json each. One that does not exist is skipped, and said to be.
 */
#include <string.h>

#include "collector.h"

typedef struct {
  char               *path;
  json_t             *expected;
  OuioeDialectFormat  format;
  OuioeDialectFlags   flags;       /* WHOLE for an answer that was not streamed */
} Recording;

static const gsize chunk_sizes[] = { 1, 7, 65536, COLLECTOR_AS_RECORDED };

/* What EXPECTED.json calls the formats. */
static const struct {
  const char         *word;
  OuioeDialectFormat  format;
} formats[] = {
  { "ndjson",    OUIOE_DIALECT_OLLAMA },
  { "chat",      OUIOE_DIALECT_OPENAI },
  { "responses", OUIOE_DIALECT_RESPONSES },
  { "anthropic", OUIOE_DIALECT_ANTHROPIC },
  { "mcp",       OUIOE_DIALECT_MCP },
};

static void
assert_text (GString *text, json_t *expected, const char *bytes_key, const char *hash_key)
{
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text->str, text->len);

  g_assert_cmpint ((gint64) text->len, ==, json_integer_value (json_object_get (expected, bytes_key)));
  hash[16] = '\0';
  g_assert_cmpstr (hash, ==, json_string_value (json_object_get (expected, hash_key)));
}

static gint64
number (json_t *expected, const char *key)
{
  return json_integer_value (json_object_get (expected, key));
}

static void
assert_all (Collector *c, json_t *expected)
{
  g_assert_cmpint (c->n_thinking, ==, number (expected, "thinking_deltas"));
  g_assert_cmpint (c->n_content, ==, number (expected, "content_deltas"));
  assert_text (c->thinking, expected, "thinking_bytes", "thinking_sha256_16");
  assert_text (c->content, expected, "content_bytes", "content_sha256_16");
}

/* What was called with what, a line each: the calls of the log, then all arguments. */
static char *
read_tools (Collector *c)
{
  GString *out = g_string_new (NULL);
  g_auto(GStrv) lines = g_strsplit (c->log->str, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "0 call "))
      g_string_append_printf (out, "%s; ", lines[i] + strlen ("0 call "));
  g_string_append (out, c->arguments->str);
  return g_string_free (out, FALSE);
}

static void
assert_common (Collector *c, json_t *expected)
{
  g_assert_cmpuint (c->n_records, ==, number (expected, "events"));
  g_assert_cmpuint (c->n_comments, ==, number (expected, "comments"));
  g_assert_cmpuint (c->n_opaque, ==, number (expected, "opaque_reasoning_blocks"));
  g_assert_cmpuint (c->n_tool_calls, ==, number (expected, "tool_calls"));
  g_assert_cmpstr (c->finish, ==, json_string_value (json_object_get (expected, "finish")));
  g_assert_cmpstr (c->error, ==, json_string_value (json_object_get (expected, "error")));
  g_assert_cmpint (c->terminated, ==, json_is_true (json_object_get (expected, "terminator_seen")));
  g_assert_cmpuint (c->n_garbled, ==, 0);
  g_assert_cmpuint (c->n_tokens, ==, number (expected, "tokens"));
  g_assert_cmpuint (c->n_progress, ==, number (expected, "progress"));
  if (json_is_object (json_object_get (expected, "usage")))
    g_assert_true (json_equal (c->usage, json_object_get (expected, "usage")));
  else
    g_assert_null (c->usage);
  if (json_object_get (expected, "tools") != NULL)
    {
      g_autofree char *tools = read_tools (c);

      g_assert_cmpstr (tools, ==, json_string_value (json_object_get (expected, "tools")));
    }
}

/* With the format told, and found out; inline tags as text, and split. */
static void
run (const Recording *recording, const char *data, gsize len, gsize chunk)
{
  json_t *split = json_object_get (recording->expected, "after_tag_split");
  g_autoptr(Collector) plain = collector_run (recording->format, recording->flags, data, len, chunk);
  g_autoptr(Collector) tags = collector_run (OUIOE_DIALECT_AUTO, OUIOE_DIALECT_SPLIT_TAGS, data, len, chunk);

  assert_common (plain, recording->expected);
  assert_all (plain, recording->expected);
  assert_common (tags, recording->expected);
  g_assert_cmpint (tags->format, ==, recording->format);
  if (split == NULL)
    {
      assert_all (tags, recording->expected);
      return;
    }
  assert_text (tags->thinking, split, "thinking_trimmed_leading_ws_bytes", "thinking_trimmed_leading_ws_sha256_16");
  assert_text (tags->content, split, "content_trimmed_leading_ws_bytes", "content_trimmed_leading_ws_sha256_16");
}

static void
test_equals_expected (gconstpointer user_data)
{
  const Recording *recording = user_data;
  g_autofree char *data = NULL;
  g_autoptr(GError) error = NULL;
  gsize len;

  g_file_get_contents (recording->path, &data, &len, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (chunk_sizes); i++)
    run (recording, data, len, chunk_sizes[i]);
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
  g_autofree char *absent = g_strdup_printf ("/recordings/%s", directory);
  json_t *all, *expected;
  const char *name;

  all = json_load_file (path, 0, NULL);
  if (all == NULL)
    {
      g_test_add_data_func_full (absent, g_strdup (directory), test_is_absent, g_free);
      return;
    }

  json_object_foreach (all, name, expected)
    {
      const char *format = json_string_value (json_object_get (expected, "format"));
      g_autofree char *test_name = g_strdup_printf ("/recordings/%s/equals-expected", name);
      Recording *recording = g_new0 (Recording, 1);

      recording->path = g_build_filename (directory, name, NULL);
      recording->expected = json_incref (expected);
      for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
        if (g_strcmp0 (format, formats[i].word) == 0)
          recording->format = formats[i].format;
      g_assert_cmpint (recording->format, !=, OUIOE_DIALECT_AUTO);
      if (json_is_true (json_object_get (expected, "whole")))
        recording->flags = OUIOE_DIALECT_WHOLE;
      g_test_add_data_func_full (test_name, recording, test_equals_expected, recording_free);
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
