/* ouioed-rest-selftest.c - the scenarios of the old test harness, run inside the live daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On internal sessions, which nobody else sees, and which are forgotten afterwards. A scenario is a row of steps; each
 * step does one thing to all sessions of the scenario at once and waits for all answers. After a step that fails only
 * the clearing up is done.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#include "ouioed-subscriber.h"

#define N_THINKING   3
#define N_PROGRESS   4
#define MAX_SESSIONS 5
#define FOLLOW_TIMEOUT_MS 3000

typedef struct {
  const char *name;
  guint       n_sessions;
} Scenario;

static const Scenario scenarios[] = {
  { "basic", 1 },
  { "concurrent", MAX_SESSIONS },
};

typedef struct _Run Run;

typedef enum {
  STEP_CREATE,
  STEP_APPEND,
  STEP_FOLLOW,
  STEP_STATS,
  STEP_CLOSE,
  STEP_READ,
  STEP_FORGET,
} StepType;
#define N_STEPS (STEP_FORGET + 1)

typedef struct {
  const char *name;
  void      (*start) (Run *run);   /* counts n_waiting up for what it begins */
} Step;

typedef struct {
  Run              *run;
  char             *id;
  OuioedSubscriber *subscriber;
  guint             n_seen;
  OuioeEventId      last_seen;
} Session;

struct _Run
{
  OuioedSelftest *test;              /* reference */
  guint           scenario;
  StepType        step;
  guint           n_waiting;         /* answers, and one while a step is begun */
  char           *error;             /* the first of this step */
  gboolean        scenario_ok;
  gboolean        all_ok;
  gint64          started_us;        /* the scenario */
  guint           timeout;
  Session         sessions[MAX_SESSIONS];
  GString        *steps;             /* JSON of the steps of this scenario */
  GString        *done;              /* JSON of the scenarios that are complete */
};

typedef struct {
  OuioedSelftestFunc func;
  gpointer           user_data;
} Waiter;

struct _OuioedSelftest
{
  guint      ref_count;              /* a run under way holds one */
  OuioedHub *hub;                    /* reference: runs outlive their requests */
  GArray    *waiters;                /* of Waiter */
  gboolean   running;
  guint      serial;                 /* of the run, part of its session ids */
};

static void run_next_step (Run *run);
static void run_begin_scenario (Run *run);

static guint
run_n_sessions (const Run *run)
{
  return scenarios[run->scenario].n_sessions;
}

/* ---- answers ---- */

static void
run_fail (Run *run, const char *message)
{
  if (run->error == NULL)
    run->error = g_strdup (message);
}

static void
run_answered (Run *run)
{
  if (--run->n_waiting == 0)
    run_next_step (run);
}

static void
run_take_answer (Run *run, gboolean ok, const GError *error)
{
  if (!ok)
    run_fail (run, error->message);
  run_answered (run);
}

/* ---- steps ---- */

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  gboolean ok = ouioed_hub_create_finish (OUIOED_HUB (source), result, &receipt, &error);

  run_take_answer (user_data, ok, error);
}

static void
on_wake (OuioedSubscriber *subscriber, gpointer user_data);

static void
start_create (Run *run)
{
  for (guint i = 0; i < run_n_sessions (run); i++)
    {
      OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);
      Session *session = &run->sessions[i];

      session->run = run;
      session->id = g_strdup_printf ("%stest-%u-%u", OUIOED_INTERNAL_PREFIX, run->test->serial, i);
      session->subscriber = ouioed_subscriber_new (run->test->hub, session->id, OUIOE_STREAMS_BOTH, TRUE,
                                                   OUIOE_EVENT_ID_ZERO, on_wake, session);
      request->session_id = g_ref_string_new (session->id);
      request->user_id = g_strdup ("ouioed");
      request->config = OUIOE_STREAM_CONFIG_DEFAULT;
      request->config.debug_mode = TRUE;
      request->context = ouioe_thinking_context_new ("self-test", NULL);
      run->n_waiting++;
      ouioed_hub_create_async (run->test->hub, request, NULL, created_cb, run);
    }
}

static void
appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  gboolean ok = ouioed_hub_append_finish (OUIOED_HUB (source), result, &receipt, &error);

  run_take_answer (user_data, ok, error);
}

static void
start_append (Run *run)
{
  for (guint i = 0; i < run_n_sessions (run); i++)
    {
      for (guint n = 0; n < N_THINKING; n++)
        {
          g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", "self-test", NULL, 0.5, NULL, NULL);

          run->n_waiting++;
          ouioed_hub_append_async (run->test->hub, run->sessions[i].id, step, NULL, NULL, appended_cb, run);
        }
      for (guint n = 0; n < N_PROGRESS; n++)
        {
          double done = n * 100.0 / N_PROGRESS;
          g_autoptr(OuioeProgressUpdate) update = ouioe_progress_update_new ("progress", "self-test", done, NULL, NULL);

          run->n_waiting++;
          ouioed_hub_append_async (run->test->hub, run->sessions[i].id, NULL, update, NULL, appended_cb, run);
        }
    }
}

/* Takes what there is; TRUE when everything that was written before the close has come. */
static gboolean
session_look (Session *session)
{
  OuioedEntry *entries[16];
  guint n;

  while ((n = ouioed_subscriber_peek (session->subscriber, entries, G_N_ELEMENTS (entries))) > 0)
    {
      for (guint i = 0; i < n; i++)
        {
          OuioeEventId id = *ouioe_event_get_id (entries[i]->event);

          if (ouioe_event_id_compare (id, session->last_seen) <= 0)
            run_fail (session->run, "A subscriber got events out of order");
          session->last_seen = id;
        }
      session->n_seen += n;
      ouioed_subscriber_advance (session->subscriber, n);
    }
  return session->n_seen >= 1 + N_THINKING + N_PROGRESS;
}

static gboolean
all_arrived (Run *run)
{
  gboolean arrived = TRUE;

  for (guint i = 0; i < run_n_sessions (run); i++)
    if (!session_look (&run->sessions[i]))
      arrived = FALSE;
  return arrived;
}

static void
on_wake (OuioedSubscriber *subscriber, gpointer user_data)
{
  Session *session = user_data;
  Run *run = session->run;

  session_look (session);
  if (run->timeout != 0 && all_arrived (run))
    {
      g_clear_handle_id (&run->timeout, g_source_remove);
      run_answered (run);
    }
}

static gboolean
on_follow_timeout (gpointer user_data)
{
  Run *run = user_data;

  run->timeout = 0;
  run_fail (run, "Not every event came to the subscriber in time");
  run_answered (run);
  return G_SOURCE_REMOVE;
}

static void
start_follow (Run *run)
{
  if (all_arrived (run))
    return;
  run->n_waiting++;
  run->timeout = g_timeout_add (FOLLOW_TIMEOUT_MS, on_follow_timeout, run);
}

static void
stats_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ok = ouioed_hub_look_finish (OUIOED_HUB (source), result, &error);

  for (guint i = 0; ok && i < run_n_sessions (run); i++)
    {
      OuioedChannel *channel = ouioed_hub_find (run->test->hub, run->sessions[i].id);
      OuioeSessionInfo info;

      if (channel == NULL || !ouioed_channel_get_info (channel, &info))
        run_fail (run, "The session is not known");
      else if (info.stats->n_thinking != N_THINKING || info.stats->n_progress != N_PROGRESS)
        run_fail (run, "The counters do not agree with what was sent");
    }
  run_take_answer (run, ok, error);
}

static void
start_stats (Run *run)
{
  g_autofree const char **ids = g_new0 (const char *, run_n_sessions (run) + 1);

  for (guint i = 0; i < run_n_sessions (run); i++)
    ids[i] = run->sessions[i].id;
  run->n_waiting++;
  ouioed_hub_look_async (run->test->hub, ids, stats_looked_cb, run);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  OuioedReceipt receipt;
  gboolean ok = ouioed_hub_close_finish (OUIOED_HUB (source), result, &receipt, &error);

  run_take_answer (user_data, ok, error);
}

static void
start_close (Run *run)
{
  for (guint i = 0; i < run_n_sessions (run); i++)
    {
      run->n_waiting++;
      ouioed_hub_close_async (run->test->hub, run->sessions[i].id, "closed", NULL, closed_cb, run);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedPage) page = ouioed_store_read_finish (OUIOED_STORE (source), result, &error);

  /* Start and end stand around what was appended. */
  if (page != NULL && (page->events->len != 2 + N_THINKING + N_PROGRESS ||
                       ouioe_event_get_kind (page->events->pdata[0]) != OUIOE_EVENT_SESSION_START ||
                       ouioe_event_get_kind (page->events->pdata[page->events->len - 1]) != OUIOE_EVENT_SESSION_END))
    run_fail (run, "The store does not hold what was sent");
  run_take_answer (run, page != NULL, error);
}

static void
start_read (Run *run)
{
  for (guint i = 0; i < run_n_sessions (run); i++)
    {
      const char *sessions[] = { run->sessions[i].id, NULL };
      OuioedQuery query = OUIOED_QUERY_INIT;

      query.sessions = sessions;
      run->n_waiting++;
      ouioed_store_read_async (ouioed_hub_get_store (run->test->hub), &query, NULL, read_cb, run);
    }
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  gboolean ok = ouioed_hub_forget_finish (OUIOED_HUB (source), result, &error);

  run_take_answer (user_data, ok, error);
}

static void
start_forget (Run *run)
{
  for (guint i = 0; i < run_n_sessions (run); i++)
    {
      g_clear_pointer (&run->sessions[i].subscriber, ouioed_subscriber_free);
      if (ouioed_hub_find (run->test->hub, run->sessions[i].id) == NULL)
        continue;
      run->n_waiting++;
      ouioed_hub_forget_async (run->test->hub, run->sessions[i].id, forgotten_cb, run);
    }
}

static const Step steps[N_STEPS] = {
  [STEP_CREATE] = { "create sessions", start_create },
  [STEP_APPEND] = { "append thinking steps and progress updates", start_append },
  [STEP_FOLLOW] = { "deliver to subscribers in order", start_follow },
  [STEP_STATS]  = { "count", start_stats },
  [STEP_CLOSE]  = { "close sessions", start_close },
  [STEP_READ]   = { "read back from the store", start_read },
  [STEP_FORGET] = { "forget sessions", start_forget },
};

/* ---- a run ---- */

static void
selftest_unref (OuioedSelftest *self)
{
  if (--self->ref_count > 0)
    return;
  g_array_unref (self->waiters);
  g_object_unref (self->hub);
  g_free (self);
}

static void
run_finish (Run *run)
{
  OuioedSelftest *self = run->test;
  g_autoptr(GArray) waiters = g_steal_pointer (&self->waiters);
  g_autoptr(GString) body = g_string_new (NULL);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->running = FALSE;
  g_string_append_printf (body, "{\"success\":%s,\"message\":\"%s\",\"timestamp\":", run->all_ok ? "true" : "false",
                          run->all_ok ? "Streaming test completed successfully" : "Streaming test failed");
  ouioe_json_write_time (body, ouioed_hub_get_now_us (self->hub));
  g_string_append_printf (body, ",\"scenarios\":[%s]}", run->done->str);
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->func (body->str, body->len, waiter->user_data);
    }

  g_string_free (run->steps, TRUE);
  g_string_free (run->done, TRUE);
  g_free (run);
  selftest_unref (self);
}

static void
run_end_scenario (Run *run)
{
  g_string_append_printf (run->done,
                          "%s{\"name\":\"%s\",\"success\":%s,\"duration_ms\":", run->done->len > 0 ? "," : "",
                          scenarios[run->scenario].name, run->scenario_ok ? "true" : "false");
  ouioe_json_write_double (run->done, (double) (g_get_monotonic_time () - run->started_us) / 1000.0);
  g_string_append_printf (run->done, ",\"steps\":[%s]}", run->steps->str);
  for (guint i = 0; i < run_n_sessions (run); i++)
    g_clear_pointer (&run->sessions[i].id, g_free);
  memset (run->sessions, 0, sizeof run->sessions);
  run->all_ok = run->all_ok && run->scenario_ok;
  if (++run->scenario == G_N_ELEMENTS (scenarios))
    run_finish (run);
  else
    run_begin_scenario (run);
}

static void
run_start_step (Run *run)
{
  run->n_waiting = 1;
  steps[run->step].start (run);
  run_answered (run);
}

/* A step is complete. */
static void
run_next_step (Run *run)
{
  gboolean ok = run->error == NULL;

  g_string_append_printf (run->steps, "%s{\"name\":\"%s\",\"success\":%s", run->steps->len > 0 ? "," : "",
                          steps[run->step].name, ok ? "true" : "false");
  if (!ok)
    {
      g_string_append (run->steps, ",\"detail\":");
      ouioe_json_write_string (run->steps, run->error, -1);
      run->scenario_ok = FALSE;
    }
  g_string_append_c (run->steps, '}');
  g_clear_pointer (&run->error, g_free);

  if (run->step == STEP_FORGET)
    {
      run_end_scenario (run);
      return;
    }
  run->step = ok ? run->step + 1 : STEP_FORGET;
  run_start_step (run);
}

static void
run_begin_scenario (Run *run)
{
  run->test->serial = g_random_int ();   /* another daemon may be at it in the same store */
  run->step = STEP_CREATE;
  run->scenario_ok = TRUE;
  run->started_us = g_get_monotonic_time ();
  g_string_truncate (run->steps, 0);
  run_start_step (run);
}

void
ouioed_selftest_run (OuioedSelftest *self, OuioedSelftestFunc func, gpointer user_data)
{
  Waiter waiter = { func, user_data };
  Run *run;

  g_array_append_val (self->waiters, waiter);
  if (self->running)
    return;

  self->running = TRUE;
  self->ref_count++;
  run = g_new0 (Run, 1);
  run->test = self;
  run->all_ok = TRUE;
  run->steps = g_string_new (NULL);
  run->done = g_string_new (NULL);
  run_begin_scenario (run);
}

OuioedSelftest *
ouioed_selftest_new (OuioedHub *hub)
{
  OuioedSelftest *self = g_new0 (OuioedSelftest, 1);

  self->ref_count = 1;
  self->hub = g_object_ref (hub);
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return self;
}

void
ouioed_selftest_free (OuioedSelftest *self)
{
  selftest_unref (self);
}

/* ---- the route ---- */

static void
test_done (const char *json, gsize len, gpointer user_data)
{
  ouioed_exchange_answer_json (user_data, g_string_new_len (json, (gssize) len));
}

void
ouioed_rest_self_test (OuioedExchange *exchange)
{
  ouioed_selftest_run (exchange->parts->selftest, test_done, exchange);
}
