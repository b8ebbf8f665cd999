/* ouioed-dbus-stream.c - OpenStream: the events of a session through a pipe, a line each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stream is a cursor and a pipe. The next event is taken when the pipe can take it, so a reader that stops costs a
 * number and what lies in its pipe. Only of a line that the pipe took a part of, the rest is kept.
 */
#include "config.h"

#include "ouioed-dbus-private.h"
#include "ouioed-pieces.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PIPE_BYTES       (256 << 10)   /* asked for; a user may have so many of them before the kernel says no */
#define BATCH_EVENTS     64            /* written with one call */
#define BATCHES_PER_TURN 4             /* then others have their turn */
#define STALLED_MS       1000          /* then what was read from the store for the reader is let go of */

typedef enum {
  TAKES_MORE,      /* the pipe took it all, and there is more */
  NOTHING_NOW,     /* the cursor will tell when there is more */
  PIPE_FULL,
  STREAM_ENDS,     /* the reader went, or nothing more will come */
} PumpResult;

typedef struct {
  OuioedDbusStreams *owner;
  char              *session_id;    /* NULL: of all sessions */
  char              *user_id;       /* of all sessions: only of this user, or NULL */
  OuioedSubscriber  *subscriber;
  int                fd;            /* the writing end */
  GBytes            *rest;          /* a line without its end, of which the pipe took a part, or NULL */
  gsize              rest_done;     /* of rest and its line end */
  gboolean           is_last;       /* nothing comes behind rest */
  guint              pump;          /* source: writes in a moment; 0 while none */
  guint              watch;         /* source: of the pipe */
  GIOCondition       watched;       /* what it waits for */
  guint              stalled;       /* source: of the time that a full pipe may keep a page in memory; 0 while none */
} Stream;

struct _OuioedDbusStreams
{
  OuioedHub *hub;
  GPtrArray *streams;     /* of Stream */
};

static void stream_schedule (Stream *self);
static gboolean on_pipe (gint fd, GIOCondition condition, gpointer user_data);

static void
stream_free (gpointer data)
{
  Stream *self = data;

  g_clear_handle_id (&self->pump, g_source_remove);
  g_clear_handle_id (&self->watch, g_source_remove);
  g_clear_handle_id (&self->stalled, g_source_remove);
  g_clear_pointer (&self->subscriber, ouioed_subscriber_free);
  g_clear_pointer (&self->rest, g_bytes_unref);
  close (self->fd);
  g_free (self->session_id);
  g_free (self->user_id);
  g_free (self);
}

static void
stream_end (Stream *self)
{
  g_ptr_array_remove_fast (self->owner->streams, self);
}

/* ---- writing ---- */

/* @line: (transfer full): a notice, without its line end. */
static void
stream_put_line (Stream *self, char *line)
{
  self->rest = g_bytes_new_take (line, strlen (line));
  self->rest_done = 0;
}

static PumpResult
get_write_error (void)
{
  return errno == EAGAIN || errno == EINTR ? PIPE_FULL : STREAM_ENDS;
}

static PumpResult
stream_write_rest (Stream *self)
{
  gsize size;
  const char *data = g_bytes_get_data (self->rest, &size);
  gsize done = MIN (self->rest_done, size);
  struct iovec parts[2] = {
    { (void *) (data + done), size - done },
    { (void *) "\n", 1 },
  };
  gssize written = writev (self->fd, parts, G_N_ELEMENTS (parts));

  if (written < 0)
    return get_write_error ();
  self->rest_done += (gsize) written;
  if (self->rest_done <= size)
    return PIPE_FULL;

  g_clear_pointer (&self->rest, g_bytes_unref);
  return self->is_last ? STREAM_ENDS : TAKES_MORE;
}

/* The pipe took @written bytes of the entries: moves the cursor, and keeps the rest of the one it took a part of. */
static PumpResult
stream_take (Stream *self, OuioedEntry **entries, guint n, gsize written)
{
  guint taken = 0;

  while (taken < n)
    {
      gsize size = g_bytes_get_size (entries[taken]->event->json) + 1;

      if (written < size)
        break;
      written -= size;
      taken++;
    }
  if (written > 0)
    {
      self->rest = g_bytes_ref (entries[taken++]->event->json);
      self->rest_done = written;
    }
  ouioed_subscriber_advance (self->subscriber, taken);

  return taken < n || self->rest != NULL ? PIPE_FULL : TAKES_MORE;
}

/* The next piece of what grows, when there is no event. Only one is held for a pipe that is full. */
static PumpResult
stream_write_piece (Stream *self)
{
  OuioedDraftPiece piece;

  if (ouioed_subscriber_peek_drafts (self->subscriber, &piece, 1) == 0)
    return NOTHING_NOW;

  self->rest = g_bytes_ref (ouioed_pieces_get (&piece, OUIOED_DRAFT_LINE));
  self->rest_done = 0;
  ouioed_subscriber_advance_drafts (self->subscriber, 1);
  return stream_write_rest (self);
}

static PumpResult
stream_write_batch (Stream *self)
{
  OuioedEntry *entries[BATCH_EVENTS];
  struct iovec parts[2 * BATCH_EVENTS];
  guint n = ouioed_subscriber_peek (self->subscriber, entries, BATCH_EVENTS);
  gssize written;

  if (n == 0)
    return stream_write_piece (self);
  for (guint i = 0; i < n; i++)
    {
      gsize size;
      const char *data = g_bytes_get_data (entries[i]->event->json, &size);

      parts[2 * i] = (struct iovec) { (void *) data, size };
      parts[2 * i + 1] = (struct iovec) { (void *) "\n", 1 };
    }
  written = writev (self->fd, parts, (int) (2 * n));

  return written < 0 ? get_write_error () : stream_take (self, entries, n, (gsize) written);
}

/* What stands before the next event: a gap, or that no event will come. */
static gboolean
stream_put_notice (Stream *self)
{
  OuioedGap gap;
  GString *line;

  if (ouioed_subscriber_take_gap (self->subscriber, &gap))
    {
      stream_put_line (self, ouioed_dbus_dup_gap (self->session_id, &gap));
      return TRUE;
    }
  if (!ouioed_subscriber_take_removed (self->subscriber))
    return FALSE;

  line = g_string_new ("{\"type\":\"session_end\",\"session_id\":");
  ouioe_json_write_string (line, self->session_id, -1);
  g_string_append (line, ",\"data\":{\"session_id\":");
  ouioe_json_write_string (line, self->session_id, -1);
  g_string_append (line, ",\"outcome\":\"expired\",\"timestamp\":");
  ouioe_json_write_time (line, ouioed_hub_get_now_us (self->owner->hub));
  g_string_append (line, "}}");
  stream_put_line (self, g_string_free (line, FALSE));
  self->is_last = TRUE;
  return TRUE;
}

static PumpResult
stream_write_some (Stream *self)
{
  PumpResult result = TAKES_MORE;

  for (guint i = 0; i < BATCHES_PER_TURN && result == TAKES_MORE; i++)
    if (self->rest != NULL || stream_put_notice (self))
      result = stream_write_rest (self);
    else
      result = stream_write_batch (self);

  return result;
}

/* ---- waiting ---- */

static void
stream_watch (Stream *self, GIOCondition condition)
{
  if (self->watch != 0 && self->watched == condition)
    return;

  g_clear_handle_id (&self->watch, g_source_remove);
  self->watched = condition;
  self->watch = g_unix_fd_add (self->fd, condition, on_pipe, self);
}

static gboolean
on_stalled (gpointer user_data)
{
  Stream *self = user_data;

  self->stalled = 0;
  ouioed_subscriber_release (self->subscriber);
  return G_SOURCE_REMOVE;
}

/* Returns whether the stream is still there. */
static gboolean
stream_pump (Stream *self)
{
  PumpResult result = stream_write_some (self);

  if (result == STREAM_ENDS)
    {
      stream_end (self);
      return FALSE;
    }
  stream_watch (self, result == PIPE_FULL ? G_IO_OUT | G_IO_ERR : G_IO_ERR);
  if (result == TAKES_MORE)
    stream_schedule (self);
  if (result == PIPE_FULL && self->stalled == 0)
    self->stalled = g_timeout_add (STALLED_MS, on_stalled, self);
  return TRUE;
}

static gboolean
on_pump (gpointer user_data)
{
  Stream *self = user_data;

  self->pump = 0;
  stream_pump (self);
  return G_SOURCE_REMOVE;
}

static void
stream_schedule (Stream *self)
{
  if (self->pump == 0)
    self->pump = g_idle_add_full (G_PRIORITY_DEFAULT, on_pump, self, NULL);
}

static gboolean
on_pipe (gint fd, GIOCondition condition, gpointer user_data)
{
  Stream *self = user_data;
  guint watch = self->watch;

  if ((condition & G_IO_OUT) == 0)    /* the reader closed its end */
    {
      self->watch = 0;
      stream_end (self);
      return G_SOURCE_REMOVE;
    }
  g_clear_handle_id (&self->stalled, g_source_remove);

  /* if it waits for something else now, this source is gone already */
  return stream_pump (self) && self->watch == watch;
}

static void
wake_cb (OuioedSubscriber *subscriber, gpointer user_data)
{
  Stream *self = user_data;

  if (self->watched != (G_IO_OUT | G_IO_ERR))
    stream_schedule (self);
}

/* ---- all of them ---- */

char *
ouioed_dbus_dup_gap (const char *session_id, const OuioedGap *gap)
{
  GString *line = g_string_new ("{\"type\":\"gap\"");
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  if (session_id != NULL)
    {
      g_string_append (line, ",\"session_id\":");
      ouioe_json_write_string (line, session_id, -1);
    }
  g_string_append_printf (line, ",\"streams\":\"%s\"", ouioe_streams_to_string (gap->streams));
  ouioe_event_id_format (gap->after, id);
  g_string_append_printf (line, ",\"after\":\"%s\"", id);
  ouioe_event_id_format (gap->until, id);
  g_string_append_printf (line, ",\"until\":\"%s\"", id);
  if (gap->has_lost)
    g_string_append_printf (line, ",\"lost\":%" G_GUINT64_FORMAT, gap->lost);
  g_string_append_c (line, '}');

  return g_string_free (line, FALSE);
}

OuioedDbusStreams *
ouioed_dbus_streams_new (OuioedHub *hub)
{
  OuioedDbusStreams *self = g_new0 (OuioedDbusStreams, 1);

  self->hub = g_object_ref (hub);
  self->streams = g_ptr_array_new_with_free_func (stream_free);
  return self;
}

void
ouioed_dbus_streams_free (OuioedDbusStreams *self)
{
  g_ptr_array_unref (self->streams);
  g_object_unref (self->hub);
  g_free (self);
}

guint
ouioed_dbus_streams_get_n (OuioedDbusStreams *self)
{
  return self->streams->len;
}

static gboolean
is_of_user (const char *session_id, const OuioedSessionRecord *record, gpointer user_data)
{
  Stream *self = user_data;

  return record != NULL && g_strcmp0 (record->user_id, self->user_id) == 0;
}

int
ouioed_dbus_streams_open (OuioedDbusStreams *self, const OuioedDbusFollow *follow, guint max, OuioeEventId *position,
                          GError **error)
{
  Stream *stream;
  int fds[2];

  if (self->streams->len >= max)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_TOO_MANY_READERS,
                   "There are %u streams already, as many as there may be.", self->streams->len);
      return -1;
    }
  if (pipe2 (fds, O_CLOEXEC) != 0)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_TOO_MANY_READERS, "There is no pipe to be had: %s.",
                   g_strerror (errno));
      return -1;
    }
  /* Only our end: the reader may want to wait. A smaller pipe than asked for does, too. */
  g_unix_set_fd_nonblocking (fds[1], TRUE, NULL);
  if (fcntl (fds[1], F_SETPIPE_SZ, PIPE_BYTES) < 0)
    g_debug ("A pipe keeps its size: %s", g_strerror (errno));

  stream = g_new0 (Stream, 1);
  stream->owner = self;
  stream->session_id = g_strdup (follow->session_id);
  stream->fd = fds[1];
  stream->subscriber = ouioed_subscriber_new (self->hub, follow->session_id, OUIOE_STREAMS_BOTH,
                                              ouioe_event_id_is_zero (follow->after), follow->after, wake_cb, stream);
  if (follow->deltas)
    ouioed_subscriber_set_drafts (stream->subscriber);
  if (follow->user_id != NULL)
    {
      stream->user_id = g_strdup (follow->user_id);
      ouioed_subscriber_set_filter (stream->subscriber, is_of_user, stream);
    }
  if (position != NULL)
    *position = ouioed_subscriber_get_position (stream->subscriber);
  g_ptr_array_add (self->streams, stream);
  stream_watch (stream, G_IO_ERR);
  stream_schedule (stream);
  return fds[0];
}

void
ouioed_dbus_streams_drain (OuioedDbusStreams *self)
{
  for (guint i = 0; i < self->streams->len; i++)
    while (stream_write_some (self->streams->pdata[i]) == TAKES_MORE)
      ;
  g_ptr_array_set_size (self->streams, 0);
}
