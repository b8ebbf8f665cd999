/* test-live.c - what goes on right now: lines that fit, and what takes them away again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <time.h>

#include "ouioe-generation-private.h"
#include "ouioectl-live.h"

#define NOON_US (G_GINT64_CONSTANT (1767355200) * G_USEC_PER_SEC)   /* 2026-01-02 12:00:00 UTC */

static const OuioectlView view = { .bar = TRUE, .width = 70 };
static const OuioectlView narrow = { .bar = TRUE, .width = 30 };

static void
assert_draws (OuioectlLive *live, const OuioectlView *how, guint rows, const char *expected)
{
  g_autofree char *text = ouioectl_live_draw (live, how, rows, NOON_US);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_erases (OuioectlLive *live, guint width, const char *expected)
{
  g_autofree char *text = ouioectl_live_erase (live, width);

  g_assert_cmpstr (text, ==, expected);
}

static void
set_phase (OuioectlLive *live, const char *session_id, OuioePhase phase)
{
  g_autoptr(OuioeGeneration) generation = ouioe_generation_new ();

  generation->phase = phase;
  ouioectl_live_set_generation (live, session_id, generation);
}

static void
take_event (OuioectlLive *live, const char *members)
{
  g_autofree char *json = g_strdup_printf ("{\"id\":\"5-0\",\"session_id\":\"s\","
                                           "\"timestamp\":\"2026-01-02T12:00:00+00:00\",%s}", members);
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = ouioe_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  ouioectl_live_event (live, event);
}

static void
test_nothing_goes_on (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();

  assert_erases (live, 70, "\r\033[K");
  assert_draws (live, &view, 20, "");
  assert_erases (live, 70, "\r\033[K");
}

static void
test_steps_stand_in_the_order_they_began (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();

  ouioectl_live_grow (live, "s", "1", "one", NOON_US);
  ouioectl_live_grow (live, "s", "2", "two", NOON_US);
  ouioectl_live_grow (live, "s", "1", "one more", NOON_US + 1);
  assert_draws (live, &view, 20,
                "12:00:00  …                   one more\n12:00:00  …                   two\n");
  assert_erases (live, 70, "\r\033[2A\033[J");
  take_event (live, "\"kind\":\"thinking_step\",\"thinking_type\":\"analysis\",\"content\":\"x\","
              "\"context_used\":{\"step_id\":\"1\"}");
  ouioectl_live_drop (live, "t", "2");
  assert_draws (live, &view, 20, "12:00:00  …                   two\nthinking");
  ouioectl_live_drop (live, "s", "2");
  assert_erases (live, 70, "\r\033[1A\033[J");
  assert_draws (live, &view, 20, "thinking");
}

static void
test_lines_that_were_broken_anew_are_taken_away_too (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();
  g_autofree char *text = NULL;

  ouioectl_live_grow (live, "s", "1", "0123456789 0123456789 0123456789 012345", NOON_US);
  text = ouioectl_live_draw (live, &view, 20, NOON_US);
  g_assert_cmpuint (strlen (text), >, 60);
  assert_erases (live, 20, "\r\033[4A\033[J");
}

static void
test_long_steps_show_their_end (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();

  ouioectl_live_grow (live, "s", "1", "a\nb\nc\nd\ne\nf\ng\nh", NOON_US);
  assert_draws (live, &view, 5,
                "12:00:00  …                   ⋮\n                              f\n"
                "                              g\n                              h\n");
  assert_draws (live, &narrow, 5, "12:00:00  …\n  ⋮\n  g\n  h\n");
  assert_draws (live, &narrow, 2, "  h\n");
}

static void
test_a_very_long_step_is_laid_out_in_part (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autofree char *drawn = NULL;

  ouioectl_live_grow (live, "s", "1", text, NOON_US);
  drawn = ouioectl_live_draw (live, &view, 10, NOON_US);
  g_assert_cmpuint (strlen (drawn), <, 1000);
  g_assert_nonnull (strstr (drawn, "xxx\n"));
}

static void
test_models_are_told_until_they_end (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();
  const OuioectlView all = { .bar = TRUE, .width = 70, .sessions = TRUE };

  for (char name[] = "a"; *name <= 'f'; (*name)++)
    set_phase (live, name, OUIOE_PHASE_THINKING);
  set_phase (live, "e", OUIOE_PHASE_ANSWER);
  assert_draws (live, &all, 30, "c: thinking\nd: thinking\ne: answering\nf: thinking\nand 2 more at work");
  for (char name[] = "a"; *name <= 'f'; (*name)++)
    set_phase (live, name, OUIOE_PHASE_NONE);
  assert_draws (live, &all, 30, "");
}

static void
test_the_bar_is_for_what_was_told (void)
{
  g_autoptr(OuioectlLive) live = ouioectl_live_new ();

  set_phase (live, "s", OUIOE_PHASE_PROMPT);
  take_event (live, "\"kind\":\"progress_update\",\"progress_type\":\"progress\",\"message\":\"Reading\"");
  assert_draws (live, &view, 20, "reading the prompt");
  take_event (live, "\"kind\":\"progress_update\",\"progress_type\":\"progress\",\"message\":\"Reading\","
              "\"progress_percentage\":50.0");
  assert_draws (live, &view, 20, "reading the prompt\n████████████░░░░░░░░░░░░  50 %  Reading");
  take_event (live, "\"kind\":\"session_end\",\"outcome\":\"done\",\"duration\":1.0,\"thinking_steps\":0,"
              "\"progress_updates\":2");
  assert_draws (live, &view, 20, "");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  tzset ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/nothing-goes-on", test_nothing_goes_on);
  g_test_add_func ("/live/steps-stand-in-the-order-they-began", test_steps_stand_in_the_order_they_began);
  g_test_add_func ("/live/lines-that-were-broken-anew-are-taken-away-too", test_lines_that_were_broken_anew_are_taken_away_too);
  g_test_add_func ("/live/long-steps-show-their-end", test_long_steps_show_their_end);
  g_test_add_func ("/live/a-very-long-step-is-laid-out-in-part", test_a_very_long_step_is_laid_out_in_part);
  g_test_add_func ("/live/models-are-told-until-they-end", test_models_are_told_until_they_end);
  g_test_add_func ("/live/the-bar-is-for-what-was-told", test_the_bar_is_for_what_was_told);
  return g_test_run ();
}
