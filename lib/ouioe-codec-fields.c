/* ouioe-codec-fields.c - entries of Redis streams: back to the typed form
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Our own entries give the very bytes back that were written. Those of other programs give what can be understood of them,
 * and beside it, as "entry", everything as it stands there.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ouioe-codec-private.h"

#define LITERAL(out, text) ouioe_json_write_literal (out, text)
#define ID_HEAD            "{" OUIOE_KEY (F_ID) "\""
/* A type that another program did not give: absent is absent, but an event has one. */
#define NO_TYPE            "ouioe.unspecified"
#define MAX_MEMBER         4096       /* names of fields that are looked at */

/* ---- the id and the rest ---- */

const char *
ouioe_codec_get_rest (const char *json, gsize len)
{
  const char *end;

  if (len < strlen (ID_HEAD) || memcmp (json, ID_HEAD, strlen (ID_HEAD)) != 0)
    return NULL;
  end = memchr (json + strlen (ID_HEAD), '"', len - strlen (ID_HEAD));
  return end != NULL && (gsize) (end - json) + 1 < len && end[1] == ',' ? end + 1 : NULL;
}

static GString *
begin_with_id (OuioeEventId id, gsize size)
{
  GString *out = g_string_sized_new (size + sizeof (ID_HEAD) + OUIOE_EVENT_ID_TEXT_MAX);
  char text[OUIOE_EVENT_ID_TEXT_MAX];

  LITERAL (out, ID_HEAD);
  g_string_append_len (out, text, (gssize) ouioe_event_id_format (id, text));
  g_string_append_c (out, '"');
  return out;
}

OuioeEvent *
ouioe_codec_join_rest (OuioeEventId id, const char *rest, gsize len, GError **error)
{
  g_autoptr(GString) out = begin_with_id (id, len);

  g_string_append_len (out, rest, (gssize) len);
  return ouioe_codec_decode_event (out->str, out->len, error);
}

/* ---- fields by name ---- */

typedef struct {
  const OuioeField *fields;
  guint             n;
} Entry;

static const OuioeField *
entry_find (const Entry *entry, const char *name)
{
  gsize len = strlen (name);

  for (guint i = 0; i < entry->n; i++)
    if (entry->fields[i].name_len == len && memcmp (entry->fields[i].name, name, len) == 0)
      return &entry->fields[i];

  return NULL;
}

static gboolean
field_is_given (const OuioeField *field)
{
  return field != NULL && field->len > 0;
}

static gboolean
field_is (const OuioeField *field, const char *text)
{
  return field != NULL && field->len == strlen (text) && memcmp (field->value, text, field->len) == 0;
}

/* U+0000 is text as well. */
static gboolean
is_text (const char *bytes, gsize len)
{
  const char *end = bytes + len;

  while (bytes < end && !g_utf8_validate_len (bytes, (gsize) (end - bytes), &bytes))
    {
      if (*bytes != '\0')
        return FALSE;
      bytes++;
    }
  return TRUE;
}

/* Other programs may write any bytes. */
static void
write_bytes (GString *out, const char *bytes, gsize len)
{
  g_autofree char *valid = NULL;

  if (is_text (bytes, len))
    {
      ouioe_json_write_string (out, bytes, (gssize) len);
      return;
    }
  valid = g_utf8_make_valid (bytes, (gssize) len);
  ouioe_json_write_string (out, valid, -1);
}

/* ---- our own ---- */

static void
write_text (GString *out, const Entry *entry, const char *name, const char *key, gboolean required)
{
  const OuioeField *field = entry_find (entry, name);

  if (!required && !field_is_given (field))
    return;
  g_string_append (out, key);
  write_bytes (out, field != NULL ? field->value : "", field != NULL ? field->len : 0);
}

/* JSON text or a number, copied as it was written. */
static void
write_raw (GString *out, const Entry *entry, const char *name, const char *key, const char *absent)
{
  const OuioeField *field = entry_find (entry, name);

  if (!field_is_given (field) || field_is (field, absent))
    return;
  g_string_append (out, key);
  g_string_append_len (out, field->value, (gssize) field->len);
}

#define KEY(name) "," OUIOE_KEY (name)

static OuioeEvent *
read_plain (OuioeEventId id, OuioeStreams stream, const Entry *entry)
{
  g_autoptr(GString) out = begin_with_id (id, 512);
  gboolean step = stream == OUIOE_STREAMS_THINKING;

  write_text (out, entry, F_SESSION_ID, KEY (F_SESSION_ID), TRUE);
  g_string_append (out, step ? KEY (F_KIND) "\"thinking_step\"" : KEY (F_KIND) "\"progress_update\"");
  write_text (out, entry, F_TIMESTAMP, KEY (F_TIMESTAMP), TRUE);
  if (step)
    {
      write_text (out, entry, F_THINKING_TYPE, KEY (F_THINKING_TYPE), TRUE);
      write_text (out, entry, F_CONTENT, KEY (F_CONTENT), TRUE);
      write_raw (out, entry, F_REASONING_CHAIN, KEY (F_REASONING_CHAIN), "[]");
      if (!field_is (entry_find (entry, L_OWN), L_OWN_UNREPORTED))
        write_raw (out, entry, L_CONFIDENCE_LEVEL, KEY (F_CONFIDENCE), "");
      write_raw (out, entry, L_ALTERNATIVES, KEY (F_ALTERNATIVES), "[]");
      write_raw (out, entry, F_DECISION_FACTORS, KEY (F_DECISION_FACTORS), "[]");
      write_raw (out, entry, F_CONTEXT_USED, KEY (F_CONTEXT_USED), "");
      write_raw (out, entry, F_ESTIMATED_DURATION, KEY (F_ESTIMATED_DURATION), "");
    }
  else
    {
      write_text (out, entry, L_UPDATE_TYPE, KEY (F_PROGRESS_TYPE), TRUE);
      write_text (out, entry, F_MESSAGE, KEY (F_MESSAGE), TRUE);
      write_raw (out, entry, F_PROGRESS_PERCENTAGE, KEY (F_PROGRESS_PERCENTAGE), "");
      write_text (out, entry, F_CURRENT_STEP, KEY (F_CURRENT_STEP), FALSE);
      write_raw (out, entry, F_TOTAL_STEPS, KEY (F_TOTAL_STEPS), "");
      write_text (out, entry, F_ESTIMATED_REMAINING, KEY (F_ESTIMATED_REMAINING), FALSE);
      write_raw (out, entry, F_INTERMEDIATE_FINDINGS, KEY (F_INTERMEDIATE_FINDINGS), "");
      write_text (out, entry, F_CURRENT_ACTIVITY, KEY (F_CURRENT_ACTIVITY), FALSE);
      write_raw (out, entry, F_CONFIDENCE, KEY (F_CONFIDENCE), "");
    }
  g_string_append_c (out, '}');
  return ouioe_codec_decode_event (out->str, out->len, NULL);
}

/* ---- of other programs ---- */

/* The text of a field as one JSON value that begins with @first, or absent. */
static OuioeText
get_json (const OuioeField *field, char first)
{
  static const char *const names[] = { "v" };
  g_autoptr(GString) wrapped = NULL;
  OuioeJsonSlice value;

  if (!field_is_given (field) || field->value[0] != first || ouioe_json_get_depth (field->value, field->len) > OUIOE_MAX_DEPTH)
    return (OuioeText) { NULL, 0 };

  wrapped = g_string_sized_new (field->len + 8);
  LITERAL (wrapped, "{" OUIOE_KEY ("v"));
  g_string_append_len (wrapped, field->value, (gssize) field->len);
  g_string_append_c (wrapped, '}');
  if (!ouioe_json_scan_object (wrapped->str, wrapped->len, names, &value, 1) || value.str == NULL)
    return (OuioeText) { NULL, 0 };
  return ouioe_json_compact (value.str, value.len);
}

static gboolean
are_all (const OuioeText *list, json_type type)
{
  g_autoptr(json_t) root = json_loadb (list->str, list->len, JSON_ALLOW_NUL, NULL);
  gsize i;
  json_t *item;

  json_array_foreach (root, i, item)
    if (json_typeof (item) != type)
      return FALSE;
  return root != NULL;
}

static void
write_list (GString *out, const OuioeField *field, const char *key, json_type type)
{
  OuioeText list = get_json (field, '[');

  if (list.str != NULL && list.len > strlen ("[]") && are_all (&list, type))
    {
      g_string_append (out, key);
      g_string_append_len (out, list.str, (gssize) list.len);
    }
  ouioe_text_clear (&list);
}

static void
write_object (GString *out, const OuioeField *field, const char *key)
{
  OuioeText object = get_json (field, '{');

  if (object.str != NULL)
    {
      g_string_append (out, key);
      g_string_append_len (out, object.str, (gssize) object.len);
    }
  ouioe_text_clear (&object);
}

static void
write_number (GString *out, const OuioeField *field, const char *key, double max, gboolean whole)
{
  char text[64];
  char *end;
  double value;

  if (!field_is_given (field) || field->len >= sizeof text)
    return;
  memcpy (text, field->value, field->len);
  text[field->len] = '\0';
  value = g_ascii_strtod (text, &end);
  if (*end != '\0' || !isfinite (value) || value < 0 || value > max || (whole && floor (value) != value))
    return;

  g_string_append (out, key);
  if (whole)
    ouioe_json_write_uint (out, (guint64) value);
  else
    ouioe_json_write_double (out, value);
}

static void
write_time (GString *out, const OuioeField *field, OuioeEventId id)
{
  g_autofree char *text = field_is_given (field) ? g_strndup (field->value, field->len) : NULL;
  g_autofree char *zoned = text != NULL ? g_strconcat (text, "+00:00", NULL) : NULL;
  gint64 time_us;

  /* The service that is replaced writes local time without a zone; nobody knows which. */
  if (text == NULL || (!ouioe_json_parse_time (text, &time_us) && !ouioe_json_parse_time (zoned, &time_us)))
    time_us = (gint64) (MIN (id.ms, G_MAXINT64 / 1000) * 1000);
  LITERAL (out, KEY (F_TIMESTAMP));
  ouioe_json_write_time (out, time_us);
}

static void
write_word (GString *out, const OuioeField *field, const char *key)
{
  g_string_append (out, key);
  if (field_is_given (field) && memchr (field->value, '\0', field->len) == NULL)
    write_bytes (out, field->value, field->len);
  else
    LITERAL (out, "\"" NO_TYPE "\"");
}

static OuioeEventKind
find_kind (const OuioeField *type, OuioeStreams stream)
{
  g_autofree char *word = type != NULL ? g_strndup (type->value, type->len) : NULL;
  OuioeEventKind kind = ouioe_event_kind_from_string (word);

  if (kind == 0 || (ouioe_event_kind_get_streams (kind) & stream) == 0)
    kind = stream == OUIOE_STREAMS_THINKING ? OUIOE_EVENT_THINKING_STEP : OUIOE_EVENT_PROGRESS_UPDATE;
  return kind;
}

static void
write_members (GString *out, OuioeEventKind kind, const Entry *entry)
{
#define FIELD(name) entry_find (entry, name)
  switch (kind)
    {
    case OUIOE_EVENT_THINKING_STEP:
      write_word (out, FIELD (F_THINKING_TYPE), KEY (F_THINKING_TYPE));
      write_text (out, entry, F_CONTENT, KEY (F_CONTENT), TRUE);
      write_list (out, FIELD (F_REASONING_CHAIN), KEY (F_REASONING_CHAIN), JSON_STRING);
      write_number (out, FIELD (L_CONFIDENCE_LEVEL), KEY (F_CONFIDENCE), 1.0, FALSE);
      write_list (out, FIELD (L_ALTERNATIVES), KEY (F_ALTERNATIVES), JSON_STRING);
      write_list (out, FIELD (F_DECISION_FACTORS), KEY (F_DECISION_FACTORS), JSON_STRING);
      write_object (out, FIELD (F_CONTEXT_USED), KEY (F_CONTEXT_USED));
      write_number (out, FIELD (F_ESTIMATED_DURATION), KEY (F_ESTIMATED_DURATION), 1e12, FALSE);
      return;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      write_word (out, FIELD (L_UPDATE_TYPE), KEY (F_PROGRESS_TYPE));
      write_text (out, entry, F_MESSAGE, KEY (F_MESSAGE), TRUE);
      write_number (out, FIELD (F_PROGRESS_PERCENTAGE), KEY (F_PROGRESS_PERCENTAGE), 100.0, FALSE);
      write_text (out, entry, F_CURRENT_STEP, KEY (F_CURRENT_STEP), FALSE);
      write_number (out, FIELD (F_TOTAL_STEPS), KEY (F_TOTAL_STEPS), 1e15, TRUE);
      write_text (out, entry, F_ESTIMATED_REMAINING, KEY (F_ESTIMATED_REMAINING), FALSE);
      write_list (out, FIELD (F_INTERMEDIATE_FINDINGS), KEY (F_INTERMEDIATE_FINDINGS), JSON_OBJECT);
      write_text (out, entry, F_CURRENT_ACTIVITY, KEY (F_CURRENT_ACTIVITY), FALSE);
      write_number (out, FIELD (F_CONFIDENCE), KEY (F_CONFIDENCE), 1.0, FALSE);
      return;
    case OUIOE_EVENT_SESSION_START:
      write_text (out, entry, F_USER_ID, KEY (F_USER_ID), FALSE);
      LITERAL (out, KEY (F_DEBUG_MODE));
      ouioe_json_write_bool (out, field_is (FIELD (F_DEBUG_MODE), "True"));
      return;
    case OUIOE_EVENT_SESSION_END:
      write_number (out, FIELD (F_DURATION), KEY (F_DURATION), 1e12, FALSE);
      write_number (out, FIELD (F_THINKING_STEPS), KEY (F_THINKING_STEPS), 1e15, TRUE);
      write_number (out, FIELD (F_PROGRESS_UPDATES), KEY (F_PROGRESS_UPDATES), 1e15, TRUE);
      return;
    }
#undef FIELD
}

/* Which fields hold JSON, as the contract has it; all others are text. */
static char
get_json_form (const OuioeField *field)
{
  static const struct { const char *name; char first; } forms[] = {
    { F_REASONING_CHAIN, '[' }, { L_ALTERNATIVES, '[' }, { F_DECISION_FACTORS, '[' }, { F_INTERMEDIATE_FINDINGS, '[' },
    { F_CONTEXT_USED, '{' },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (field->name_len == strlen (forms[i].name) && memcmp (field->name, forms[i].name, field->name_len) == 0)
      return forms[i].first;

  return '\0';
}

static void
write_entry_member (GString *out, GHashTable *seen, const char *name, const OuioeField *field)
{
  OuioeText json;

  if (!g_hash_table_add (seen, g_strdup (name)))
    return;   /* a name twice would be no JSON */

  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  ouioe_json_write_string (out, name, -1);
  g_string_append_c (out, ':');
  json = get_json (field, get_json_form (field));
  if (json.str != NULL)
    g_string_append_len (out, json.str, (gssize) json.len);
  else
    write_bytes (out, field->value, field->len);
  ouioe_text_clear (&json);
}

static void
write_entry (GString *out, const Entry *entry)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const OuioeField *content = entry_find (entry, F_CONTENT);
  const OuioeField *message = entry_find (entry, F_MESSAGE);

  /* Our own heads of the entry. */
  g_hash_table_add (seen, g_strdup (F_ID));
  g_hash_table_add (seen, g_strdup (L_STREAM));
  LITERAL (out, KEY (F_ENTRY) "{");
  for (guint i = 0; i < entry->n; i++)
    {
      g_autofree char *name = g_utf8_make_valid (entry->fields[i].name, (gssize) MIN (entry->fields[i].name_len, MAX_MEMBER));

      write_entry_member (out, seen, name, &entry->fields[i]);
    }
  if (content != NULL)
    write_entry_member (out, seen, L_THINKING_CONTENT, content);
  if (message != NULL)
    write_entry_member (out, seen, L_OPERATION, message);
  g_string_append_c (out, '}');
}

static OuioeEvent *
read_foreign (char *session_id, OuioeEventId id, OuioeStreams stream, const Entry *entry)
{
  g_autoptr(GString) out = begin_with_id (id, 1024);
  OuioeEventKind kind = find_kind (entry_find (entry, L_TYPE), stream);
  OuioeEvent *event;

  LITERAL (out, KEY (F_SESSION_ID));
  ouioe_json_write_string (out, session_id, -1);
  LITERAL (out, KEY (F_KIND) "\"");
  g_string_append (out, ouioe_event_kind_to_string (kind));
  g_string_append_c (out, '"');
  write_time (out, entry_find (entry, F_TIMESTAMP), id);
  write_members (out, kind, entry);
  write_entry (out, entry);
  g_string_append_c (out, '}');
  event = ouioe_codec_decode_event (out->str, out->len, NULL);
  if (event != NULL)
    event->is_foreign = TRUE;
  return event;
}

OuioeEvent *
ouioe_codec_read_fields (char *session_id, OuioeEventId id, OuioeStreams stream, const OuioeField *fields, guint n)
{
  const Entry entry = { fields, n };
  const OuioeField *own = entry_find (&entry, L_OWN);
  OuioeEvent *event = NULL;

  if (own != NULL && own->len > 0 && own->value[0] == ',')
    event = ouioe_codec_join_rest (id, own->value, own->len, NULL);
  else if (field_is (own, L_OWN_PLAIN) || field_is (own, L_OWN_UNREPORTED))
    event = read_plain (id, stream, &entry);

  return event != NULL ? event : read_foreign (session_id, id, stream, &entry);
}
