/* test-position.c - what a message means depends on how far the reader is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-position.h"

#define AT(a, b) ((OuioeEventId) { a, b })

static void
take (OuioePosition *position, const char *id, const char *event, const char *data, OuioeDelivery *delivery)
{
  OuioeSseEvent message = { .id = id, .event = event, .data = data, .len = strlen (data) };

  ouioe_position_take (position, &message, delivery);
}

static char *
step (const char *id)
{
  return g_strdup_printf ("{\"id\":\"%s\",\"session_id\":\"s\",\"kind\":\"thinking_step\","
                          "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"thinking_type\":\"decision\","
                          "\"content\":\"x\"}", id);
}

static char *
end (const char *id, const char *outcome)
{
  return g_strdup_printf ("{\"id\":\"%s\",\"session_id\":\"s\",\"kind\":\"session_end\","
                          "\"timestamp\":\"2026-11-23T01:11:03+00:00\",%s\"duration\":1.5,\"thinking_steps\":1,"
                          "\"progress_updates\":0}", id, outcome);
}

static void
assert_position (OuioePosition *position, guint64 ms, guint64 seq)
{
  g_assert_true (position->is_known);
  g_assert_cmpint (ouioe_event_id_compare (position->id, AT (ms, seq)), ==, 0);
}

static void
assert_step (OuioePosition *position, const char *id, gboolean is_delivered)
{
  g_auto(OuioeDelivery) delivery;
  g_autofree char *data = step (id);

  take (position, id, "thinking_step", data, &delivery);
  g_assert_cmpint (delivery.event != NULL, ==, is_delivered);
  g_assert_false (delivery.is_gap);
  g_assert_null (delivery.outcome);
}

static void
test_each_event_is_delivered_once (void)
{
  OuioePosition position = { 0 };

  assert_step (&position, "5-0", TRUE);
  assert_step (&position, "5-0", FALSE);
  assert_step (&position, "4-9", FALSE);
  assert_step (&position, "5-1", TRUE);
  assert_step (&position, "18446744073709551615-18446744073709551615", TRUE);
  assert_step (&position, "6-0", FALSE);
  assert_position (&position, G_MAXUINT64, G_MAXUINT64);
}

static void
test_begins_behind_what_was_asked_for (void)
{
  OuioePosition position = { 0 };

  ouioe_position_set (&position, AT (5, 0));
  assert_step (&position, "5-0", FALSE);
  assert_step (&position, "5-1", TRUE);
}

static void
test_zero_is_before_everything (void)
{
  OuioePosition position = { 0 };

  ouioe_position_set (&position, OUIOE_EVENT_ID_ZERO);
  assert_step (&position, "0-1", TRUE);
}

static void
test_follow_only_moves_forward (void)
{
  OuioePosition position = { 0 };

  ouioe_position_follow (&position, NULL);
  ouioe_position_follow (&position, "nonsense");
  g_assert_false (position.is_known);
  ouioe_position_follow (&position, "7-3");
  assert_position (&position, 7, 3);
  ouioe_position_follow (&position, "7-2");
  ouioe_position_follow (&position, "-1");
  assert_position (&position, 7, 3);
  ouioe_position_follow (&position, "8");
  assert_position (&position, 8, 0);
}

static void
assert_gap (OuioePosition *position, const char *data, gint64 after_ms, gint64 until_ms, gint64 lost)
{
  g_auto(OuioeDelivery) delivery;

  take (position, NULL, "gap", data, &delivery);
  g_assert_true (delivery.is_gap);
  g_assert_null (delivery.event);
  g_assert_cmpuint (delivery.after.ms, ==, after_ms);
  g_assert_cmpuint (delivery.until.ms, ==, until_ms);
  g_assert_cmpint (delivery.lost, ==, lost);
  assert_position (position, (guint64) until_ms, 0);
}

static void
assert_no_gap (OuioePosition *position, const char *data)
{
  g_auto(OuioeDelivery) delivery;
  OuioePosition before = *position;

  take (position, NULL, "gap", data, &delivery);
  g_assert_false (delivery.is_gap);
  g_assert_cmpint (position->is_known, ==, before.is_known);
  g_assert_cmpint (ouioe_event_id_compare (position->id, before.id), ==, 0);
}

static void
test_a_gap_moves_behind_itself (void)
{
  OuioePosition position = { 0 };

  assert_gap (&position, "{\"after\":\"0-0\",\"until\":\"5-0\",\"lost\":12}", 0, 5, 12);
  assert_step (&position, "5-0", FALSE);
  assert_step (&position, "6-0", TRUE);
  assert_gap (&position, "{\"after\":\"6-0\",\"until\":\"9-0\"}", 6, 9, -1);
  assert_gap (&position, "{\"until\":\"10-0\",\"lost\":\"many\"}", 9, 10, -1);
}

static void
test_a_gap_that_says_nothing_new_is_none (void)
{
  OuioePosition position = { 0 };

  ouioe_position_set (&position, AT (5, 0));
  assert_no_gap (&position, "{\"after\":\"1-0\",\"until\":\"5-0\",\"lost\":3}");
  assert_no_gap (&position, "{\"after\":\"1-0\",\"until\":\"4-0\",\"lost\":3}");
  assert_no_gap (&position, "{\"after\":\"6-0\"}");
  assert_no_gap (&position, "{\"until\":7}");
  assert_no_gap (&position, "{\"until\":\"x\"}");
  assert_no_gap (&position, "[]");
  assert_no_gap (&position, "");
}

static void
assert_outcome (const char *member, const char *expected)
{
  OuioePosition position = { 0 };
  g_auto(OuioeDelivery) delivery;
  g_autofree char *data = end ("5-0", member);

  take (&position, "5-0", "session_end", data, &delivery);
  g_assert_nonnull (delivery.event);
  g_assert_cmpstr (delivery.outcome, ==, expected);
}

static void
test_the_end_has_an_outcome (void)
{
  assert_outcome ("\"outcome\":\"error\",", "error");
  assert_outcome ("\"outcome\":\"closed\",", "closed");
}

static void
test_what_cannot_be_read_is_a_gap_of_one (void)
{
  OuioePosition position = { 0 };
  g_auto(OuioeDelivery) lost;
  g_auto(OuioeDelivery) nameless;
  g_auto(OuioeDelivery) again;

  ouioe_position_set (&position, AT (4, 0));
  take (&position, "5-0", "thinking_step", "{\"id\":", &lost);
  g_assert_true (lost.is_gap);
  g_assert_cmpint (lost.lost, ==, 1);
  g_assert_cmpuint (lost.after.ms, ==, 4);
  g_assert_cmpuint (lost.until.ms, ==, 5);
  assert_position (&position, 5, 0);

  take (&position, "5-0", "thinking_step", "{\"id\":", &again);
  g_assert_false (again.is_gap);
  take (&position, NULL, "thinking_step", "{}", &nameless);
  g_assert_false (nameless.is_gap);
}

static void
test_other_messages_are_nothing (void)
{
  static const char *const names[] = { "message", "of_the_future", "", "keepalive" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      OuioePosition position = { 0 };
      g_auto(OuioeDelivery) delivery;
      g_autofree char *data = step ("5-0");

      take (&position, "5-0", names[i], data, &delivery);
      g_assert_null (delivery.event);
      g_assert_false (delivery.is_gap);
      g_assert_false (position.is_known);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/position/each-event-is-delivered-once", test_each_event_is_delivered_once);
  g_test_add_func ("/position/begins-behind-what-was-asked-for", test_begins_behind_what_was_asked_for);
  g_test_add_func ("/position/zero-is-before-everything", test_zero_is_before_everything);
  g_test_add_func ("/position/follow-only-moves-forward", test_follow_only_moves_forward);
  g_test_add_func ("/position/a-gap-moves-behind-itself", test_a_gap_moves_behind_itself);
  g_test_add_func ("/position/a-gap-that-says-nothing-new-is-none", test_a_gap_that_says_nothing_new_is_none);
  g_test_add_func ("/position/the-end-has-an-outcome", test_the_end_has_an_outcome);
  g_test_add_func ("/position/what-cannot-be-read-is-a-gap-of-one", test_what_cannot_be_read_is_a_gap_of_one);
  g_test_add_func ("/position/other-messages-are-nothing", test_other_messages_are_nothing);
  return g_test_run ();
}
