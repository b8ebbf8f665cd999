/* ouioe-question.c - what one can ask the daemon, as a request over HTTP or over a bus
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-question.h"

#include <string.h>

#include "ouioe-codec.h"

#define API       "/api/streaming"
#define SESSIONS  API "/sessions"
/* Sessions per answer. */
#define PAGE_SIZE 500
/* Events per answer. */
#define MAX_EVENTS 1000

/* "/api/streaming/sessions/ID", then @rest */
static OuioeRequest *
about_session (OuioeAddress *address, const char *method, const char *session_id, const char *rest)
{
  g_autofree char *escaped = g_uri_escape_string (session_id, NULL, FALSE);
  g_autofree char *path = g_strconcat (SESSIONS "/", escaped, rest, NULL);

  return ouioe_request_new (address, method, path, NULL);
}

static OuioeRequest *
about_object (const char *session_id, const char *interface, const char *method, GVariant *parameters,
              GBytes *(*convert) (const OuioeBusCall *, GVariant *, GError **))
{
  g_autofree char *path = ouioe_bus_session_path (session_id);
  OuioeBusCall *call = ouioe_bus_call_new (path, interface, method, parameters);

  call->convert = convert;
  return ouioe_request_new_for_bus (call);
}

static OuioeRequest *
about_root (const char *interface, const char *method, GVariant *parameters,
            GBytes *(*convert) (const OuioeBusCall *, GVariant *, GError **))
{
  OuioeBusCall *call = ouioe_bus_call_new (OUIOE_BUS_ROOT, interface, method, parameters);

  call->convert = convert;
  return ouioe_request_new_for_bus (call);
}

/* @request carries an idempotency key, or changes nothing. @request: (transfer full) */
static OuioeRequest *
repeatable (OuioeRequest *request)
{
  request->call->is_repeatable = TRUE;
  return request;
}

/* @key: NULL: keeps its own. @request: (transfer full), over HTTP */
static OuioeRequest *
with_key (OuioeRequest *request, const char *key)
{
  if (key != NULL)
    {
      g_free (request->key);
      request->key = g_strdup (key);
    }
  return request;
}

/* The bus carries nothing else. @text: (transfer full) */
static GVariant *
text_variant (char *text)
{
  g_autofree char *owned = text;

  return g_variant_new_take_string (g_utf8_make_valid (owned, -1));
}

/* ---- create ---- */

/* So that it can be asked again. @key: NULL for one of its own */
static void
add_key_option (GVariantBuilder *options, const char *key)
{
  g_variant_builder_add (options, "{sv}", "idempotency_key",
                         key != NULL ? text_variant (g_strdup (key)) : g_variant_new_take_string (g_uuid_string_random ()));
}

static GVariant *
create_options (const OuioeStreamConfig *config, OuioeThinkingContext *context)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  add_key_option (&options, NULL);
  if (config != NULL)
    {
      g_variant_builder_add (&options, "{sv}", "debug_mode", g_variant_new_boolean (config->debug_mode));
      g_variant_builder_add (&options, "{sv}", "progress_updates", g_variant_new_boolean (config->progress_updates));
      g_variant_builder_add (&options, "{sv}", "max_stream_length", g_variant_new_uint32 (config->max_stream_length));
      g_variant_builder_add (&options, "{sv}", "update_threshold_seconds",
                             g_variant_new_double ((double) config->update_threshold_us / G_USEC_PER_SEC));
      g_variant_builder_add (&options, "{sv}", "expiry_seconds",
                             g_variant_new_double ((double) config->expiry_us / G_USEC_PER_SEC));
    }
  if (context != NULL)
    {
      g_variant_builder_add (&options, "{sv}", "user_request",
                             text_variant (ouioe_thinking_context_dup_user_request (context)));
      g_variant_builder_add (&options, "{sv}", "system_context",
                             text_variant (ouioe_thinking_context_dup_system_context (context)));
    }
  return g_variant_builder_end (&options);
}

OuioeRequest *
ouioe_question_create (OuioeAddress *address, const char *session_id, const char *user_id,
                       const OuioeStreamConfig *config, OuioeThinkingContext *context)
{
  if (address->bus == NULL)
    return ouioe_request_new (address, SOUP_METHOD_POST, SESSIONS,
                              ouioe_codec_create_to_json (session_id, user_id, config, context));
  return repeatable (about_root (OUIOE_BUS_MANAGER, "CreateSession",
                                 g_variant_new ("(@s@s@a{sv})", text_variant (g_strdup (session_id)),
                                                text_variant (g_strdup (user_id)), create_options (config, context)),
                                 ouioe_bus_convert_nothing));
}

/* ---- create, from the JSON of REST ---- */

/* A member as an option of the bus, of the type that suits the value: whether it suits the option, the service says. */
static GVariant *
member_variant (const char *name, json_t *value)
{
  g_autofree char *text = NULL;
  char *dump;

  if (json_is_string (value))
    return g_variant_new_take_string (g_utf8_make_valid (json_string_value (value), (gssize) json_string_length (value)));
  if (json_is_boolean (value))
    return g_variant_new_boolean (json_is_true (value));
  if (strcmp (name, "max_stream_length") == 0 && json_is_integer (value) && json_integer_value (value) >= 0)
    return g_variant_new_uint32 ((guint32) MIN (json_integer_value (value), (json_int_t) G_MAXUINT32));
  if (json_is_number (value))
    return g_variant_new_double (json_number_value (value));

  dump = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT);
  text = g_strdup (dump != NULL ? dump : "null");
  free (dump);
  return g_variant_new_take_string (g_steal_pointer (&text));
}

static GVariant *
json_options (json_t *body, const char *key)
{
  static const char *const names[] = { "debug_mode", "user_request", "system_context", "max_stream_length",
                                       "progress_updates", "update_threshold_seconds", "expiry_seconds" };
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  add_key_option (&options, key);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      json_t *value = json_object_get (body, names[i]);

      if (value != NULL && !json_is_null (value))
        g_variant_builder_add (&options, "{sv}", names[i], member_variant (names[i], value));
    }
  return g_variant_builder_end (&options);
}

static GVariant *
text_member (json_t *body, const char *name)
{
  const char *text = json_string_value (json_object_get (body, name));

  return text_variant (g_strdup (text != NULL ? text : ""));
}

OuioeRequest *
ouioe_question_create_from_json (OuioeAddress *address, const char *json, const char *key, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = NULL;

  if (address->bus == NULL)
    return with_key (ouioe_request_new (address, SOUP_METHOD_POST, SESSIONS, g_strdup (json)), key);

  body = ouioe_codec_parse_object (json, strlen (json), problems, error);
  if (body == NULL)
    return NULL;
  return repeatable (about_root (OUIOE_BUS_MANAGER, "CreateSession",
                                 g_variant_new ("(@s@s@a{sv})", text_member (body, "session_id"),
                                                text_member (body, "user_id"), json_options (body, key)),
                                 ouioe_bus_convert_nothing));
}

/* ---- append ---- */

char *
ouioe_question_add_key (char *json, const char *key)
{
  g_autofree char *owned = json;

  return g_strconcat ("{\"idempotency_key\":\"", key, "\",", json + 1, NULL);
}

/* @json: (transfer full) */
static OuioeRequest *
append (OuioeAddress *address, const char *path, char *json)
{
  g_autofree char *key = NULL;
  g_autofree char *line = NULL;
  const char *lines[2] = { NULL, NULL };

  if (address->bus == NULL)
    return ouioe_request_new (address, SOUP_METHOD_POST, path, json);

  key = g_uuid_string_random ();
  lines[0] = line = ouioe_question_add_key (json, key);
  return repeatable (about_root (OUIOE_BUS_MANAGER, "AppendEvents", g_variant_new ("(^as)", lines),
                                 ouioe_bus_convert_append));
}

OuioeRequest *
ouioe_question_thinking (OuioeAddress *address, const char *session_id, OuioeThinkingStep *step)
{
  return append (address, API "/thinking", ouioe_codec_thinking_to_json (session_id, step));
}

OuioeRequest *
ouioe_question_progress (OuioeAddress *address, const char *session_id, OuioeProgressUpdate *update)
{
  return append (address, API "/progress", ouioe_codec_progress_to_json (session_id, update));
}

OuioeRequest *
ouioe_question_bulk (OuioeAddress *address, GPtrArray *lines)
{
  OuioeRequest *request;

  if (address->bus != NULL)
    {
      request = repeatable (about_root (OUIOE_BUS_MANAGER, "AppendEvents",
                                        g_variant_new ("(@as)", g_variant_new_strv ((const char *const *) lines->pdata,
                                                                                    lines->len)),
                                        ouioe_bus_convert_bulk));
    }
  else
    {
      GString *body = g_string_new (NULL);

      for (guint i = 0; i < lines->len; i++)
        {
          g_string_append (body, lines->pdata[i]);
          g_string_append_c (body, '\n');
        }
      request = ouioe_request_new (address, SOUP_METHOD_POST, API "/events", g_string_free (body, FALSE));
      request->type = "application/x-ndjson";
      /* Every line has its own. */
      g_clear_pointer (&request->key, g_free);
    }
  return request;
}

/* ---- close ---- */

OuioeRequest *
ouioe_question_close (OuioeAddress *address, const char *session_id, const char *outcome, const char *key)
{
  g_autofree char *escaped = NULL;
  g_autofree char *query = NULL;

  if (address->bus != NULL)
    {
      GVariantBuilder options;

      g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
      add_key_option (&options, key);
      return repeatable (about_object (session_id, OUIOE_BUS_SESSION, "Close",
                                       g_variant_new ("(@sa{sv})", text_variant (g_strdup (outcome != NULL ? outcome : "")),
                                                      &options),
                                       ouioe_bus_convert_nothing));
    }

  if (outcome == NULL)
    return with_key (about_session (address, SOUP_METHOD_DELETE, session_id, NULL), key);
  escaped = g_uri_escape_string (outcome, NULL, FALSE);
  query = g_strconcat ("?outcome=", escaped, NULL);
  return with_key (about_session (address, SOUP_METHOD_DELETE, session_id, query), key);
}

/* ---- control ---- */

OuioeRequest *
ouioe_question_stop (OuioeAddress *address, const char *session_id)
{
  if (address->bus != NULL)
    return about_object (session_id, OUIOE_BUS_SESSION, "Stop", NULL, ouioe_bus_convert_nothing);
  return about_session (address, SOUP_METHOD_POST, session_id, "/stop");
}

OuioeRequest *
ouioe_question_answer_now (OuioeAddress *address, const char *session_id)
{
  if (address->bus != NULL)
    return about_object (session_id, OUIOE_BUS_SESSION, "AnswerNow", NULL, ouioe_bus_convert_nothing);
  return about_session (address, SOUP_METHOD_POST, session_id, "/answer-now");
}

/* ---- look ---- */

OuioeRequest *
ouioe_question_events (OuioeAddress *address, const char *session_id, const OuioeEventId *after, guint limit)
{
  char id[OUIOE_EVENT_ID_TEXT_MAX] = "0";
  g_autofree char *rest = NULL;
  OuioeRequest *request;

  if (after != NULL)
    ouioe_event_id_format (*after, id);
  if (address->bus != NULL)
    return repeatable (about_object (session_id, OUIOE_BUS_SESSION, "ReadEvents", g_variant_new ("(su)", id, limit),
                                     ouioe_bus_convert_events));

  rest = g_strdup_printf ("/events?format=ndjson&limit=%u&after=%s", limit > 0 ? limit : MAX_EVENTS, id);
  request = about_session (address, SOUP_METHOD_GET, session_id, rest);
  request->is_page = TRUE;
  return request;
}

OuioeRequest *
ouioe_question_session (OuioeAddress *address, const char *session_id)
{
  if (address->bus == NULL)
    return about_session (address, SOUP_METHOD_GET, session_id, NULL);
  return about_object (session_id, "org.freedesktop.DBus.Properties", "GetAll",
                       g_variant_new ("(s)", OUIOE_BUS_SESSION), ouioe_bus_convert_session);
}

OuioeRequest *
ouioe_question_stats (OuioeAddress *address, const char *session_id)
{
  if (address->bus == NULL)
    return about_session (address, SOUP_METHOD_GET, session_id, "/stats");
  return about_object (session_id, OUIOE_BUS_SESSION, "GetStats", NULL, ouioe_bus_convert_stats);
}

static void
add_parameter (GString *path, const char *name, const char *value)
{
  g_string_append_printf (path, "&%s=", name);
  g_string_append_uri_escaped (path, value, NULL, FALSE);
}

OuioeRequest *
ouioe_question_list (OuioeAddress *address, const char *user_id, OuioeSessionState state, const char *before)
{
  g_autoptr(GString) path = g_string_new (NULL);
  OuioeRequest *request;

  if (address->bus != NULL)
    {
      request = about_root ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, ouioe_bus_convert_list);
      request->call->user_id = g_strdup (user_id);
      request->call->state = state != 0 ? ouioe_session_state_to_string (state) : NULL;
      return request;
    }

  g_string_printf (path, SESSIONS "?limit=%d", PAGE_SIZE);
  if (user_id != NULL)
    add_parameter (path, "user_id", user_id);
  if (state != 0)
    add_parameter (path, "state", ouioe_session_state_to_string (state));
  if (before != NULL)
    add_parameter (path, "before", before);
  return ouioe_request_new (address, SOUP_METHOD_GET, path->str, NULL);
}
