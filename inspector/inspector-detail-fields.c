/* inspector-detail-fields.c - the members of an event, in the order and the words in which they are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-detail-fields.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "inspector-format.h"

/* Of one value of the context, and of one text of a list. */
#define MAX_VALUE_CHARS 2000
/* Of a list; what is beyond is counted. */
#define MAX_TEXTS 200

static void
field_free (gpointer data)
{
  InspectorField *field = data;

  g_free (field->name);
  g_free (field->value);
  g_free (field);
}

static void
list_free (gpointer data)
{
  InspectorFieldList *list = data;

  g_free (list->title);
  g_ptr_array_unref (list->texts);
  g_free (list);
}

static void
group_free (gpointer data)
{
  InspectorFieldGroup *group = data;

  g_free (group->title);
  g_ptr_array_unref (group->fields);
  g_free (group);
}

/* @value: (transfer full) (nullable): NULL adds nothing */
static void
add_field (GPtrArray *fields, const char *name, char *value)
{
  InspectorField *field;

  if (value == NULL)
    return;
  field = g_new0 (InspectorField, 1);
  field->name = g_strdup (name);
  field->value = value;
  g_ptr_array_add (fields, field);
}

/* ---- values as text ---- */

static char *
dup_seconds (double seconds)
{
  return inspector_format_seconds ((gint64) llround (seconds * G_USEC_PER_SEC));
}

static char *
dup_value (const json_t *value)
{
  g_autofree char *text = NULL;

  if (json_is_string (value))
    return inspector_format_bounded (json_string_value (value), MAX_VALUE_CHARS);
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? _("yes") : _("no"));
  if (json_is_null (value))
    return g_strdup (_("none"));
  /* Times and pieces of a text can be many: their beginning tells what they are. */
  text = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION (15));
  return text != NULL ? inspector_format_bounded (text, json_is_array (value) ? 200 : MAX_VALUE_CHARS) : NULL;
}

/* A text as it is; of an object, its members a line each. */
static char *
dup_entry (const json_t *value)
{
  g_autoptr(GString) text = NULL;
  const char *key;
  json_t *member;

  if (!json_is_object (value))
    return dup_value (value);
  text = g_string_new (NULL);
  json_object_foreach ((json_t *) value, key, member)
    {
      g_autofree char *shown = dup_value (member);

      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", key, shown != NULL ? shown : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- members that are lists and objects ---- */

static void
add_list (InspectorDetails *self, const json_t *root, const char *key, const char *title, gboolean is_numbered)
{
  const json_t *value = json_object_get (root, key);
  gsize n = json_array_size (value);
  InspectorFieldList *list;

  if (n == 0)
    return;
  list = g_new0 (InspectorFieldList, 1);
  list->key = key;
  list->title = g_strdup_printf (C_("section", "%s (%u)"), title, (guint) n);
  list->is_numbered = is_numbered;
  list->texts = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < MIN (n, MAX_TEXTS); i++)
    g_ptr_array_add (list->texts, dup_entry (json_array_get (value, i)));
  if (n > MAX_TEXTS)
    g_ptr_array_add (list->texts, g_strdup_printf (_("and %u more"), (guint) n - MAX_TEXTS));
  g_ptr_array_add (self->lists, list);
}

/* @fields: (transfer full) */
static void
add_group (InspectorDetails *self, const char *key, char *title, GPtrArray *fields)
{
  InspectorFieldGroup *group = g_new0 (InspectorFieldGroup, 1);

  group->key = key;
  group->title = title;
  group->fields = fields;
  g_ptr_array_add (self->groups, group);
}

static void
add_object (InspectorDetails *self, const json_t *root, const char *key, const char *title)
{
  json_t *value = json_object_get (root, key);
  guint n = (guint) json_object_size (value);
  GPtrArray *fields;
  const char *name;
  json_t *member;

  if (n == 0)
    return;
  fields = g_ptr_array_new_with_free_func (field_free);
  json_object_foreach (value, name, member)
    add_field (fields, name, dup_value (member));
  add_group (self, key, g_strdup_printf (ngettext ("%s (%u value)", "%s (%u values)", n), title, n), fields);
}

/* What no line above named: a member of a later protocol, or of the producer's own. */
static void
add_rest (InspectorDetails *self, json_t *root, const char *const *known)
{
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func (field_free);
  const char *key;
  json_t *value;

  json_object_foreach (root, key, value)
    {
      if (!g_strv_contains (known, key))
        add_field (fields, key, dup_value (value));
    }
  if (fields->len > 0)
    add_group (self, "rest", g_strdup (_("Also said")), g_steal_pointer (&fields));
}

/* ---- times ---- */

/* How long a text was being written, as its rhythm tells: pairs of milliseconds and characters. Negative: it does not. */
static double
seconds_of_rhythm (const json_t *root)
{
  const json_t *rhythm = json_object_get (json_object_get (root, "context_used"), "rhythm");
  json_int_t sum = 0;

  if (json_array_size (rhythm) == 0)
    return -1;
  for (gsize i = 0; i < json_array_size (rhythm); i += 2)
    sum += json_integer_value (json_array_get (rhythm, i));
  return (double) sum / 1000;
}

static void
add_times (InspectorDetails *self, InspectorChainItem *item, const json_t *root)
{
  gint64 time_us = inspector_chain_item_get_time_us (item);
  gint64 began_us = inspector_chain_item_get_began_us (item);
  gint64 next_us = inspector_chain_item_get_next_us (item);
  const json_t *estimated = json_object_get (root, "estimated_duration");
  double written = seconds_of_rhythm (root);

  if (began_us > 0 && time_us >= began_us)
    add_field (self->facts, _("Since start"), inspector_format_since (time_us - began_us));
  if (json_is_number (estimated))
    add_field (self->facts, _("Estimated"), dup_seconds (json_number_value (estimated)));
  if (written >= 0)
    add_field (self->facts, _("Took"), dup_seconds (written));
  else if (next_us > time_us)
    add_field (self->facts, _("Took"), inspector_format_seconds (next_us - time_us));
}

/* ---- by kind ---- */

static double
number_of (const json_t *root, const char *key)
{
  const json_t *value = json_object_get (root, key);

  return json_is_number (value) ? json_number_value (value) : -1;
}

static void
add_text_fact (InspectorDetails *self, const json_t *root, const char *key, const char *name)
{
  const json_t *value = json_object_get (root, key);

  if (value != NULL)
    add_field (self->facts, name, dup_value (value));
}

static void
add_seconds_fact (InspectorDetails *self, const json_t *root, const char *key, const char *name)
{
  double seconds = number_of (root, key);

  if (seconds >= 0)
    add_field (self->facts, name, dup_seconds (seconds));
}

#define KNOWN_OF_ALL "id", "session_id", "kind", "timestamp"

static void
read_step (InspectorDetails *self, json_t *root)
{
  static const char *const known[] = { KNOWN_OF_ALL, "thinking_type", "content", "reasoning_chain", "confidence",
                                       "alternatives", "decision_factors", "context_used", "estimated_duration", NULL };

  self->confidence = number_of (root, "confidence");
  add_list (self, root, "reasoning_chain", _("Reasoning"), TRUE);
  add_list (self, root, "alternatives", _("Alternatives"), FALSE);
  add_list (self, root, "decision_factors", _("Factors"), FALSE);
  add_object (self, root, "context_used", _("Context"));
  add_rest (self, root, known);
}

static void
read_update (InspectorDetails *self, json_t *root)
{
  static const char *const known[] = { KNOWN_OF_ALL, "progress_type", "message", "progress_percentage", "current_step",
                                       "total_steps", "estimated_remaining", "intermediate_findings",
                                       "current_activity", "confidence", NULL };

  self->percentage = number_of (root, "progress_percentage");
  self->confidence = number_of (root, "confidence");
  add_text_fact (self, root, "current_activity", _("Activity"));
  add_text_fact (self, root, "current_step", _("Step"));
  add_text_fact (self, root, "total_steps", _("Steps in all"));
  add_text_fact (self, root, "estimated_remaining", _("Remaining"));
  add_list (self, root, "intermediate_findings", _("Findings"), FALSE);
  add_rest (self, root, known);
}

static void
read_start (InspectorDetails *self, json_t *root)
{
  static const char *const known[] = { KNOWN_OF_ALL, "user_id", "debug_mode", "progress_updates", "max_stream_length",
                                       "update_threshold_seconds", "expiry_seconds", "user_request", "system_context",
                                       NULL };
  const char *request = json_string_value (json_object_get (root, "user_request"));

  if (request != NULL && *request != '\0')
    {
      g_free (self->text);
      self->text = g_strdup (request);
    }
  add_text_fact (self, root, "user_id", _("User"));
  add_text_fact (self, root, "debug_mode", _("Debug mode"));
  add_text_fact (self, root, "progress_updates", _("Updates wanted"));
  add_text_fact (self, root, "max_stream_length", _("Events kept"));
  add_seconds_fact (self, root, "update_threshold_seconds", _("Update threshold"));
  add_seconds_fact (self, root, "expiry_seconds", _("Expires after"));
  add_object (self, root, "system_context", _("Context"));
  add_rest (self, root, known);
}

static void
read_end (InspectorDetails *self, json_t *root)
{
  static const char *const known[] = { KNOWN_OF_ALL, "outcome", "duration", "thinking_steps", "progress_updates", NULL };

  add_text_fact (self, root, "outcome", _("Outcome"));
  add_seconds_fact (self, root, "duration", _("Duration"));
  add_text_fact (self, root, "thinking_steps", _("Steps"));
  add_text_fact (self, root, "progress_updates", _("Updates"));
  add_rest (self, root, known);
}

static void
read_event (InspectorDetails *self, InspectorChainItem *item, OuioeEvent *event)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  json_t *root = json_loadb (data, len, JSON_ALLOW_NUL, NULL);

  add_times (self, item, root);
  switch (ouioe_event_get_kind (event))
    {
    case OUIOE_EVENT_THINKING_STEP:
      read_step (self, root);
      break;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      read_update (self, root);
      break;
    case OUIOE_EVENT_SESSION_START:
      read_start (self, root);
      break;
    case OUIOE_EVENT_SESSION_END:
      read_end (self, root);
      break;
    default:
      break;
    }
  add_field (self->facts, _("Id"), ouioe_event_id_to_string (*ouioe_event_get_id (event)));
  json_decref (root);
}

InspectorDetails *
inspector_details_new (InspectorChainItem *item)
{
  InspectorDetails *self = g_new0 (InspectorDetails, 1);
  OuioeEvent *event = inspector_chain_item_get_event (item);

  self->text = g_strdup (inspector_chain_item_get_text (item));
  self->confidence = self->percentage = -1;
  self->facts = g_ptr_array_new_with_free_func (field_free);
  self->lists = g_ptr_array_new_with_free_func (list_free);
  self->groups = g_ptr_array_new_with_free_func (group_free);
  if (event != NULL)
    read_event (self, item, event);
  return self;
}

void
inspector_details_free (InspectorDetails *self)
{
  g_free (self->text);
  g_ptr_array_unref (self->facts);
  g_ptr_array_unref (self->lists);
  g_ptr_array_unref (self->groups);
  g_free (self);
}

/* ---- the bytes themselves ---- */

static void
new_line (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

char *
inspector_details_json (InspectorChainItem *item)
{
  OuioeEvent *event = inspector_chain_item_get_event (item);
  GString *out;
  gsize len;
  const char *data;
  guint depth = 0;
  gboolean is_quoted = FALSE;

  if (event == NULL)
    return NULL;
  data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  out = g_string_sized_new (len * 2);
  for (gsize i = 0; i < len; i++)
    {
      char c = data[i];
      gboolean is_empty = i + 1 < len && (data[i + 1] == '}' || data[i + 1] == ']');

      if (!is_quoted && (c == '}' || c == ']') && i > 0 && data[i - 1] != '{' && data[i - 1] != '[')
        new_line (out, --depth);
      else if (!is_quoted && (c == '}' || c == ']'))
        depth--;
      g_string_append_c (out, c);
      if (is_quoted && c == '\\' && i + 1 < len)
        g_string_append_c (out, data[++i]);
      else if (c == '"')
        is_quoted = !is_quoted;
      else if (!is_quoted && (c == '{' || c == '['))
        {
          depth++;
          if (!is_empty)
            new_line (out, depth);
        }
      else if (!is_quoted && c == ',')
        new_line (out, depth);
      else if (!is_quoted && c == ':')
        g_string_append_c (out, ' ');
    }
  return g_string_free (out, FALSE);
}
