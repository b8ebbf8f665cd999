/* test-worker.c - one thread, in which order it works, and how it ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-worker.h"

typedef struct {
  OuioedWorker *worker;
  GMutex        mutex;
  GCond         cond;
  gboolean      is_open;         /* the gate */
  gboolean      is_held;         /* a job stands at the gate */
  GString      *order;           /* letters of the jobs, in the order they ran */
  guint         n_done;
  guint         n_abandoned;
  gint          n_quiet;
  GThread      *quiet_thread;
} Fixture;

typedef struct {
  Fixture *f;
  char     letter;
  guint    runs;                 /* how often it wants to be run */
} TestJob;

static void
on_quiet (gpointer data)
{
  Fixture *f = data;

  f->quiet_thread = g_thread_self ();
  g_atomic_int_inc (&f->n_quiet);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_mutex_init (&f->mutex);
  g_cond_init (&f->cond);
  f->order = g_string_new (NULL);
  f->worker = ouioed_worker_new ("test", 20000, on_quiet, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->worker != NULL)
    ouioed_worker_close (f->worker);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_pointer (&f->worker, ouioed_worker_unref);
  g_string_free (f->order, TRUE);
  g_mutex_clear (&f->mutex);
  g_cond_clear (&f->cond);
}

static gboolean
gate_run (gpointer data, gboolean abandoned)
{
  Fixture *f = data;

  g_mutex_lock (&f->mutex);
  f->is_held = TRUE;
  g_cond_broadcast (&f->cond);
  while (!f->is_open)
    g_cond_wait (&f->cond, &f->mutex);
  g_mutex_unlock (&f->mutex);
  return FALSE;
}

/* Keeps the thread busy until open_gate(), so that what is pushed meanwhile waits. */
static void
close_gate (Fixture *f)
{
  g_assert_true (ouioed_worker_push (f->worker, OUIOED_LANE_COMMIT, gate_run, NULL, f));
  g_mutex_lock (&f->mutex);
  while (!f->is_held)
    g_cond_wait (&f->cond, &f->mutex);
  g_mutex_unlock (&f->mutex);
}

static void
open_gate (Fixture *f)
{
  g_mutex_lock (&f->mutex);
  f->is_open = TRUE;
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->mutex);
}

static gboolean
job_run (gpointer data, gboolean abandoned)
{
  TestJob *job = data;

  if (abandoned)
    {
      job->f->n_abandoned++;
      return TRUE;               /* is not asked again all the same */
    }

  g_string_append_c (job->f->order, job->letter);
  return --job->runs > 0;
}

static gboolean
nothing_run (gpointer data, gboolean abandoned)
{
  return FALSE;
}

static void
job_done (gpointer data)
{
  TestJob *job = data;

  job->f->n_done++;
  g_free (job);
}

static void
push (Fixture *f, OuioedLane lane, char letter, guint runs)
{
  TestJob *job = g_new (TestJob, 1);

  *job = (TestJob) { f, letter, runs };
  g_assert_true (ouioed_worker_push (f->worker, lane, job_run, job_done, job));
}

static void
wait_done (Fixture *f, guint n)
{
  while (f->n_done < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_done, ==, n);
}

static void
test_commits_overtake_what_waits (Fixture *f, gconstpointer data)
{
  close_gate (f);
  push (f, OUIOED_LANE_TIDY, 't', 1);
  push (f, OUIOED_LANE_READ, 'r', 1);
  push (f, OUIOED_LANE_READ, 's', 1);
  push (f, OUIOED_LANE_COMMIT, 'c', 1);
  push (f, OUIOED_LANE_COMMIT, 'd', 1);
  open_gate (f);
  wait_done (f, 5);
  g_assert_cmpstr (f->order->str, ==, "cdrst");
}

static void
test_long_jobs_take_turns (Fixture *f, gconstpointer data)
{
  close_gate (f);
  push (f, OUIOED_LANE_READ, 'r', 3);
  push (f, OUIOED_LANE_READ, 's', 2);
  push (f, OUIOED_LANE_READ, 'q', 1);
  open_gate (f);
  wait_done (f, 3);
  g_assert_cmpstr (f->order->str, ==, "rsqrsr");
}

static void
test_tidying_up_is_not_starved (Fixture *f, gconstpointer data)
{
  const char *tidied;

  close_gate (f);
  push (f, OUIOED_LANE_TIDY, 't', 3);
  for (guint i = 0; i < 100; i++)
    push (f, OUIOED_LANE_COMMIT, 'c', 1);
  open_gate (f);
  wait_done (f, 101);

  g_assert_cmpuint (f->order->len, ==, 103);
  tidied = strchr (f->order->str, 't');
  g_assert_nonnull (tidied);
  g_assert_cmpint (tidied - f->order->str, <, 20);
  g_assert_nonnull (strchr (tidied + 1, 't'));
  g_assert_true (g_str_has_suffix (f->order->str, "c"));   /* all three went in between */
}

static void
test_jobs_are_done_on_the_main_context (Fixture *f, gconstpointer data)
{
  push (f, OUIOED_LANE_READ, 'r', 1);
  ouioed_worker_close (f->worker);
  g_assert_cmpuint (f->n_done, ==, 0);   /* it ran, but nobody has turned the main context */
  wait_done (f, 1);
}

static gpointer
closer_main (gpointer data)
{
  ouioed_worker_close (data);
  return NULL;
}

static void
test_close_finishes_commits_and_abandons_the_rest (Fixture *f, gconstpointer data)
{
  close_gate (f);
  push (f, OUIOED_LANE_READ, 'r', 1);
  push (f, OUIOED_LANE_TIDY, 't', 1);
  push (f, OUIOED_LANE_COMMIT, 'c', 1);
  push (f, OUIOED_LANE_COMMIT, 'd', 1);
  {
    /* Closing blocks until the thread has ended, so somebody else has to open the gate once it began. */
    g_autoptr(GThread) closer = g_thread_new ("closer", closer_main, f->worker);

    while (ouioed_worker_push (f->worker, OUIOED_LANE_TIDY, nothing_run, NULL, NULL))
      g_thread_yield ();
    open_gate (f);
    g_thread_join (g_steal_pointer (&closer));
  }

  wait_done (f, 4);
  g_assert_cmpstr (f->order->str, ==, "cd");
  g_assert_cmpuint (f->n_abandoned, ==, 2);
}

static void
test_full_lane_refuses (Fixture *f, gconstpointer data)
{
  g_autofree TestJob *extra = g_new0 (TestJob, 1);

  close_gate (f);
  for (guint i = 0; i < OUIOED_WORKER_MAX_WAITING; i++)
    push (f, OUIOED_LANE_READ, 'r', 1);
  g_assert_false (ouioed_worker_push (f->worker, OUIOED_LANE_READ, job_run, job_done, extra));
  push (f, OUIOED_LANE_COMMIT, 'c', 1);   /* the other lanes have room of their own */
  open_gate (f);
  wait_done (f, OUIOED_WORKER_MAX_WAITING + 1);
  g_assert_cmpint (f->order->str[0], ==, 'c');
}

static void
test_quiet_is_told_once_and_on_the_thread (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (g_atomic_int_get (&f->n_quiet), ==, 0);   /* nothing was done that it could be quiet after */
  push (f, OUIOED_LANE_READ, 'r', 1);
  wait_done (f, 1);
  while (g_atomic_int_get (&f->n_quiet) == 0)
    g_thread_yield ();
  push (f, OUIOED_LANE_READ, 'r', 1);
  wait_done (f, 2);
  while (g_atomic_int_get (&f->n_quiet) == 1)
    g_thread_yield ();

  ouioed_worker_close (f->worker);
  g_assert_cmpint (f->n_quiet, ==, 2);
  g_assert_true (f->quiet_thread != g_thread_self ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/worker/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("commits-overtake-what-waits", test_commits_overtake_what_waits);
  ADD ("long-jobs-take-turns", test_long_jobs_take_turns);
  ADD ("tidying-up-is-not-starved", test_tidying_up_is_not_starved);
  ADD ("jobs-are-done-on-the-main-context", test_jobs_are_done_on_the_main_context);
  ADD ("close-finishes-commits-and-abandons-the-rest", test_close_finishes_commits_and_abandons_the_rest);
  ADD ("full-lane-refuses", test_full_lane_refuses);
  ADD ("quiet-is-told-once-and-on-the-thread", test_quiet_is_told_once_and_on_the_thread);

  return g_test_run ();
}
