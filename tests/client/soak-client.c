/* soak-client.c - everything the client does, over and over: it must not grow
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: soak-client ADDRESS SECONDS
 *
 * Each round makes a client, a session, a producer that appends in batches, a subscription and both list models, waits until
 * all of them have seen the end of the session, and lets go of everything. After a tenth of the time the size is noted;
 * at the end it may be 4 MiB larger. What a sanitizer or valgrind finds is theirs to tell.
 *
 * Over HTTP and a Unix socket the heap at rest is the same after 100 rounds and after 1000. Over a bus it grows by some 85
 * bytes a round, none of them ours: a round closes a connection, and GLib before 2.83.4 may lose a GCancellableSource of it
 * (168 bytes, about every other time), when its thread disposes of the source while g_cancellable_cancel() is still running in
 * another (GLib issue 3448). To see it: heaptrack over runs of different length, or mallinfo2() with
 * GLIBC_TUNABLES=glibc.malloc.tcache_count=0.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "ouioe.h"

#define STEPS       200
#define GROWTH_MAX  (4 << 20)
#define ROUND_MAX_S 60

typedef struct {
  guint    n_acknowledged;
  guint    n_seen;
  gboolean ended;
} Round;

static gsize
get_rss (void)
{
  g_autofree char *text = NULL;
  gsize pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%*s %" G_GSIZE_FORMAT, &pages);
  return pages * (gsize) sysconf (_SC_PAGESIZE);
}

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, Round *round)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);

  if (step != NULL)
    round->n_seen++;
}

static void
on_session_end (OuioeSubscription *subscription, const char *session_id, const char *outcome, Round *round)
{
  round->ended = TRUE;
}

static void
appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *id = ouioe_producer_append_thinking_finish (OUIOE_PRODUCER (source), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (id);
  ((Round *) user_data)->n_acknowledged++;
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("a round takes longer than %d s", ROUND_MAX_S);
  return G_SOURCE_REMOVE;
}

static void
append_all (OuioeProducer *producer, const char *session_id, Round *round)
{
  const char *const chain[] = { "list hosts", "probe them", NULL };

  for (guint i = 0; i < STEPS; i++)
    {
      g_autofree char *content = g_strdup_printf ("thought %u", i);
      g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", content, chain, 0.5, NULL, NULL);

      ouioe_producer_append_thinking_async (producer, session_id, step, NULL, appended_cb, round);
    }
  while (round->n_acknowledged < STEPS)
    g_main_context_iteration (NULL, TRUE);
}

static void
play_round (const char *address, guint number)
{
  Round round = { 0 };
  g_autoptr(GError) error = NULL;
  g_autofree char *id = g_strdup_printf ("soak-%d-%u", getpid (), number);
  g_autofree char *stats = NULL;
  g_autoptr(OuioeClient) client = ouioe_client_new (address);
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("Is it flat?", "{\"round\":true}");
  g_autoptr(OuioeProducer) producer = ouioe_producer_new (client);
  g_autoptr(OuioeSubscription) subscription = ouioe_client_subscribe (client, id, NULL);
  g_autoptr(OuioeEventList) events = ouioe_event_list_new (client, id, 100);
  g_autoptr(GPtrArray) sessions = NULL;
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;
  guint late = g_timeout_add_seconds (ROUND_MAX_S, late_cb, NULL);

  config.debug_mode = TRUE;
  config.expiry_us = 2 * G_USEC_PER_SEC;
  g_signal_connect (subscription, "event", G_CALLBACK (on_event), &round);
  g_signal_connect (subscription, "session-end", G_CALLBACK (on_session_end), &round);
  ouioe_client_create_session (client, id, "soak", &config, context, NULL, &error);
  g_assert_no_error (error);
  ouioe_subscription_start (subscription);
  ouioe_event_list_start (events);
  append_all (producer, id, &round);
  stats = ouioe_client_get_session_stats (client, id, NULL, &error);
  g_assert_no_error (error);
  sessions = ouioe_client_list_sessions (client, "soak", OUIOE_SESSION_OPEN, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sessions->len, >=, 1);
  ouioe_client_close_session (client, id, "done", NULL, &error);
  g_assert_no_error (error);

  while (!round.ended || round.n_seen < STEPS)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (round.n_seen, ==, STEPS);
  ouioe_subscription_stop (subscription);
  ouioe_event_list_stop (events);
  g_source_remove (late);
}

int
main (int argc, char **argv)
{
  gint64 start_us = g_get_monotonic_time ();
  gint64 duration_us;
  gsize before = 0, after;
  guint n = 0, n_before = 0;

  if (argc != 3)
    {
      g_printerr ("usage: %s ADDRESS SECONDS\n", argv[0]);
      return 64;
    }
  duration_us = (gint64) (g_ascii_strtod (argv[2], NULL) * G_USEC_PER_SEC);

  while (g_get_monotonic_time () - start_us < duration_us || n < 4)
    {
      play_round (argv[1], n++);
      if (before == 0 && (g_get_monotonic_time () - start_us > duration_us / 10 && n >= 2))
        {
          before = get_rss ();
          n_before = n;
        }
    }

  after = get_rss ();
  g_print ("%s: %u rounds of %d steps; %.1f MiB after %u of them, %.1f MiB at the end\n", argv[1], n, STEPS,
           (double) before / (1 << 20), n_before, (double) after / (1 << 20));
  if (g_getenv ("ASAN_OPTIONS") == NULL && after > before + GROWTH_MAX)
    {
      g_printerr ("grew by %" G_GSIZE_FORMAT " bytes\n", after - before);
      return 1;
    }

  return 0;
}
