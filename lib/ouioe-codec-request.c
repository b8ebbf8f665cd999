/* ouioe-codec-request.c - bodies of requests -> the shared types
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ouioe-codec-private.h"
#include "ouioe-vocabulary.h"

#define MAX_THRESHOLD_SECONDS 86400
#define MAX_KEY_BYTES         255
#define SHOWN_WORD_BYTES      64

static gboolean
has_control_characters (const char *text, gsize len)
{
  for (const char *p = text; p < text + len; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

/* A foreign word in a sentence of ours: short, one line. */
static char *
shown_word (const json_t *string)
{
  gsize len = MIN (json_string_length (string), SHOWN_WORD_BYTES);
  g_autofree char *start = g_utf8_make_valid (json_string_value (string), (gssize) len);
  GString *out = g_string_new (NULL);

  for (const char *p = start; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (out, g_unichar_iscntrl (c) ? 0xfffd : c);
    }
  if (len < json_string_length (string))
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}

gboolean
ouioe_session_id_is_valid (const char *id, gsize len, const char **why)
{
  const char *problem = NULL;

  if (len == 0)
    problem = "must not be empty";
  else if (len > OUIOE_MAX_SESSION_ID_BYTES)
    problem = "must not be longer than " G_STRINGIFY (OUIOE_MAX_SESSION_ID_BYTES) " bytes";
  else if (!g_utf8_validate_len (id, len, NULL) || has_control_characters (id, len))
    problem = "must not contain control characters";
  else if (memchr (id, '/', len) != NULL)
    problem = "must not contain a slash";
  else if ((len == 1 && id[0] == '.') || (len == 2 && id[0] == '.' && id[1] == '.'))
    problem = "must not be \".\" or \"..\"";

  if (why != NULL)
    *why = problem;
  return problem == NULL;
}

void
ouioe_create_request_free (OuioeCreateRequest *self)
{
  g_clear_pointer (&self->session_id, g_ref_string_release);
  g_free (self->user_id);
  g_clear_pointer (&self->context, ouioe_thinking_context_unref);
  g_free (self);
}

static char *
read_new_session_id (OuioeReader *reader)
{
  const json_t *string = ouioe_read_string (reader, F_SESSION_ID, OUIOE_READ_REQUIRED);
  const char *why;
  gsize len;

  if (string == NULL)
    return NULL;

  len = json_string_length (string);
  if (ouioe_session_id_is_valid (json_string_value (string), len, &why))
    return g_ref_string_new (json_string_value (string));

  if (len == 0)
    ouioe_reader_fail (reader, F_SESSION_ID, "string_too_short", "%s", why);
  else
    ouioe_reader_fail (reader, F_SESSION_ID, len > OUIOE_MAX_SESSION_ID_BYTES ? "string_too_long" : "value_error", "%s",
                       why);
  return NULL;
}

static char *
read_user_id (OuioeReader *reader)
{
  const json_t *string = ouioe_read_string (reader, F_USER_ID, OUIOE_READ_REQUIRED);
  gsize len;

  if (string == NULL)
    return NULL;

  len = json_string_length (string);
  if (len > OUIOE_MAX_USER_ID_BYTES)
    ouioe_reader_fail (reader, F_USER_ID, "string_too_long",
                       "must not be longer than %d bytes, has %" G_GSIZE_FORMAT, OUIOE_MAX_USER_ID_BYTES, len);
  else if (has_control_characters (json_string_value (string), len))
    ouioe_reader_fail (reader, F_USER_ID, "value_error", "must not contain control characters");
  else
    return g_strdup (json_string_value (string));
  return NULL;
}

static void
read_config (OuioeReader *reader, guint max_length, gint64 max_expiry_us, OuioeStreamConfig *config)
{
  gint64 length;
  double seconds;

  ouioe_read_bool (reader, F_DEBUG_MODE, OUIOE_READ_OPTIONAL, &config->debug_mode);
  ouioe_read_bool (reader, F_PROGRESS_UPDATES, OUIOE_READ_OPTIONAL, &config->progress_updates);
  if (ouioe_read_integer (reader, F_MAX_STREAM_LENGTH, OUIOE_READ_OPTIONAL, 1, max_length, &length))
    config->max_stream_length = (guint) length;
  if (ouioe_read_number (reader, F_UPDATE_THRESHOLD_SECONDS, OUIOE_READ_OPTIONAL, 0, MAX_THRESHOLD_SECONDS, &seconds))
    config->update_threshold_us = llround (seconds * G_USEC_PER_SEC);
  if (ouioe_read_number (reader, F_EXPIRY_SECONDS, OUIOE_READ_OPTIONAL, 1, ouioe_codec_seconds (max_expiry_us),
                         &seconds))
    config->expiry_us = MIN (llround (seconds * G_USEC_PER_SEC), max_expiry_us);
}

OuioeCreateRequest *
ouioe_codec_read_create (json_t *body, const OuioeStreamConfig *defaults, guint max_length, gint64 max_expiry_us,
                         OuioeProblems *problems)
{
  g_autoptr(OuioeCreateRequest) self = g_new0 (OuioeCreateRequest, 1);
  OuioeReader reader = { body, problems, FALSE };

  self->config = *defaults;
  self->context = ouioe_thinking_context_alloc ();
  self->session_id = read_new_session_id (&reader);
  self->user_id = read_user_id (&reader);
  if (!ouioe_read_text (&reader, F_USER_REQUEST, OUIOE_READ_OPTIONAL, &self->context->user_request))
    self->context->user_request = ouioe_text_new ("", 0);
  if (!ouioe_read_object (&reader, F_SYSTEM_CONTEXT, OUIOE_READ_NULLABLE, &self->context->system_context))
    self->context->system_context = ouioe_text_new ("{}", 2);
  read_config (&reader, max_length, max_expiry_us, &self->config);

  return reader.failed ? NULL : g_steal_pointer (&self);
}

/* Type words are C strings. One with U+0000 inside is no good one, and must not be taken for its beginning. */
static char *
read_word (OuioeReader *reader, const char *field)
{
  const json_t *string = ouioe_read_string (reader, field, OUIOE_READ_REQUIRED);

  if (string == NULL)
    return NULL;
  if (strlen (json_string_value (string)) != json_string_length (string))
    return g_strdup ("");
  return g_strdup (json_string_value (string));
}

OuioeThinkingStep *
ouioe_codec_read_step_fields (const json_t *body, OuioeProblems *problems)
{
  g_autoptr(OuioeThinkingStep) self = ouioe_thinking_step_alloc ();
  OuioeReader reader = { body, problems, FALSE };

  self->thinking_type = read_word (&reader, F_THINKING_TYPE);
  ouioe_read_text (&reader, F_CONTENT, OUIOE_READ_REQUIRED, &self->content);
  ouioe_read_text_list (&reader, F_REASONING_CHAIN, OUIOE_READ_NULLABLE, &self->reasoning_chain);
  self->has_confidence = ouioe_read_number (&reader, F_CONFIDENCE, OUIOE_READ_OPTIONAL, 0, 1, &self->confidence);
  ouioe_read_text_list (&reader, F_ALTERNATIVES, OUIOE_READ_NULLABLE, &self->alternatives);
  ouioe_read_text_list (&reader, F_DECISION_FACTORS, OUIOE_READ_NULLABLE, &self->decision_factors);
  ouioe_read_object (&reader, F_CONTEXT_USED, OUIOE_READ_NULLABLE, &self->context_used);
  self->has_estimated_duration = ouioe_read_number (&reader, F_ESTIMATED_DURATION, OUIOE_READ_NULLABLE, 0, G_MAXDOUBLE,
                                                    &self->estimated_duration);

  return reader.failed ? NULL : g_steal_pointer (&self);
}

OuioeProgressUpdate *
ouioe_codec_read_update_fields (const json_t *body, OuioeProblems *problems)
{
  g_autoptr(OuioeProgressUpdate) self = ouioe_progress_update_alloc ();
  OuioeReader reader = { body, problems, FALSE };

  self->progress_type = read_word (&reader, F_PROGRESS_TYPE);
  ouioe_read_text (&reader, F_MESSAGE, OUIOE_READ_REQUIRED, &self->message);
  self->has_percentage = ouioe_read_number (&reader, F_PROGRESS_PERCENTAGE, OUIOE_READ_NULLABLE, 0, 100,
                                            &self->percentage);
  ouioe_read_text (&reader, F_CURRENT_STEP, OUIOE_READ_NULLABLE, &self->current_step);
  self->has_total_steps = ouioe_read_integer (&reader, F_TOTAL_STEPS, OUIOE_READ_NULLABLE, 0, G_MAXINT64,
                                              &self->total_steps);
  ouioe_read_text (&reader, F_ESTIMATED_REMAINING, OUIOE_READ_NULLABLE, &self->estimated_remaining);
  ouioe_read_object_list (&reader, F_INTERMEDIATE_FINDINGS, OUIOE_READ_NULLABLE, &self->intermediate_findings);
  ouioe_read_text (&reader, F_CURRENT_ACTIVITY, OUIOE_READ_NULLABLE, &self->current_activity);
  self->has_confidence = ouioe_read_number (&reader, F_CONFIDENCE, OUIOE_READ_NULLABLE, 0, 1, &self->confidence);

  return reader.failed ? NULL : g_steal_pointer (&self);
}

/* The session a step or update goes to. Whether it can exist is not asked: it will not be found. */
static char *
read_session_id (json_t *body, const char *default_session_id, OuioeProblems *problems)
{
  OuioeReader reader = { body, problems, FALSE };
  const json_t *string;
  gsize len;

  if (default_session_id != NULL && json_object_get (body, F_SESSION_ID) == NULL)
    return g_ref_string_new (default_session_id);
  string = ouioe_read_string (&reader, F_SESSION_ID, OUIOE_READ_REQUIRED);
  if (string == NULL)
    return NULL;

  len = json_string_length (string);
  if (len > OUIOE_MAX_SESSION_ID_BYTES)
    ouioe_reader_fail (&reader, F_SESSION_ID, "string_too_long",
                       "must not be longer than %d bytes, has %" G_GSIZE_FORMAT, OUIOE_MAX_SESSION_ID_BYTES, len);
  else if (strlen (json_string_value (string)) != len)
    ouioe_reader_fail (&reader, F_SESSION_ID, "value_error", "must not contain control characters");
  else
    return g_ref_string_new (json_string_value (string));
  return NULL;
}

static gboolean
check_word (OuioeEventKind kind, const char *word, const json_t *given, GError **error)
{
  g_autofree char *known = NULL, *shown = NULL;

  if (ouioe_vocabulary_is_accepted (kind, word))
    return TRUE;

  known = ouioe_vocabulary_describe (kind);
  shown = shown_word (given);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_UNKNOWN_TYPE,
               "Invalid %s type: %s. Known types: %s; types of your own have a dot inside, like acme.lint",
               kind == OUIOE_EVENT_THINKING_STEP ? "thinking" : "progress", shown, known);
  return FALSE;
}

OuioeThinkingStep *
ouioe_codec_read_thinking (json_t *body, const char *default_session_id, char **session_id, OuioeProblems *problems,
                           GError **error)
{
  g_autoptr(OuioeThinkingStep) step = NULL;
  char *session = read_session_id (body, default_session_id, problems);

  *session_id = NULL;
  step = ouioe_codec_read_step_fields (body, problems);
  if (session == NULL || step == NULL)
    {
      g_clear_pointer (&session, g_ref_string_release);
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return NULL;
    }
  if (!check_word (OUIOE_EVENT_THINKING_STEP, step->thinking_type, json_object_get (body, F_THINKING_TYPE), error))
    {
      g_ref_string_release (session);
      return NULL;
    }

  *session_id = session;
  return g_steal_pointer (&step);
}

OuioeProgressUpdate *
ouioe_codec_read_progress (json_t *body, const char *default_session_id, char **session_id, OuioeProblems *problems,
                           GError **error)
{
  g_autoptr(OuioeProgressUpdate) update = NULL;
  char *session = read_session_id (body, default_session_id, problems);

  *session_id = NULL;
  update = ouioe_codec_read_update_fields (body, problems);
  if (session == NULL || update == NULL)
    {
      g_clear_pointer (&session, g_ref_string_release);
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return NULL;
    }
  if (!check_word (OUIOE_EVENT_PROGRESS_UPDATE, update->progress_type, json_object_get (body, F_PROGRESS_TYPE), error))
    {
      g_ref_string_release (session);
      return NULL;
    }

  *session_id = session;
  return g_steal_pointer (&update);
}

OuioeText
ouioe_codec_get_step_id (const OuioeThinkingStep *step)
{
  static const char *const names[] = { F_STEP_ID };
  OuioeText absent = { NULL, 0 };
  OuioeJsonSlice value;

  if (step->context_used.str == NULL
      || !ouioe_json_scan_object (step->context_used.str, step->context_used.len, names, &value, G_N_ELEMENTS (names)))
    return absent;

  return ouioe_json_slice_text (&value);
}

OuioeEventKind
ouioe_codec_read_kind (json_t *body, OuioeProblems *problems)
{
  OuioeReader reader = { body, problems, FALSE };
  const json_t *string = ouioe_read_string (&reader, F_KIND, OUIOE_READ_OPTIONAL);
  g_autofree char *shown = NULL;

  if (reader.failed)
    return 0;

  if (string == NULL)
    {
      if (json_object_get (body, F_THINKING_TYPE) != NULL)
        return OUIOE_EVENT_THINKING_STEP;
      if (json_object_get (body, F_PROGRESS_TYPE) != NULL)
        return OUIOE_EVENT_PROGRESS_UPDATE;
      ouioe_reader_fail (&reader, F_KIND, "missing", "is required when there is neither %s nor %s", F_THINKING_TYPE,
                         F_PROGRESS_TYPE);
      return 0;
    }

  for (OuioeEventKind kind = OUIOE_EVENT_THINKING_STEP; kind <= OUIOE_EVENT_PROGRESS_UPDATE; kind++)
    {
      const char *word = ouioe_event_kind_to_string (kind);

      if (json_string_length (string) == strlen (word) && g_str_equal (json_string_value (string), word))
        return kind;
    }

  shown = shown_word (string);
  ouioe_reader_fail (&reader, F_KIND, "enum", "must be %s or %s, is %s",
                     ouioe_event_kind_to_string (OUIOE_EVENT_THINKING_STEP),
                     ouioe_event_kind_to_string (OUIOE_EVENT_PROGRESS_UPDATE), shown);
  return 0;
}

const char *
ouioe_codec_read_key (json_t *body, OuioeProblems *problems)
{
  OuioeReader reader = { body, problems, FALSE };
  const json_t *string = ouioe_read_string (&reader, F_IDEMPOTENCY_KEY, OUIOE_READ_OPTIONAL);
  gsize len;

  if (string == NULL)
    return NULL;

  len = json_string_length (string);
  if (len == 0 || len > MAX_KEY_BYTES)
    ouioe_reader_fail (&reader, F_IDEMPOTENCY_KEY, len == 0 ? "string_too_short" : "string_too_long",
                       "must have 1 to %d bytes, has %" G_GSIZE_FORMAT, MAX_KEY_BYTES, len);
  else if (has_control_characters (json_string_value (string), len))
    ouioe_reader_fail (&reader, F_IDEMPOTENCY_KEY, "value_error", "must not contain control characters");
  else
    return json_string_value (string);
  return NULL;
}
