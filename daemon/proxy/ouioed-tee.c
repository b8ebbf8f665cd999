/* ouioed-tee.c - the thread that forwards, and how the main context speaks with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ouioed-tee-private.h"

#define SLICE_NS      (100 * 1000)    /* the shortest that Linux gives */
#define RESET_ON_FORK 1               /* SCHED_FLAG_RESET_ON_FORK */

/* ---- configuration ---- */

OuioedTeeConfig *
ouioed_tee_config_new (void)
{
  OuioedTeeConfig *self = g_atomic_rc_box_new0 (OuioedTeeConfig);

  self->max_head_bytes = 16384;
  self->head_timeout_us = 10 * G_USEC_PER_SEC;
  self->body_timeout_us = 60 * G_USEC_PER_SEC;
  self->idle_timeout_us = 75 * G_USEC_PER_SEC;
  self->connect_timeout_us = 10 * G_USEC_PER_SEC;
  self->answer_timeout_us = 1800 * G_USEC_PER_SEC;
  self->stall_timeout_us = 600 * G_USEC_PER_SEC;
  self->max_calls = 1000;
  self->checks_user = TRUE;
  return self;
}

OuioedTeeConfig *
ouioed_tee_config_ref (OuioedTeeConfig *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
config_clear (gpointer data)
{
  OuioedTeeConfig *self = data;

  g_strfreev (self->allowed_hosts);
  g_strfreev (self->allowed_origins);
  g_clear_object (&self->tls_database);
}

void
ouioed_tee_config_unref (OuioedTeeConfig *self)
{
  g_atomic_rc_box_release_full (self, config_clear);
}

/* ---- from one thread to the other ---- */

typedef struct {
  OuioedTee      *tee;
  void          (*func) (OuioedTee *tee, gpointer data);
  gpointer        data;
  GDestroyNotify  destroy;
} Errand;

static gboolean
errand_run (gpointer user_data)
{
  Errand *errand = user_data;

  if (!g_atomic_int_get (&errand->tee->is_freed))
    errand->func (errand->tee, errand->data);
  return G_SOURCE_REMOVE;
}

static void
errand_free (gpointer user_data)
{
  Errand *errand = user_data;

  if (errand->destroy != NULL)
    errand->destroy (errand->data);
  g_atomic_rc_box_release (errand->tee);
  g_free (errand);
}

static void
send_errand (OuioedTee *tee, GMainContext *context, void (*func) (OuioedTee *tee, gpointer data), gpointer data,
             GDestroyNotify destroy)
{
  Errand *errand = g_new (Errand, 1);
  GSource *source = g_idle_source_new ();

  *errand = (Errand) { g_atomic_rc_box_acquire (tee), func, data, destroy };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, errand_run, errand, errand_free);
  g_source_attach (source, context);
  g_source_unref (source);
}

void
tee_call_main (OuioedTee *tee, void (*func) (OuioedTee *tee, gpointer data), gpointer data, GDestroyNotify destroy)
{
  send_errand (tee, tee->main_context, func, data, destroy);
}

void
tee_call_thread (OuioedTee *tee, void (*func) (OuioedTee *tee, gpointer data), gpointer data, GDestroyNotify destroy)
{
  send_errand (tee, tee->context, func, data, destroy);
}

/* ---- the thread ---- */

static gboolean
go_on_again (gpointer user_data)
{
  OuioedTee *self = user_data;

  g_source_set_ready_time (self->again_source, -1);
  for (guint n = self->again.length; n > 0 && self->again.length > 0; n--)
    {
      TeeClient *client = g_queue_pop_head_link (&self->again)->data;

      client->is_again = FALSE;
      tee_client_go_on (client);
    }
  if (self->again.length > 0)
    g_source_set_ready_time (self->again_source, 0);
  return G_SOURCE_CONTINUE;
}

static gboolean
again_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs again_funcs = { NULL, NULL, again_dispatch, NULL, NULL, NULL };

void
tee_again (TeeClient *client)
{
  OuioedTee *self = client->tee;

  if (client->is_again)
    return;
  client->is_again = TRUE;
  g_queue_push_tail_link (&self->again, &client->again_link);
  g_source_set_ready_time (self->again_source, 0);
}

static void
on_deadline (OuioedDeadline *deadline, gint64 now, gpointer user_data)
{
  tee_client_deadline ((TeeClient *) ((char *) deadline - G_STRUCT_OFFSET (TeeClient, deadline)));
}

/* Copies are read on another thread, maybe of the same core. With a short slice of time this one is let in at once when bytes
 * come, and not when the other has had its slice. Linux 6.12 and later give that to everybody; others take no notice. */
static void
ask_for_short_slices (void)
{
  struct {
    guint32 size, policy;
    guint64 flags;
    gint32  nice;
    guint32 priority;
    guint64 runtime_ns, deadline_ns, period_ns;
  } attr;

  memset (&attr, 0, sizeof attr);
  if (syscall (SYS_sched_getattr, 0, &attr, sizeof attr, 0) < 0 || attr.policy != SCHED_OTHER)
    return;
  attr.flags |= RESET_ON_FORK;     /* threads that it starts, to look up names, are like others */
  attr.runtime_ns = SLICE_NS;
  if (syscall (SYS_sched_setattr, 0, &attr, 0) < 0)
    g_debug ("sched_setattr: %s", g_strerror (errno));
}

static gpointer
run (gpointer user_data)
{
  OuioedTee *self = user_data;

  ask_for_short_slices ();

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);

  while (self->clients.length > 0)
    tee_client_hang_up (self->clients.head->data);
  while (self->n_connecting > 0)    /* they were cancelled; their callbacks come */
    g_main_context_iteration (self->context, TRUE);
  g_clear_object (&self->socket_clients[0]);
  g_clear_object (&self->socket_clients[1]);
  if (self->drain_timer != NULL)
    {
      g_source_destroy (self->drain_timer);
      g_clear_pointer (&self->drain_timer, g_source_unref);
    }
  g_source_destroy (self->again_source);
  g_source_unref (self->again_source);
  ouioed_linger_free (self->linger);
  ouioed_deadlines_free (self->deadlines);
  ouioed_poller_free (self->poller);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

TeeStats *
tee_find_stats (OuioedTee *tee, const char *name, gsize len)
{
  for (guint i = 0; i < tee->n_stats; i++)
    if (strlen (tee->stats[i].upstream->name) == len && memcmp (tee->stats[i].upstream->name, name, len) == 0)
      return &tee->stats[i];
  return NULL;
}

/* ---- errands for the thread ---- */

static void
client_clear (gpointer data)
{
  OuioedTeeClient *from = data;

  if (from->fd >= 0)
    close (from->fd);
  g_clear_pointer (&from->unread, g_bytes_unref);
  g_clear_pointer (&from->upstream, ouioed_upstream_unref);
  g_free ((char *) from->peer);
  g_free (from);
}

static void
add_client (OuioedTee *self, gpointer data)
{
  OuioedTeeClient *from = data;
  TeeClient *client = tee_client_new (self, from);

  from->fd = -1;
  tee_client_go_on (client);
}

static void
take_config (OuioedTee *self, gpointer data)
{
  ouioed_tee_config_unref (self->config);
  self->config = ouioed_tee_config_ref (data);
}

static void
stop_call (OuioedTee *self, gpointer data)
{
  for (GList *link = self->clients.head; link != NULL; link = link->next)
    {
      TeeClient *client = link->data;

      if (client->call != data)
        continue;
      tee_client_end_call (client, OUIOED_CALL_STOPPED, NULL);
      tee_client_hang_up (client);
      return;
    }
}

static void
quit (OuioedTee *self, gpointer data)
{
  g_main_loop_quit (self->loop);
}

/* ---- drain ---- */

static void
tell_drained (OuioedTee *self, gpointer data)
{
  void (*drained) (gpointer user_data) = self->drained;

  self->drained = NULL;
  if (drained != NULL)
    drained (self->user_data);
}

void
tee_look_whether_drained (OuioedTee *self)
{
  if (!self->is_draining || self->clients.length > 0)
    return;
  if (self->drain_timer != NULL)
    {
      g_source_destroy (self->drain_timer);
      g_clear_pointer (&self->drain_timer, g_source_unref);
    }
  tee_call_main (self, tell_drained, NULL, NULL);
}

static gboolean
on_grace_over (gpointer user_data)
{
  OuioedTee *self = user_data;

  g_clear_pointer (&self->drain_timer, g_source_unref);
  while (self->clients.length > 0)
    {
      TeeClient *client = self->clients.head->data;

      tee_client_end_call (client, OUIOED_CALL_DRAINED, NULL);
      tee_client_hang_up (client);
    }
  return G_SOURCE_REMOVE;
}

static void
begin_drain (OuioedTee *self, gpointer data)
{
  GList *next;

  self->is_draining = TRUE;
  self->drain_timer = g_timeout_source_new ((guint) (*(gint64 *) data / 1000));
  g_source_set_callback (self->drain_timer, on_grace_over, self, NULL);
  g_source_attach (self->drain_timer, self->context);
  if (self->clients.length == 0)
    tee_look_whether_drained (self);
  for (GList *link = self->clients.head; link != NULL; link = next)
    {
      next = link->next;
      tee_client_drain (link->data);
    }
}

/* ---- for the main context ---- */

static void
on_stop_call (OuioedCall *call, gpointer user_data)
{
  tee_call_thread (user_data, stop_call, ouioed_call_ref (call), (GDestroyNotify) ouioed_call_unref);
}

OuioedTee *
ouioed_tee_new (GPtrArray *upstreams, OuioedTeeConfig *config, const OuioedTeeFuncs *funcs, gpointer user_data, GError **error)
{
  OuioedTee *self = g_atomic_rc_box_new0 (OuioedTee);

  self->main_context = g_main_context_ref_thread_default ();
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->poller = ouioed_poller_new (G_PRIORITY_DEFAULT, error);
  if (self->poller == NULL)
    {
      g_main_context_pop_thread_default (self->context);
      g_main_context_unref (self->context);
      g_main_context_unref (self->main_context);
      g_atomic_rc_box_release (self);
      return NULL;
    }
  self->deadlines = ouioed_deadlines_new (on_deadline, self);
  self->linger = ouioed_linger_new (self->poller);
  self->again_source = g_source_new (&again_funcs, sizeof (GSource));
  g_source_set_callback (self->again_source, go_on_again, self, NULL);
  g_source_attach (self->again_source, self->context);
  g_main_context_pop_thread_default (self->context);

  self->funcs = *funcs;
  self->user_data = user_data;
  self->config = ouioed_tee_config_ref (config);
  self->loop = g_main_loop_new (self->context, FALSE);
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->pieces = g_array_new (FALSE, FALSE, sizeof (struct iovec));
  self->buffer = g_malloc (TEE_BUFFER_BYTES);
  self->n_stats = upstreams->len;
  self->stats = g_new0 (TeeStats, MAX (upstreams->len, 1));
  for (guint i = 0; i < upstreams->len; i++)
    self->stats[i].upstream = ouioed_upstream_ref (upstreams->pdata[i]);
  if (getentropy (self->key, sizeof self->key) < 0)
    g_warning ("no random key for the credentials of clients: %s", g_strerror (errno));
  self->mailbox = ouioed_mailbox_new (on_stop_call, self);
  self->thread = g_thread_new ("ouioed-tee", run, self);
  return self;
}

void
ouioed_tee_free (OuioedTee *self)
{
  g_autoptr(GMainContext) context = self->context;

  tee_call_thread (self, quit, NULL, NULL);
  g_thread_join (self->thread);
  g_atomic_int_set (&self->is_freed, TRUE);

  ouioed_mailbox_free (self->mailbox);
  g_main_loop_unref (self->loop);
  g_hash_table_unref (self->by_id);
  g_array_unref (self->pieces);
  g_free (self->buffer);
  for (guint i = 0; i < self->n_stats; i++)
    ouioed_upstream_unref (self->stats[i].upstream);
  g_free (self->stats);
  ouioed_tee_config_unref (self->config);
  g_main_context_unref (self->main_context);
  g_atomic_rc_box_release (self);
}

OuioedMailbox *
ouioed_tee_get_mailbox (OuioedTee *self)
{
  return self->mailbox;
}

void
ouioed_tee_add (OuioedTee *self, const OuioedTeeClient *client)
{
  OuioedTeeClient *copy = g_memdup2 (client, sizeof *client);

  copy->peer = g_strdup (client->peer);
  if (copy->upstream != NULL)
    ouioed_upstream_ref (copy->upstream);
  tee_call_thread (self, add_client, copy, client_clear);
}

void
ouioed_tee_set_config (OuioedTee *self, OuioedTeeConfig *config)
{
  tee_call_thread (self, take_config, ouioed_tee_config_ref (config), (GDestroyNotify) ouioed_tee_config_unref);
}

void
ouioed_tee_drain (OuioedTee *self, gint64 grace_us, void (*drained) (gpointer user_data))
{
  self->drained = drained;
  tee_call_thread (self, begin_drain, g_memdup2 (&grace_us, sizeof grace_us), g_free);
}

void
ouioed_tee_get_metrics (OuioedTee *self, guint i, OuioedTeeMetrics *metrics)
{
  TeeStats *stats = &self->stats[i];

  for (guint end = 0; end < OUIOED_N_CALL_ENDS; end++)
    metrics->calls[end] = stats->calls[end];
  metrics->refused = stats->refused;
  metrics->request_bytes = stats->request_bytes;
  metrics->answer_bytes = stats->answer_bytes;
  metrics->active = stats->active;
}
