/* ouioe-bus-answer.c - answers of the bus as the JSON of REST
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * So that only the way differs between the buses and HTTP, and not what a program sees. Times are numbers on the bus
 * and text in REST.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ouioe-codec.h"
#include "ouioe-question.h"

/* FALSE with an error when the daemon answered something else than the interface says. */
static gboolean
check_type (const OuioeBusCall *call, GVariant *reply, const char *type, GError **error)
{
  if (g_variant_is_of_type (reply, G_VARIANT_TYPE (type)))
    return TRUE;
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service answered %s with %s instead of %s"), call->method,
               g_variant_get_type_string (reply), type);
  return FALSE;
}

/* @value: (transfer full). NULL with an error when it has no text, as it was not made of valid text. */
static GBytes *
to_bytes (json_t *value, GError **error)
{
  g_autoptr(json_t) owned = value;
  char *text = json_dumps (value, JSON_COMPACT);

  if (text != NULL)
    return g_bytes_new_with_free_func (text, strlen (text), free, text);
  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service answered with text that is none"));
  return NULL;
}

GBytes *
ouioe_bus_convert_nothing (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  return g_bytes_new_static ("{}", 2);
}

/* ---- append ---- */

GBytes *
ouioe_bus_convert_bulk (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  g_autoptr(GVariant) lines = NULL;
  GString *body;

  if (!check_type (call, reply, "(as)", error))
    return NULL;
  body = g_string_new (NULL);
  lines = g_variant_get_child_value (reply, 0);
  for (gsize i = 0; i < g_variant_n_children (lines); i++)
    {
      const char *line;

      g_variant_get_child (lines, i, "&s", &line);
      g_string_append (body, line);
      g_string_append_c (body, '\n');
    }
  return g_string_free_to_bytes (body);
}

GBytes *
ouioe_bus_convert_append (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  g_autoptr(GBytes) line = ouioe_bus_convert_bulk (call, reply, error);
  g_autoptr(json_t) answer = NULL;
  const char *data;
  gsize len;
  guint status;

  if (line == NULL)
    return NULL;
  data = g_bytes_get_data (line, &len);
  answer = json_loadb (data, len, JSON_ALLOW_NUL, NULL);
  status = (guint) json_integer_value (json_object_get (answer, "status"));
  if (status >= 200 && status < 300)
    return g_steal_pointer (&line);
  g_propagate_error (error, ouioe_problem_from_json (status, json_object_get (answer, "error")));
  return NULL;
}

/* ---- history ---- */

/* Events that are no longer kept: told in a line that is no event. */
static gboolean
is_gap (const char *line)
{
  g_autoptr(json_t) object = json_loads (line, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);

  return json_object_get (object, "type") != NULL;
}

GBytes *
ouioe_bus_convert_events (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  g_autofree const char **lines = NULL;
  gboolean has_more, lost;
  GString *body;

  if (!check_type (call, reply, "(assb)", error))
    return NULL;
  g_variant_get (reply, "(^a&s&sb)", &lines, NULL, &has_more);
  lost = lines[0] != NULL && is_gap (lines[0]);
  body = g_string_new (NULL);
  ouioe_page_write_head (body, has_more, lost);
  for (gsize i = lost ? 1 : 0; lines[i] != NULL; i++)
    {
      g_string_append (body, lines[i]);
      g_string_append_c (body, '\n');
    }
  return g_string_free_to_bytes (body);
}

/* ---- sessions ---- */

/* A time of the bus as a value of REST. */
static json_t *
time_value (GVariant *value)
{
  g_autoptr(GString) text = g_string_new (NULL);

  ouioe_json_write_time (text, (gint64) g_variant_get_uint64 (value));
  return json_stringn (text->str + 1, text->len - 2);
}

static json_t *to_json (GVariant *value);

/* Members of objects that are times wherever they stand. */
static gboolean
is_time_name (const char *name)
{
  static const char *const names[] = { "phase_since", "stalled_since", "begin", "end", NULL };

  return g_strv_contains (names, name);
}

/* @value: a dictionary with names as its keys */
static json_t *
dictionary_to_json (GVariant *value)
{
  json_t *result = json_object ();
  GVariantIter iter;
  GVariant *entry;

  g_variant_iter_init (&iter, value);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr(GVariant) name = g_variant_get_child_value (entry, 0);
      g_autoptr(GVariant) member = g_variant_get_child_value (entry, 1);
      g_autoptr(GVariant) inner = g_variant_is_of_type (member, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (member)
                                                                                       : g_variant_ref (member);
      const char *key = g_variant_get_string (name, NULL);
      gboolean is_time = is_time_name (key) && g_variant_is_of_type (inner, G_VARIANT_TYPE_UINT64);

      json_object_set_new (result, key, is_time ? time_value (inner) : to_json (inner));
      g_variant_unref (entry);
    }
  return result;
}

static json_t *
list_to_json (GVariant *value)
{
  json_t *result = json_array ();

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (value, i);

      json_array_append_new (result, to_json (child));
    }
  return result;
}

/* @value: whatever the interface may have one day. NULL for types that JSON has not. */
static json_t *
to_json (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return json_string (g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return json_boolean (g_variant_get_boolean (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return json_real (g_variant_get_double (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return json_integer (g_variant_get_uint32 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return json_integer ((json_int_t) g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
    return dictionary_to_json (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return list_to_json (value);
  return NULL;
}

/* What properties are called in REST. */
typedef struct {
  const char *property;
  const char *type;       /* of the bus */
  const char *member;
  gboolean    is_stat;    /* stands among the counters */
} Row;

static const Row rows[] = {
  { "Id",                "s", "session_id", FALSE },
  { "User",              "s", "user_id", FALSE },
  { "State",             "s", "state", FALSE },
  { "Outcome",           "s", "outcome", FALSE },
  { "CreatedAt",         "t", "created_at", FALSE },
  { "LastActivity",      "t", "last_activity", FALSE },
  { "EndedAt",           "t", "ended_at", FALSE },
  { "DebugMode",         "b", "debug_mode", FALSE },
  { "Request",           "s", "user_request", FALSE },
  { "LastEventId",       "s", "last_event_id", FALSE },
  { "Percentage",        "d", "progress_percentage", FALSE },
  { "Generation",        "a{sv}", "generation", FALSE },
  { "ThinkingSteps",     "t", "total_thinking_steps", TRUE },
  { "ProgressUpdates",   "t", "total_progress_updates", TRUE },
  { "AverageConfidence", "d", "average_confidence", TRUE },
};

/* On the bus everything has a value; in REST what is not known, or not yet so, is absent. */
static gboolean
is_absent (const Row *row, GVariant *value)
{
  if (strcmp (row->property, "Outcome") == 0)
    return *g_variant_get_string (value, NULL) == '\0';
  if (strcmp (row->property, "EndedAt") == 0)
    return g_variant_get_uint64 (value) == 0;
  if (strcmp (row->property, "Generation") == 0)
    return g_variant_n_children (value) == 0;
  if (strcmp (row->property, "AverageConfidence") == 0 || strcmp (row->property, "Percentage") == 0)
    return g_variant_get_double (value) < 0.0;
  return FALSE;
}

/* @properties: a{sv} */
static json_t *
session_value (GVariant *properties)
{
  json_t *session = json_object ();
  json_t *stats = json_object ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GVariant) value = g_variant_lookup_value (properties, rows[i].property, G_VARIANT_TYPE (rows[i].type));
      gboolean is_time = g_str_has_suffix (rows[i].member, "_at") || strcmp (rows[i].member, "last_activity") == 0;

      if (value != NULL && !is_absent (&rows[i], value))
        json_object_set_new (rows[i].is_stat ? stats : session, rows[i].member,
                             is_time ? time_value (value) : to_json (value));
    }
  json_object_set_new (session, "stats", stats);
  return session;
}

GBytes *
ouioe_bus_convert_session (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  g_autoptr(GVariant) properties = NULL;

  if (!check_type (call, reply, "(a{sv})", error))
    return NULL;
  properties = g_variant_get_child_value (reply, 0);
  return to_bytes (session_value (properties), error);
}

GBytes *
ouioe_bus_convert_stats (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  /* Names that differ between the two. */
  static const char *const times[] = { "created_at", "last_updated", NULL };
  g_autoptr(GVariant) stats = NULL;
  json_t *result;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!check_type (call, reply, "(a{sv})", error))
    return NULL;
  result = json_object ();
  stats = g_variant_get_child_value (reply, 0);
  g_variant_iter_init (&iter, stats);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      gboolean is_time = g_strv_contains (times, name) && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64);
      const char *member = name;

      if (strcmp (name, "thinking_types") == 0)
        member = "thinking_types_used";
      else if (strcmp (name, "progress_types") == 0)
        member = "progress_types_used";
      json_object_set_new (result, member, is_time ? time_value (value) : to_json (value));
      g_variant_unref (value);
    }
  return to_bytes (result, error);
}

/* ---- the list ---- */

typedef struct {
  guint64 created_us;
  json_t *session;       /* owned */
} ListRow;

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  guint64 left = ((const ListRow *) a)->created_us;
  guint64 right = ((const ListRow *) b)->created_us;

  return left < right ? 1 : left > right ? -1 : 0;
}

static gboolean
is_wanted (const OuioeBusCall *call, GVariant *properties)
{
  const char *text;

  if (call->user_id != NULL &&
      (!g_variant_lookup (properties, "User", "&s", &text) || strcmp (text, call->user_id) != 0))
    return FALSE;
  return call->state == NULL ||
         (g_variant_lookup (properties, "State", "&s", &text) && strcmp (text, call->state) == 0);
}

GBytes *
ouioe_bus_convert_list (const OuioeBusCall *call, GVariant *reply, GError **error)
{
  g_autoptr(GVariantIter) objects = NULL;
  g_autoptr(GArray) found = g_array_new (FALSE, FALSE, sizeof (ListRow));
  json_t *sessions;
  GVariant *interfaces;

  if (!check_type (call, reply, "(a{oa{sa{sv}}})", error))
    return NULL;
  g_variant_get (reply, "(a{oa{sa{sv}}})", &objects);
  while (g_variant_iter_next (objects, "{&o@a{sa{sv}}}", NULL, &interfaces))
    {
      g_autoptr(GVariant) properties = g_variant_lookup_value (interfaces, OUIOE_BUS_SESSION, G_VARIANT_TYPE_VARDICT);
      ListRow row = { 0, NULL };

      g_variant_unref (interfaces);
      if (properties == NULL || !is_wanted (call, properties))
        continue;
      g_variant_lookup (properties, "CreatedAt", "t", &row.created_us);
      row.session = session_value (properties);
      g_array_append_val (found, row);
    }

  g_array_sort (found, compare_newest_first);
  sessions = json_array ();
  for (guint i = 0; i < found->len; i++)
    json_array_append_new (sessions, g_array_index (found, ListRow, i).session);
  return to_bytes (json_pack ("{s:o,s:b}", "sessions", sessions, "has_more", 0), error);
}
