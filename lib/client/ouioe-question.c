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

/* The bus carries nothing else. @text: (transfer full) */
static GVariant *
text_variant (char *text)
{
  g_autofree char *owned = text;

  return g_variant_new_take_string (g_utf8_make_valid (owned, -1));
}

/* ---- create ---- */

static GVariant *
create_options (const OuioeStreamConfig *config, OuioeThinkingContext *context)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
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
  return about_root (OUIOE_BUS_MANAGER, "CreateSession",
                     g_variant_new ("(@s@s@a{sv})", text_variant (g_strdup (session_id)),
                                    text_variant (g_strdup (user_id)), create_options (config, context)),
                     ouioe_bus_convert_nothing);
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
  OuioeRequest *request;

  if (address->bus == NULL)
    return ouioe_request_new (address, SOUP_METHOD_POST, path, json);

  key = g_uuid_string_random ();
  lines[0] = line = ouioe_question_add_key (json, key);
  request = about_root (OUIOE_BUS_MANAGER, "AppendEvents", g_variant_new ("(^as)", lines), ouioe_bus_convert_append);
  request->call->is_repeatable = TRUE;
  return request;
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
      request = about_root (OUIOE_BUS_MANAGER, "AppendEvents",
                            g_variant_new ("(@as)",
                                           g_variant_new_strv ((const char *const *) lines->pdata, lines->len)),
                            ouioe_bus_convert_bulk);
      request->call->is_repeatable = TRUE;
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
ouioe_question_close (OuioeAddress *address, const char *session_id, const char *outcome)
{
  g_autofree char *escaped = NULL;
  g_autofree char *query = NULL;

  if (address->bus != NULL)
    return about_object (session_id, OUIOE_BUS_SESSION, "Close",
                         g_variant_new ("(@s@a{sv})", text_variant (g_strdup (outcome != NULL ? outcome : "")),
                                        g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)),
                         ouioe_bus_convert_nothing);

  if (outcome == NULL)
    return about_session (address, SOUP_METHOD_DELETE, session_id, NULL);
  escaped = g_uri_escape_string (outcome, NULL, FALSE);
  query = g_strconcat ("?outcome=", escaped, NULL);
  return about_session (address, SOUP_METHOD_DELETE, session_id, query);
}

/* ---- look ---- */

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
