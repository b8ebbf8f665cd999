/* test-open-items.c - steps in a list while they are written: they stand behind the events, grow, and are replaced
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-models.h"
#include "told.h"

/* A daemon that says what the test gives it, when it gives it. */
typedef struct {
  GMutex   mutex;
  GCond    changed;
  GString *waiting;      /* to be written to the present connection */
  gboolean is_cut;       /* the present connection is to end */
  gboolean is_over;
} Speaker;

static gboolean
speaker_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  Speaker *self = user_data;
  gboolean go_on = TRUE;

  fake_write (out, HEAD "Connection: close\r\n\r\n", -1);
  while (go_on)
    {
      g_autofree char *text = NULL;

      g_mutex_lock (&self->mutex);
      while (self->waiting->len == 0 && !self->is_cut && !self->is_over)
        g_cond_wait (&self->changed, &self->mutex);
      text = g_strdup (self->waiting->str);
      g_string_truncate (self->waiting, 0);
      go_on = !self->is_cut && !self->is_over;
      self->is_cut = FALSE;
      g_mutex_unlock (&self->mutex);
      fake_write (out, text, -1);
    }
  return FALSE;
}

static void
say (Speaker *self, const char *text)
{
  g_mutex_lock (&self->mutex);
  g_string_append (self->waiting, text);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
}

static void
cut (Speaker *self)
{
  g_mutex_lock (&self->mutex);
  self->is_cut = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* A view: keeps a copy of the list by what it is told. */
typedef struct {
  Speaker         speaker;
  FakeServer     *server;
  OuioeClient    *client;
  OuioeEventList *list;
  GPtrArray      *copy;
} Fixture;

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Fixture *self)
{
  g_assert_cmpuint (position + removed, <=, self->copy->len);
  if (removed > 0)
    g_ptr_array_remove_range (self->copy, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->copy, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (self->copy->len, ==, g_list_model_get_n_items (model));
}

static void
set_up (Fixture *self, gconstpointer deltas)
{
  g_mutex_init (&self->speaker.mutex);
  g_cond_init (&self->speaker.changed);
  self->speaker.waiting = g_string_new (NULL);
  self->server = fake_server_new (NULL, speaker_cb, &self->speaker);
  self->client = ouioe_client_new (fake_server_get_address (self->server));
  self->list = ouioe_event_list_new (self->client, "s", 3);
  self->copy = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect (self->list, "items-changed", G_CALLBACK (on_items_changed), self);
  g_object_set (self->list, "deltas", GPOINTER_TO_INT (deltas), NULL);
  g_assert_cmpint (ouioe_event_list_get_deltas (self->list), ==, GPOINTER_TO_INT (deltas));
  ouioe_event_list_start (self->list);
}

static void
tear_down (Fixture *self, gconstpointer deltas)
{
  ouioe_event_list_stop (self->list);
  for (guint i = 0; i < self->copy->len; i++)
    {
      g_autoptr(OuioeEventItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      g_assert_true (item == self->copy->pdata[i]);
      g_assert_false (ouioe_event_item_get_is_open (item));
    }
  g_assert_finalize_object (self->list);
  g_ptr_array_unref (self->copy);
  g_clear_object (&self->client);
  g_mutex_lock (&self->speaker.mutex);
  self->speaker.is_over = TRUE;
  g_cond_broadcast (&self->speaker.changed);
  g_mutex_unlock (&self->speaker.mutex);
  fake_server_free (self->server);
  g_string_free (self->speaker.waiting, TRUE);
  g_mutex_clear (&self->speaker.mutex);
  g_cond_clear (&self->speaker.changed);
}

/* "one [two]" are an event and an open step. */
static gboolean
shows (Fixture *self, const char *expected)
{
  g_autoptr(GString) texts = g_string_new (NULL);

  for (guint i = 0; i < self->copy->len; i++)
    {
      g_autofree char *text = NULL;
      gboolean is_open;

      g_object_get (self->copy->pdata[i], "text", &text, "is-open", &is_open, NULL);
      g_string_append_printf (texts, is_open ? "%s[%s]" : "%s%s", i > 0 ? " " : "", text);
    }
  return strcmp (texts->str, expected) == 0;
}

static void
test_a_step_grows_in_its_place (Fixture *self, gconstpointer deltas)
{
  g_autoptr(OuioeEventItem) open = NULL;
  g_autoptr(OuioeEvent) event = NULL;
  g_autofree char *id = NULL;
  g_autofree char *step_id = NULL;
  g_autofree char *word = NULL;
  OuioeEventKind kind;
  double confidence;
  gint64 time_us;

  say (&self->speaker, STEP ("4-0", "one") DELTA ("1", "0", "t"));
  fake_wait_for (shows (self, "one [t]"));
  open = g_object_ref (self->copy->pdata[1]);
  g_assert_true (ouioe_event_item_get_is_open (open));
  g_assert_null (ouioe_event_item_get_event (open));
  g_object_get (open, "event", &event, "id", &id, "step-id", &step_id, "type-word", &word, "kind", &kind, "confidence",
                &confidence, "time-us", &time_us, NULL);
  g_assert_null (event);
  g_assert_null (id);
  g_assert_null (word);
  g_assert_cmpstr (step_id, ==, "1");
  g_assert_cmpint (kind, ==, OUIOE_EVENT_THINKING_STEP);
  g_assert_cmpfloat (confidence, ==, -1.0);
  g_assert_cmpint (time_us, >, 0);

  say (&self->speaker, DELTA ("1", "1", "wo"));
  fake_wait_for (shows (self, "one [two]"));
  g_assert_true (open == self->copy->pdata[1]);   /* the same item, grown */
  say (&self->speaker, UPDATE ("4-5"));
  fake_wait_for (shows (self, "one m [two]"));
  say (&self->speaker, FINAL ("5-0", "1", "two!"));
  fake_wait_for (shows (self, "one m two!"));
  g_assert_nonnull (ouioe_event_item_get_event (self->copy->pdata[2]));
}

static void
test_several_grow_at_a_time (Fixture *self, gconstpointer deltas)
{
  say (&self->speaker, DELTA ("1", "0", "a") DELTA ("2", "0", "b") DELTA ("3", "0", "c"));
  fake_wait_for (shows (self, "[a] [b] [c]"));
  say (&self->speaker, DROPPED ("2") DELTA ("3", "1", "C"));
  fake_wait_for (shows (self, "[a] [cC]"));
  say (&self->speaker, FINAL ("5-0", "3", "c!") FINAL ("5-1", "1", "a!"));
  fake_wait_for (shows (self, "c! a!"));
}

static void
test_the_oldest_events_make_room_not_open_steps (Fixture *self, gconstpointer deltas)
{
  say (&self->speaker, DELTA ("1", "0", "x") STEP ("1-0", "a") STEP ("2-0", "b") STEP ("3-0", "c") STEP ("4-0", "d"));
  fake_wait_for (shows (self, "b c d [x]"));
  g_assert_cmpuint (ouioe_event_list_get_n_dropped (self->list), ==, 1);
}

static void
test_a_new_connection_does_not_double (Fixture *self, gconstpointer deltas)
{
  say (&self->speaker, STEP ("4-0", "one") DELTA ("1", "0", "tw") DELTA ("2", "0", "lost"));
  fake_wait_for (shows (self, "one [tw] [lost]"));
  cut (&self->speaker);
  fake_wait_for (!ouioe_event_list_get_live (self->list));
  g_assert_true (shows (self, "one [tw] [lost]"));   /* what was seen stays until there is something newer */
  say (&self->speaker, DELTA ("1", "0", "two"));
  fake_wait_for (shows (self, "one [two]"));
}

static void
test_stopping_leaves_only_events (Fixture *self, gconstpointer deltas)
{
  say (&self->speaker, STEP ("4-0", "one") DELTA ("1", "0", "x"));
  fake_wait_for (shows (self, "one [x]"));
  ouioe_event_list_stop (self->list);
  g_assert_true (shows (self, "one"));
  cut (&self->speaker);
  fake_wait_for (fake_server_get_n_open (self->server) == 0);
  ouioe_event_list_start (self->list);
  say (&self->speaker, DELTA ("1", "0", "xy"));
  fake_wait_for (shows (self, "one [xy]"));
}

static void
test_without_deltas_there_are_only_events (Fixture *self, gconstpointer deltas)
{
  say (&self->speaker, DELTA ("1", "0", "x") STEP ("4-0", "one"));
  fake_wait_for (shows (self, "one"));
}

#define ADD(name, deltas, func) \
  g_test_add ("/open-items/" name, Fixture, GINT_TO_POINTER (deltas), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-step-grows-in-its-place", TRUE, test_a_step_grows_in_its_place);
  ADD ("several-grow-at-a-time", TRUE, test_several_grow_at_a_time);
  ADD ("the-oldest-events-make-room-not-open-steps", TRUE, test_the_oldest_events_make_room_not_open_steps);
  ADD ("a-new-connection-does-not-double", TRUE, test_a_new_connection_does_not_double);
  ADD ("stopping-leaves-only-events", TRUE, test_stopping_leaves_only_events);
  ADD ("without-deltas-there-are-only-events", FALSE, test_without_deltas_there_are_only_events);
  return g_test_run ();
}
