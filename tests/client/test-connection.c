/* test-connection.c - when a subscription connects, waits, gives up and ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "told.h"

static gboolean
mute_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *answer = user_data;

  if (request->number == 0)
    fake_write (out, answer, -1);
  else
    fake_write (out, HEAD "\r\n" END ("9-0"), -1);
  fake_hold (out);
  return FALSE;
}

/* A daemon that has fallen silent, in the middle or before the first byte, is given up. */
static void
test_silence_is_noticed (void)
{
  static const char *const answers[] = { HEAD "\r\n" STEP ("5-0", "a"), HEAD "\r\n", "HTTP/1.1 200", "",
                                         "HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\n{" };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr(FakeServer) server = fake_server_new (NULL, mute_cb, (gpointer) answers[i]);
      OuioeSubscriptionTiming timing = told_timing;
      Told told = { 0 };

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      timing.silence_ms = 60;
      ouioe_subscription_set_timing (told.subscription, &timing);
      fake_wait_for (told.is_over);
      g_assert_true (g_str_has_suffix (told.notes->str, "disconnected unreachable\nconnected\nsession_end 9-0\n"
                                       "ended s done\n"));
      told_clear (&told);
    }
}

typedef struct {
  guint n_comments;   /* that were sent */
} Talker;

static gboolean
talker_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Talker *talker = user_data;

  fake_write (out, HEAD "\r\n", -1);
  for (talker->n_comments = 0; talker->n_comments < 20; talker->n_comments++)
    {
      fake_write (out, ": keepalive\n\n", -1);
      g_usleep (20000);   /* the rhythm of the daemon, not a wait of the test */
    }
  fake_write (out, END ("9-0"), -1);
  fake_hold (out);
  return FALSE;
}

static void
test_comments_keep_it_alive (void)
{
  Talker talker = { 0 };
  g_autoptr(FakeServer) server = fake_server_new (NULL, talker_cb, &talker);
  OuioeSubscriptionTiming timing = told_timing;
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  timing.silence_ms = 200;
  ouioe_subscription_set_timing (told.subscription, &timing);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (told.notes->str, ==, "connected\nsession_end 9-0\nended s done\n");
  told_clear (&told);
}

static gboolean
steps_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  fake_write (out, HEAD "\r\n" STEP ("5-0", "a") STEP ("6-0", "b") STEP ("7-0", "c"), -1);
  fake_hold (out);
  return FALSE;
}

static void
test_stop_in_a_handler_is_the_end (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, steps_cb, NULL);
  Told told = { .stop_at_event = TRUE };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  fake_wait_for (told.n_events > 0 && fake_server_get_n_open (server) == 0);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpstr (told.notes->str, ==, "connected\nthinking_step 5-0\n");
  told_clear (&told);
}

static gboolean
stall_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  fake_write (out, user_data, -1);
  fake_hold (out);
  return FALSE;
}

/* Stopped, or just let go, in whatever state: the connection ends, and nothing is told. */
static void
test_stop_and_let_go_end_the_connection (void)
{
  static const char *const answers[] = {
    "", "HTTP/1.1 200", HEAD "\r\n", HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n:",
    "HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\n{",
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (answers); i++)
    {
      const char *answer = answers[i / 2];
      g_autoptr(FakeServer) server = fake_server_new (NULL, stall_cb, (gpointer) answer);
      gboolean is_opened = g_str_has_prefix (answer, HEAD);
      Told told = { 0 };
      gpointer pointer;

      told_follow (&told, fake_server_get_address (server), "s", NULL);
      fake_wait_for (fake_server_get_n_requests (server) == 1 && (!is_opened || told.n_connected == 1));
      pointer = told.subscription;
      g_object_add_weak_pointer (G_OBJECT (told.subscription), &pointer);
      if (i % 2 == 0)
        ouioe_subscription_stop (told.subscription);
      else
        g_clear_object (&told.subscription);
      fake_wait_for (fake_server_get_n_open (server) == 0);
      while (g_main_context_iteration (NULL, FALSE));
      g_assert_cmpstr (told.notes->str, ==, is_opened ? "connected\n" : "");
      if (i % 2 == 0)
        ouioe_subscription_stop (told.subscription); /* a second time: no harm */
      told_clear (&told);
      g_assert_null (pointer);
    }
}

static void
test_waits_for_a_daemon_that_is_not_there (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, steps_cb, NULL);
  g_autofree char *address = g_strdup (fake_server_get_address (server));
  Told told = { .quiet = TRUE };

  fake_server_shut (server);
  told_follow (&told, address, "s", NULL);
  fake_wait_for (told.n_disconnected >= 3);
  fake_server_reopen (server);
  fake_wait_for (told.n_events == 3);
  g_assert_cmpuint (told.n_connected, ==, 1);
  told_clear (&told);
}

static void
test_follows_over_a_unix_socket (void)
{
  g_autofree char *dir = g_dir_make_tmp ("ouioe-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "sock", NULL);
  g_autoptr(FakeServer) server = fake_server_new (path, steps_cb, NULL);
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", "5-0");
  fake_wait_for (told.n_events == 2);
  g_assert_cmpstr (told.notes->str, ==, "connected\nthinking_step 6-0\nthinking_step 7-0\n");
  told_clear (&told);
  g_clear_pointer (&server, fake_server_free);
  g_remove (dir);
}

/* The signals come in the context of the thread that started it. */
static gpointer
follow_in_thread (gpointer user_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  Told told = { .quiet = TRUE };
  guint n;

  g_main_context_push_thread_default (context);
  told_follow (&told, user_data, "s", NULL);
  while (told.n_events < 3)
    g_main_context_iteration (context, TRUE);
  n = told.n_events;
  told_clear (&told);
  while (g_main_context_iteration (context, FALSE));
  g_main_context_pop_thread_default (context);
  return GUINT_TO_POINTER (n);
}

static void
test_keeps_to_the_context_that_started_it (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, steps_cb, NULL);
  GThread *thread = g_thread_new ("follower", follow_in_thread, (gpointer) fake_server_get_address (server));

  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (thread)), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connection/silence-is-noticed", test_silence_is_noticed);
  g_test_add_func ("/connection/comments-keep-it-alive", test_comments_keep_it_alive);
  g_test_add_func ("/connection/stop-in-a-handler-is-the-end", test_stop_in_a_handler_is_the_end);
  g_test_add_func ("/connection/stop-and-let-go-end-the-connection", test_stop_and_let_go_end_the_connection);
  g_test_add_func ("/connection/waits-for-a-daemon-that-is-not-there", test_waits_for_a_daemon_that_is_not_there);
  g_test_add_func ("/connection/follows-over-a-unix-socket", test_follows_over_a_unix_socket);
  g_test_add_func ("/connection/keeps-to-the-context-that-started-it", test_keeps_to_the_context_that_started_it);
  return g_test_run ();
}
