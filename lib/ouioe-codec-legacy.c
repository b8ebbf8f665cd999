/* ouioe-codec-legacy.c - entries as the old service showed them: every value is text, what is absent is ""
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An entry is made from the stored line without a parser: values are found and copied as they stand, escapes and all.
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec-private.h"

#define DEFAULT_CONFIDENCE "0.8" /* what the contract says for a confidence that was not given */

typedef enum {
  FORM_STRING,    /* copied */
  FORM_NUMBER,    /* put in quotes */
  FORM_BOOLEAN,   /* "True" or "False" */
  FORM_LIST,      /* copied */
  FORM_OBJECT,    /* copied */
} ValueForm;

typedef struct {
  const char *from;     /* member of the typed form */
  const char *key;      /* in the entry, as ,"name": */
  ValueForm   form;
  const char *absent;   /* JSON to write when the member is not there; NULL when it must be */
} EntryRow;

#define MAX_ROWS  16
#define KEY(name) "," OUIOE_KEY (name)

static const EntryRow step_rows[] = {
  { F_SESSION_ID, KEY (F_SESSION_ID), FORM_STRING, NULL },
  { F_TIMESTAMP, KEY (F_TIMESTAMP), FORM_STRING, NULL },
  { F_THINKING_TYPE, KEY (F_THINKING_TYPE), FORM_STRING, NULL },
  { F_CONTENT, KEY (F_CONTENT), FORM_STRING, NULL },
  { F_REASONING_CHAIN, KEY (F_REASONING_CHAIN), FORM_LIST, "[]" },
  { F_CONFIDENCE, KEY (L_CONFIDENCE_LEVEL), FORM_NUMBER, "\"" DEFAULT_CONFIDENCE "\"" },
  { F_ALTERNATIVES, KEY (L_ALTERNATIVES), FORM_LIST, "[]" },
  { F_DECISION_FACTORS, KEY (F_DECISION_FACTORS), FORM_LIST, "[]" },
  { F_CONTEXT_USED, KEY (F_CONTEXT_USED), FORM_OBJECT, "\"\"" },
  { F_ESTIMATED_DURATION, KEY (F_ESTIMATED_DURATION), FORM_NUMBER, "\"\"" },
};

static const EntryRow update_rows[] = {
  { F_SESSION_ID, KEY (F_SESSION_ID), FORM_STRING, NULL },
  { F_TIMESTAMP, KEY (F_TIMESTAMP), FORM_STRING, NULL },
  { F_PROGRESS_TYPE, KEY (L_UPDATE_TYPE), FORM_STRING, NULL },
  { F_MESSAGE, KEY (F_MESSAGE), FORM_STRING, NULL },
  { F_PROGRESS_PERCENTAGE, KEY (F_PROGRESS_PERCENTAGE), FORM_NUMBER, "\"\"" },
  { F_CURRENT_STEP, KEY (F_CURRENT_STEP), FORM_STRING, "\"\"" },
  { F_TOTAL_STEPS, KEY (F_TOTAL_STEPS), FORM_NUMBER, "\"\"" },
  { F_ESTIMATED_REMAINING, KEY (F_ESTIMATED_REMAINING), FORM_STRING, "\"\"" },
  { F_INTERMEDIATE_FINDINGS, KEY (F_INTERMEDIATE_FINDINGS), FORM_LIST, "\"\"" },
  { F_CURRENT_ACTIVITY, KEY (F_CURRENT_ACTIVITY), FORM_STRING, "\"\"" },
  { F_CONFIDENCE, KEY (F_CONFIDENCE), FORM_NUMBER, "\"\"" },
};

static const EntryRow start_rows[] = {
  { F_SESSION_ID, KEY (F_SESSION_ID), FORM_STRING, NULL },
  { F_TIMESTAMP, KEY (F_TIMESTAMP), FORM_STRING, NULL },
  { F_USER_ID, KEY (F_USER_ID), FORM_STRING, NULL },
  { F_DEBUG_MODE, KEY (F_DEBUG_MODE), FORM_BOOLEAN, NULL },
};

static const EntryRow end_rows[] = {
  { F_SESSION_ID, KEY (F_SESSION_ID), FORM_STRING, NULL },
  { F_TIMESTAMP, KEY (F_TIMESTAMP), FORM_STRING, NULL },
  { F_DURATION, KEY (F_DURATION), FORM_NUMBER, NULL },
  { F_THINKING_STEPS, KEY (F_THINKING_STEPS), FORM_NUMBER, NULL },
  { F_PROGRESS_UPDATES, KEY (F_PROGRESS_UPDATES), FORM_NUMBER, NULL },
};

static const struct {
  const EntryRow *rows;
  guint           n_rows;
} tables[OUIOE_N_EVENT_KINDS] = {
  [OUIOE_EVENT_SESSION_START]   = { start_rows, G_N_ELEMENTS (start_rows) },
  [OUIOE_EVENT_THINKING_STEP]   = { step_rows, G_N_ELEMENTS (step_rows) },
  [OUIOE_EVENT_PROGRESS_UPDATE] = { update_rows, G_N_ELEMENTS (update_rows) },
  [OUIOE_EVENT_SESSION_END]     = { end_rows, G_N_ELEMENTS (end_rows) },
};

/* Where what is not in the rows stands among the values. */
#define PLACE_SESSION_ID     0
#define PLACE_CONTENT        3   /* and the message of an update */
#define PLACE_CONFIDENCE     5
#define PLACE_USER_REQUEST   G_N_ELEMENTS (start_rows)
#define PLACE_SYSTEM_CONTEXT (G_N_ELEMENTS (start_rows) + 1)

static gboolean
has_form (const OuioeJsonSlice *value, ValueForm form)
{
  char first = value->str[0];

  switch (form)
    {
    case FORM_STRING:
      return first == '"';
    case FORM_NUMBER:
      return first == '-' || g_ascii_isdigit (first);
    case FORM_BOOLEAN:
      return first == 't' || first == 'f';
    case FORM_LIST:
      return first == '[';
    case FORM_OBJECT:
      return first == '{';
    }
  return FALSE;
}

static void
write_slice (GString *out, const OuioeJsonSlice *value)
{
  g_string_append_len (out, value->str, (gssize) value->len);
}

static gboolean
write_row (GString *out, const EntryRow *row, const OuioeJsonSlice *value)
{
  if (value->str == NULL ? row->absent == NULL : !has_form (value, row->form))
    return FALSE;

  g_string_append (out, row->key);
  if (value->str == NULL)
    {
      g_string_append (out, row->absent);
      return TRUE;
    }
  if (row->form == FORM_BOOLEAN)
    {
      g_string_append (out, value->str[0] == 't' ? "\"True\"" : "\"False\"");
      return TRUE;
    }

  if (row->form == FORM_NUMBER)
    g_string_append_c (out, '"');
  write_slice (out, value);
  if (row->form == FORM_NUMBER)
    g_string_append_c (out, '"');
  return TRUE;
}

/* The context of a session is text that holds JSON: it is put together as JSON and then written as a string. */
static gboolean
write_context (GString *out, const OuioeJsonSlice *user_request, const OuioeJsonSlice *system_context)
{
  g_autoptr(GString) text = NULL;

  if (user_request->str == NULL || !has_form (user_request, FORM_STRING) || system_context->str == NULL
      || !has_form (system_context, FORM_OBJECT))
    return FALSE;

  text = g_string_sized_new (user_request->len + system_context->len + 256);
  ouioe_json_write_literal (text, "{" OUIOE_KEY (F_USER_REQUEST));
  write_slice (text, user_request);
  ouioe_json_write_literal (text, "," OUIOE_KEY (F_SYSTEM_CONTEXT));
  write_slice (text, system_context);
  ouioe_json_write_literal (text, "," L_CONTEXT_REST "}");
  ouioe_json_write_literal (out, KEY (L_CONTEXT));
  ouioe_json_write_string (out, text->str, (gssize) text->len);
  return TRUE;
}

/* What an entry has beside its rows. */
static gboolean
write_rest (GString *out, OuioeEventKind kind, const OuioeJsonSlice *values)
{
  switch (kind)
    {
    case OUIOE_EVENT_THINKING_STEP:
      ouioe_json_write_literal (out, KEY (L_THINKING_CONTENT));
      write_slice (out, &values[PLACE_CONTENT]);
      ouioe_json_write_literal (out, KEY (L_CONFIDENCE_REPORTED));
      g_string_append (out, values[PLACE_CONFIDENCE].str != NULL ? "\"true\"" : "\"false\"");
      return TRUE;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      ouioe_json_write_literal (out, KEY (L_OPERATION));
      write_slice (out, &values[PLACE_CONTENT]);
      return TRUE;
    case OUIOE_EVENT_SESSION_START:
      return write_context (out, &values[PLACE_USER_REQUEST], &values[PLACE_SYSTEM_CONTEXT]);
    case OUIOE_EVENT_SESSION_END:
      return TRUE;
    }
  return FALSE;
}

static gboolean
write_members (GString *out, OuioeEventKind kind, const OuioeJsonSlice *values)
{
  for (guint i = 0; i < tables[kind].n_rows; i++)
    if (!write_row (out, &tables[kind].rows[i], &values[i]))
      return FALSE;

  return write_rest (out, kind, values);
}

static void
write_head (GString *out, OuioeEvent *event, OuioeStreams stream, const OuioeJsonSlice *session_id)
{
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  ouioe_json_write_literal (out, "{" OUIOE_KEY (F_ID) "\"");
  g_string_append_len (out, id, (gssize) ouioe_event_id_format (event->id, id));
  ouioe_json_write_literal (out, "\"" KEY (L_STREAM) "\"");
  g_string_append (out, ouioe_streams_to_string (stream));
  g_string_append_c (out, ':');
  g_string_append_len (out, session_id->str + 1, (gssize) session_id->len - 1); /* without its first quote */
  ouioe_json_write_literal (out, KEY (L_TYPE) "\"");
  g_string_append (out, ouioe_event_kind_to_string (event->kind));
  g_string_append_c (out, '"');
}

/* An entry that another program wrote is shown as it stands in its stream. */
static gboolean
write_foreign (GString *out, OuioeEvent *event, OuioeStreams stream)
{
  static const char *const names[] = { F_SESSION_ID, F_ENTRY };
  OuioeJsonSlice values[G_N_ELEMENTS (names)];
  char id[OUIOE_EVENT_ID_TEXT_MAX];
  gsize len;
  const char *data = g_bytes_get_data (event->json, &len);

  if (!ouioe_json_scan_object (data, len, names, values, G_N_ELEMENTS (names)) || values[0].str == NULL || values[1].str == NULL
      || !has_form (&values[0], FORM_STRING) || !has_form (&values[1], FORM_OBJECT))
    return FALSE;

  ouioe_json_write_literal (out, "{" OUIOE_KEY (F_ID) "\"");
  g_string_append_len (out, id, (gssize) ouioe_event_id_format (event->id, id));
  ouioe_json_write_literal (out, "\"" KEY (L_STREAM) "\"");
  g_string_append (out, ouioe_streams_to_string (stream));
  g_string_append_c (out, ':');
  g_string_append_len (out, values[0].str + 1, (gssize) values[0].len - 1);
  if (values[1].len > strlen ("{}"))
    g_string_append_c (out, ',');
  g_string_append_len (out, values[1].str + 1, (gssize) values[1].len - 1);
  return TRUE;
}

static gboolean
read_values (OuioeEvent *event, OuioeJsonSlice *values)
{
  const char *names[MAX_ROWS];
  guint n = tables[event->kind].n_rows;
  const char *data;
  gsize len;

  for (guint i = 0; i < n; i++)
    names[i] = tables[event->kind].rows[i].from;
  if (event->kind == OUIOE_EVENT_SESSION_START)
    {
      names[n++] = F_USER_REQUEST;
      names[n++] = F_SYSTEM_CONTEXT;
    }

  data = g_bytes_get_data (event->json, &len);
  return ouioe_json_scan_object (data, len, names, values, n) && values[PLACE_SESSION_ID].str != NULL
         && has_form (&values[PLACE_SESSION_ID], FORM_STRING);
}

gboolean
ouioe_codec_write_entry (GString *out, OuioeEvent *event, OuioeStreams stream, GError **error)
{
  OuioeJsonSlice values[MAX_ROWS];
  gsize before = out->len;

  g_return_val_if_fail (stream == OUIOE_STREAMS_THINKING || stream == OUIOE_STREAMS_PROGRESS, FALSE);
  g_return_val_if_fail (ouioe_event_kind_get_streams (event->kind) & stream, FALSE);

  if (!event->is_foreign && read_values (event, values))
    {
      write_head (out, event, stream, &values[PLACE_SESSION_ID]);
      if (write_members (out, event->kind, values))
        {
          g_string_append_c (out, '}');
          return TRUE;
        }
    }

  g_string_truncate (out, before);
  if (write_foreign (out, event, stream))
    return TRUE;

  g_string_truncate (out, before);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED, "A stored event cannot be read");
  return FALSE;
}

gboolean
ouioe_codec_write_frame (GString *out, OuioeEvent *event, OuioeStreams stream, GError **error)
{
  gsize before = out->len;

  ouioe_json_write_literal (out, "{" OUIOE_KEY (L_TYPE) "\"");
  g_string_append (out, ouioe_event_kind_to_string (stream == OUIOE_STREAMS_THINKING ? OUIOE_EVENT_THINKING_STEP
                                                                                     : OUIOE_EVENT_PROGRESS_UPDATE));
  ouioe_json_write_literal (out, "\"" KEY (L_DATA));
  if (!ouioe_codec_write_entry (out, event, stream, error))
    {
      g_string_truncate (out, before);
      return FALSE;
    }

  g_string_append_c (out, '}');
  return TRUE;
}

/* ---- entries as they stand in Redis ---- */

static void
give_slice (const OuioeJsonSlice *value, const char *name, ValueForm form, OuioeFieldFunc func, gpointer user_data)
{
  if (form == FORM_STRING)
    {
      OuioeText text = ouioe_json_slice_text (value);

      func (name, text.str, text.len, user_data);
      ouioe_text_clear (&text);
    }
  else if (form == FORM_BOOLEAN)
    func (name, value->str[0] == 't' ? "True" : "False", value->str[0] == 't' ? 4 : 5, user_data);
  else
    func (name, value->str, value->len, user_data);
}

/* The name in a key of a row: ,"name": */
static char *
dup_row_name (const EntryRow *row)
{
  return g_strndup (row->key + 2, strlen (row->key) - 4);
}

static void
give_absent (const char *absent, const char *name, OuioeFieldFunc func, gpointer user_data)
{
  if (absent[0] == '"')
    func (name, absent + 1, strlen (absent) - 2, user_data);
  else
    func (name, absent, strlen (absent), user_data);
}

/* Whether the event can be told from its fields alone: all but whether a text is there and empty, or is not there. */
static gboolean
is_plain (OuioeEventKind kind, const OuioeJsonSlice *values)
{
  if (kind != OUIOE_EVENT_THINKING_STEP && kind != OUIOE_EVENT_PROGRESS_UPDATE)
    return FALSE;
  for (guint i = 0; i < tables[kind].n_rows; i++)
    if (tables[kind].rows[i].absent != NULL && values[i].str != NULL && values[i].len == strlen ("\"\""))
      return FALSE;

  return TRUE;
}

gboolean
ouioe_codec_write_fields (OuioeEvent *event, OuioeFieldFunc func, gpointer user_data)
{
  OuioeJsonSlice values[MAX_ROWS];
  const EntryRow *rows = tables[event->kind].rows;
  const char *kind_word = ouioe_event_kind_to_string (event->kind);
  gsize len;
  const char *data = g_bytes_get_data (event->json, &len);
  const char *rest = ouioe_codec_get_rest (data, len);

  if (event->is_foreign || rest == NULL || !read_values (event, values))
    return FALSE;
  for (guint i = 0; i < tables[event->kind].n_rows; i++)
    if (values[i].str == NULL ? rows[i].absent == NULL : !has_form (&values[i], rows[i].form))
      return FALSE;

  func (L_TYPE, kind_word, strlen (kind_word), user_data);
  for (guint i = 0; i < tables[event->kind].n_rows; i++)
    {
      g_autofree char *name = dup_row_name (&rows[i]);

      if (values[i].str != NULL)
        give_slice (&values[i], name, rows[i].form, func, user_data);
      else
        give_absent (rows[i].absent, name, func, user_data);
    }
  if (event->kind == OUIOE_EVENT_SESSION_START)
    {
      g_autoptr(GString) member = g_string_new (NULL);
      OuioeJsonSlice text;

      if (!write_context (member, &values[PLACE_USER_REQUEST], &values[PLACE_SYSTEM_CONTEXT]))
        return FALSE;
      text = (OuioeJsonSlice) { member->str + strlen (KEY (L_CONTEXT)), member->len - strlen (KEY (L_CONTEXT)) };
      give_slice (&text, L_CONTEXT, FORM_STRING, func, user_data);
    }
  if (!is_plain (event->kind, values))
    func (L_OWN, rest, len - (gsize) (rest - data), user_data);
  else if (event->kind == OUIOE_EVENT_THINKING_STEP && values[PLACE_CONFIDENCE].str == NULL)
    func (L_OWN, L_OWN_UNREPORTED, strlen (L_OWN_UNREPORTED), user_data);
  else
    func (L_OWN, L_OWN_PLAIN, strlen (L_OWN_PLAIN), user_data);
  return TRUE;
}
