/* inspector-recording-reader.c - events out of the bytes of a file, NDJSON or JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-recording-reader.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

typedef enum {
  AT_BEGINNING,      /* nothing but white space yet */
  IN_LINES,          /* an event a line */
  BEFORE_ELEMENT,    /* of an array: white space, the next event, or the end of it */
  IN_ELEMENT,
  BEHIND_ELEMENT,    /* a comma, or the end of the array */
  BEHIND_ARRAY,      /* white space only */
} State;

struct _InspectorRecordingReader
{
  InspectorRecordingLimits limits;
  State                    state;
  GString                 *event;        /* what is there of the one that is being read */
  GPtrArray               *events;       /* OuioeEvent */
  guint64                  n_bytes;      /* so far */
  guint64                  line;         /* from 1 */
  guint64                  event_line;   /* where the event began */
  guint                    depth;        /* of an element: brackets that are open */
  gboolean                 in_string;    /* of an element */
  gboolean                 is_escaped;   /* of an element: behind a backslash */
};

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- what is wrong with a line ---- */

static gboolean
is_time (const char *text)
{
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL;
}

/* The first member of an event that is missing or wrong; NULL when each for itself is good. */
static const char *
find_bad_field (json_t *object)
{
  static const char *const types[] = { "", "session_start", "thinking_step", "progress_update", "session_end", NULL };
  const char *id = json_string_value (json_object_get (object, "id"));
  const char *kind = json_string_value (json_object_get (object, "kind"));
  OuioeEventId parsed;

  if (id == NULL || !ouioe_event_id_parse (id, &parsed))
    return "id";
  if (json_string_value (json_object_get (object, "session_id")) == NULL)
    return "session_id";
  if (kind == NULL || !g_strv_contains (types, kind))
    return "kind";
  if (!is_time (json_string_value (json_object_get (object, "timestamp"))))
    return "timestamp";
  if (strcmp (kind, "thinking_step") == 0 && !json_is_string (json_object_get (object, "thinking_type")))
    return "thinking_type";
  if (strcmp (kind, "progress_update") == 0 && !json_is_string (json_object_get (object, "progress_type")))
    return "progress_type";
  return NULL;
}

/* Looked at only when the library has refused it. */
static char *
describe_event (const char *text, gsize len, const char *otherwise)
{
  json_error_t where;
  json_t *object = json_loadb (text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &where);
  const char *field = NULL;
  char *message;

  if (object == NULL)
    return g_strdup_printf (_("column %d: %s"), MAX (where.column, 1), where.text);
  if (!json_is_object (object))
    message = g_strdup (_("this is no event"));
  else if ((field = find_bad_field (object)) != NULL)
    message = g_strdup_printf (_("“%s” is missing, or is not what it should be"), field);
  else
    message = g_strdup (otherwise);
  json_decref (object);
  return message;
}

/* What the fields of a step or an update say is read when it is shown; a file is checked before. */
static gboolean
check_fields (OuioeEvent *event, const char *text, gsize len, GError **error)
{
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;

  if (ouioe_event_get_kind (event) == OUIOE_EVENT_THINKING_STEP)
    {
      step = ouioe_event_dup_thinking_step (event);
      return step != NULL || (step = ouioe_thinking_step_new_from_json (text, (gssize) len, error)) != NULL;
    }
  if (ouioe_event_get_kind (event) == OUIOE_EVENT_PROGRESS_UPDATE)
    {
      update = ouioe_event_dup_progress_update (event);
      return update != NULL || (update = ouioe_progress_update_new_from_json (text, (gssize) len, error)) != NULL;
    }
  return TRUE;
}

static gboolean
take_event (InspectorRecordingReader *self, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(OuioeEvent) event = NULL;
  g_autofree char *message = NULL;

  while (self->event->len > 0 && is_space (self->event->str[self->event->len - 1]))
    g_string_truncate (self->event, self->event->len - 1);
  if (self->event->len == 0)
    return TRUE;
  if (self->events->len >= self->limits.max_events)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _("Line %" PRIu64 ": more than %u events"),
                   self->event_line, self->limits.max_events);
      return FALSE;
    }
  event = ouioe_event_new_from_json (self->event->str, (gssize) self->event->len, &local_error);
  if (event == NULL || !check_fields (event, self->event->str, self->event->len, &local_error))
    {
      message = event == NULL ? describe_event (self->event->str, self->event->len, local_error->message)
                              : g_strdup (local_error->message);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("Line %" PRIu64 ": %s"), self->event_line,
                   message);
      return FALSE;
    }
  g_ptr_array_add (self->events, g_steal_pointer (&event));
  g_string_truncate (self->event, 0);
  return TRUE;
}

/* ---- pieces ---- */

static gboolean
add_bytes (InspectorRecordingReader *self, const char *data, gsize len, GError **error)
{
  if (self->event->len == 0)
    self->event_line = self->line;
  if (self->event->len + len > self->limits.max_event)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _("Line %" PRIu64 ": an event of more than %zu bytes"), self->event_line,
                   self->limits.max_event);
      return FALSE;
    }
  g_string_append_len (self->event, data, (gssize) len);
  return TRUE;
}

static gsize
feed_lines (InspectorRecordingReader *self, const char *data, gsize len, GError **error)
{
  const char *stop = memchr (data, '\n', len);
  gsize n = stop != NULL ? (gsize) (stop - data) : len;
  gsize blank = 0;

  /* What stands before an event is not of it. */
  while (self->event->len == 0 && blank < n && is_space (data[blank]))
    blank++;
  if (n > blank && !add_bytes (self, data + blank, n - blank, error))
    return 0;
  if (stop == NULL)
    return n;
  if (!take_event (self, error))
    return 0;
  self->line++;
  return n + 1;
}

/* How many of the bytes are of the element; sets BEHIND_ELEMENT when it ends with them. */
static gsize
scan_element (InspectorRecordingReader *self, const char *data, gsize len)
{
  gsize i;

  for (i = 0; i < len && self->state == IN_ELEMENT; i++)
    {
      char c = data[i];

      if (c == '\n')
        self->line++;
      if (self->is_escaped)
        self->is_escaped = FALSE;
      else if (self->in_string)
        {
          self->is_escaped = c == '\\';
          self->in_string = c != '"';
        }
      else if (c == '"')
        self->in_string = TRUE;
      else if (c == '{' || c == '[')
        self->depth++;
      else if ((c == '}' || c == ']') && --self->depth == 0)
        self->state = BEHIND_ELEMENT;
    }
  return i;
}

static gsize
feed_element (InspectorRecordingReader *self, const char *data, gsize len, GError **error)
{
  guint64 line = self->line;
  gsize n = scan_element (self, data, len);
  guint64 behind = self->line;
  gboolean is_good;

  self->line = line;
  is_good = add_bytes (self, data, n, error);
  self->line = behind;
  if (!is_good || (self->state == BEHIND_ELEMENT && !take_event (self, error)))
    return 0;
  return n;
}

/* Between the elements of an array. */
static gsize
feed_between (InspectorRecordingReader *self, char c, GError **error)
{
  if (c == '\n')
    self->line++;
  if (is_space (c))
    return 1;
  if (self->state == BEFORE_ELEMENT && c == '{')
    {
      self->state = IN_ELEMENT;
      self->depth = 0;
      return feed_element (self, "{", 1, error);
    }
  if (self->state == BEHIND_ELEMENT && c == ',')
    self->state = BEFORE_ELEMENT;
  else if (c == ']' && (self->state == BEHIND_ELEMENT || (self->state == BEFORE_ELEMENT && self->events->len == 0)))
    self->state = BEHIND_ARRAY;
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("Line %" PRIu64 ": %s"), self->line,
                   _("this is no list of events"));
      return 0;
    }
  return 1;
}

static gsize
feed_beginning (InspectorRecordingReader *self, char c)
{
  if (c == '\n')
    self->line++;
  if (is_space (c))
    return 1;
  self->state = c == '[' ? BEFORE_ELEMENT : IN_LINES;
  return c == '[' ? 1 : G_MAXSIZE;   /* a line is read from its beginning */
}

/* How many bytes were used: 0 with an error, G_MAXSIZE for none. */
static gsize
feed_some (InspectorRecordingReader *self, const char *data, gsize len, GError **error)
{
  switch (self->state)
    {
    case AT_BEGINNING:
      return feed_beginning (self, *data);
    case IN_LINES:
      return feed_lines (self, data, len, error);
    case IN_ELEMENT:
      return feed_element (self, data, len, error);
    case BEFORE_ELEMENT:
    case BEHIND_ELEMENT:
    case BEHIND_ARRAY:
    default:
      return feed_between (self, *data, error);
    }
}

gboolean
inspector_recording_reader_feed (InspectorRecordingReader *self, const char *data, gsize len, GError **error)
{
  self->n_bytes += len;
  if (self->n_bytes > self->limits.max_bytes)
    {
      g_autofree char *size = g_format_size_full (self->limits.max_bytes, G_FORMAT_SIZE_IEC_UNITS);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _("More than %s"), size);
      return FALSE;
    }
  while (len > 0)
    {
      gsize n = feed_some (self, data, len, error);

      if (n == 0)
        return FALSE;
      if (n == G_MAXSIZE)
        continue;
      data += n;
      len -= n;
    }
  return TRUE;
}

GPtrArray *
inspector_recording_reader_end (InspectorRecordingReader *self, GError **error)
{
  if (self->state == IN_LINES && !take_event (self, error))
    return NULL;
  if (self->state == BEFORE_ELEMENT || self->state == IN_ELEMENT || self->state == BEHIND_ELEMENT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("Line %" PRIu64 ": %s"), self->line,
                   _("the list of events has no end"));
      return NULL;
    }
  if (self->events->len == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("There is no event in it"));
      return NULL;
    }
  return g_ptr_array_ref (self->events);
}

InspectorRecordingReader *
inspector_recording_reader_new (const InspectorRecordingLimits *limits)
{
  InspectorRecordingReader *self = g_new0 (InspectorRecordingReader, 1);

  self->limits = *limits;
  self->event = g_string_new (NULL);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  self->line = 1;
  return self;
}

void
inspector_recording_reader_free (InspectorRecordingReader *self)
{
  g_string_free (self->event, TRUE);
  g_ptr_array_unref (self->events);
  g_free (self);
}
