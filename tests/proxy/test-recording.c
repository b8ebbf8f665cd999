/* test-recording.c - what cannot be written is counted, told, and not left open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-recording.h"

#include "ouioe-generation-private.h"

#include "draft-reader.h"

#define SOON_US 50000    /* more than what is joined to one piece */

static void
on_opened (OuioedRecording *recording, gpointer user_data)
{
}

static void
on_idle (OuioedRecording *recording, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static const OuioedRecordingFuncs funcs = { on_opened, on_idle };

static OuioedRecording *
begin (Fixture *f, gboolean *is_idle)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_new ("Why?", NULL);
  OuioedRecording *recording = ouioed_recording_new (f->hub, "s", &funcs, is_idle);

  ouioed_recording_begin (recording, "alice", context);
  settle ();
  g_assert_true (ouioed_recording_is_open (recording));
  return recording;
}

static void
add_step (OuioedRecording *recording, const char *step_id)
{
  g_autoptr(OuioeThinkingStep) step = new_step ("A thought.");
  g_autofree char *context = g_strdup_printf ("{\"step_id\":\"%s\"}", step_id);

  step->context_used = ouioe_text_new (context, -1);
  ouioed_recording_add (recording, step, NULL);
}

/* So much that nothing more may wait. */
static void
fill (OuioedRecording *recording)
{
  while (ouioed_recording_get_n_dropped (recording) == 0)
    {
      g_autoptr(OuioeProgressUpdate) update = new_update ("progress", "x");

      ouioed_recording_add (recording, NULL, update);
    }
}

static void
test_what_is_given_up_is_told_and_not_left_open (Fixture *f, gconstpointer data)
{
  gboolean is_idle = FALSE;
  g_autoptr(OuioedRecording) recording = begin (f, &is_idle);
  g_autoptr(DraftReader) reader = draft_reader_new (f, "s", OUIOE_STREAMS_THINKING);

  f->store->hold = TRUE;
  grow (f, "s", "1", "A thou");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:A thou");
  f->now_us += SOON_US;
  grow (f, "s", "2", "Two");
  g_assert_cmpstr (draft_reader_read (reader), ==, "2@0:Two");
  add_step (recording, "1");
  fill (recording);
  f->now_us += SOON_US;
  add_step (recording, "2");
  g_assert_cmpuint (ouioed_recording_get_n_dropped (recording), ==, 2);
  g_assert_cmpstr (draft_reader_read (reader), ==, "-2");

  ouioed_recording_end (recording, "done", ouioe_generation_new ());
  f->store->hold = FALSE;
  test_store_release (f->store);
  settle ();
  g_assert_true (is_idle);
  g_assert_cmpstr (draft_reader_read (reader), ==, "[A thought.] end gen:none");
}

/* Somebody else closed the session: what comes too late is counted, and the call ends. */
static void
test_a_session_that_was_closed_takes_nothing_more (Fixture *f, gconstpointer data)
{
  gboolean is_idle = FALSE;
  g_autoptr(OuioedRecording) recording = begin (f, &is_idle);

  g_assert_true (fixture_close (f, "s", NULL));
  add_step (recording, "1");
  add_step (recording, "2");
  settle ();
  add_step (recording, "3");
  ouioed_recording_end (recording, "done", ouioe_generation_new ());
  settle ();
  g_assert_true (is_idle);
  g_assert_cmpuint (ouioed_recording_get_n_dropped (recording), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/recording/what-is-given-up-is-told-and-not-left-open", Fixture, NULL, fixture_set_up,
              test_what_is_given_up_is_told_and_not_left_open, fixture_tear_down);
  g_test_add ("/recording/a-session-that-was-closed-takes-nothing-more", Fixture, NULL, fixture_set_up,
              test_a_session_that_was_closed_takes_nothing_more, fixture_tear_down);
  return g_test_run ();
}
