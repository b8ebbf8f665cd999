/* test-view.c - events, gaps and the bar as people see them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <time.h>

#include "ouioe-codec.h"
#include "ouioectl-view.h"

#define BEGIN "{\"id\":\"1767355200000-0\",\"session_id\":\"s\",\"kind\":"
#define TIME  ",\"timestamp\":\"2026-01-02T12:00:00+00:00\","

static const char step_json[] = BEGIN "\"thinking_step\"" TIME
  "\"thinking_type\":\"decision\",\"content\":\"Use the second one, because it is simpler and needs no restart.\\n\","
  "\"reasoning_chain\":[\"It is simpler\"],\"confidence\":0.85,\"alternatives\":[\"The first\"],\"decision_factor"
    "s\":[\"Uptime\"]}";
static const char plain_step_json[] = BEGIN "\"thinking_step\"" TIME
  "\"thinking_type\":\"analysis\",\"content\":\"a\\u001b[2Jb\\nc\"}";
static const char start_json[] = BEGIN "\"session_start\"" TIME
  "\"user_id\":\"alice\",\"debug_mode\":true,\"progress_updates\":true,\"max_stream_length\":1000,"
  "\"update_threshold_seconds\":0.0,\"expiry_seconds\":86400.0,\"user_request\":\"Why?\",\"system_context\":{}}";
static const char end_json[] = BEGIN "\"session_end\"" TIME
  "\"outcome\":\"done\",\"duration\":9.25,\"thinking_steps\":3,\"progress_updates\":0}";
static const char known_json[] = BEGIN "\"progress_update\"" TIME
  "\"progress_type\":\"progress\",\"message\":\"Copying\",\"progress_percentage\":50.0,\"current_step\":\"disk 2\","
  "\"estimated_remaining\":\"5 s\"}";
static const char unknown_json[] = BEGIN "\"progress_update\"" TIME
  "\"progress_type\":\"thinking_aloud\",\"message\":\"m is thinking\"}";
static const char warning_json[] = BEGIN "\"progress_update\"" TIME
  "\"progress_type\":\"warning\",\"message\":\"Low on disk\"}";

static OuioeEvent *
decode (const char *json)
{
  g_autoptr(GError) error = NULL;
  OuioeEvent *event = ouioe_codec_decode_event (json, strlen (json), &error);

  g_assert_no_error (error);
  return event;
}

static char *
view (const OuioectlView *how, const char *json)
{
  g_autoptr(OuioeEvent) event = decode (json);

  return ouioectl_view_event (how, event);
}

static void
assert_view (const OuioectlView *how, const char *json, const char *expected)
{
  g_autofree char *got = view (how, json);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_a_step_is_shown_with_what_was_reported (void)
{
  const OuioectlView wide = { .width = 0 };
  const OuioectlView narrow = { .width = 40 };

  assert_view (&wide, step_json,
               "12:00:00  decision            Use the second one, because it is simpler and needs no restart.\n"
               "                              reason: It is simpler\n"
               "                              instead of: The first\n"
               "                              because of: Uptime\n"
               "                              confidence: 85 %\n");
  assert_view (&narrow, step_json,
               "12:00:00  decision\n"
               "  Use the second one, because it is\n"
               "  simpler and needs no restart.\n"
               "  reason: It is simpler\n"
               "  instead of: The first\n"
               "  because of: Uptime\n"
               "  confidence: 85 %\n");
}

static void
test_a_step_without_confidence_shows_none (void)
{
  const OuioectlView wide = { .width = 0 };

  assert_view (&wide, plain_step_json,
               "12:00:00  analysis            a␛[2Jb\n"
               "                              c\n");
}

static void
test_colour_only_when_wanted (void)
{
  const OuioectlView plain = { .width = 80 };
  const OuioectlView colour = { .width = 80, .colour = TRUE };
  g_autofree char *without = view (&plain, step_json);
  g_autofree char *with = view (&colour, step_json);

  g_assert_null (strchr (without, '\033'));
  g_assert_nonnull (strstr (with, "\033[1;32mdecision\033[0m"));
}

static void
test_begin_and_end_are_told (void)
{
  const OuioectlView one = { .width = 0 };
  const OuioectlView many = { .width = 0, .sessions = TRUE };

  assert_view (&one, start_json, "12:00:00  begin               Why? (alice)\n");
  assert_view (&one, end_json, "12:00:00  end                 done after 9.2 s\n");
  assert_view (&many, end_json, "12:00:00  s                 end                 done after 9.2 s\n");
}

static void
test_updates_have_lines_unless_a_bar_shows_them (void)
{
  const OuioectlView lines = { .width = 0 };
  const OuioectlView bar = { .width = 80, .bar = TRUE };

  assert_view (&lines, known_json, "12:00:00  progress             50 %  Copying [disk 2] (5 s left)\n");
  assert_view (&lines, unknown_json, "12:00:00  thinking_aloud      m is thinking\n");
  assert_view (&bar, known_json, "");
  assert_view (&bar, unknown_json, "");
  assert_view (&bar, warning_json, "12:00:00  warning             Low on disk\n");
}

static void
test_gaps_are_told (void)
{
  const OuioectlView plain = { .width = 80 };
  g_autofree char *one = ouioectl_view_gap (&plain, "1-0", "3-0", 1);
  g_autofree char *some = ouioectl_view_gap (&plain, "1-0", "3-0", -1);
  g_autofree char *json = ouioectl_view_gap_json ("1-0", "3-0", 5);
  g_autofree char *unknown = ouioectl_view_gap_json ("1-0", "3-0", -1);

  g_assert_cmpstr (one, ==, "--- 1 event is no longer kept (after 1-0, until 3-0) ---\n");
  g_assert_cmpstr (some, ==, "--- some events are no longer kept (after 1-0, until 3-0) ---\n");
  g_assert_cmpstr (json, ==, "{\"kind\":\"gap\",\"after\":\"1-0\",\"until\":\"3-0\",\"lost\":5}");
  g_assert_cmpstr (unknown, ==, "{\"kind\":\"gap\",\"after\":\"1-0\",\"until\":\"3-0\"}");
}

/* ---- the bar ---- */

static char *
bar_after (const OuioectlView *how, gint64 later_us, const char *first, ...)
{
  OuioectlBar bar = OUIOECTL_BAR_INIT;
  gint64 now_us = 0;
  char *line;
  va_list args;

  va_start (args, first);
  for (const char *json = first; json != NULL; json = va_arg (args, const char *))
    {
      g_autoptr(OuioeEvent) event = decode (json);

      ouioectl_bar_update (&bar, event);
      now_us = ouioe_event_get_time_us (event) + later_us;
    }
  va_end (args);
  line = ouioectl_bar_format (&bar, how, now_us);
  ouioectl_bar_clear (&bar);
  return line;
}

static void
test_bar_shows_a_percentage_only_when_there_is_one (void)
{
  const OuioectlView how = { .width = 80, .bar = TRUE };
  g_autofree char *nothing = bar_after (&how, 0, start_json, NULL);
  g_autofree char *known = bar_after (&how, 0, known_json, NULL);
  g_autofree char *unknown = bar_after (&how, 2500000, known_json, unknown_json, NULL);
  g_autofree char *found = bar_after (&how, 0, known_json, warning_json, NULL);
  g_autofree char *thinking = bar_after (&how, 0, start_json, plain_step_json, NULL);
  g_autofree char *ended = bar_after (&how, 0, known_json, end_json, NULL);

  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (known, ==, "████████████░░░░░░░░░░░░  50 %  Copying · 5 s left");
  g_assert_cmpstr (found, ==, known);
  g_assert_cmpstr (unknown, ==, "m is thinking · 2 s");
  g_assert_cmpstr (thinking, ==, "thinking");
  g_assert_cmpstr (ended, ==, "");
}

static void
test_bar_is_always_narrower_than_the_terminal (void)
{
  for (guint width = 1; width < 120; width++)
    for (guint sessions = 0; sessions <= 1; sessions++)
      {
        const OuioectlView how = { .width = width, .bar = TRUE, .sessions = (gboolean) sessions };
        g_autofree char *known = bar_after (&how, 65000000, known_json, NULL);
        g_autofree char *unknown = bar_after (&how, 65000000, unknown_json, NULL);

        g_assert_cmpuint (g_utf8_strlen (known, -1), <, width);
        g_assert_cmpuint (g_utf8_strlen (unknown, -1), <, width);
      }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  tzset ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/step-is-shown-with-what-was-reported", test_a_step_is_shown_with_what_was_reported);
  g_test_add_func ("/view/step-without-confidence-shows-none", test_a_step_without_confidence_shows_none);
  g_test_add_func ("/view/colour-only-when-wanted", test_colour_only_when_wanted);
  g_test_add_func ("/view/begin-and-end-are-told", test_begin_and_end_are_told);
  g_test_add_func ("/view/updates-have-lines-unless-a-bar-shows-them", test_updates_have_lines_unless_a_bar_shows_them);
  g_test_add_func ("/view/gaps-are-told", test_gaps_are_told);
  g_test_add_func ("/bar/percentage-only-when-there-is-one", test_bar_shows_a_percentage_only_when_there_is_one);
  g_test_add_func ("/bar/always-narrower-than-the-terminal", test_bar_is_always_narrower_than_the_terminal);
  return g_test_run ();
}
