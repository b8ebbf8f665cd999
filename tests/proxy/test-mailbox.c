/* test-mailbox.c - when copies are told, and how many in one turn of the main loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-call-private.h"

#define MANY 2000

typedef struct {
  OuioedMailbox  *mailbox;
  OuioedUpstream *upstream;
  OuioedCall     *call;
  GString        *told;             /* bytes of the answer */
  guint           n_told;           /* mails with them */
  guint           n_lost;
  gint64          work_us;          /* that one of them makes */
  gboolean        has_ended;
} Fixture;

static gpointer
on_request (OuioedCall *call, const OuioedRequestHead *head, gint64 time_us, gpointer user_data)
{
  return user_data;
}

static void
on_body (gpointer data, const char *bytes, gsize len, gint64 time_us)
{
  Fixture *fixture = data;

  for (gint64 begin_us = g_get_monotonic_time (); g_get_monotonic_time () < begin_us + fixture->work_us;)
    ;
  g_string_append_len (fixture->told, bytes, (gssize) len);
  fixture->n_told++;
}

static void
on_end (gpointer data, OuioedCallEnd how, const char *detail, gint64 time_us)
{
  ((Fixture *) data)->has_ended = TRUE;
}

static void
on_lost (gpointer data)
{
  ((Fixture *) data)->n_lost++;
}

static const OuioedCallFuncs funcs = { .request = on_request, .answer_body = on_body, .lost = on_lost, .end = on_end };

static void
put_head (Fixture *fixture)
{
  OuioedHeadCopy *head = g_new0 (OuioedHeadCopy, 1);

  head->method = g_strdup ("POST");
  head->path = g_strdup ("/");
  ouioed_mailbox_put_head (fixture->mailbox, fixture->call, head, 0);
}

/* Each in a mail of its own: their times are far apart. */
static void
put (Fixture *fixture, const char *text, gsize len, gint64 time_ms)
{
  struct iovec piece = { (void *) text, len };

  ouioed_mailbox_put_body (fixture->mailbox, fixture->call, OUIOED_MAIL_ANSWER_BODY, &piece, 1, time_ms * 1000);
}

static void
fixture_init (Fixture *fixture)
{
  *fixture = (Fixture) { .told = g_string_new (NULL) };
  fixture->upstream = ouioed_upstream_parse ("model=http://127.0.0.1:1", NULL);
  fixture->mailbox = ouioed_mailbox_new (NULL, NULL);
  fixture->call = ouioed_call_new (fixture->mailbox, fixture->upstream);
  ouioed_mailbox_set_listener (fixture->mailbox, &funcs, fixture);
}

static void
fixture_clear (Fixture *fixture)
{
  ouioed_mailbox_free (fixture->mailbox);
  ouioed_call_unref (fixture->call);
  ouioed_upstream_unref (fixture->upstream);
  g_string_free (fixture->told, TRUE);
}

static void
run_until_told (Fixture *fixture, gsize len)
{
  while (fixture->told->len < len)
    g_main_context_iteration (NULL, TRUE);
}

/* Until the next mail is told at once again. */
static void
run_until_asleep (void)
{
  GMainContext *context = g_main_context_default ();
  int timeout;

  do
    {
      GPollFD fds[8];
      int priority;

      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_true (g_main_context_acquire (context));
      g_main_context_prepare (context, &priority);
      g_main_context_query (context, priority, &timeout, fds, G_N_ELEMENTS (fds));
      g_main_context_release (context);
    }
  while (timeout >= 0);
}

static void
test_after_quiet_at_once (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  for (guint i = 0; i < 3; i++)
    {
      put_head (&fixture);
      put (&fixture, "x", 1, i);
      g_assert_true (g_main_context_iteration (NULL, FALSE));
      run_until_told (&fixture, i + 1);
      run_until_asleep ();
    }
  fixture_clear (&fixture);
}

/* A slow machine may let the time pass between the two lines; not a hundred times. */
static void
test_what_follows_waits (void)
{
  Fixture fixture;
  guint n_waited = 0;

  fixture_init (&fixture);
  put_head (&fixture);
  for (guint i = 0; i < 100 && n_waited == 0; i++)
    {
      put (&fixture, "x", 1, 2 * i);
      run_until_told (&fixture, 2 * i + 1);
      put (&fixture, "y", 1, 2 * i + 1);
      g_main_context_iteration (NULL, FALSE);
      n_waited += fixture.told->len == 2 * i + 1;
      run_until_told (&fixture, 2 * i + 2);     /* and it is told, without anything else coming */
    }
  g_assert_cmpuint (n_waited, >, 0);
  fixture_clear (&fixture);
}

static void
test_much_does_not_wait (void)
{
  g_autofree char *much = g_strnfill (300 << 10, 'x');
  Fixture fixture;

  fixture_init (&fixture);
  put_head (&fixture);
  put (&fixture, "x", 1, 0);
  run_until_told (&fixture, 1);
  put (&fixture, much, 300 << 10, 1);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture.told->len, ==, 1 + (300 << 10));
  fixture_clear (&fixture);
}

static void
test_turns_are_short (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fixture.work_us = 100;
  put_head (&fixture);
  for (guint i = 0; i < 100; i++)
    put (&fixture, "x", 1, i);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture.n_told, <=, 2);     /* 150 µs, and the one that was begun by then */
  run_until_told (&fixture, 100);
  g_assert_cmpuint (fixture.n_told, ==, 100);
  fixture_clear (&fixture);
}

static void
put_of (Fixture *fixture, OuioedCall *call, const char *text, gint64 time_ms)
{
  struct iovec piece = { (void *) text, strlen (text) };

  ouioed_mailbox_put_body (fixture->mailbox, call, OUIOED_MAIL_ANSWER_BODY, &piece, 1, time_ms * 1000);
}

static void
test_held_calls_wait (void)
{
  OuioedHeadCopy *head = g_new0 (OuioedHeadCopy, 1);
  OuioedCall *other;
  Fixture fixture;

  fixture_init (&fixture);
  other = ouioed_call_new (fixture.mailbox, fixture.upstream);
  head->method = g_strdup ("GET");
  ouioed_mailbox_put_head (fixture.mailbox, other, head, 0);
  put_head (&fixture);
  put_of (&fixture, fixture.call, "a", 1);
  run_until_told (&fixture, 1);

  ouioed_call_hold (fixture.call);
  put_of (&fixture, fixture.call, "b", 2);
  put_of (&fixture, other, "X", 3);
  put_of (&fixture, fixture.call, "c", 4);
  put_of (&fixture, other, "Y", 5);
  run_until_told (&fixture, 3);
  run_until_asleep ();
  g_assert_cmpstr (fixture.told->str, ==, "aXY");
  g_assert_false (ouioed_mailbox_is_empty (fixture.mailbox));

  put_of (&fixture, fixture.call, "d", 6);    /* not set aside yet: it comes behind those that are */
  ouioed_call_go_on (fixture.call);
  run_until_told (&fixture, 6);
  g_assert_cmpstr (fixture.told->str, ==, "aXYbcd");
  g_assert_true (ouioed_mailbox_is_empty (fixture.mailbox));
  ouioed_call_unref (other);
  fixture_clear (&fixture);
}

/* No more than without it, and it keeps nobody awake. */
static void
test_held_calls_are_bounded (void)
{
  g_autofree char *text = g_strnfill (1 << 20, 'x');
  Fixture fixture;

  fixture_init (&fixture);
  put_head (&fixture);
  put (&fixture, text, 1, 0);
  run_until_told (&fixture, 1);
  ouioed_call_hold (fixture.call);
  for (guint i = 1; i <= 20; i++)
    put (&fixture, text, 1 << 20, i);
  run_until_asleep ();
  g_assert_cmpuint (fixture.n_lost, ==, 0);
  ouioed_call_go_on (fixture.call);
  while (fixture.n_lost == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture.told->len, ==, 1 + (7 << 20));    /* 8 MiB would be more than that, with what is around them */
  fixture_clear (&fixture);
}

/* What nobody waits for any more. */
static void
test_held_calls_may_be_left (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  put_head (&fixture);
  put (&fixture, "x", 1, 0);
  run_until_told (&fixture, 1);
  ouioed_call_hold (fixture.call);
  put (&fixture, "y", 1, 1);
  run_until_asleep ();
  fixture_clear (&fixture);
  g_assert_cmpuint (fixture.n_told, ==, 1);
}

static gpointer
put_many (gpointer data)
{
  Fixture *fixture = data;
  GRand *random = g_rand_new_with_seed (7);

  put_head (fixture);
  for (guint i = 0; i < MANY; i++)
    {
      char letter = (char) ('a' + i % 26);

      put (fixture, &letter, 1, i);
      if (g_rand_int_range (random, 0, 20) == 0)
        g_usleep (g_rand_int_range (random, 0, 3000));
    }
  ouioed_mailbox_put_end (fixture->mailbox, fixture->call, OUIOED_CALL_COMPLETE, NULL, 0);
  g_rand_free (random);
  return NULL;
}

/* Whenever a mail comes, somebody comes for it. */
static void
test_nothing_is_forgotten (void)
{
  Fixture fixture;
  GThread *thread;

  fixture_init (&fixture);
  thread = g_thread_new ("put", put_many, &fixture);
  while (!fixture.has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (fixture.told->len, ==, MANY);
  for (guint i = 0; i < MANY; i++)
    g_assert_cmpint (fixture.told->str[i], ==, 'a' + i % 26);
  g_assert_true (ouioed_mailbox_is_empty (fixture.mailbox));
  fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy/mailbox/after-quiet-at-once", test_after_quiet_at_once);
  g_test_add_func ("/proxy/mailbox/what-follows-waits", test_what_follows_waits);
  g_test_add_func ("/proxy/mailbox/much-does-not-wait", test_much_does_not_wait);
  g_test_add_func ("/proxy/mailbox/turns-are-short", test_turns_are_short);
  g_test_add_func ("/proxy/mailbox/held-calls-wait", test_held_calls_wait);
  g_test_add_func ("/proxy/mailbox/held-calls-are-bounded", test_held_calls_are_bounded);
  g_test_add_func ("/proxy/mailbox/held-calls-may-be-left", test_held_calls_may_be_left);
  g_test_add_func ("/proxy/mailbox/nothing-is-forgotten", test_nothing_is_forgotten);

  return g_test_run ();
}
