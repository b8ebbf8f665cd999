/* test-chain-model.c - what arrived becomes rows: in order, in batches, in bounded memory; the end is followed or not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-model.h"
#include "inspector-follow.h"

/* Gaps are the cheapest rows; the number tells them apart. */
static void
push (InspectorChainModel *model, gint64 number)
{
  inspector_chain_model_push (model, inspector_chain_item_new_gap (number));
}

static void
push_many (InspectorChainModel *model, gint64 from, guint n)
{
  for (guint i = 0; i < n; i++)
    push (model, from + i);
}

static void
assert_text_at (InspectorChainModel *model, guint position, const char *text)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (model), position);

  g_assert_nonnull (item);
  g_assert_cmpstr (inspector_chain_item_get_text (item), ==, text);
}

/* Keeps a copy of the list by its signals alone, and counts them. */
typedef struct {
  GPtrArray *items;
  guint      n_signals;
} Mirror;

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  Mirror *mirror = user_data;

  mirror->n_signals++;
  if (removed > 0)
    g_ptr_array_remove_range (mirror->items, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror->items, (int) (position + i), g_list_model_get_item (model, position + i));
}

static void
mirror_init (Mirror *mirror, InspectorChainModel *model)
{
  mirror->items = g_ptr_array_new_with_free_func (g_object_unref);
  mirror->n_signals = 0;
  g_signal_connect (model, "items-changed", G_CALLBACK (on_items_changed), mirror);
}

static void
mirror_clear (Mirror *mirror, InspectorChainModel *model)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (model));

  g_assert_cmpuint (mirror->items->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (model), i);

      g_assert_true (mirror->items->pdata[i] == item);
    }
  g_ptr_array_unref (mirror->items);
}

static void
test_nothing_is_shown_before_apply (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);

  push_many (model, 1, 3);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), ==, 3);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (model), 0));

  g_assert_cmpuint (inspector_chain_model_apply (model, 100, 0), ==, 3);
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), ==, 0);
  assert_text_at (model, 0, "1 event is no longer kept");
  assert_text_at (model, 2, "3 events are no longer kept");
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (model)) == INSPECTOR_TYPE_CHAIN_ITEM);
}

static void
test_a_batch_is_one_change (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);
  Mirror mirror;

  mirror_init (&mirror, model);
  push_many (model, 0, 700);
  g_assert_cmpuint (inspector_chain_model_apply (model, 512, 0), ==, 512);
  g_assert_cmpuint (mirror.n_signals, ==, 1);
  g_assert_cmpuint (inspector_chain_model_apply (model, 512, 0), ==, 188);
  g_assert_cmpuint (mirror.n_signals, ==, 2);
  g_assert_cmpuint (inspector_chain_model_apply (model, 512, 0), ==, 0);
  g_assert_cmpuint (mirror.n_signals, ==, 2);
  mirror_clear (&mirror, model);
}

static void
test_a_deadline_ends_a_batch (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);
  guint n;

  push_many (model, 0, 1000);
  n = inspector_chain_model_apply (model, 1000, g_get_monotonic_time () - 1);
  g_assert_cmpuint (n, >, 0);      /* it goes on, however little time there is */
  g_assert_cmpuint (n, <, 1000);
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), ==, 1000 - n);
}

static void
count_cb (InspectorChainModel *model, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_pending_is_told_once_per_queue (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);
  guint n = 0;

  g_signal_connect (model, "pending", G_CALLBACK (count_cb), &n);
  push_many (model, 0, 10);
  g_assert_cmpuint (n, ==, 1);
  inspector_chain_model_apply (model, 5, 0);
  push (model, 10);
  g_assert_cmpuint (n, ==, 1);
  inspector_chain_model_apply (model, 100, 0);
  push (model, 11);
  g_assert_cmpuint (n, ==, 2);
}

static void
test_the_oldest_go_in_blocks (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (3000);
  Mirror mirror;

  mirror_init (&mirror, model);
  push_many (model, 0, 3999);
  inspector_chain_model_apply (model, G_MAXUINT, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 3999);
  push (model, 3999);
  inspector_chain_model_apply (model, G_MAXUINT, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 3000);
  assert_text_at (model, 0, "1000 events are no longer kept");
  assert_text_at (model, 2999, "3999 events are no longer kept");
  g_assert_cmpuint (mirror.n_signals, ==, 3);

  push_many (model, 4000, 9000);
  inspector_chain_model_apply (model, G_MAXUINT, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 3000);
  assert_text_at (model, 2999, "12999 events are no longer kept");
  mirror_clear (&mirror, model);
}

static void
test_a_window_without_frames_is_bounded (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (2000);

  push_many (model, 0, 100000);   /* nobody applies */
  g_assert_cmpuint (inspector_chain_model_get_n_pending (model), <, 10001);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), <, 3000);
  inspector_chain_model_apply (model, G_MAXUINT, 0);
  assert_text_at (model, g_list_model_get_n_items (G_LIST_MODEL (model)) - 1, "99999 events are no longer kept");
}

/* ---- steps that grow ---- */

static InspectorChainItem *
at (InspectorChainModel *model, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (model), position);

  g_assert_nonnull (item);
  return item;   /* the model keeps it */
}

static void
push_step (InspectorChainModel *model, guint number, const char *content, const char *step_id)
{
  g_autofree char *json = g_strdup_printf ("{\"id\":\"%u-0\",\"session_id\":\"s\",\"kind\":\"thinking_step\",\"timestamp\":"
                                           "\"2026-11-23T01:11:03+00:00\",\"thinking_type\":\"analysis\",\"content\":\"%s\","
                                           "\"context_used\":{\"step_id\":\"%s\"}}", number, content, step_id);
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = ouioe_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  inspector_chain_model_push (model, inspector_chain_item_new_event (event));
}

static void
test_open_steps_stay_behind_the_events (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);
  InspectorChainItem *first;
  InspectorChainItem *second;
  Mirror mirror;

  mirror_init (&mirror, model);
  push (model, 1);
  inspector_chain_model_grow (model, "a", "A");
  inspector_chain_model_grow (model, "b", "B");
  inspector_chain_model_apply (model, 100, 0);
  g_assert_cmpuint (mirror.n_signals, ==, 1);
  first = at (model, 1);
  second = at (model, 2);
  g_assert_cmpuint (inspector_chain_model_get_n_open (model), ==, 2);

  push (model, 2);
  inspector_chain_model_grow (model, "a", "A more");
  inspector_chain_model_apply (model, 100, 0);
  g_assert_true (at (model, 2) == first && at (model, 3) == second);
  assert_text_at (model, 1, "2 events are no longer kept");
  assert_text_at (model, 2, "A more");

  push_step (model, 3, "B done", "b");   /* the later one ends first */
  inspector_chain_model_apply (model, 100, 0);
  g_assert_true (at (model, 2) == second && at (model, 3) == first);
  g_assert_cmpint (inspector_chain_item_get_kind (second), ==, INSPECTOR_ITEM_STEP);
  assert_text_at (model, 2, "B done");
  inspector_chain_model_drop (model, NULL);
  g_assert_true (inspector_chain_model_has_work (model));
  inspector_chain_model_apply (model, 100, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 3);
  g_assert_false (inspector_chain_model_has_work (model));
  mirror_clear (&mirror, model);
}

static void
test_what_only_grew_is_no_change_of_the_list (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);
  Mirror mirror;
  guint n_changed = 0;
  guint n_grown = 0;

  mirror_init (&mirror, model);
  g_signal_connect (model, "grown", G_CALLBACK (count_cb), &n_grown);
  inspector_chain_model_grow (model, "a", "A");
  inspector_chain_model_apply (model, 100, 0);
  g_signal_connect (at (model, 0), "changed", G_CALLBACK (count_cb), &n_changed);
  for (guint i = 0; i < 20; i++)
    inspector_chain_model_grow (model, "a", i % 2 ? "A and so on" : "A and");
  inspector_chain_model_apply (model, 100, 0);
  g_assert_cmpuint (mirror.n_signals, ==, 1);
  g_assert_cmpuint (n_changed, ==, 1);   /* however much came since the last frame */
  g_assert_cmpuint (n_grown, ==, 2);

  push_step (model, 1, "A whole", "a");
  inspector_chain_model_apply (model, 100, 0);
  g_assert_cmpuint (mirror.n_signals, ==, 2);   /* it is of another kind now */
  g_assert_cmpuint (n_changed, ==, 2);
  mirror_clear (&mirror, model);
}

static void
test_a_step_that_was_never_shown_is_a_row_once (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (5000);

  inspector_chain_model_grow (model, "a", "A");
  push_step (model, 1, "A whole", "a");
  inspector_chain_model_apply (model, 100, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 1);
  assert_text_at (model, 0, "A whole");

  /* Dropped and begun again within a frame, as a reconnect does it: the row stays. */
  inspector_chain_model_grow (model, "b", "B");
  inspector_chain_model_apply (model, 100, 0);
  InspectorChainItem *open = at (model, 1);
  inspector_chain_model_drop (model, NULL);
  inspector_chain_model_grow (model, "b", "B again");
  inspector_chain_model_apply (model, 100, 0);
  g_assert_true (at (model, 1) == open);
  assert_text_at (model, 1, "B again");
}

static void
test_open_steps_are_bounded_and_never_trimmed (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (1000);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      inspector_chain_model_grow (model, id, id);
    }
  push_many (model, 0, 5000);
  inspector_chain_model_apply (model, G_MAXUINT, 0);
  g_assert_cmpuint (inspector_chain_model_get_n_open (model), ==, 64);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 1064);
  assert_text_at (model, 1000, "0");
}

static void
test_frames_are_counted (void)
{
  g_autoptr(InspectorChainModel) model = inspector_chain_model_new (1000);
  const InspectorFrames *frames = inspector_chain_model_get_frames (model);

  g_assert_cmpuint (frames->n, ==, 0);
  inspector_chain_model_count_frame (model, 16000);
  inspector_chain_model_count_frame (model, 40000);
  g_assert_cmpuint (frames->n, ==, 2);
  g_assert_cmpuint (frames->n_slow, ==, 1);
  g_assert_cmpint (frames->slowest_us, ==, 40000);
  g_assert_cmpint (frames->total_us, ==, 56000);
}

/* ---- following ---- */

static void
test_follows_until_the_reader_scrolls_up (void)
{
  InspectorFollow follow;

  inspector_follow_init (&follow);
  g_assert_true (inspector_follow_added (&follow, 10));
  inspector_follow_moved (&follow, 900, 100, 1000, TRUE);
  g_assert_true (follow.is_following);

  inspector_follow_moved (&follow, 700, 100, 1000, FALSE);
  g_assert_false (follow.is_following);
  g_assert_false (inspector_follow_added (&follow, 3));
  g_assert_false (inspector_follow_added (&follow, 4));
  g_assert_cmpuint (follow.n_new, ==, 7);
}

static void
test_follows_again_at_the_end (void)
{
  InspectorFollow follow;

  inspector_follow_init (&follow);
  inspector_follow_moved (&follow, 900, 100, 1000, TRUE);
  inspector_follow_moved (&follow, 100, 100, 1000, FALSE);
  inspector_follow_added (&follow, 5);
  inspector_follow_moved (&follow, 400, 100, 1100, FALSE);   /* down, but not to the end */
  g_assert_false (follow.is_following);
  g_assert_cmpuint (follow.n_new, ==, 5);
  inspector_follow_moved (&follow, 995, 100, 1100, FALSE);   /* the last row is in sight */
  g_assert_true (follow.is_following);
  g_assert_cmpuint (follow.n_new, ==, 0);
}

static void
test_a_shift_of_the_list_is_not_the_reader (void)
{
  InspectorFollow follow;

  inspector_follow_init (&follow);
  inspector_follow_moved (&follow, 900, 100, 1000, TRUE);
  inspector_follow_moved (&follow, 850, 100, 1400, FALSE);   /* rows came, and heights were estimated anew */
  g_assert_true (follow.is_following);
  inspector_follow_moved (&follow, 500, 100, 700, FALSE);    /* the oldest went */
  g_assert_true (follow.is_following);
  inspector_follow_moved (&follow, 300, 100, 700, TRUE);     /* on its way to the end */
  g_assert_true (follow.is_following);
}

static void
test_staying_and_going_are_explicit (void)
{
  InspectorFollow follow;

  inspector_follow_init (&follow);
  inspector_follow_stay (&follow);
  g_assert_false (inspector_follow_added (&follow, 2));
  inspector_follow_go_to_end (&follow);
  g_assert_cmpuint (follow.n_new, ==, 0);
  g_assert_true (inspector_follow_added (&follow, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chain-model/nothing-is-shown-before-apply", test_nothing_is_shown_before_apply);
  g_test_add_func ("/chain-model/a-batch-is-one-change", test_a_batch_is_one_change);
  g_test_add_func ("/chain-model/a-deadline-ends-a-batch", test_a_deadline_ends_a_batch);
  g_test_add_func ("/chain-model/pending-is-told-once-per-queue", test_pending_is_told_once_per_queue);
  g_test_add_func ("/chain-model/the-oldest-go-in-blocks", test_the_oldest_go_in_blocks);
  g_test_add_func ("/chain-model/a-window-without-frames-is-bounded", test_a_window_without_frames_is_bounded);
  g_test_add_func ("/chain-model/open-steps-stay-behind-the-events", test_open_steps_stay_behind_the_events);
  g_test_add_func ("/chain-model/what-only-grew-is-no-change-of-the-list", test_what_only_grew_is_no_change_of_the_list);
  g_test_add_func ("/chain-model/a-step-that-was-never-shown-is-a-row-once", test_a_step_that_was_never_shown_is_a_row_once);
  g_test_add_func ("/chain-model/open-steps-are-bounded-and-never-trimmed", test_open_steps_are_bounded_and_never_trimmed);
  g_test_add_func ("/chain-model/frames-are-counted", test_frames_are_counted);
  g_test_add_func ("/follow/until-the-reader-scrolls-up", test_follows_until_the_reader_scrolls_up);
  g_test_add_func ("/follow/again-at-the-end", test_follows_again_at_the_end);
  g_test_add_func ("/follow/a-shift-of-the-list-is-not-the-reader", test_a_shift_of_the_list_is_not_the_reader);
  g_test_add_func ("/follow/staying-and-going-are-explicit", test_staying_and_going_are_explicit);
  return g_test_run ();
}
