/* test-redis-link.c - one connection to Redis that comes back by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "ouioe-error.h"
#include "ouioed-redis-link.h"
#include "redis-fixture.h"

typedef struct {
  TestRedis       *server;
  OuioedRedisLink *link;
  guint            n_up, n_down;
  char            *problem;      /* of the last time it went down */
  guint            n_replies, n_errors;
  char            *last;         /* text of the last answer */
  GString         *pushed;       /* words of the messages */
} Fixture;

static void
on_changed (OuioedRedisLink *link, gboolean up, const GError *error, gpointer user_data)
{
  Fixture *f = user_data;

  if (up)
    f->n_up++;
  else
    {
      f->n_down++;
      g_free (f->problem);
      f->problem = g_strdup (error->message);
    }
}

static void
on_pushed (OuioedRedisLink *link, const redisReply *message, gpointer user_data)
{
  Fixture *f = user_data;

  for (gsize i = 0; i < message->elements; i++)
    if (message->element[i]->str != NULL)
      g_string_append_printf (f->pushed, "%s ", message->element[i]->str);
}

static void
count_reply (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true ((reply == NULL) == (error != NULL));
  f->n_replies++;
  f->n_errors += reply == NULL;
  g_free (f->last);
  f->last = reply != NULL && reply->str != NULL ? g_strdup (reply->str) : NULL;
}

static void
open_link (Fixture *f, const char *options, gboolean push)
{
  OuioedRedisLimits limits = OUIOED_REDIS_LIMITS_DEFAULT;
  OuioedRedisLinkFuncs funcs = { on_changed, push ? on_pushed : NULL };
  g_autofree char *text = test_redis_dup_url (f->server, options);
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioedRedisUrl) url = ouioed_redis_url_parse (text, &error);

  g_assert_no_error (error);
  limits.reply_timeout_us = G_USEC_PER_SEC;
  limits.ping_interval_us = G_USEC_PER_SEC / 2;
  limits.max_delay_us = G_USEC_PER_SEC / 2;
  limits.max_pending = 1000;
  f->link = ouioed_redis_link_new (url, 0, "test", &limits, &funcs, f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->server = test_redis_new (0);
  f->pushed = g_string_new (NULL);
  if (f->server != NULL)
    test_redis_start (f->server, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->link, ouioed_redis_link_free);
  g_clear_pointer (&f->server, test_redis_free);
  g_string_free (f->pushed, TRUE);
  g_free (f->problem);
  g_free (f->last);
}

static gboolean
ask (Fixture *f, const char *word, const char *more)
{
  g_autoptr(GError) error = NULL;
  gboolean sent = ouioed_redis_link_send_texts (f->link, count_reply, f, &error, word, more, NULL);

  if (!sent)
    g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_UNAVAILABLE);
  return sent;
}

static void
test_answers_come_in_order (Fixture *f, gconstpointer data)
{
  if (f->server == NULL)
    return;
  open_link (f, "db=3", FALSE);
  g_assert_false (ask (f, "PING", NULL));   /* not connected yet: refused at once, and nobody is called */
  test_redis_wait (f->n_up == 1);
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *text = g_strdup_printf ("n%u", i);

      g_assert_true (ask (f, "ECHO", text));
    }
  test_redis_wait (f->n_replies == 500);
  g_assert_cmpstr (f->last, ==, "n499");
  g_assert_cmpuint (f->n_errors, ==, 0);
  g_assert_true (ask (f, "SET", "only-one-argument"));
  test_redis_wait (f->n_replies == 501);
  g_assert_cmpint (strncmp (f->last, "ERR", 3), ==, 0);
}

static void
test_user_database_and_name_are_those_of_the_url (Fixture *f, gconstpointer data)
{
  g_autofree char *set = NULL;
  g_autofree char *clients = NULL;

  if (f->server == NULL)
    return;
  set = test_redis_cli (f->server, "ACL SETUSER ann on >secret ~* &* +@all");
  g_assert_cmpstr (set, ==, "OK");
  {
    g_autofree char *path = g_build_filename (f->server->place, "password", NULL);
    g_autofree char *text = g_strdup_printf ("redis+unix://%s?db=3&user=ann&password-file=%s", f->server->socket, path);
    OuioedRedisLimits limits = OUIOED_REDIS_LIMITS_DEFAULT;
    OuioedRedisLinkFuncs funcs = { on_changed, NULL };
    g_autoptr(OuioedRedisUrl) url = ouioed_redis_url_parse (text, NULL);

    g_assert_true (g_file_set_contents (path, "secret", -1, NULL));
    g_assert_true (ouioed_redis_url_load (url, NULL));
    f->link = ouioed_redis_link_new (url, 0, "test", &limits, &funcs, f);
  }
  test_redis_wait (f->n_up == 1);
  clients = test_redis_cli (f->server, "CLIENT LIST");
  g_assert_nonnull (strstr (clients, "name=test "));
  g_assert_nonnull (strstr (clients, "db=3 "));
  g_assert_nonnull (strstr (clients, "user=ann "));
}

static void
test_wrong_password_is_told (Fixture *f, gconstpointer data)
{
  g_autofree char *set = NULL;

  if (f->server == NULL)
    return;
  set = test_redis_cli (f->server, "CONFIG SET requirepass secret");
  open_link (f, "", FALSE);
  test_redis_wait (f->n_down >= 1);
  g_assert_nonnull (strstr (f->problem, "wants a password"));
  g_assert_cmpuint (f->n_up, ==, 0);

  set = (g_free (set), test_redis_cli (f->server, "-a secret CONFIG SET requirepass nothing-more"));
  set = (g_free (set), test_redis_cli (f->server, "-a nothing-more ACL SETUSER default nopass"));
  test_redis_wait (f->n_up == 1);   /* by itself */
}

static void
test_comes_back_after_the_server_was_killed (Fixture *f, gconstpointer data)
{
  if (f->server == NULL)
    return;
  open_link (f, "", FALSE);
  test_redis_wait (f->n_up == 1);
  test_redis_signal (f->server, SIGSTOP);
  for (guint i = 0; i < 10; i++)
    g_assert_true (ask (f, "PING", NULL));
  test_redis_kill (f->server);
  test_redis_wait (f->n_down >= 1);
  g_assert_cmpuint (f->n_replies, ==, 10);   /* each is answered, once */
  g_assert_cmpuint (f->n_errors, ==, 10);
  g_assert_false (ask (f, "PING", NULL));

  test_redis_start (f->server, NULL);
  test_redis_wait (f->n_up == 2);
  g_assert_true (ask (f, "PING", NULL));
  test_redis_wait (f->n_replies == 11);
  g_assert_cmpstr (f->last, ==, "PONG");
}

static void
test_a_server_that_hangs_is_left (Fixture *f, gconstpointer data)
{
  gint64 start_us;

  if (f->server == NULL)
    return;
  open_link (f, "", FALSE);
  test_redis_wait (f->n_up == 1);
  test_redis_signal (f->server, SIGSTOP);
  start_us = g_get_monotonic_time ();
  g_assert_true (ask (f, "PING", NULL));
  test_redis_wait (f->n_replies == 1);
  g_assert_cmpuint (f->n_errors, ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 4 * G_USEC_PER_SEC);
  g_assert_nonnull (strstr (f->problem, "in time"));
  test_redis_signal (f->server, SIGCONT);
  test_redis_wait (f->n_up == 2);
}

/* Half open: nothing is asked, and nobody is there. */
static void
test_silence_is_noticed_without_a_command (Fixture *f, gconstpointer data)
{
  if (f->server == NULL)
    return;
  open_link (f, "", GPOINTER_TO_INT (data));
  test_redis_wait (f->n_up == 1);
  test_redis_signal (f->server, SIGSTOP);
  test_redis_wait (f->n_down >= 1);
  test_redis_signal (f->server, SIGCONT);
  test_redis_wait (f->n_up == 2);
}

static void
test_messages_of_a_subscription_arrive (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  if (f->server == NULL)
    return;
  open_link (f, "", TRUE);
  test_redis_wait (f->n_up == 1);
  g_assert_true (ouioed_redis_link_send_texts (f->link, NULL, NULL, &error, "SUBSCRIBE", "a", NULL));
  test_redis_wait (strstr (f->pushed->str, "subscribe a") != NULL);
  test_redis_expect (f->server, "PUBLISH a hello", "1");
  test_redis_wait (strstr (f->pushed->str, "message a hello") != NULL);
  test_redis_wait (strstr (f->pushed->str, "pong") != NULL);   /* it is looked after while nothing comes */
  g_assert_cmpuint (f->n_down, ==, 0);
}

static void
test_what_waits_is_bounded (Fixture *f, gconstpointer data)
{
  guint sent = 0;

  if (f->server == NULL)
    return;
  open_link (f, "", FALSE);
  test_redis_wait (f->n_up == 1);
  test_redis_signal (f->server, SIGSTOP);
  while (sent < 2000 && ask (f, "PING", NULL))
    sent++;
  g_assert_cmpuint (sent, ==, 1000);
  test_redis_signal (f->server, SIGCONT);
  test_redis_wait (f->n_replies == 1000);
  g_assert_cmpuint (f->n_errors, ==, 0);
}

static void
test_a_replica_is_not_taken (Fixture *f, gconstpointer data)
{
  g_autofree char *set = NULL;

  if (f->server == NULL)
    return;
  set = test_redis_cli (f->server, "REPLICAOF 127.0.0.1 1");
  open_link (f, "", FALSE);
  test_redis_wait (f->n_down >= 1);
  g_assert_nonnull (strstr (f->problem, "is a replica"));
  set = (g_free (set), test_redis_cli (f->server, "REPLICAOF NO ONE"));
  test_redis_wait (f->n_up == 1);
}

static void
end_link (OuioedRedisLink *link, const redisReply *reply, const GError *error, gpointer user_data)
{
  Fixture *f = user_data;

  g_clear_pointer (&f->link, ouioed_redis_link_free);
  f->n_replies++;
}

static void
test_may_be_freed_by_an_answer (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  if (f->server == NULL)
    return;
  open_link (f, "", FALSE);
  test_redis_wait (f->n_up == 1);
  g_assert_true (ouioed_redis_link_send_texts (f->link, end_link, f, &error, "PING", NULL));
  g_assert_true (ask (f, "PING", NULL));
  test_redis_wait (f->n_replies == 2);
  g_assert_null (f->link);
  g_assert_cmpuint (f->n_errors, ==, 1);
}

#define ADD(name, func) g_test_add ("/redis/link/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answers-come-in-order", test_answers_come_in_order);
  ADD ("user-database-and-name-are-those-of-the-url", test_user_database_and_name_are_those_of_the_url);
  ADD ("wrong-password-is-told", test_wrong_password_is_told);
  ADD ("comes-back-after-the-server-was-killed", test_comes_back_after_the_server_was_killed);
  ADD ("a-server-that-hangs-is-left", test_a_server_that_hangs_is_left);
  ADD ("silence-is-noticed-without-a-command", test_silence_is_noticed_without_a_command);
  g_test_add ("/redis/link/silence-of-a-subscription-is-noticed", Fixture, GINT_TO_POINTER (TRUE), set_up,
              test_silence_is_noticed_without_a_command, tear_down);
  ADD ("messages-of-a-subscription-arrive", test_messages_of_a_subscription_arrive);
  ADD ("what-waits-is-bounded", test_what_waits_is_bounded);
  ADD ("a-replica-is-not-taken", test_a_replica_is_not_taken);
  ADD ("may-be-freed-by-an-answer", test_may_be_freed_by_an_answer);
  return g_test_run ();
}
