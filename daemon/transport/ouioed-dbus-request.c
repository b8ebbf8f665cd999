/* ouioed-dbus-request.c - arguments of methods on the bus, checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <math.h>
#include <string.h>

/* The options of CreateSession; they are called as the fields of the body of a POST. */
typedef struct {
  const char *name;
  const char *type;
} OptionRow;

static const OptionRow create_options[] = {
  { "debug_mode", "b" },
  { "user_request", "s" },
  { "system_context", "s" },
  { "max_stream_length", "u" },
  { "progress_updates", "b" },
  { "update_threshold_seconds", "d" },
  { "expiry_seconds", "d" },
};

#define MAX_OUTCOME_BYTES 64

static void
set_unknown_option (GError **error, const char *name)
{
  g_autoptr(GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (create_options); i++)
    g_string_append_printf (known, "%s%s", i == 0 ? "" : ", ", create_options[i].name);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "There is no option \"%s\"; known are %s.", name,
               known->str);
}

/* A JSON object given as text; NULL with @error. */
static json_t *
parse_context (const char *text, GError **error)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) local = NULL;
  json_t *context = ouioe_codec_parse_object (text, strlen (text), problems, &local);

  if (context == NULL)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"system_context\" is not a JSON object: %s",
                 local->message);

  return context;
}

/* NULL with @error when the value cannot be written as JSON. */
static json_t *
option_to_json (const char *name, GVariant *value, GError **error)
{
  if (g_str_equal (name, "system_context"))
    return parse_context (g_variant_get_string (value, NULL), error);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return json_boolean (g_variant_get_boolean (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return json_string (g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return json_integer (g_variant_get_uint32 (value));
  if (isfinite (g_variant_get_double (value)))
    return json_real (g_variant_get_double (value));

  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"%s\" is not a finite number.", name);
  return NULL;
}

static gboolean
add_option (json_t *body, const char *name, GVariant *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (create_options); i++)
    {
      json_t *json;

      if (!g_str_equal (create_options[i].name, name))
        continue;
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE (create_options[i].type)))
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY,
                       "The option \"%s\" is of type %s and must be of type %s.",
                       name, g_variant_get_type_string (value), create_options[i].type);
          return FALSE;
        }
      if (json_object_get (body, name) != NULL)
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "The option \"%s\" is given twice.", name);
          return FALSE;
        }
      json = option_to_json (name, value, error);
      return json != NULL && json_object_set_new (body, name, json) == 0;
    }

  set_unknown_option (error, name);
  return FALSE;
}

OuioeCreateRequest *
ouioed_dbus_read_create (const char *session_id, const char *user_id, GVariant *options, const OuioedHubLimits *limits,
                         GError **error)
{
  g_autoptr(json_t) body = json_object ();
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  OuioeCreateRequest *request;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  json_object_set_new (body, "session_id", json_string (session_id));
  json_object_set_new (body, "user_id", json_string (user_id));
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!add_option (body, name, value, error))
      {
        g_variant_unref (value);
        return NULL;
      }

  request = ouioe_codec_read_create (body, &limits->defaults, limits->max_stream_length, limits->max_expiry_us,
                                     problems);
  if (request == NULL)
    g_propagate_error (error, ouioe_problems_to_error (problems));

  return request;
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
ouioed_dbus_check_no_options (GVariant *options, GError **error)
{
  const char *name;

  if (g_variant_n_children (options) == 0)
    return TRUE;
  g_variant_get_child (options, 0, "{&sv}", &name, NULL);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, "There is no option \"%s\".", name);
  return FALSE;
}
