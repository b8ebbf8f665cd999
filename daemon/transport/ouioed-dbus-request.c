/* ouioed-dbus-request.c - arguments of methods on the bus, checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <math.h>
#include <string.h>

/* What the value of an option is in the body of a POST. */
typedef enum {
  FORM_VALUE,      /* the same */
  FORM_OBJECT,     /* text that holds a JSON object */
  FORM_JSON,       /* text that holds some JSON; what kind, the codec checks */
} OptionForm;

/* Options are called as the fields of the body of a POST. */
typedef struct {
  const char *name;
  const char *type;
  OptionForm  form;
} OptionRow;

static const OptionRow create_options[] = {
  { "debug_mode", "b", FORM_VALUE },
  { "user_request", "s", FORM_VALUE },
  { "system_context", "s", FORM_OBJECT },
  { "max_stream_length", "u", FORM_VALUE },
  { "progress_updates", "b", FORM_VALUE },
  { "update_threshold_seconds", "d", FORM_VALUE },
  { "expiry_seconds", "d", FORM_VALUE },
  { "idempotency_key", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow close_options[] = {
  { "idempotency_key", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow thinking_options[] = {
  { "reasoning_chain", "as", FORM_VALUE },
  { "confidence", "d", FORM_VALUE },
  { "alternatives", "as", FORM_VALUE },
  { "decision_factors", "as", FORM_VALUE },
  { "context_used", "s", FORM_OBJECT },
  { "estimated_duration", "d", FORM_VALUE },
  { "idempotency_key", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow progress_options[] = {
  { "progress_percentage", "d", FORM_VALUE },
  { "current_step", "s", FORM_VALUE },
  { "estimated_remaining", "s", FORM_VALUE },
  { "total_steps", "t", FORM_VALUE },
  { "current_activity", "s", FORM_VALUE },
  { "intermediate_findings", "s", FORM_JSON },
  { "confidence", "d", FORM_VALUE },
  { "idempotency_key", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow list_options[] = {
  { "user_id", "s", FORM_VALUE },
  { "state", "s", FORM_VALUE },
  { "limit", "u", FORM_VALUE },
  { "before", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow stream_options[] = {
  { "user_id", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow live_options[] = {
  { "after", "s", FORM_VALUE },
  { "deltas", "b", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

static const OptionRow live_all_options[] = {
  { "after", "s", FORM_VALUE },
  { "deltas", "b", FORM_VALUE },
  { "user_id", "s", FORM_VALUE },
  { NULL, NULL, FORM_VALUE },
};

#define MAX_OUTCOME_BYTES 64
#define DEFAULT_LISTED    100
#define MAX_LISTED        1000
#define MAX_READ_EVENTS   1000

/* ---- options into JSON ---- */

static void
set_unknown_option (GError **error, const OptionRow *rows, const char *name)
{
  g_autoptr(GString) known = g_string_new (NULL);

  for (const OptionRow *row = rows; row->name != NULL; row++)
    g_string_append_printf (known, "%s%s", row == rows ? "" : ", ", row->name);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "There is no option \"%s\"; known are %s.", name,
               known->str);
}

/* A JSON object given as text; NULL with @error. */
static json_t *
parse_object (const char *name, const char *text, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) local = NULL;
  json_t *object = ouioe_codec_parse_object (text, strlen (text), problems, &local);

  if (object == NULL)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"%s\" is not a JSON object: %s", name,
                 local->message);

  return object;
}

/* Any JSON given as text; NULL with @error. Read as the one member of an object, so that it meets the same parser. */
static json_t *
parse_json (const char *name, const char *text, GError **error)
{
  g_autofree char *wrapped = g_strdup_printf ("{\"value\":%s}", text);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) object = ouioe_codec_parse_object (wrapped, strlen (wrapped), problems, NULL);

  if (object != NULL && json_object_size (object) == 1)
    return json_incref (json_object_get (object, "value"));

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"%s\" is not JSON.", name);
  return NULL;
}

static json_t *
texts_to_json (GVariant *value)
{
  json_t *list = json_array ();
  GVariantIter iter;
  const char *text;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "&s", &text))
    json_array_append_new (list, json_string (text));

  return list;
}

/* NULL with @error when the value cannot be written as JSON. */
static json_t *
option_to_json (const OptionRow *row, GVariant *value, GError **error)
{
  if (row->form == FORM_OBJECT)
    return parse_object (row->name, g_variant_get_string (value, NULL), error);
  if (row->form == FORM_JSON)
    return parse_json (row->name, g_variant_get_string (value, NULL), error);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return json_boolean (g_variant_get_boolean (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return json_string (g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return texts_to_json (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return json_integer (g_variant_get_uint32 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) && g_variant_get_uint64 (value) <= G_MAXINT64)
    return json_integer ((json_int_t) g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) && isfinite (g_variant_get_double (value)))
    return json_real (g_variant_get_double (value));

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"%s\" is not a number that can be used.",
               row->name);
  return NULL;
}

static gboolean
add_option (json_t *body, const OptionRow *rows, const char *name, GVariant *value, GError **error)
{
  for (const OptionRow *row = rows; row->name != NULL; row++)
    {
      json_t *json;

      if (!g_str_equal (row->name, name))
        continue;
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE (row->type)))
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
                       "The option \"%s\" is of type %s and must be of type %s.",
                       name, g_variant_get_type_string (value), row->type);
          return FALSE;
        }
      if (json_object_get (body, name) != NULL)
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"%s\" is given twice.", name);
          return FALSE;
        }
      json = option_to_json (row, value, error);
      return json != NULL && json_object_set_new (body, name, json) == 0;
    }

  set_unknown_option (error, rows, name);
  return FALSE;
}

static gboolean
add_options (json_t *body, const OptionRow *rows, GVariant *options, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!add_option (body, rows, name, value, error))
      {
        g_variant_unref (value);
        return FALSE;
      }

  return TRUE;
}

/* ---- idempotency keys ---- */

void
ouioed_dbus_key_clear (OuioedDbusKey *key)
{
  g_clear_pointer (&key->text, g_free);
  g_clear_pointer (&key->data, g_free);
}

const OuioedKey *
ouioed_dbus_key_for_hub (const OuioedDbusKey *key, const char *scope, OuioedKey *out)
{
  if (key->text == NULL)
    return NULL;
  *out = (OuioedKey) { .scope = scope, .key = key->text, .data = key->data, .len = strlen (key->data) };
  return out;
}

/* Takes the key out of @body: what is left is what it was given with. */
static gboolean
take_key (json_t *body, OuioeProblems *problems, OuioedDbusKey *key, GError **error)
{
  char *dump;

  key->text = g_strdup (ouioe_codec_read_key (body, problems));
  if (ouioe_problems_get_n (problems) > 0)
    {
      g_propagate_error (error, ouioe_problems_to_error (problems));
      return FALSE;
    }
  if (key->text == NULL)
    return TRUE;
  json_object_del (body, "idempotency_key");
  dump = json_dumps (body, JSON_COMPACT | JSON_SORT_KEYS);
  key->data = g_strdup (dump != NULL ? dump : "");
  free (dump);
  return TRUE;
}

/* ---- requests ---- */

OuioeCreateRequest *
ouioed_dbus_read_create (const char *session_id, const char *user_id, GVariant *options, const OuioedHubLimits *limits,
                         OuioedDbusKey *key, GError **error)
{
  g_autoptr(json_t) body = json_object ();
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  OuioeCreateRequest *request;

  json_object_set_new (body, "session_id", json_string (session_id));
  json_object_set_new (body, "user_id", json_string (user_id));
  if (!add_options (body, create_options, options, error) || !take_key (body, problems, key, error))
    return NULL;

  request = ouioe_codec_read_create (body, &limits->defaults, limits->max_stream_length, limits->max_expiry_us,
                                     problems);
  if (request == NULL)
    g_propagate_error (error, ouioe_problems_to_error (problems));

  return request;
}

void
ouioed_dbus_append_clear (OuioedDbusAppend *append)
{
  g_clear_pointer (&append->step, ouioe_thinking_step_unref);
  g_clear_pointer (&append->update, ouioe_progress_update_unref);
  ouioed_dbus_key_clear (&append->key);
}

gboolean
ouioed_dbus_read_append (OuioeEventKind kind, const char *session_id, const char *type, const char *text,
                         GVariant *options, OuioedDbusAppend *append, GError **error)
{
  const gboolean is_step = kind == OUIOE_EVENT_THINKING_STEP;
  g_autoptr(json_t) body = json_object ();
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GRefString) session = NULL;

  json_object_set_new (body, is_step ? "thinking_type" : "progress_type", json_string (type));
  json_object_set_new (body, is_step ? "content" : "message", json_string (text));
  if (!add_options (body, is_step ? thinking_options : progress_options, options, error) ||
      !take_key (body, problems, &append->key, error))
    return FALSE;

  if (is_step)
    append->step = ouioe_codec_read_thinking (body, session_id, &session, problems, error);
  else
    append->update = ouioe_codec_read_progress (body, session_id, &session, problems, error);
  return append->step != NULL || append->update != NULL;
}

gboolean
ouioed_dbus_read_list (GVariant *options, OuioedDbusList *list, GError **error)
{
  g_autoptr(json_t) body = json_object ();
  const char *state;

  *list = (OuioedDbusList) { .limit = DEFAULT_LISTED };
  if (!add_options (body, list_options, options, error))
    return FALSE;

  if (json_object_get (body, "limit") != NULL)
    list->limit = (guint) json_integer_value (json_object_get (body, "limit"));
  if (list->limit == 0 || list->limit > MAX_LISTED)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"limit\" must be 1 to %d.", MAX_LISTED);
      return FALSE;
    }
  state = json_string_value (json_object_get (body, "state"));
  if (g_strcmp0 (state, "open") == 0)
    list->state = OUIOE_SESSION_OPEN;
  else if (g_strcmp0 (state, "closed") == 0)
    list->state = OUIOE_SESSION_CLOSED;
  else if (state != NULL)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
                   "The option \"state\" must be \"open\" or \"closed\".");
      return FALSE;
    }
  g_variant_lookup (options, "user_id", "&s", &list->user_id);
  g_variant_lookup (options, "before", "&s", &list->before);
  return TRUE;
}

gboolean
ouioed_dbus_read_stream (const char *after, GVariant *options, OuioeEventId *id, const char **user_id, GError **error)
{
  g_autoptr(json_t) body = json_object ();

  *user_id = NULL;
  if (!add_options (body, stream_options, options, error))
    return FALSE;
  g_variant_lookup (options, "user_id", "&s", user_id);
  if (*after != '\0')
    return ouioed_dbus_read_after (after, id, error);

  *id = OUIOE_EVENT_ID_MAX;
  return TRUE;
}

gboolean
ouioed_dbus_read_live (GVariant *options, OuioedDbusFollow *follow, GError **error)
{
  g_autoptr(json_t) body = json_object ();
  const char *after = NULL;

  if (!add_options (body, follow->session_id != NULL ? live_options : live_all_options, options, error))
    return FALSE;

  g_variant_lookup (options, "user_id", "&s", &follow->user_id);
  g_variant_lookup (options, "deltas", "b", &follow->deltas);
  follow->after = follow->session_id != NULL ? OUIOE_EVENT_ID_ZERO : OUIOE_EVENT_ID_MAX;
  return !g_variant_lookup (options, "after", "&s", &after) || ouioed_dbus_read_after (after, &follow->after, error);
}

gboolean
ouioed_dbus_read_after (const char *after, OuioeEventId *id, GError **error)
{
  if (ouioe_event_id_parse (after, id))
    return TRUE;

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
               "\"after\" must be the id of an event, like \"1795396263398-0\", or \"0\".");
  return FALSE;
}

gboolean
ouioed_dbus_read_limit (guint *limit, GError **error)
{
  if (*limit == 0)
    *limit = MAX_READ_EVENTS;
  if (*limit <= MAX_READ_EVENTS)
    return TRUE;

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "\"limit\" must be at most %d.", MAX_READ_EVENTS);
  return FALSE;
}

const char *
ouioed_dbus_read_outcome (const char *outcome, GError **error)
{
  gsize len = strlen (outcome);

  if (len == 0)
    return "closed";
  if (len <= MAX_OUTCOME_BYTES
      && strspn (outcome, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == len)
    return outcome;

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
               "The outcome must be a word of at most %d of A-Z a-z 0-9 . _ -.", MAX_OUTCOME_BYTES);
  return NULL;
}

gboolean
ouioed_dbus_read_close (const char *session_id, const char *outcome, GVariant *options, OuioedDbusKey *key,
                        GError **error)
{
  g_autoptr(json_t) body = json_object ();
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

  if (!add_options (body, close_options, options, error) || !take_key (body, problems, key, error))
    return FALSE;
  if (key->text == NULL)
    return TRUE;

  g_free (key->data);
  key->data = g_strdup_printf ("%s\n%s", session_id, outcome);
  return TRUE;
}
