/* ouioed-worker.c - one thread for work that blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-worker.h"

/* So many jobs of the other lanes may pass one that only tidies up. */
#define MAX_PASSED 16

typedef struct {
  OuioedLane         lane;
  OuioedJobRunFunc   run;
  OuioedJobDoneFunc  done;
  gpointer           data;
} Job;

struct _OuioedWorker
{
  gatomicrefcount  ref_count;
  GThread         *thread;         /* NULL once closed */
  GMainContext    *context;        /* gets what is done */
  gint64           quiet_us;
  OuioedQuietFunc  quiet;
  gpointer         quiet_data;

  GMutex           mutex;          /* for everything below */
  GCond            cond;           /* something was pushed, or closing */
  GQueue           lanes[OUIOED_N_LANES];
  GQueue           done;           /* jobs on their way back; one source fetches all of them */
  guint            n_passed;       /* jobs that went in front of one that waits to tidy up */
  gboolean         closing;
};

void
ouioed_worker_unref (OuioedWorker *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

static void
source_unref (gpointer data)
{
  ouioed_worker_unref (data);
}

static gboolean
on_done (gpointer user_data)
{
  OuioedWorker *self = user_data;
  GQueue done;
  Job *job;

  g_mutex_lock (&self->mutex);
  done = self->done;
  g_queue_init (&self->done);
  g_mutex_unlock (&self->mutex);

  while ((job = g_queue_pop_head (&done)) != NULL)
    {
      job->done (job->data);
      g_free (job);
    }

  return G_SOURCE_REMOVE;
}

/* With the mutex held. */
static void
send_back (OuioedWorker *self, Job *job)
{
  g_autoptr(GSource) source = NULL;

  if (job->done == NULL)
    {
      g_free (job);
      return;
    }

  g_queue_push_tail (&self->done, job);
  if (self->done.length > 1)
    return;

  g_atomic_ref_count_inc (&self->ref_count);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_done, self, source_unref);
  g_source_attach (source, self->context);
}

/* With the mutex held. */
static Job *
take_job (OuioedWorker *self)
{
  const gboolean has_tidy = !g_queue_is_empty (&self->lanes[OUIOED_LANE_TIDY]);

  if (has_tidy && self->n_passed < MAX_PASSED)
    self->n_passed++;
  else if (has_tidy)
    {
      self->n_passed = 0;
      return g_queue_pop_head (&self->lanes[OUIOED_LANE_TIDY]);
    }

  for (guint lane = 0; lane < OUIOED_N_LANES; lane++)
    {
      Job *job = g_queue_pop_head (&self->lanes[lane]);

      if (job != NULL)
        return job;
    }

  return NULL;
}

/* With the mutex held, which is let go of meanwhile. */
static void
run_job (OuioedWorker *self, Job *job)
{
  const gboolean abandoned = self->closing && job->lane != OUIOED_LANE_COMMIT;
  gboolean again;

  g_mutex_unlock (&self->mutex);
  again = job->run (job->data, abandoned);
  g_mutex_lock (&self->mutex);

  if (again && !abandoned)
    g_queue_push_tail (&self->lanes[job->lane], job);
  else
    send_back (self, job);
}

static gpointer
worker_main (gpointer data)
{
  OuioedWorker *self = data;
  gint64 quiet_at = 0;               /* 0: nothing happened since it was quiet */

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      Job *job = take_job (self);

      if (job != NULL)
        {
          run_job (self, job);
          quiet_at = g_get_monotonic_time () + self->quiet_us;
        }
      else if (self->closing)
        break;
      else if (quiet_at == 0)
        g_cond_wait (&self->cond, &self->mutex);
      else if (!g_cond_wait_until (&self->cond, &self->mutex, quiet_at))
        {
          quiet_at = 0;
          g_mutex_unlock (&self->mutex);
          self->quiet (self->quiet_data);
          g_mutex_lock (&self->mutex);
        }
    }
  g_mutex_unlock (&self->mutex);

  return NULL;
}

OuioedWorker *
ouioed_worker_new (const char *name, gint64 quiet_us, OuioedQuietFunc quiet, gpointer quiet_data)
{
  OuioedWorker *self = g_new0 (OuioedWorker, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref_thread_default ();
  self->quiet_us = quiet_us;
  self->quiet = quiet;
  self->quiet_data = quiet_data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  for (guint lane = 0; lane < OUIOED_N_LANES; lane++)
    g_queue_init (&self->lanes[lane]);
  g_queue_init (&self->done);
  self->thread = g_thread_new (name, worker_main, self);
  return self;
}

gboolean
ouioed_worker_push (OuioedWorker *self, OuioedLane lane, OuioedJobRunFunc run, OuioedJobDoneFunc done, gpointer data)
{
  gboolean has_room;

  g_mutex_lock (&self->mutex);
  has_room = !self->closing && self->lanes[lane].length < OUIOED_WORKER_MAX_WAITING;
  if (has_room)
    {
      Job *job = g_new (Job, 1);

      *job = (Job) { lane, run, done, data };
      g_queue_push_tail (&self->lanes[lane], job);
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  return has_room;
}

void
ouioed_worker_close (OuioedWorker *self)
{
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  g_clear_pointer (&self->thread, g_thread_join);
}
