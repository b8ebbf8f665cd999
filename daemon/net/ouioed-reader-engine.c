/* ouioed-reader-engine.c - many readers, and when they are flushed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A round flushes all that were woken. After it there is a pause as long as the round was (up to 2 ms), so that under
 * load frames gather and go out many at a time; after a quiet time a round begins at once.
 */
#include "config.h"

#include "ouioed-reader-engine.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "ouioed-reader-private.h"

#define MAX_PAUSE_US    2000   /* between rounds */
#define MIN_PAUSE_US    50     /* a shorter one costs more than it saves */
#define TURN_US         4000   /* of flushing, before others in the main context have their turn */
#define READERS_PER_LOOK 16    /* at the clock */

typedef struct {
  GSource             source;
  OuioedReaderEngine *engine;
} EngineSource;

static const char *const end_names[OUIOED_N_READER_ENDS] = { "peer", "error", "protocol", "timeout", "server" };

const char *
ouioed_reader_end_to_string (OuioedReaderEnd end)
{
  g_return_val_if_fail (end < OUIOED_N_READER_ENDS, NULL);

  return end_names[end];
}

void
ouioed_reader_engine_dequeue (OuioedReaderEngine *self, OuioedReader *reader)
{
  ReaderList *list = &self->lists[reader->list];

  if (reader->list == LIST_NONE)
    return;

  if (reader->previous != NULL)
    reader->previous->next = reader->next;
  else
    list->head = reader->next;
  if (reader->next != NULL)
    reader->next->previous = reader->previous;
  else
    list->tail = reader->previous;
  reader->previous = reader->next = NULL;
  reader->list = LIST_NONE;
}

void
ouioed_reader_engine_enqueue (OuioedReaderEngine *self, OuioedReader *reader, ReaderListId id)
{
  ReaderList *list = &self->lists[id];

  if (reader->list >= id)   /* it will be flushed no later */
    return;

  ouioed_reader_engine_dequeue (self, reader);
  reader->list = id;
  reader->previous = list->tail;
  if (list->tail != NULL)
    list->tail->next = reader;
  else
    list->head = reader;
  list->tail = reader;
}

static void
engine_flush_list (OuioedReaderEngine *self, ReaderListId id, gint64 until)
{
  guint n = 0;
  OuioedReader *reader;

  while ((reader = self->lists[id].head) != NULL)
    {
      ouioed_reader_engine_dequeue (self, reader);
      ouioed_reader_flush (reader);
      if (++n % READERS_PER_LOOK == 0 && (self->now = g_get_monotonic_time ()) >= until)
        return;
    }
}

/* Those woken until now make up the round; who is woken meanwhile belongs to the next. */
static void
engine_begin_round (OuioedReaderEngine *self)
{
  self->lists[LIST_ROUND] = self->lists[LIST_WOKEN];
  self->lists[LIST_WOKEN] = (ReaderList) { NULL, NULL };
  for (OuioedReader *reader = self->lists[LIST_ROUND].head; reader != NULL; reader = reader->next)
    reader->list = LIST_ROUND;
  self->round_us = 0;
}

static void
engine_turn (OuioedReaderEngine *self)
{
  gint64 start = g_get_monotonic_time ();
  gint64 round_start;

  self->now = start;
  engine_flush_list (self, LIST_URGENT, start + TURN_US);

  round_start = g_get_monotonic_time ();
  if (self->lists[LIST_ROUND].head == NULL
      && (self->lists[LIST_WOKEN].head == NULL || round_start < self->next_round_at))
    return;

  self->now = round_start;
  if (self->lists[LIST_ROUND].head == NULL)
    engine_begin_round (self);
  engine_flush_list (self, LIST_ROUND, start + TURN_US);
  self->now = g_get_monotonic_time ();
  self->round_us += self->now - round_start;
  if (self->lists[LIST_ROUND].head == NULL)
    self->next_round_at = self->now + (self->round_us < MIN_PAUSE_US ? 0 : MIN (self->round_us, MAX_PAUSE_US));
}

static gboolean
engine_is_ready (OuioedReaderEngine *self)
{
  return self->lists[LIST_URGENT].head != NULL || self->lists[LIST_ROUND].head != NULL
         || (self->lists[LIST_WOKEN].head != NULL && g_source_get_time (self->source) >= self->next_round_at);
}

/* The main context counts in milliseconds; a timer descriptor does not. */
static gboolean
engine_prepare (GSource *source, int *timeout)
{
  OuioedReaderEngine *self = ((EngineSource *) source)->engine;
  struct itimerspec when = { 0 };

  *timeout = -1;
  if (engine_is_ready (self))
    return TRUE;
  if (self->lists[LIST_WOKEN].head == NULL || self->is_timer_armed)
    return FALSE;

  when.it_value.tv_sec = self->next_round_at / G_USEC_PER_SEC;
  when.it_value.tv_nsec = self->next_round_at % G_USEC_PER_SEC * 1000;
  self->is_timer_armed = TRUE;
  if (timerfd_settime (self->timer.fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
    {
      g_critical ("timerfd_settime: %s", g_strerror (errno));
      *timeout = 1;
    }

  return FALSE;
}

static gboolean
engine_check (GSource *source)
{
  return engine_is_ready (((EngineSource *) source)->engine);
}

static gboolean
engine_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  engine_turn (((EngineSource *) source)->engine);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs engine_funcs = { engine_prepare, engine_check, engine_dispatch, NULL, NULL, NULL };

/* Edge-triggered: it need not be read. */
static void
on_timer (OuioedWatch *watch, guint32 events)
{
  OuioedReaderEngine *self = (OuioedReaderEngine *) ((char *) watch - G_STRUCT_OFFSET (OuioedReaderEngine, timer));

  self->is_timer_armed = FALSE;
  engine_turn (self);
}

static void
on_deadline (OuioedDeadline *deadline, gint64 now, gpointer user_data)
{
  OuioedReaderEngine *self = user_data;

  self->now = now;
  ouioed_reader_deadline_passed ((OuioedReader *) ((char *) deadline - G_STRUCT_OFFSET (OuioedReader, deadline)));
}

OuioedReaderEngine *
ouioed_reader_engine_new (OuioedPoller *poller, const OuioedReaderLimits *limits)
{
  OuioedReaderEngine *self = g_new0 (OuioedReaderEngine, 1);
  g_autoptr(GError) error = NULL;
  int fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

  self->poller = poller;
  self->limits = *limits;
  self->readers = g_ptr_array_new ();
  self->buffer = g_malloc (OUIOED_READER_BUFFER);
  self->deadlines = ouioed_deadlines_new (on_deadline, self);
  self->linger = ouioed_linger_new (poller);
  self->timer.fd = -1;
  if (fd < 0 || !ouioed_poller_add (poller, &self->timer, fd, EPOLLIN | EPOLLET, on_timer, &error))
    g_critical ("cannot make a timer: %s", error != NULL ? error->message : g_strerror (errno));
  self->source = g_source_new (&engine_funcs, sizeof (EngineSource));
  ((EngineSource *) self->source)->engine = self;
  g_source_set_static_name (self->source, "ouioed-reader-engine");
  g_source_attach (self->source, g_main_context_get_thread_default ());

  return self;
}

void
ouioed_reader_engine_free (OuioedReaderEngine *self)
{
  int fd = self->timer.fd;

  while (self->readers->len > 0)
    ouioed_reader_end (self->readers->pdata[self->readers->len - 1], OUIOED_READER_END_SERVER, FALSE);
  ouioed_poller_remove (self->poller, &self->timer);
  if (fd >= 0)
    close (fd);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  ouioed_linger_free (self->linger);
  ouioed_deadlines_free (self->deadlines);
  g_ptr_array_unref (self->readers);
  g_free (self->buffer);
  g_free (self);
}

void
ouioed_reader_engine_set_limits (OuioedReaderEngine *self, const OuioedReaderLimits *limits)
{
  self->limits = *limits;
  for (guint i = 0; i < self->readers->len; i++)
    ouioed_reader_update_deadline (self->readers->pdata[i]);
}

guint
ouioed_reader_engine_get_n (OuioedReaderEngine *self, OuioedReaderType type)
{
  return self->n_by_type[type];
}

gboolean
ouioed_reader_engine_is_full (OuioedReaderEngine *self)
{
  return self->readers->len >= self->limits.max_readers;
}

OuioedReader *
ouioed_reader_engine_add (OuioedReaderEngine *self, OuioedReaderType type, int fd, GBytes *unread,
                          const OuioedReaderFeed *feed, gpointer user_data)
{
  OuioedReader *reader = g_new0 (OuioedReader, 1);

  reader->engine = self;
  reader->type = type;
  reader->fd = fd;
  reader->feed = feed;
  reader->user_data = user_data;
  reader->place = self->readers->len;
  g_ptr_array_add (self->readers, reader);
  self->n_by_type[type]++;
  self->metrics.added[type]++;
  ouioed_deadlines_add (self->deadlines, &reader->deadline);
  if (unread != NULL)
    ouioed_reader_need_extras (reader)->input = g_bytes_ref (unread);
  ouioed_reader_start (reader);
  ouioed_reader_engine_enqueue (self, reader, LIST_URGENT);

  return reader;
}

void
ouioed_reader_engine_close_all (OuioedReaderEngine *self, guint16 code, const char *reason, GBytes *last)
{
  for (guint i = 0; i < self->readers->len; i++)
    ouioed_reader_close (self->readers->pdata[i], code, reason, last);
}

void
ouioed_reader_engine_get_metrics (OuioedReaderEngine *self, OuioedReaderMetrics *metrics)
{
  *metrics = self->metrics;
}
