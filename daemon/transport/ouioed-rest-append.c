/* ouioed-rest-append.c - a thinking step or a progress update comes in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include "ouioe-vocabulary.h"
#include "ouioed-rest-append.h"

char *
ouioed_rest_dup_known_types (OuioeEventKind kind)
{
  const char *const *words = ouioe_vocabulary_get_words (kind, NULL);
  GString *members = g_string_new (",\"known_types\":[");

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (members, ',');
      ouioe_json_write_string (members, words[i], -1);
    }
  g_string_append_c (members, ']');
  return g_string_free (members, FALSE);
}

char *
ouioed_rest_dup_first_sentence (const char *message)
{
  const char *end = g_strrstr (message, ". Known types: ");

  return end != NULL ? g_strndup (message, (gsize) (end - message)) : g_strdup (message);
}

void
ouioed_rest_write_receipt (GString *out, const OuioedReceipt *receipt)
{
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  if (receipt->dropped != NULL)
    {
      g_string_append (out, ",\"stored\":false,\"reason\":");
      ouioe_json_write_string (out, receipt->dropped, -1);
      return;
    }
  ouioe_event_id_format (receipt->id, id);
  g_string_append_printf (out, ",\"id\":\"%s\"", id);
}

static void
answer_appended (OuioedExchange *exchange, GAsyncResult *result, const char *message)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  GString *body;

  if (!ouioed_hub_append_finish (exchange->parts->hub, result, &receipt, &error))
    {
      ouioed_exchange_fail (exchange, error);
      return;
    }

  body = g_string_sized_new (128);
  g_string_append (body, "{\"success\":true,\"message\":\"");
  g_string_append (body, message);
  g_string_append_c (body, '"');
  ouioed_rest_write_receipt (body, &receipt);
  g_string_append_c (body, '}');
  if (receipt.replayed)
    ouioed_exchange_add_header (exchange, "Idempotency-Replayed", "true");
  ouioed_exchange_answer_json (exchange, body);
}

static void
thinking_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  answer_appended (user_data, result, "Thinking step streamed successfully");
}

static void
progress_appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  answer_appended (user_data, result, "Progress update streamed successfully");
}

static void
fail_read (OuioedExchange *exchange, OuioeEventKind kind, OuioeProblems *problems, const GError *error)
{
  g_autofree char *known = NULL;
  g_autofree char *detail = NULL;

  if (!g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_UNKNOWN_TYPE))
    {
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
      return;
    }
  known = ouioed_rest_dup_known_types (kind);
  detail = ouioed_rest_dup_first_sentence (error->message);
  ouioed_exchange_fail_with (exchange, OUIOE_ERROR_UNKNOWN_TYPE, detail, known);
}

void
ouioed_rest_post_thinking (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = ouioed_rest_read_object (exchange, problems);
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GRefString) session_id = NULL;
  OuioedKey key;

  if (body == NULL)
    return;
  step = ouioe_codec_read_thinking (body, NULL, &session_id, problems, &error);
  if (step == NULL)
    fail_read (exchange, OUIOE_EVENT_THINKING_STEP, problems, error);
  else if (ouioed_exchange_covers (exchange, session_id) &&
           ouioed_rest_read_key (exchange, "thinking", body, problems, &key))
    ouioed_hub_append_async (exchange->parts->hub, session_id, step, NULL, key.key != NULL ? &key : NULL,
                             thinking_appended_cb, exchange);
}

void
ouioed_rest_post_progress (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = ouioed_rest_read_object (exchange, problems);
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GRefString) session_id = NULL;
  OuioedKey key;

  if (body == NULL)
    return;
  update = ouioe_codec_read_progress (body, NULL, &session_id, problems, &error);
  if (update == NULL)
    fail_read (exchange, OUIOE_EVENT_PROGRESS_UPDATE, problems, error);
  else if (ouioed_exchange_covers (exchange, session_id) &&
           ouioed_rest_read_key (exchange, "progress", body, problems, &key))
    ouioed_hub_append_async (exchange->parts->hub, session_id, NULL, update, key.key != NULL ? &key : NULL,
                             progress_appended_cb, exchange);
}
