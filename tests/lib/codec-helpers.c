/* codec-helpers.c - JSON in and out, for the tests of the codec
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

json_t *
test_parse (const char *text)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  json_t *body = ouioe_codec_parse_object (text, strlen (text), problems, &error);

  g_assert_no_error (error);
  g_assert_nonnull (body);
  return body;
}

char *
test_session (const char *id)
{
  static GHashTable *sessions;
  char *session;

  if (sessions == NULL)
    sessions = g_hash_table_new (g_str_hash, g_str_equal);
  session = g_hash_table_lookup (sessions, id);
  if (session == NULL)
    {
      session = g_ref_string_new (id);
      g_hash_table_add (sessions, session);
    }
  return session;
}

OuioeThinkingStep *
test_read_step (const char *text)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = test_parse (text);
  char *session_id;
  OuioeThinkingStep *step = ouioe_codec_read_thinking (body, "default", &session_id, problems, &error);

  g_assert_no_error (error);
  g_assert_nonnull (step);
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);
  g_ref_string_release (session_id);
  return step;
}

OuioeProgressUpdate *
test_read_update (const char *text)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = test_parse (text);
  char *session_id;
  OuioeProgressUpdate *update = ouioe_codec_read_progress (body, "default", &session_id, problems, &error);

  g_assert_no_error (error);
  g_assert_nonnull (update);
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);
  g_ref_string_release (session_id);
  return update;
}

char *
test_event_text (OuioeEvent *event)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);

  test_assert_json (data, len);
  return g_strndup (data, len);
}

char *
test_entry (OuioeEvent *event, OuioeStreams stream)
{
  g_autoptr(GError) error = NULL;
  GString *out = g_string_new (NULL);

  g_assert_true (ouioe_codec_write_entry (out, event, stream, &error));
  g_assert_no_error (error);
  test_assert_json (out->str, out->len);
  return g_string_free (out, FALSE);
}

char *
test_problems (OuioeProblems *problems)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < ouioe_problems_get_n (problems); i++)
    {
      const OuioeProblem *problem = ouioe_problems_get (problems, i);

      g_string_append_printf (out, "%s%s %s: %s", i > 0 ? "\n" : "", problem->location, problem->type,
                              problem->message);
    }
  return g_string_free (out, FALSE);
}

void
test_assert_text (const OuioeText *text, const char *expected, gsize len)
{
  g_assert_cmpmem (text->str, text->len, expected, len);
  g_assert_cmpint (text->str[text->len], ==, '\0');
}

void
test_assert_config (const OuioeStreamConfig *config, const OuioeStreamConfig *expected)
{
  g_assert_cmpint (config->debug_mode, ==, expected->debug_mode);
  g_assert_cmpint (config->progress_updates, ==, expected->progress_updates);
  g_assert_cmpuint (config->max_stream_length, ==, expected->max_stream_length);
  g_assert_cmpint (config->update_threshold_us, ==, expected->update_threshold_us);
  g_assert_cmpint (config->expiry_us, ==, expected->expiry_us);
}

void
test_assert_json (const char *text, gsize len)
{
  json_error_t error;
  g_autoptr(json_t) root = json_loadb (text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

  if (root == NULL)
    g_test_message ("%s: %.*s", error.text, (int) len, text);
  g_assert_true (json_is_object (root));
  g_assert_null (memchr (text, '\n', len));
  g_assert_null (memchr (text, '\0', len));
}
