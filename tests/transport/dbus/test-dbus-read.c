/* test-dbus-read.c - ReadEvents, GetStats, and the properties that come of events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-fixture.h"

#include <string.h>

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define ERROR_NAME(name) OUIOED_BUS_NAME ".Error." name

typedef struct {
  GVariant    *reply;
  const char **lines;
  guint        n;
  const char  *last_id;
  gboolean     has_more;
} Page;

static void
page_clear (Page *page)
{
  g_free (page->lines);
  g_variant_unref (page->reply);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

static Page
read_page (BusFixture *f, const char *after, guint limit)
{
  g_autoptr(GError) error = NULL;
  Page page;

  page.reply = bus_call (f, S1, SESSION_IFACE, "ReadEvents", g_variant_new ("(su)", after, limit), &error);
  g_assert_no_error (error);
  g_variant_get (page.reply, "(^a&s&sb)", &page.lines, &page.last_id, &page.has_more);
  page.n = g_strv_length ((char **) page.lines);
  return page;
}

static void
create_with_steps (BusFixture *f, guint n)
{
  bus_create (f, "s1");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *content = g_strdup_printf ("step %u", i);

      bus_think (f, "s1", content, 0.5);
    }
  bus_settle (f);
}

static void
test_history_is_read_page_by_page (void)
{
  BusFixture f = { 0 };
  g_autofree char *after = g_strdup ("0");
  guint n = 0;
  gboolean has_more = TRUE;

  bus_fixture_up (&f, NULL, NULL);
  create_with_steps (&f, 24);
  bus_close (&f, "s1", "done");
  bus_settle (&f);
  while (has_more)
    {
      g_auto(Page) page = read_page (&f, after, 10);

      for (guint i = 0; i < page.n; i++, n++)
        {
          g_autofree char *content = g_strdup_printf ("\"content\":\"step %u\"", n - 1);
          const char *expected = n == 0 ? "\"kind\":\"session_start\"" : n == 25 ? "\"kind\":\"session_end\"" : content;

          g_assert_nonnull (strstr (page.lines[i], expected));
        }
      g_assert_nonnull (strstr (page.lines[page.n - 1], page.last_id));
      g_free (after);
      after = g_strdup (page.last_id);
      has_more = page.has_more;
    }
  g_assert_cmpuint (n, ==, 26);
  {
    g_auto(Page) page = read_page (&f, after, 0);

    g_assert_cmpuint (page.n, ==, 0);
    g_assert_cmpstr (page.last_id, ==, after);
    g_assert_false (page.has_more);
  }
  bus_fixture_down (&f);
}

static void
test_page_has_at_most_a_mebibyte (void)
{
  BusFixture f = { 0 };
  g_autofree char *content = g_strnfill (300000, 'x');

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  for (guint i = 0; i < 5; i++)
    bus_think (&f, "s1", content, 0.5);
  bus_settle (&f);
  {
    g_auto(Page) page = read_page (&f, "0", 0);

    g_assert_cmpuint (page.n, ==, 4);    /* the start and three of them */
    g_assert_true (page.has_more);
  }
  bus_fixture_down (&f);
}

static void
test_what_was_trimmed_is_told (void)
{
  BusFixture f = { 0 };
  OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);
  g_autofree char *first = NULL;
  g_autofree char *head = NULL;

  bus_fixture_up (&f, NULL, NULL);
  request->session_id = g_ref_string_new ("s1");
  request->user_id = g_strdup ("somebody");
  request->config = OUIOE_STREAM_CONFIG_DEFAULT;
  request->config.debug_mode = TRUE;
  request->config.max_stream_length = 5;
  request->context = ouioe_thinking_context_new ("", NULL);
  ouioed_hub_create_async (f.hub, request, NULL, NULL, NULL);
  bus_think (&f, "s1", "one", 0.5);
  bus_settle (&f);
  {
    g_auto(Page) page = read_page (&f, "0", 2);

    first = g_strdup (page.last_id);
  }
  for (guint i = 0; i < 2000; i++)
    {
      bus_think (&f, "s1", "more", 0.5);
      bus_settle (&f);
    }
  {
    g_auto(Page) page = read_page (&f, first, 0);

    head = g_strdup_printf ("{\"type\":\"gap\",\"session_id\":\"s1\",\"streams\":\"thinking\",\"after\":\"%s\",\"until\":\"",
                            first);
    g_assert_true (g_str_has_prefix (page.lines[0], head));
    g_assert_nonnull (strstr (page.lines[1], "\"kind\":\"thinking_step\""));
  }
  {
    g_auto(Page) page = read_page (&f, "0", 0);    /* who has seen nothing misses nothing */

    g_assert_nonnull (strstr (page.lines[0], "\"kind\":"));
  }
  bus_fixture_down (&f);
}

static void
test_bad_arguments_are_named (void)
{
  static const struct { const char *after; guint limit; const char *word; } cases[] = {
    { "", 0, "after" }, { "yesterday", 0, "after" }, { "-1", 0, "after" }, { "1-", 0, "after" }, { "0", 1001, "limit" },
  };
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  create_with_steps (&f, 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autofree char *name = bus_call_error (&f, S1, SESSION_IFACE, "ReadEvents",
                                              g_variant_new ("(su)", cases[i].after, cases[i].limit), &message);

      g_assert_cmpstr (name, ==, ERROR_NAME ("InvalidBody"));
      g_assert_nonnull (strstr (message, cases[i].word));
    }
  bus_fixture_down (&f);
}

/* Lagged names exactly what no signal told, and ReadEvents gives it. */
static void
test_lag_can_be_read (void)
{
  BusFixture f = { 0 };
  const OuioedDbusConfig config = { 3, 1000, FALSE, 10 };
  const char *seen, *from, *to;

  bus_fixture_up (&f, &config, NULL);
  create_with_steps (&f, 12);
  g_variant_get (bus_hear (&f, S1, "Lagged", 0)->arguments, "(&s&s)", &from, &to);
  g_variant_get_child (bus_hear (&f, S1, "StepAdded", 2)->arguments, 0, "&s", &seen);
  {
    g_auto(Page) page = read_page (&f, seen, 0);

    g_assert_cmpuint (page.n, ==, 9);
    g_assert_nonnull (strstr (page.lines[0], from));
    g_assert_nonnull (strstr (page.lines[0], "step 3"));
    g_assert_cmpstr (page.last_id, ==, to);
  }
  bus_fixture_down (&f);
}

/* ---- stats and properties ---- */

static void
test_stats_count (void)
{
  BusFixture f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;
  g_autoptr(GVariant) stats = NULL;
  g_autoptr(GVariant) types = NULL;
  guint64 steps, updates, analyses, created;
  double average, duration;

  bus_fixture_up (&f, NULL, NULL);
  create_with_steps (&f, 3);
  bus_progress (&f, "s1", "on it", 10);
  bus_close (&f, "s1", "done");
  bus_settle (&f);
  reply = bus_call (&f, S1, SESSION_IFACE, "GetStats", NULL, &error);
  g_assert_no_error (error);
  stats = g_variant_get_child_value (reply, 0);
  g_assert_true (g_variant_lookup (stats, "total_thinking_steps", "t", &steps));
  g_assert_true (g_variant_lookup (stats, "total_progress_updates", "t", &updates));
  g_assert_true (g_variant_lookup (stats, "average_confidence", "d", &average));
  g_assert_true (g_variant_lookup (stats, "session_duration", "d", &duration));
  g_assert_true (g_variant_lookup (stats, "created_at", "t", &created));
  g_assert_true (g_variant_lookup (stats, "thinking_types", "@a{st}", &types));
  g_assert_true (g_variant_lookup (types, "analysis", "t", &analyses));
  g_assert_cmpuint (steps, ==, 3);
  g_assert_cmpuint (analyses, ==, 3);
  g_assert_cmpuint (updates, ==, 1);
  g_assert_cmpfloat (average, ==, 0.5);
  g_assert_cmpfloat (duration, >=, 0);
  bus_fixture_down (&f);
}

static gboolean
is_property (BusFixture *f, gconstpointer data)
{
  const char *const *wanted = data;
  g_autoptr(GVariant) value = bus_get (f, S1, wanted[0]);
  g_autofree char *text = g_variant_print (value, FALSE);

  return g_str_equal (text, wanted[1]);
}

static void
update (BusFixture *f, const char *message, const char *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = bus_call (f, S1, SESSION_IFACE, "AppendProgress",
                                        g_variant_new ("(ss@a{sv})", "progress", message,
                                                       g_variant_new_parsed (options)), &error);

  g_assert_no_error (error);
}

static void
wait_for_property (BusFixture *f, const char *name, const char *value)
{
  const char *wanted[] = { name, value };

  bus_wait (f, is_property, wanted);
}

static void
test_properties_follow_the_updates (void)
{
  BusFixture f = { 0 };

  bus_fixture_up (&f, NULL, NULL);
  bus_create (&f, "s1");
  bus_settle (&f);
  wait_for_property (&f, "Percentage", "-1.0");
  wait_for_property (&f, "CurrentActivity", "''");
  wait_for_property (&f, "AverageConfidence", "-1.0");
  bus_think (&f, "s1", "hm", 0.25);
  bus_think (&f, "s1", "hm", 0.75);
  update (&f, "one", "{'progress_percentage': <40.0>, 'current_activity': <'reading'>}");
  update (&f, "two", "{'progress_percentage': <45.5>}");
  update (&f, ",\"progress_percentage\":99,\"current_activity\":\"no\"", "@a{sv} {}");    /* text is no member */
  wait_for_property (&f, "Percentage", "45.5");
  wait_for_property (&f, "CurrentActivity", "'reading'");
  wait_for_property (&f, "AverageConfidence", "0.5");
  bus_close (&f, "s1", "done");
  bus_create (&f, "s1");
  wait_for_property (&f, "State", "'open'");
  wait_for_property (&f, "Percentage", "-1.0");                                            /* a new beginning */
  wait_for_property (&f, "CurrentActivity", "''");
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/read/history-is-read-page-by-page", test_history_is_read_page_by_page);
  g_test_add_func ("/dbus/read/page-has-at-most-a-mebibyte", test_page_has_at_most_a_mebibyte);
  g_test_add_func ("/dbus/read/what-was-trimmed-is-told", test_what_was_trimmed_is_told);
  g_test_add_func ("/dbus/read/bad-arguments-are-named", test_bad_arguments_are_named);
  g_test_add_func ("/dbus/read/lag-can-be-read", test_lag_can_be_read);
  g_test_add_func ("/dbus/read/stats-count", test_stats_count);
  g_test_add_func ("/dbus/read/properties-follow-the-updates", test_properties_follow_the_updates);
  return g_test_run ();
}
