/* test-producer.c - batches: bounded, in order, again after a failure, and an answer for each event
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fake-server.h"
#include "ouioe-error.h"
#include "ouioe-producer.h"

/* What the fake daemon does and has seen. */
typedef struct {
  GMutex     mutex;
  GPtrArray *bodies;       /* of all requests */
  guint      n_broken;     /* so many requests are read and not answered */
  guint      n_busy;       /* so many are answered with 503, line by line */
  guint      refused;      /* this line of a batch, from 1, is refused; 0 for none */
  gboolean   holds;        /* answers wait until it is FALSE */
} Script;

typedef struct {
  Script         script;
  FakeServer    *server;
  OuioeClient   *client;
  OuioeProducer *producer;
  GPtrArray     *ids;      /* that came, in order */
  GPtrArray     *errors;   /* GError that came */
} Fixture;

static gboolean
is_held (Script *script)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&script->mutex);

  return script->holds;
}

/* The id of an event is its content, so that a test sees which answer belongs to which event. */
static char *
answer_line (Script *script, const char *line, guint number)
{
  const char *begin = strstr (line, "\"content\":\"");
  g_autofree char *content = NULL;

  if (begin == NULL)
    begin = strstr (line, "\"message\":\"");
  g_assert_nonnull (begin);
  begin += strlen ("\"content\":\"");
  content = g_strndup (begin, strcspn (begin, "\""));
  if (script->n_busy > 0)
    return g_strdup_printf ("{\"line\":%u,\"status\":503,\"error\":{\"code\":\"busy\",\"detail\":\"Later\"}}", number);
  if (number == script->refused)
    return g_strdup_printf ("{\"line\":%u,\"status\":404,\"error\":{\"code\":\"session-not-found\",\"detail\":\"No\"}}",
                            number);
  if (strcmp (content, "dropped") == 0)
    return g_strdup_printf ("{\"line\":%u,\"status\":200,\"stored\":false,\"reason\":\"debug-mode\"}", number);
  return g_strdup_printf ("{\"line\":%u,\"status\":200,\"id\":\"%s\"}", number, content);
}

static gboolean
script_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Script *script = user_data;
  g_auto(GStrv) lines = g_strsplit (request->body, "\n", -1);
  g_autoptr(GString) body = g_string_new (NULL);
  gboolean is_broken;

  g_mutex_lock (&script->mutex);
  g_ptr_array_add (script->bodies, g_strdup (request->body));
  is_broken = script->n_broken > 0;
  if (is_broken)
    script->n_broken--;
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autofree char *line = answer_line (script, lines[i], i + 1);

      g_string_append_printf (body, "%s\n", line);
    }
  if (script->n_busy > 0)
    script->n_busy--;
  g_mutex_unlock (&script->mutex);

  if (is_broken)
    return FALSE;
  while (is_held (script))
    g_usleep (500);
  fake_answer (out, "200 OK", "application/x-ndjson", body->str);
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_mutex_init (&f->script.mutex);
  f->script.bodies = g_ptr_array_new_with_free_func (g_free);
  f->server = fake_server_new (NULL, script_cb, &f->script);
  f->client = ouioe_client_new (fake_server_get_address (f->server));
  f->producer = ouioe_producer_new (f->client);
  f->ids = g_ptr_array_new_with_free_func (g_free);
  f->errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (ouioe_producer_get_n_waiting (f->producer), ==, 0);
  g_assert_finalize_object (f->producer);
  g_object_unref (f->client);
  fake_server_free (f->server);
  g_ptr_array_unref (f->script.bodies);
  g_mutex_clear (&f->script.mutex);
  g_ptr_array_unref (f->ids);
  g_ptr_array_unref (f->errors);
}

static guint
n_requests (Fixture *f)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&f->script.mutex);

  return f->script.bodies->len;
}

static void
appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  GError *error = NULL;
  char *id = ouioe_producer_append_thinking_finish (OUIOE_PRODUCER (source), result, &error);

  if (id != NULL)
    g_ptr_array_add (f->ids, id);
  else
    g_ptr_array_add (f->errors, error);
}

static void
append (Fixture *f, const char *content, GCancellable *cancellable)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", content, NULL, -1.0, NULL, NULL);

  ouioe_producer_append_thinking_async (f->producer, "s", step, cancellable, appended_cb, f);
}

static void
append_many (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      append (f, text, NULL);
    }
}

/* Every event was answered, with its own id, in the order in which they were appended. */
static void
assert_in_order (Fixture *f, guint n)
{
  g_assert_cmpuint (f->errors->len, ==, 0);
  g_assert_cmpuint (f->ids->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_assert_cmpstr (f->ids->pdata[i], ==, text);
    }
}

static void
assert_error (Fixture *f, guint i, OuioeError code)
{
  g_assert_cmpuint (f->errors->len, >, i);
  g_assert_error ((GError *) f->errors->pdata[i], OUIOE_ERROR, (int) code);
}

static void
test_many_events_go_at_once (Fixture *f, gconstpointer data)
{
  append_many (f, 500);
  fake_wait_for (f->ids->len + f->errors->len == 500);
  assert_in_order (f, 500);
  g_assert_cmpuint (n_requests (f), ==, 1);
}

static void
test_batches_are_bounded (Fixture *f, gconstpointer data)
{
  append_many (f, 2500);
  fake_wait_for (f->ids->len + f->errors->len == 2500);
  assert_in_order (f, 2500);
  g_assert_cmpuint (n_requests (f), ==, 3);
}

static void
test_one_event_does_not_wait_long (Fixture *f, gconstpointer data)
{
  gint64 begin_us = g_get_monotonic_time ();

  append (f, "0", NULL);
  fake_wait_for (n_requests (f) == 1);
  /* 10 ms are promised; the machine may be busy with other things. */
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, G_USEC_PER_SEC);
  fake_wait_for (f->ids->len == 1);
}

static void
test_an_unanswered_batch_is_sent_again_as_it_was (Fixture *f, gconstpointer data)
{
  f->script.n_broken = 4;
  append_many (f, 3);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  assert_in_order (f, 3);
  g_assert_cmpuint (n_requests (f), ==, 5);
  for (guint i = 1; i < 5; i++)
    g_assert_cmpstr (f->script.bodies->pdata[i], ==, f->script.bodies->pdata[0]);
  g_assert_nonnull (strstr (f->script.bodies->pdata[0], "\"idempotency_key\":\""));
}

static void
test_what_comes_meanwhile_stays_behind (Fixture *f, gconstpointer data)
{
  f->script.n_broken = 2;
  append (f, "0", NULL);
  fake_wait_for (n_requests (f) >= 1);
  append (f, "1", NULL);
  append (f, "2", NULL);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  assert_in_order (f, 3);
}

static void
test_a_daemon_that_is_busy_is_asked_again (Fixture *f, gconstpointer data)
{
  f->script.n_busy = 2;
  append_many (f, 3);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  assert_in_order (f, 3);
  g_assert_cmpuint (n_requests (f), ==, 3);
}

static void
test_a_refusal_concerns_one_event (Fixture *f, gconstpointer data)
{
  f->script.refused = 2;
  append (f, "a", NULL);
  append (f, "b", NULL);
  append (f, "dropped", NULL);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  g_assert_cmpuint (f->ids->len, ==, 2);
  g_assert_cmpstr (f->ids->pdata[0], ==, "a");
  g_assert_cmpstr (f->ids->pdata[1], ==, "");
  assert_error (f, 0, OUIOE_ERROR_SESSION_NOT_FOUND);
}

static void
test_too_many_fail_at_once (Fixture *f, gconstpointer data)
{
  ouioe_producer_set_max_waiting (f->producer, 2);
  append_many (f, 3);
  g_assert_cmpuint (ouioe_producer_get_n_waiting (f->producer), ==, 2);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  g_assert_cmpuint (f->ids->len, ==, 2);
  assert_error (f, 0, OUIOE_ERROR_BUSY);
}

static void
test_it_gives_up_and_says_so (Fixture *f, gconstpointer data)
{
  fake_server_shut (f->server);
  ouioe_producer_set_give_up_ms (f->producer, 50);
  append_many (f, 3);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  for (guint i = 0; i < 3; i++)
    assert_error (f, i, OUIOE_ERROR_UNREACHABLE);
}

static void
test_it_goes_on_when_the_daemon_is_back (Fixture *f, gconstpointer data)
{
  fake_server_shut (f->server);
  append_many (f, 3);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  fake_server_reopen (f->server);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  assert_in_order (f, 3);
}

static void
test_an_event_can_be_taken_back (Fixture *f, gconstpointer data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  append (f, "0", NULL);
  append (f, "never", cancellable);
  append (f, "1", NULL);
  g_cancellable_cancel (cancellable);
  fake_wait_for (f->ids->len + f->errors->len == 3);
  g_assert_error ((GError *) f->errors->pdata[0], G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (f->ids->len, ==, 2);
  g_assert_null (strstr (f->script.bodies->pdata[0], "never"));
}

static void
test_one_under_way_can_be_given_up (Fixture *f, gconstpointer data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  f->script.holds = TRUE;
  append (f, "0", cancellable);
  append (f, "1", NULL);
  fake_wait_for (n_requests (f) == 1);
  g_cancellable_cancel (cancellable);
  fake_wait_for (f->errors->len == 1);
  g_mutex_lock (&f->script.mutex);
  f->script.holds = FALSE;
  g_mutex_unlock (&f->script.mutex);
  fake_wait_for (f->ids->len == 1);
  g_assert_cmpstr (f->ids->pdata[0], ==, "1");
  fake_wait_for (ouioe_producer_get_n_waiting (f->producer) == 0);
}

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *is_flushed = user_data;
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioe_producer_flush_finish (OUIOE_PRODUCER (source), result, &error));
  g_assert_no_error (error);
  *is_flushed = 1;
}

static void
test_a_flush_ends_behind_what_was_appended (Fixture *f, gconstpointer data)
{
  guint is_flushed = 0;

  f->script.n_broken = 1;
  append_many (f, 10);
  ouioe_producer_flush_async (f->producer, NULL, flushed_cb, &is_flushed);
  fake_wait_for (is_flushed);
  fake_wait_for (f->ids->len == 10);
  assert_in_order (f, 10);
  g_assert_cmpuint (ouioe_producer_get_n_waiting (f->producer), ==, 0);

  is_flushed = 0;
  ouioe_producer_flush_async (f->producer, NULL, flushed_cb, &is_flushed);
  fake_wait_for (is_flushed);
}

static void
flush_cancelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;

  g_assert_false (ouioe_producer_flush_finish (OUIOE_PRODUCER (source), result, error));
}

static void
test_a_flush_can_be_given_up (Fixture *f, gconstpointer data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  guint is_flushed = 0;

  fake_server_shut (f->server);
  append_many (f, 2);
  ouioe_producer_flush_async (f->producer, cancellable, flush_cancelled_cb, &error);
  ouioe_producer_flush_async (f->producer, NULL, flushed_cb, &is_flushed);
  g_cancellable_cancel (cancellable);
  fake_wait_for (error != NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (is_flushed, ==, 0);
  fake_server_reopen (f->server);
  fake_wait_for (is_flushed && f->ids->len == 2);
}

static void
test_a_flush_does_not_wait_for_what_was_taken_back (Fixture *f, gconstpointer data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint is_flushed = 0;

  append (f, "never", cancellable);
  ouioe_producer_flush_async (f->producer, NULL, flushed_cb, &is_flushed);
  g_cancellable_cancel (cancellable);
  fake_wait_for (is_flushed && f->errors->len == 1);
  g_assert_cmpuint (n_requests (f), ==, 0);
}

static void
test_an_address_that_is_none_fails (void)
{
  g_autoptr(OuioeClient) client = ouioe_client_new ("nonsense");
  Fixture f = { .client = client };

  f.producer = ouioe_producer_new (client);
  f.ids = g_ptr_array_new_with_free_func (g_free);
  f.errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  append (&f, "0", NULL);
  fake_wait_for (f.errors->len == 1);
  assert_error (&f, 0, OUIOE_ERROR_CONFIGURATION);
  g_assert_finalize_object (f.producer);
  g_ptr_array_unref (f.ids);
  g_ptr_array_unref (f.errors);
}

#define ADD(name, func) g_test_add ("/producer/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("many-events-go-at-once", test_many_events_go_at_once);
  ADD ("batches-are-bounded", test_batches_are_bounded);
  ADD ("one-event-does-not-wait-long", test_one_event_does_not_wait_long);
  ADD ("an-unanswered-batch-is-sent-again-as-it-was", test_an_unanswered_batch_is_sent_again_as_it_was);
  ADD ("what-comes-meanwhile-stays-behind", test_what_comes_meanwhile_stays_behind);
  ADD ("a-daemon-that-is-busy-is-asked-again", test_a_daemon_that_is_busy_is_asked_again);
  ADD ("a-refusal-concerns-one-event", test_a_refusal_concerns_one_event);
  ADD ("too-many-fail-at-once", test_too_many_fail_at_once);
  ADD ("it-gives-up-and-says-so", test_it_gives_up_and_says_so);
  ADD ("it-goes-on-when-the-daemon-is-back", test_it_goes_on_when_the_daemon_is_back);
  ADD ("an-event-can-be-taken-back", test_an_event_can_be_taken_back);
  ADD ("one-under-way-can-be-given-up", test_one_under_way_can_be_given_up);
  ADD ("a-flush-ends-behind-what-was-appended", test_a_flush_ends_behind_what_was_appended);
  ADD ("a-flush-can-be-given-up", test_a_flush_can_be_given_up);
  ADD ("a-flush-does-not-wait-for-what-was-taken-back", test_a_flush_does_not_wait_for_what_was_taken_back);
  g_test_add_func ("/producer/an-address-that-is-none-fails", test_an_address_that_is_none_fails);
  return g_test_run ();
}
