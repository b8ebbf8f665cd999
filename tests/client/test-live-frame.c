/* test-live-frame.c - frames of what is not stored, and the texts that they make
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-event.h"
#include "ouioe-live-frame.h"

static gboolean
read_frame (OuioeLiveFrame *frame, const char *event, const char *data)
{
  const OuioeSseEvent message = { NULL, event, data, strlen (data) };

  return ouioe_live_frame_read (frame, &message);
}

static void
test_frames_are_read (void)
{
  g_auto(OuioeLiveFrame) delta;
  g_auto(OuioeLiveFrame) dropped;
  g_auto(OuioeLiveFrame) generation;
  g_auto(OuioeLiveFrame) other;

  g_assert_true (read_frame (&delta, "thinking_delta",
                             "{\"type\":\"thinking_delta\",\"session_id\":\"s\",\"step_id\":\"2-3\",\"offset\":120,"
                             "\"text\":\"a\\u0000\xc3\xa4\"}"));
  g_assert_cmpint (delta.kind, ==, OUIOE_LIVE_DELTA);
  g_assert_cmpstr (delta.session_id, ==, "s");
  g_assert_cmpstr (delta.step_id, ==, "2-3");
  g_assert_cmpuint (delta.offset, ==, 120);
  g_assert_cmpstr (delta.text, ==, "a\xef\xbf\xbd\xc3\xa4");

  g_assert_true (read_frame (&dropped, "thinking_dropped", "{\"session_id\":\"s\",\"step_id\":\"3\"}"));
  g_assert_cmpint (dropped.kind, ==, OUIOE_LIVE_DROPPED);
  g_assert_true (read_frame (&generation, "generation",
                             "{\"session_id\":\"s\",\"generation\":{\"model\":\"m\",\"phase\":\"answer\",\"calls\":2,"
                             "\"input_tokens\":7}}"));
  g_assert_cmpint (generation.kind, ==, OUIOE_LIVE_GENERATION);
  g_assert_cmpstr (ouioe_generation_get_model (generation.generation), ==, "m");
  g_assert_cmpint (ouioe_generation_get_input_tokens (generation.generation), ==, 7);
  g_assert_cmpint (ouioe_generation_get_output_tokens (generation.generation), ==, -1);

  g_assert_false (read_frame (&other, "thinking_step", "{}"));
}

static void
test_frames_that_cannot_be_read_are_none (void)
{
  static const struct { const char *event; const char *data; } rows[] = {
    { "thinking_delta", "" },
    { "thinking_delta", "[]" },
    { "thinking_delta", "{\"session_id\":\"s\",\"step_id\":\"3\",\"text\":\"x\"}" },
    { "thinking_delta", "{\"session_id\":\"s\",\"step_id\":\"3\",\"offset\":-1,\"text\":\"x\"}" },
    { "thinking_delta", "{\"session_id\":\"s\",\"step_id\":\"3\",\"offset\":1.5,\"text\":\"x\"}" },
    { "thinking_delta", "{\"session_id\":\"s\",\"step_id\":\"3\",\"offset\":0}" },
    { "thinking_delta", "{\"session_id\":\"s\",\"step_id\":3,\"offset\":0,\"text\":\"x\"}" },
    { "thinking_delta", "{\"step_id\":\"3\",\"offset\":0,\"text\":\"x\"}" },
    { "thinking_dropped", "{\"session_id\":\"s\"}" },
    { "generation", "{\"session_id\":\"s\"}" },
    { "generation", "{\"session_id\":\"s\",\"generation\":7}" },
    { "generation", "{\"session_id\":\"s\",\"generation\":{\"calls\":\"many\"}}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto(OuioeLiveFrame) frame;

      g_assert_true (read_frame (&frame, rows[i].event, rows[i].data));
      g_assert_cmpint (frame.kind, ==, OUIOE_LIVE_NONE);
    }
}

/* ---- texts ---- */

static gboolean
grow (OuioeOpenSteps *steps, const char *session_id, const char *step_id, guint64 offset, const char *text)
{
  const OuioeLiveFrame frame = { OUIOE_LIVE_DELTA, (char *) session_id, (char *) step_id, offset, (char *) text, NULL };

  return ouioe_open_steps_grow (steps, &frame);
}

static void
count_gone (const char *session_id, const char *step_id, gpointer user_data)
{
  g_string_append_printf (user_data, "%s/%s ", session_id, step_id);
}

static void
test_texts_are_told_apart_by_session_and_step (void)
{
  g_autoptr(OuioeOpenSteps) steps = ouioe_open_steps_new ();
  g_autoptr(GString) gone = g_string_new (NULL);

  g_assert_true (grow (steps, "a", "1", 0, "x"));
  g_assert_true (grow (steps, "b", "1", 0, "y"));
  g_assert_true (grow (steps, "a", "2", 0, "z"));
  g_assert_true (grow (steps, "a", "1", 1, "x"));
  g_assert_cmpstr (ouioe_open_steps_get (steps, "a", "1"), ==, "xx");
  g_assert_cmpstr (ouioe_open_steps_get (steps, "b", "1"), ==, "y");
  g_assert_null (ouioe_open_steps_get (steps, "b", "2"));
  ouioe_open_steps_clear (steps, "a", count_gone, gone);
  g_assert_cmpstr (gone->str, ==, "a/1 a/2 ");
  g_assert_false (ouioe_open_steps_remove (steps, "a", "1"));
  g_assert_true (ouioe_open_steps_remove (steps, "b", "1"));
  g_assert_null (ouioe_open_steps_get (steps, "b", "1"));
}

static void
test_offsets_count_characters (void)
{
  g_autoptr(OuioeOpenSteps) steps = ouioe_open_steps_new ();

  g_assert_true (grow (steps, "s", "1", 0, "\xe6\x80\x9d\xe8\x80\x83"));
  g_assert_true (grow (steps, "s", "1", 2, "!"));
  g_assert_false (grow (steps, "s", "1", 4, "hole"));
  g_assert_true (grow (steps, "s", "1", 1, "\xc3\xa4"));
  g_assert_cmpstr (ouioe_open_steps_get (steps, "s", "1"), ==, "\xe6\x80\x9d\xc3\xa4");
}

static void
test_there_are_bounds (void)
{
  g_autoptr(OuioeOpenSteps) steps = ouioe_open_steps_new ();
  g_autofree char *most = g_strnfill (OUIOE_OPEN_STEP_MAX_BYTES, 'x');
  g_autofree char *more = g_strnfill (OUIOE_OPEN_STEP_MAX_BYTES + 1, 'x');

  g_assert_false (grow (steps, "s", "long", 0, more));
  g_assert_null (ouioe_open_steps_get (steps, "s", "long"));
  g_assert_true (grow (steps, "s", "0", 0, most));
  g_assert_false (grow (steps, "s", "0", OUIOE_OPEN_STEP_MAX_BYTES, "y"));
  g_assert_cmpuint (strlen (ouioe_open_steps_get (steps, "s", "0")), ==, OUIOE_OPEN_STEP_MAX_BYTES);
  for (guint i = 1; i < OUIOE_OPEN_STEPS_MAX; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_assert_true (grow (steps, "s", id, 0, "x"));
    }
  g_assert_false (grow (steps, "s", "one too many", 0, "x"));
  g_assert_true (grow (steps, "s", "1", 1, "y"));
}

/* ---- the event that ends it ---- */

static char *
dup_step_id (const char *kind, const char *members)
{
  const char *type = strcmp (kind, "thinking_step") == 0 ? "thinking_type" : "progress_type";
  g_autofree char *json = g_strdup_printf ("{\"id\":\"5-0\",\"session_id\":\"s\",\"kind\":\"%s\",\"timestamp\":"
                                           "\"2026-11-23T01:11:03+00:00\",\"%s\":\"analysis\","
                                           "\"content\":\"\\\"step_id\\\"\"%s}", kind, type, members);
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = ouioe_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return ouioe_event_dup_step_id (event);
}

static void
test_an_event_says_which_step_it_is (void)
{
  static const char *const without[] = {
    "", ",\"context_used\":{}", ",\"context_used\":{\"step_id\":7}", ",\"context_used\":{\"a\":{\"step_id\":\"7\"}}",
    ",\"step_id\":\"7\"", ",\"context_used\":\"step_id\"",
  };
  g_autofree char *plain = dup_step_id ("thinking_step", ",\"context_used\":{\"border\":\"end\",\"step_id\":\"2-7\"}");
  g_autofree char *escaped = dup_step_id ("thinking_step", ",\"context_used\":{\"step_id\":\"\\u0041\"}");
  g_autofree char *update = dup_step_id ("progress_update", ",\"context_used\":{\"step_id\":\"7\"}");

  g_assert_cmpstr (plain, ==, "2-7");
  g_assert_cmpstr (escaped, ==, "A");
  g_assert_null (update);
  for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
    g_assert_null (dup_step_id ("thinking_step", without[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live-frame/frames-are-read", test_frames_are_read);
  g_test_add_func ("/live-frame/frames-that-cannot-be-read-are-none", test_frames_that_cannot_be_read_are_none);
  g_test_add_func ("/live-frame/texts-are-told-apart-by-session-and-step", test_texts_are_told_apart_by_session_and_step);
  g_test_add_func ("/live-frame/offsets-count-characters", test_offsets_count_characters);
  g_test_add_func ("/live-frame/there-are-bounds", test_there_are_bounds);
  g_test_add_func ("/live-frame/an-event-says-which-step-it-is", test_an_event_says_which_step_it_is);
  return g_test_run ();
}
