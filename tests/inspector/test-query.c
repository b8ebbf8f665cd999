/* test-query.c - queries, filters and searches choose what they say; rows are copied as they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fake-server.h"
#include "inspector-copy.h"
#include "inspector-filter.h"
#include "inspector-format.h"
#include "inspector-query.h"
#include "inspector-search.h"

static guint n_events;

static InspectorChainItem *
item_of (const char *kind, const char *members)
{
  g_autofree char *json = g_strdup_printf ("{\"id\":\"%u-0\",\"session_id\":\"a b\",\"kind\":\"%s\","
                                           "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\",%s}", ++n_events, kind,
                                           members);
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = ouioe_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return inspector_chain_item_new_event (event);
}

static InspectorChainItem *
step (const char *type, const char *content, const char *more)
{
  g_autofree char *members = g_strdup_printf ("\"thinking_type\":\"%s\",\"content\":\"%s\"%s", type, content, more);

  return item_of ("thinking_step", members);
}

static InspectorChainItem *
update (const char *type, const char *message)
{
  g_autofree char *members = g_strdup_printf ("\"progress_type\":\"%s\",\"message\":\"%s\"", type, message);

  return item_of ("progress_update", members);
}

/* ---- queries ---- */

static gboolean
matches (const char *text, InspectorChainItem *item)
{
  g_autoptr(InspectorQuery) query = inspector_query_new (text);

  return inspector_query_matches (query, item, "alice");
}

static void
test_words_are_found_in_any_case (void)
{
  g_autoptr(InspectorChainItem) item = step ("decision", "Größe of HOST-3", ",\"reasoning_chain\":[\"Because I say so\"]");

  g_assert_true (matches ("host-3", item));
  g_assert_true (matches ("GRÖSSE", item) == FALSE);   /* ß is not ss */
  g_assert_true (matches ("GRÖß", item));
  g_assert_true (matches ("host-3 größe", item));
  g_assert_false (matches ("host-3 size", item));       /* all of them */
  g_assert_true (matches ("because", item));            /* of the reasons */
  g_assert_true (matches ("", item) && matches ("   ", item));
}

static void
test_exact_words_stand_together (void)
{
  g_autoptr(InspectorChainItem) item = step ("decision", "one two three", "");

  g_assert_true (matches ("\"two three\"", item));
  g_assert_true (matches ("\"one two\" three", item));
  g_assert_false (matches ("\"one three\"", item));
  g_assert_true (matches ("one three", item));
}

static void
test_fields_are_compared (void)
{
  g_autoptr(InspectorChainItem) risk = step ("risk_assessment", "x", ",\"confidence\":0.35");
  g_autoptr(InspectorChainItem) bare = step ("acme.lint", "x", "");
  g_autoptr(InspectorChainItem) warning = update ("warning", "x");

  g_assert_true (matches ("kind:risk", risk) && matches ("kind:RISK_assessment", risk));
  g_assert_false (matches ("kind:risk", warning));
  g_assert_true (matches ("kind:warning", warning));
  g_assert_true (matches ("kind:acme.lint", bare));
  g_assert_true (matches ("conf<0.5", risk) && matches ("conf<=0.35", risk) && matches ("conf>30%", risk));
  g_assert_true (matches ("conf>=0.35", risk) && matches ("conf=0.35", risk) && matches ("conf:35%", risk));
  g_assert_false (matches ("conf<0.35", risk) || matches ("conf>0.35", risk) || matches ("conf=0.4", risk));
  g_assert_false (matches ("conf<0.5", bare) || matches ("conf>0", bare));   /* not reported is no number */
  g_assert_true (matches ("user:alice", risk) && matches ("user:al", risk));
  g_assert_false (matches ("user:bob", risk));
  g_assert_true (matches ("kind:risk conf<0.5 user:alice x", risk));
}

static void
test_what_is_no_query_is_text (void)
{
  static const char *const texts[] = { "kind:", "conf<", "conf<much", "\"open", "a \\\"\\\" b", "conf>=0.5x" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *content = g_strdup_printf ("look at %s here", texts[i]);
      g_autofree char *escaped = g_strescape (content, NULL);
      g_autoptr(InspectorChainItem) item = step ("decision", escaped, "");
      g_autoptr(InspectorChainItem) other = step ("decision", "nothing", "");

      g_assert_true (matches (texts[i], item));
      g_assert_false (matches (texts[i], other));
    }
}

static void
test_places_of_words_are_told (void)
{
  g_autoptr(InspectorQuery) query = inspector_query_new ("ö two kind:risk");
  const char *text = "Ö one TWO";
  gsize begin;
  gsize end;

  g_assert_true (inspector_query_find (query, text, 0, &begin, &end));
  g_assert_cmpuint (begin, ==, 0);
  g_assert_cmpuint (end, ==, 2);
  g_assert_true (inspector_query_find (query, text, end, &begin, &end));
  g_assert_cmpuint (begin, ==, 7);
  g_assert_cmpuint (end, ==, 10);
  g_assert_false (inspector_query_find (query, text, end, &begin, &end));
}

static void
test_a_long_text_keeps_its_ends (void)
{
  g_autofree char *whole = inspector_format_ends ("one\ntwo", 7);
  g_autofree char *ends = inspector_format_ends ("ääbbccddeeöö", 6);

  g_assert_cmpstr (whole, ==, "one two");
  g_assert_cmpstr (ends, ==, "ääb…öö");
}

/* ---- filters ---- */

static gboolean
passes (InspectorFilter *filter, InspectorChainItem *item)
{
  return gtk_filter_match (GTK_FILTER (filter), item);
}

static void
test_each_filter_leaves_something_out (void)
{
  g_autoptr(InspectorFilter) filter = inspector_filter_new ();
  g_autoptr(InspectorChainItem) risk = step ("risk_assessment", "Danger", ",\"confidence\":0.35");
  g_autoptr(InspectorChainItem) choice = step ("decision", "So", ",\"confidence\":0.9,\"alternatives\":[\"b\"]");
  g_autoptr(InspectorChainItem) bare = step ("decision", "Bare", "");
  g_autoptr(InspectorChainItem) progress = update ("progress", "Half");

  g_assert_cmpuint (inspector_filter_get_n_active (filter), ==, 0);
  g_assert_true (passes (filter, risk) && passes (filter, choice) && passes (filter, bare) && passes (filter, progress));

  inspector_filter_set_kind (filter, "step:decision", TRUE);
  g_assert_true (!passes (filter, risk) && passes (filter, choice) && passes (filter, bare) && !passes (filter, progress));
  inspector_filter_set_kind (filter, "update:progress", TRUE);
  g_assert_true (passes (filter, progress) && !passes (filter, risk));
  g_assert_cmpuint (inspector_filter_get_n_active (filter), ==, 1);

  inspector_filter_clear (filter);
  inspector_filter_set_confidence (filter, 0.3, 0.5, FALSE);
  g_assert_true (passes (filter, risk) && !passes (filter, choice) && !passes (filter, bare));
  inspector_filter_set_confidence (filter, 0.5, 1, TRUE);
  g_assert_true (!passes (filter, risk) && passes (filter, choice) && passes (filter, bare));

  inspector_filter_clear (filter);
  inspector_filter_set_alternatives (filter, TRUE);
  g_assert_true (!passes (filter, risk) && passes (filter, choice) && !passes (filter, progress));
  inspector_filter_clear (filter);
  inspector_filter_set_bookmarked (filter, TRUE);
  inspector_chain_item_set_bookmarked (bare, TRUE);
  g_assert_true (!passes (filter, risk) && passes (filter, bare));
  inspector_filter_clear (filter);
  inspector_filter_set_updates (filter, FALSE);
  g_assert_true (passes (filter, risk) && !passes (filter, progress));
  inspector_filter_set_text (filter, "danger kind:risk");
  g_assert_true (passes (filter, risk) && !passes (filter, bare));
  g_assert_cmpuint (inspector_filter_get_n_active (filter), ==, 2);
}

static void
test_what_is_missing_is_never_hidden_by_a_kind (void)
{
  g_autoptr(InspectorFilter) filter = inspector_filter_new ();
  g_autoptr(InspectorChainItem) gap = inspector_chain_item_new_gap (3);
  g_autoptr(InspectorChainItem) open = inspector_chain_item_new_open ();

  inspector_filter_set_kind (filter, "step:decision", TRUE);
  inspector_filter_set_text (filter, "nothing of the kind");
  g_assert_true (passes (filter, gap) && passes (filter, open));
  inspector_filter_set_bookmarked (filter, TRUE);
  g_assert_false (passes (filter, gap));
  g_assert_null (inspector_filter_dup_key (gap));
}

static void
on_filter_changed (GtkFilter *filter, GtkFilterChange change, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_a_filter_tells_only_of_changes (void)
{
  g_autoptr(InspectorFilter) filter = inspector_filter_new ();
  guint n = 0;

  g_signal_connect (filter, "changed", G_CALLBACK (on_filter_changed), &n);
  inspector_filter_clear (filter);
  inspector_filter_set_text (filter, "");
  inspector_filter_set_updates (filter, TRUE);
  inspector_filter_set_confidence (filter, 0, 1, TRUE);
  inspector_filter_set_kind (filter, "step:decision", FALSE);
  g_assert_cmpuint (n, ==, 0);
  inspector_filter_set_kind (filter, "step:decision", TRUE);
  inspector_filter_clear (filter);
  g_assert_cmpuint (n, ==, 2);   /* cleared at once, whatever there was */
}

/* ---- searches ---- */

static GListStore *
store_of (guint n)
{
  GListStore *store = g_list_store_new (INSPECTOR_TYPE_CHAIN_ITEM);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *content = g_strdup_printf ("%s %u", i % 10 == 3 ? "needle" : "hay", i);
      g_autoptr(InspectorChainItem) item = step ("analysis", content, "");

      g_list_store_append (store, item);
    }
  return store;
}

static gboolean
is_match (GListStore *store, guint position)
{
  g_autoptr(InspectorChainItem) item = g_list_model_get_item (G_LIST_MODEL (store), position);

  return inspector_chain_item_is_match (item);
}

static void
test_a_search_marks_and_moves (void)
{
  g_autoptr(InspectorSearch) search = inspector_search_new ();
  g_autoptr(GListStore) store = store_of (30);
  GListModel *shown = G_LIST_MODEL (store);
  guint position = GTK_INVALID_LIST_POSITION;
  gboolean is_wrapped;

  inspector_search_set_model (search, shown);
  g_assert_false (inspector_search_move (search, shown, TRUE, &position, &is_wrapped));
  inspector_search_set_text (search, "needle", NULL);
  fake_wait_for (inspector_search_is_done (search));
  g_assert_cmpuint (inspector_search_count (search, shown, 30), ==, 3);
  g_assert_true (is_match (store, 3) && is_match (store, 13) && is_match (store, 23) && !is_match (store, 4));

  g_assert_true (inspector_search_move (search, shown, TRUE, &position, &is_wrapped));
  g_assert_cmpuint (position, ==, 3);
  g_assert_false (is_wrapped);
  inspector_search_move (search, shown, TRUE, &position, &is_wrapped);
  inspector_search_move (search, shown, TRUE, &position, &is_wrapped);
  g_assert_cmpuint (position, ==, 23);
  g_assert_false (is_wrapped);
  inspector_search_move (search, shown, TRUE, &position, &is_wrapped);
  g_assert_cmpuint (position, ==, 3);
  g_assert_true (is_wrapped);
  inspector_search_move (search, shown, FALSE, &position, &is_wrapped);
  g_assert_cmpuint (position, ==, 23);
  g_assert_true (is_wrapped);
  g_assert_cmpuint (inspector_search_count (search, shown, position), ==, 2);

  inspector_search_set_text (search, "", NULL);
  fake_wait_for (inspector_search_is_done (search));
  g_assert_false (is_match (store, 3) || is_match (store, 23));
  g_assert_false (inspector_search_is_active (search));
}

static void
on_search_changed (InspectorSearch *search, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_a_search_goes_on_with_what_comes (void)
{
  g_autoptr(InspectorSearch) search = inspector_search_new ();
  g_autoptr(GListStore) store = store_of (20);
  g_autoptr(InspectorChainItem) late = step ("analysis", "A late needle", "");
  guint n_changed = 0;

  inspector_search_set_model (search, G_LIST_MODEL (store));
  inspector_search_set_text (search, "needle", NULL);
  g_signal_connect (search, "changed", G_CALLBACK (on_search_changed), &n_changed);
  g_list_store_append (store, late);
  fake_wait_for (inspector_search_is_done (search));
  g_assert_true (inspector_chain_item_is_match (late));
  g_assert_cmpuint (n_changed, >, 0);
  g_list_store_splice (store, 0, 10, NULL, 0);   /* the oldest went */
  fake_wait_for (inspector_search_is_done (search));
  g_assert_cmpuint (inspector_search_count (search, G_LIST_MODEL (store), 11), ==, 2);
}

static void
test_a_long_search_lets_others_in (void)
{
  g_autoptr(InspectorSearch) search = inspector_search_new ();
  g_autoptr(GListStore) store = store_of (20000);
  gint64 before_us;

  inspector_search_set_model (search, G_LIST_MODEL (store));
  before_us = g_get_monotonic_time ();
  inspector_search_set_text (search, "needle", NULL);
  g_assert_false (inspector_search_is_done (search));
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 500000);
  fake_wait_for (inspector_search_is_done (search));
  g_assert_cmpuint (inspector_search_count (search, G_LIST_MODEL (store), 20000), ==, 2000);
}

/* ---- copies ---- */

static void
test_rows_are_copied (void)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *one = NULL;
  g_autofree char *text = NULL;
  g_autofree char *markdown = NULL;
  g_autofree char *json = NULL;
  g_autofree char *links = NULL;

  n_events = 0;
  g_ptr_array_add (items, step ("decision", "First\\nsecond", ",\"reasoning_chain\":[\"a\",\"b\"],\"confidence\":0.88"));
  one = inspector_copy (items, INSPECTOR_COPY_TEXT);
  g_assert_cmpstr (one, ==, "First\nsecond\n1. a\n2. b");   /* of one only its words */
  g_ptr_array_add (items, inspector_chain_item_new_gap (3));
  g_ptr_array_add (items, update ("warning", "Slow"));

  text = inspector_copy (items, INSPECTOR_COPY_TEXT);
  g_assert_cmpstr (text, ==, "Decision, 01:11:03.398, confidence 88 %\nFirst\nsecond\n  1. a\n  2. b\n\n"
                   "Gap\n3 events are no longer kept\n\nWarning, 01:11:03.398\nSlow\n");
  markdown = inspector_copy (items, INSPECTOR_COPY_MARKDOWN);
  g_assert_true (g_str_has_prefix (markdown, "**Decision, 01:11:03.398, confidence 88 %**\n\n> First\n> second\n\n1. a\n"
                                   "2. b\n\n**Gap**"));
  json = inspector_copy (items, INSPECTOR_COPY_JSON);
  g_assert_true (g_str_has_prefix (json, "{\"id\":\"1-0\",\"session_id\":\"a b\",\"kind\":\"thinking_step\","));
  g_assert_nonnull (strstr (json, "}\n{\"id\":\"2-0\","));
  links = inspector_copy (items, INSPECTOR_COPY_LINK);
  g_assert_cmpstr (links, ==, "ouioe:session/a%20b#1-0\nouioe:session/a%20b#2-0\n");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/query/words-are-found-in-any-case", test_words_are_found_in_any_case);
  g_test_add_func ("/query/exact-words-stand-together", test_exact_words_stand_together);
  g_test_add_func ("/query/fields-are-compared", test_fields_are_compared);
  g_test_add_func ("/query/what-is-no-query-is-text", test_what_is_no_query_is_text);
  g_test_add_func ("/query/places-of-words-are-told", test_places_of_words_are_told);
  g_test_add_func ("/format/a-long-text-keeps-its-ends", test_a_long_text_keeps_its_ends);
  g_test_add_func ("/filter/each-leaves-something-out", test_each_filter_leaves_something_out);
  g_test_add_func ("/filter/what-is-missing-is-never-hidden-by-a-kind", test_what_is_missing_is_never_hidden_by_a_kind);
  g_test_add_func ("/filter/tells-only-of-changes", test_a_filter_tells_only_of_changes);
  g_test_add_func ("/search/marks-and-moves", test_a_search_marks_and_moves);
  g_test_add_func ("/search/goes-on-with-what-comes", test_a_search_goes_on_with_what_comes);
  g_test_add_func ("/search/a-long-one-lets-others-in", test_a_long_search_lets_others_in);
  g_test_add_func ("/copy/rows", test_rows_are_copied);
  return g_test_run ();
}
