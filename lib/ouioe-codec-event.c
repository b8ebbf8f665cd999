/* ouioe-codec-event.c - the typed form of events: encoded once, read back by clients
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec-private.h"

#define LITERAL(out, text) ouioe_json_write_literal (out, text)

/* What every event begins with; @size is about the length of the rest. */
static GString *
begin_event (gsize size, const char *session_id, OuioeEventId id, OuioeEventKind kind, gint64 time_us)
{
  GString *out = g_string_sized_new (size + 256);
  char id_text[OUIOE_EVENT_ID_TEXT_MAX];

  LITERAL (out, "{" OUIOE_KEY (F_ID) "\"");
  g_string_append_len (out, id_text, (gssize) ouioe_event_id_format (id, id_text));
  LITERAL (out, "\"," OUIOE_KEY (F_SESSION_ID));
  ouioe_json_write_string (out, session_id, -1);
  LITERAL (out, "," OUIOE_KEY (F_KIND) "\"");
  g_string_append (out, ouioe_event_kind_to_string (kind));
  LITERAL (out, "\"," OUIOE_KEY (F_TIMESTAMP));
  ouioe_json_write_time (out, time_us);
  return out;
}

static OuioeEvent *
finish_event (GString *out, char *session_id, OuioeEventId id, OuioeEventKind kind, const char *type_word,
              gint64 time_us)
{
  g_autoptr(GBytes) json = NULL;
  gsize len;
  char *text;

  g_string_append_c (out, '}');
  len = out->len;
  text = g_string_free (out, FALSE);
  json = g_bytes_new_take (g_realloc (text, len), len); /* kept for long: without the room it grew in */
  return ouioe_event_new_encoded (session_id, id, kind, type_word, time_us, json);
}

static void
write_text (GString *out, const char *key, const OuioeText *text)
{
  if (text->str == NULL)
    return;

  g_string_append (out, key);
  ouioe_json_write_string (out, text->str, (gssize) text->len);
}

/* Text that is JSON already. */
static void
write_raw (GString *out, const char *key, const OuioeText *json)
{
  if (json->str == NULL)
    return;

  g_string_append (out, key);
  g_string_append_len (out, json->str, (gssize) json->len);
}

static void
write_list (GString *out, const char *key, const OuioeTextList *list)
{
  if (list->n == 0)
    return;

  g_string_append (out, key);
  for (guint i = 0; i < list->n; i++)
    {
      g_string_append_c (out, i == 0 ? '[' : ',');
      ouioe_json_write_string (out, list->items[i].str, (gssize) list->items[i].len);
    }
  g_string_append_c (out, ']');
}

static void
write_number (GString *out, const char *key, gboolean is_given, double value)
{
  if (!is_given)
    return;

  g_string_append (out, key);
  ouioe_json_write_double (out, value);
}

static void
write_step_members (GString *out, const OuioeThinkingStep *step)
{
  LITERAL (out, "," OUIOE_KEY (F_THINKING_TYPE));
  ouioe_json_write_string (out, step->thinking_type, -1);
  write_text (out, "," OUIOE_KEY (F_CONTENT), &step->content);
  write_list (out, "," OUIOE_KEY (F_REASONING_CHAIN), &step->reasoning_chain);
  write_number (out, "," OUIOE_KEY (F_CONFIDENCE), step->has_confidence, step->confidence);
  write_list (out, "," OUIOE_KEY (F_ALTERNATIVES), &step->alternatives);
  write_list (out, "," OUIOE_KEY (F_DECISION_FACTORS), &step->decision_factors);
  write_raw (out, "," OUIOE_KEY (F_CONTEXT_USED), &step->context_used);
  write_number (out, "," OUIOE_KEY (F_ESTIMATED_DURATION), step->has_estimated_duration, step->estimated_duration);
}

static void
write_update_members (GString *out, const OuioeProgressUpdate *update)
{
  LITERAL (out, "," OUIOE_KEY (F_PROGRESS_TYPE));
  ouioe_json_write_string (out, update->progress_type, -1);
  write_text (out, "," OUIOE_KEY (F_MESSAGE), &update->message);
  write_number (out, "," OUIOE_KEY (F_PROGRESS_PERCENTAGE), update->has_percentage, update->percentage);
  write_text (out, "," OUIOE_KEY (F_CURRENT_STEP), &update->current_step);
  if (update->has_total_steps)
    {
      LITERAL (out, "," OUIOE_KEY (F_TOTAL_STEPS));
      ouioe_json_write_uint (out, (guint64) update->total_steps);
    }
  write_text (out, "," OUIOE_KEY (F_ESTIMATED_REMAINING), &update->estimated_remaining);
  write_raw (out, "," OUIOE_KEY (F_INTERMEDIATE_FINDINGS), &update->intermediate_findings);
  write_text (out, "," OUIOE_KEY (F_CURRENT_ACTIVITY), &update->current_activity);
  write_number (out, "," OUIOE_KEY (F_CONFIDENCE), update->has_confidence, update->confidence);
}

OuioeEvent *
ouioe_codec_encode_step (char *session_id, OuioeEventId id, gint64 time_us, const OuioeThinkingStep *step)
{
  GString *out = begin_event (step->content.len, session_id, id, OUIOE_EVENT_THINKING_STEP, time_us);

  write_step_members (out, step);
  return finish_event (out, session_id, id, OUIOE_EVENT_THINKING_STEP, step->thinking_type, time_us);
}

OuioeEvent *
ouioe_codec_encode_update (char *session_id, OuioeEventId id, gint64 time_us, const OuioeProgressUpdate *update)
{
  GString *out = begin_event (update->message.len, session_id, id, OUIOE_EVENT_PROGRESS_UPDATE, time_us);

  write_update_members (out, update);
  return finish_event (out, session_id, id, OUIOE_EVENT_PROGRESS_UPDATE, update->progress_type, time_us);
}

OuioeEvent *
ouioe_codec_encode_start (char *session_id, OuioeEventId id, gint64 time_us, const OuioeSessionStartInfo *info)
{
  GString *out = begin_event (info->context->system_context.len, session_id, id, OUIOE_EVENT_SESSION_START, time_us);

  LITERAL (out, "," OUIOE_KEY (F_USER_ID));
  ouioe_json_write_string (out, info->user_id, -1);
  ouioe_codec_write_config_members (out, &info->config);
  ouioe_codec_write_context_members (out, info->context);
  return finish_event (out, session_id, id, OUIOE_EVENT_SESSION_START, NULL, time_us);
}

OuioeEvent *
ouioe_codec_encode_end (char *session_id, OuioeEventId id, gint64 time_us, const OuioeSessionEndInfo *info)
{
  GString *out = begin_event (0, session_id, id, OUIOE_EVENT_SESSION_END, time_us);

  LITERAL (out, "," OUIOE_KEY (F_OUTCOME));
  ouioe_json_write_string (out, info->outcome, -1);
  LITERAL (out, "," OUIOE_KEY (F_DURATION));
  ouioe_json_write_double (out, ouioe_codec_seconds (info->duration_us));
  LITERAL (out, "," OUIOE_KEY (F_THINKING_STEPS));
  ouioe_json_write_uint (out, info->n_thinking);
  LITERAL (out, "," OUIOE_KEY (F_PROGRESS_UPDATES));
  ouioe_json_write_uint (out, info->n_progress);
  return finish_event (out, session_id, id, OUIOE_EVENT_SESSION_END, NULL, time_us);
}

GString *
ouioe_codec_begin_end (const char *session_id, gint64 time_us, const char *outcome)
{
  GString *out = begin_event (0, session_id, OUIOE_EVENT_ID_ZERO, OUIOE_EVENT_SESSION_END, time_us);

  g_string_erase (out, 0, (gssize) (ouioe_codec_get_rest (out->str, out->len) - out->str));
  LITERAL (out, "," OUIOE_KEY (F_OUTCOME));
  ouioe_json_write_string (out, outcome, -1);
  return out;
}

/* ---- reading back ---- */

enum { ID, SESSION_ID, KIND, TIMESTAMP, THINKING_TYPE, PROGRESS_TYPE, N_ENVELOPE };

static const char *const envelope_names[N_ENVELOPE] = {
  [ID]            = F_ID,
  [SESSION_ID]    = F_SESSION_ID,
  [KIND]          = F_KIND,
  [TIMESTAMP]     = F_TIMESTAMP,
  [THINKING_TYPE] = F_THINKING_TYPE,
  [PROGRESS_TYPE] = F_PROGRESS_TYPE,
};

/* A member that must be a string without U+0000: as a C string, or NULL. */
static char *
dup_word (const OuioeJsonSlice *slice)
{
  OuioeText text = ouioe_json_slice_text (slice);

  if (text.str != NULL && strlen (text.str) != text.len)
    ouioe_text_clear (&text);
  return text.str;
}

static OuioeEvent *
build_event (const OuioeJsonSlice *members, GBytes *json)
{
  g_autofree char *id_text = dup_word (&members[ID]);
  g_autofree char *session_text = dup_word (&members[SESSION_ID]);
  g_autofree char *kind_word = dup_word (&members[KIND]);
  g_autofree char *time_text = dup_word (&members[TIMESTAMP]);
  g_autofree char *type_word = NULL;
  OuioeEventKind kind = ouioe_event_kind_from_string (kind_word);
  OuioeEventId id;
  OuioeEvent *event;
  char *session_id;
  gint64 time_us;

  if (session_text == NULL || kind == 0 || !ouioe_event_id_parse (id_text, &id)
      || !ouioe_json_parse_time (time_text, &time_us))
    return NULL;
  if (kind == OUIOE_EVENT_THINKING_STEP)
    type_word = dup_word (&members[THINKING_TYPE]);
  else if (kind == OUIOE_EVENT_PROGRESS_UPDATE)
    type_word = dup_word (&members[PROGRESS_TYPE]);
  if (type_word == NULL && (kind == OUIOE_EVENT_THINKING_STEP || kind == OUIOE_EVENT_PROGRESS_UPDATE))
    return NULL;

  session_id = g_ref_string_new (session_text);
  event = ouioe_event_new_encoded (session_id, id, kind, type_word, time_us, json);
  g_ref_string_release (session_id);
  return event;
}

OuioeEvent *
ouioe_codec_decode_event (const char *data, gsize len, GError **error)
{
  OuioeJsonSlice members[N_ENVELOPE];
  g_autoptr(GBytes) json = NULL;
  OuioeEvent *event;

  if (!ouioe_json_scan_object (data, len, envelope_names, members, N_ENVELOPE))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "An event is not a JSON object");
      return NULL;
    }

  if (memchr (data, '\n', len) != NULL) /* an event is one line everywhere, however it came */
    {
      OuioeText compact = ouioe_json_compact (data, len);

      json = g_bytes_new_take (compact.str, compact.len);
    }
  else
    json = g_bytes_new (data, len);

  event = build_event (members, json);
  if (event == NULL)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL,
                 "An event has no good " F_ID ", " F_SESSION_ID ", " F_KIND ", " F_TIMESTAMP " or type");
  return event;
}

static json_t *
load_event (OuioeEvent *event, GError **error)
{
  json_error_t json_error;
  gsize len;
  const char *data = g_bytes_get_data (event->json, &len);
  json_t *root = json_loadb (data, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &json_error);

  if (root == NULL)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "An event cannot be read (byte %d)", json_error.position);
  return root;
}

static void
set_unreadable (GError **error, OuioeProblems *problems)
{
  g_autofree char *description = ouioe_problems_describe (problems);

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, "An event cannot be read: %s", description);
}

OuioeThinkingStep *
ouioe_codec_decode_step (OuioeEvent *event, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) root = NULL;
  OuioeThinkingStep *step;

  g_return_val_if_fail (event->kind == OUIOE_EVENT_THINKING_STEP, NULL);

  root = load_event (event, error);
  if (root == NULL)
    return NULL;

  step = ouioe_codec_read_step_fields (root, problems);
  if (step == NULL)
    set_unreadable (error, problems);
  return step;
}

OuioeProgressUpdate *
ouioe_codec_decode_update (OuioeEvent *event, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) root = NULL;
  OuioeProgressUpdate *update;

  g_return_val_if_fail (event->kind == OUIOE_EVENT_PROGRESS_UPDATE, NULL);

  root = load_event (event, error);
  if (root == NULL)
    return NULL;

  update = ouioe_codec_read_update_fields (root, problems);
  if (update == NULL)
    set_unreadable (error, problems);
  return update;
}

/* ---- bodies of requests, for clients ---- */

static GString *
begin_body (gsize size, const char *session_id)
{
  GString *out = g_string_sized_new (size + 256);

  LITERAL (out, "{" OUIOE_KEY (F_SESSION_ID));
  ouioe_json_write_string (out, session_id, -1);
  return out;
}

static char *
finish_body (GString *out)
{
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

char *
ouioe_codec_create_to_json (const char *session_id, const char *user_id, const OuioeStreamConfig *config,
                            OuioeThinkingContext *context)
{
  GString *out = begin_body (0, session_id);

  LITERAL (out, "," OUIOE_KEY (F_USER_ID));
  ouioe_json_write_string (out, user_id, -1);
  if (config != NULL)
    ouioe_codec_write_config_members (out, config);
  if (context != NULL)
    ouioe_codec_write_context_members (out, context);
  return finish_body (out);
}

char *
ouioe_codec_thinking_to_json (const char *session_id, OuioeThinkingStep *step)
{
  GString *out = begin_body (step->content.len, session_id);

  write_step_members (out, step);
  return finish_body (out);
}

char *
ouioe_codec_progress_to_json (const char *session_id, OuioeProgressUpdate *update)
{
  GString *out = begin_body (update->message.len, session_id);

  write_update_members (out, update);
  return finish_body (out);
}
