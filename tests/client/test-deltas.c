/* test-deltas.c - steps while they are written, over a connection that breaks in every possible place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "told.h"

/* ---- answers from a list, one per connection ---- */

static gboolean
answers_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *const *answers = user_data;
  guint n = g_strv_length ((char **) answers);
  guint i = MIN (request->number, n - 1);

  fake_write (out, answers[i], -1);
  if (i == n - 1)
    fake_hold (out);
  return FALSE;
}

/* Follows a session until its end, then compares what was told. */
static void
assert_tells (const char *const *answers, gboolean deltas, const char *expected)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, (gpointer) answers);
  Told told = { .deltas = deltas };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (told.notes->str, ==, expected);
  told_clear (&told);
}

static void
test_a_step_grows_until_its_event (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" GENERATION ("\"phase\":\"thinking\",\"calls\":1") DELTA ("1", "0", "H\xc3\xa4") DELTA ("1", "2", "llo")
    DELTA ("2", "0", "x") FINAL ("5-0", "1", "H\xc3\xa4llo") DELTA ("2", "1", "y") FINAL ("6-0", "2", "xy") END ("7-0"), NULL,
  };

  assert_tells (answers, TRUE,
                "connected\ngeneration s thinking\ndelta s/1 0 H\xc3\xa4: H\xc3\xa4\ndelta s/1 2 llo: H\xc3\xa4llo\n"
                "delta s/2 0 x: x\nthinking_step 5-0\ndelta s/2 1 y: xy\nthinking_step 6-0\nsession_end 7-0\nended s done\n");
}

static void
test_nothing_is_told_to_those_who_did_not_ask (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" GENERATION ("\"phase\":\"thinking\",\"calls\":1") DELTA ("1", "0", "a") DROPPED ("1") END ("7-0"), NULL,
  };

  assert_tells (answers, FALSE, "connected\nsession_end 7-0\nended s done\n");
}

static void
test_what_became_nothing_is_told_once (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" DELTA ("1", "0", "a") DROPPED ("1") DROPPED ("1") DROPPED ("9") DELTA ("2", "0", "b") DELTA ("3", "0", "c")
    STEP ("5-0", "of somebody else") END ("7-0"), NULL,
  };

  assert_tells (answers, TRUE,
                "connected\ndelta s/1 0 a: a\ndropped s/1\ndelta s/2 0 b: b\ndelta s/3 0 c: c\nthinking_step 5-0\n"
                "dropped s/2\ndropped s/3\nsession_end 7-0\nended s done\n");
}

static void
test_text_that_comes_twice_is_not_doubled (void)
{
  static const char *const answers[] = {
    HEAD "\r\n" DELTA ("1", "0", "abc") DELTA ("1", "1", "bcd") DELTA ("1", "9", "lost") DELTA ("2", "1", "no begin")
    DELTA ("1", "0", "new") END ("7-0"), NULL,
  };

  assert_tells (answers, TRUE,
                "connected\ndelta s/1 0 abc: abc\ndelta s/1 1 bcd: abcd\ndelta s/1 0 new: new\ndropped s/1\nsession_end 7-0\n"
                "ended s done\n");
}

static void
test_a_new_connection_begins_anew (void)
{
  static const char *const answers[] = {
    HEAD "Connection: close\r\n\r\n" STEP ("4-0", "x") DELTA ("1", "0", "abc") DELTA ("2", "0", "never comes back"),
    HEAD "\r\n" DELTA ("1", "0", "abcdef") FINAL ("5-0", "1", "abcdefg") END ("7-0"), NULL,
  };

  assert_tells (answers, TRUE,
                "connected\nthinking_step 4-0\ndelta s/1 0 abc: abc\ndelta s/2 0 never comes back: never comes back\n"
                "disconnected unreachable\ndropped s/1\ndropped s/2\nconnected\ndelta s/1 0 abcdef: abcdef\n"
                "thinking_step 5-0\nsession_end 7-0\nended s done\n");
}

static void
test_a_refusal_drops_them (void)
{
  static const char *const answers[] = {
    HEAD "Connection: close\r\n\r\n" DELTA ("1", "0", "abc"),
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", NULL,
  };

  assert_tells (answers, TRUE,
                "connected\ndelta s/1 0 abc: abc\ndisconnected unreachable\ndropped s/1\n"
                "failed unauthorized: The service answered 401 Unauthorized\n");
}

/* ---- a stream that breaks ---- */

typedef struct {
  gsize cut;     /* the first connection ends after so many bytes of the answer */
  gsize whole;   /* out: length of that answer */
} Cutter;

/* The first connection sees a step begin; when the second one comes the step is longer, and then complete. */
static gboolean
cutter_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  static const char first[] = HEAD "Connection: close\r\n\r\nretry: 1\n\n" STEP ("4-0", "x") DELTA ("1", "0", "one ")
    DELTA ("1", "4", "tw\xc3\xb6 ") DELTA ("2", "0", "more");
  static const char second[] = HEAD "\r\n" DELTA ("1", "0", "one tw\xc3\xb6 thr") DELTA ("1", "11", "ee")
    FINAL ("5-0", "1", "one tw\xc3\xb6 three") END ("7-0");
  Cutter *cutter = user_data;

  g_assert_nonnull (strstr (request->target, "deltas=true"));
  if (request->number == 0)
    {
      cutter->whole = strlen (first);
      fake_write (out, first, (gssize) MIN (cutter->cut, strlen (first)));
      return FALSE;
    }
  if (strstr (request->target, "after=") == NULL)
    fake_write (out, HEAD "\r\n" STEP ("4-0", "x"), -1);
  fake_write (out, strstr (request->target, "after=") != NULL ? second : second + strlen (HEAD "\r\n"), -1);
  fake_hold (out);
  return FALSE;
}

/* What a program has that only listens: texts of steps by the rule of the signal. */
typedef struct {
  GHashTable *texts;     /* step id -> GString */
  GString    *finals;
  gboolean    is_over;
} Reader;

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

static void
reader_delta (OuioeSubscription *subscription, const char *session_id, const char *step_id, guint64 offset,
              const char *text, Reader *self)
{
  GString *known = g_hash_table_lookup (self->texts, step_id);

  if (known == NULL)
    {
      known = g_string_new (NULL);
      g_hash_table_insert (self->texts, g_strdup (step_id), known);
    }
  g_assert_cmpint ((glong) offset, <=, g_utf8_strlen (known->str, -1));
  g_string_truncate (known, (gsize) (g_utf8_offset_to_pointer (known->str, (glong) offset) - known->str));
  g_string_append (known, text);
  g_assert_cmpstr (known->str, ==, ouioe_subscription_get_open_text (subscription, session_id, step_id));
  if (strcmp (step_id, "1") == 0)
    g_assert_true (g_str_has_prefix ("one tw\xc3\xb6 three", known->str));
}

static void
reader_dropped (OuioeSubscription *subscription, const char *session_id, const char *step_id, Reader *self)
{
  g_assert_true (g_hash_table_remove (self->texts, step_id));
}

static void
reader_event (OuioeSubscription *subscription, OuioeEvent *event, Reader *self)
{
  g_autofree char *step_id = ouioe_event_dup_step_id (event);
  GString *text = step_id != NULL ? g_hash_table_lookup (self->texts, step_id) : NULL;

  if (step_id == NULL)
    return;
  g_assert_null (ouioe_subscription_get_open_text (subscription, "s", step_id));
  g_string_append_printf (self->finals, "%s %s\n", step_id, text != NULL ? text->str : "unseen");
  g_hash_table_remove (self->texts, step_id);
}

static void
reader_end (OuioeSubscription *subscription, const char *session_id, const char *outcome, Reader *self)
{
  self->is_over = TRUE;
}

/* Wherever the first connection breaks: a step is never doubled, never holed, and none is left over. */
static void
test_cut_anywhere (void)
{
  Cutter cutter = { .whole = G_MAXSIZE };

  for (cutter.cut = 0; cutter.cut <= cutter.whole; cutter.cut++)
    {
      g_autoptr(FakeServer) server = fake_server_new (NULL, cutter_cb, &cutter);
      g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
      g_autoptr(OuioeSubscription) subscription = ouioe_client_subscribe (client, "s", NULL);
      Reader reader = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_text), g_string_new (NULL), FALSE };

      g_object_set (subscription, "deltas", TRUE, NULL);
      ouioe_subscription_set_timing (subscription, &told_timing);
      g_signal_connect (subscription, "delta", G_CALLBACK (reader_delta), &reader);
      g_signal_connect (subscription, "delta-dropped", G_CALLBACK (reader_dropped), &reader);
      g_signal_connect (subscription, "event", G_CALLBACK (reader_event), &reader);
      g_signal_connect (subscription, "session-end", G_CALLBACK (reader_end), &reader);
      ouioe_subscription_start (subscription);
      fake_wait_for (reader.is_over);
      g_assert_cmpstr (reader.finals->str, ==, "1 one tw\xc3\xb6 three\n");
      g_assert_cmpuint (g_hash_table_size (reader.texts), ==, 0);
      ouioe_subscription_stop (subscription);
      g_hash_table_unref (reader.texts);
      g_string_free (reader.finals, TRUE);
    }
  g_assert_cmpuint (cutter.whole, >, 500);
}

/* ---- what it asks for ---- */

static void
test_asks_for_deltas_and_for_what_follows (void)
{
  static const char *const answers[] = { HEAD "Connection: close\r\n\r\n" STEP ("5-0", "a") DELTA ("1", "0", "x"),
                                         HEAD "\r\n" END ("7-0"), NULL };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, (gpointer) answers);
  g_auto(GStrv) log = NULL;
  Told told = { .deltas = TRUE };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  g_assert_true (ouioe_subscription_get_deltas (told.subscription));
  fake_wait_for (told.is_over);
  log = fake_server_dup_log (server);
  g_assert_cmpstr (log[0], ==, "GET /api/streaming/sessions/s/stream?deltas=true");
  g_assert_cmpstr (log[1], ==, "GET /api/streaming/sessions/s/stream?after=5-0&deltas=true");
  told_clear (&told);
}

/* ---- stopping ---- */

static void
stop_at_delta (OuioeSubscription *subscription, const char *session_id, const char *step_id, guint64 offset,
               const char *text, gpointer user_data)
{
  guint *n = user_data;

  (*n)++;
  ouioe_subscription_stop (subscription);
  g_assert_null (ouioe_subscription_get_open_text (subscription, session_id, step_id));
}

static void
count_drop (OuioeSubscription *subscription, const char *session_id, const char *step_id, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_no_signal_after_stop (void)
{
  static const char *const answers[] = { HEAD "\r\n" DELTA ("1", "0", "x") DELTA ("2", "0", "y") STEP ("5-0", "a"), NULL };
  g_autoptr(FakeServer) server = fake_server_new (NULL, answers_cb, (gpointer) answers);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  OuioeSubscription *subscription = ouioe_client_subscribe (client, "s", NULL);
  guint n = 0;

  ouioe_subscription_set_deltas (subscription, TRUE);
  g_signal_connect (subscription, "delta", G_CALLBACK (stop_at_delta), &n);
  g_signal_connect (subscription, "delta-dropped", G_CALLBACK (count_drop), NULL);
  g_signal_connect (subscription, "event", G_CALLBACK (count_drop), NULL);
  ouioe_subscription_start (subscription);
  fake_wait_for (n > 0);
  fake_wait_for (fake_server_get_n_open (server) == 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n, ==, 1);
  g_assert_finalize_object (subscription);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deltas/a-step-grows-until-its-event", test_a_step_grows_until_its_event);
  g_test_add_func ("/deltas/nothing-is-told-to-those-who-did-not-ask", test_nothing_is_told_to_those_who_did_not_ask);
  g_test_add_func ("/deltas/what-became-nothing-is-told-once", test_what_became_nothing_is_told_once);
  g_test_add_func ("/deltas/text-that-comes-twice-is-not-doubled", test_text_that_comes_twice_is_not_doubled);
  g_test_add_func ("/deltas/a-new-connection-begins-anew", test_a_new_connection_begins_anew);
  g_test_add_func ("/deltas/a-refusal-drops-them", test_a_refusal_drops_them);
  g_test_add_func ("/deltas/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/deltas/asks-for-deltas-and-for-what-follows", test_asks_for_deltas_and_for_what_follows);
  g_test_add_func ("/deltas/no-signal-after-stop", test_no_signal_after_stop);
  return g_test_run ();
}
