/* test-drafts.c - open steps: shown as they grow, joined, from the beginning for who comes late, never behind their end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "draft-reader.h"
#include "test-log.h"

#define MS G_GINT64_CONSTANT (1000)

/* Time passes, and what waits for it is shown. */
static void
pass (Fixture *f, gint64 us)
{
  f->now_us += us;
  while (f->hub->drafts_waiting.length > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_text_is_shown_as_it_grows (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  g_assert_cmpstr (draft_reader_read (reader), ==, "");

  grow (f, "s", "1", "Wei\xc3\x9f");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:Wei\xc3\x9f");
  f->now_us += 50 * MS;
  grow (f, "s", "1", " er");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@4: er");   /* characters, not bytes */

  finish_step (f, "s", "1", "Wei\xc3\x9f er es?");
  g_assert_cmpstr (draft_reader_read (reader), ==, "[Wei\xc3\x9f er es?]");
  f->now_us += 50 * MS;
  grow (f, "s", "1", "another");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:another");
}

static void
test_what_comes_soon_is_joined (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "a");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:a");     /* after quiet at once */
  for (guint i = 0; i < 5; i++)
    {
      f->now_us += 5 * MS;
      grow (f, "s", "1", "b");
      grow (f, "s", "2", "c");
    }
  g_assert_cmpstr (draft_reader_read (reader), ==, "");
  pass (f, 10 * MS);
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@1:bbbbb 2@0:ccccc");
}

static void
test_a_second_has_at_most_thirty (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  g_autoptr(DraftReader) all = NULL;

  fixture_open (f, "s");
  fixture_open (f, "t");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  draft_reader_read (all);

  for (guint i = 0; i < 1000; i++)
    {
      f->now_us += MS;
      grow (f, "s", "1", "x");
      grow (f, "t", "1", "y");
      draft_reader_read (reader);
      draft_reader_read (all);
    }
  g_assert_cmpuint (reader->n_pieces, <=, 30);
  g_assert_cmpuint (reader->n_pieces, >=, 25);
  g_assert_cmpuint (all->n_pieces, <=, 60);
  g_assert_cmpuint (all->n_pieces, >=, 50);

  pass (f, 40 * MS);
  draft_reader_read (reader);
  g_assert_cmpuint (((GString *) g_hash_table_lookup (reader->open, "s/1"))->len, ==, 1000);
}

static void
test_sessions_do_not_wait_for_each_other (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) all = NULL;

  fixture_open (f, "s");
  fixture_open (f, "t");
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "a");
  grow (f, "s", "1", "b");
  f->now_us += MS;
  grow (f, "t", "9", "c");
  g_assert_cmpstr (draft_reader_read (all), ==, "1@0:a 9@0:c");
  pass (f, 34 * MS);
  g_assert_cmpstr (draft_reader_read (all), ==, "1@1:b");
}

static void
test_a_clock_that_steps_back_holds_nothing_up (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "a");
  grow (f, "s", "1", "b");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:a");
  pass (f, -3600 * G_TIME_SPAN_SECOND);
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@1:b");
  f->now_us -= 3600 * G_TIME_SPAN_SECOND;
  grow (f, "s", "1", "c");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@2:c");
}

static void
test_who_comes_late_gets_the_beginning (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) late = NULL;
  g_autoptr(DraftReader) all = NULL;
  g_autoptr(DraftReader) progress = NULL;

  fixture_open (f, "s");
  grow (f, "s", "1", "one ");
  f->now_us += 50 * MS;
  grow (f, "s", "1", "two ");
  grow (f, "s", "2", "three");

  late = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  progress = draft_reader_new (f, "s", OUIOE_STREAMS_PROGRESS);
  g_assert_cmpstr (draft_reader_read (late), ==, "1@0:one two ");
  g_assert_cmpstr (draft_reader_read (all), ==, "1@0:one two ");
  pass (f, 50 * MS);
  g_assert_cmpstr (draft_reader_read (late), ==, "2@0:three");
  g_assert_cmpstr (draft_reader_read (all), ==, "2@0:three");
  g_assert_cmpstr (draft_reader_read (progress), ==, "");        /* it does not want thinking */
}

static void
test_who_reads_slowly_gets_longer_pieces (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) slow = NULL;
  g_autoptr(DraftReader) all = NULL;

  fixture_open (f, "s");
  slow = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  for (guint i = 0; i < 100; i++)
    {
      f->now_us += 40 * MS;
      grow (f, "s", i % 2 == 0 ? "1" : "2", "x");
    }
  draft_reader_take (slow, 1);
  draft_reader_take (all, 1);
  g_assert_cmpuint (slow->n_pieces, ==, 1);
  g_assert_cmpuint (((GString *) g_hash_table_lookup (slow->open, "s/1"))->len, ==, 50);
  f->now_us += 40 * MS;
  grow (f, "s", "1", "y");
  draft_reader_read (slow);
  draft_reader_read (all);
  g_assert_cmpuint (slow->n_pieces, ==, 3);
  g_assert_cmpuint (all->n_pieces, ==, 3);
  g_assert_cmpuint (((GString *) g_hash_table_lookup (slow->open, "s/2"))->len, ==, 50);
  g_assert_cmpuint (((GString *) g_hash_table_lookup (all->open, "s/1"))->len, ==, 51);
}

static void
test_no_piece_comes_behind_the_end_of_its_step (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  draft_reader_read (reader);
  grow (f, "s", "1", "ab");
  grow (f, "s", "1", "cd");                       /* not shown yet */
  finish_step (f, "s", "1", "abcd");
  pass (f, 100 * MS);
  g_assert_cmpstr (draft_reader_read (reader), ==, "[abcd]");    /* the step says all */
}

static void
test_events_come_before_pieces (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "2", "new");
  fixture_think (f, "s", "one", NULL, NULL);
  fixture_think (f, "s", "two", NULL, NULL);
  draft_reader_take (reader, 1);
  g_assert_cmpstr (reader->got->str, ==, "[one]");
  g_assert_cmpstr (draft_reader_read (reader), ==, "[one] [two] 2@0:new");
}

static void
test_a_step_that_is_not_committed_stays_open (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  g_autoptr(DraftReader) late = NULL;
  g_autoptr(Call) call = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "ab");
  f->store->hold = TRUE;
  call = call_finish_step (f, "s", "1", "ab");
  settle ();
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:ab");
  late = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  g_assert_cmpstr (draft_reader_read (late), ==, "1@0:ab");

  f->now_us += 50 * MS;
  grow (f, "s", "1", "next");                     /* of this name, but another one */
  test_store_release (f->store);
  call_wait (call);
  g_assert_cmpstr (draft_reader_read (reader), ==, "[ab] 1@0:next");
  g_assert_cmpstr (draft_reader_read (late), ==, "[ab] 1@0:next");
}

static void
test_a_step_that_the_store_refuses_is_dropped (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  g_autoptr(Call) call = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "ab");
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:ab");
  f->store->fail = 1;
  test_log_expect ("The store refused*");
  call = call_finish_step (f, "s", "1", "ab");
  call_wait (call);
  test_log_assert ();
  g_assert_cmpstr (draft_reader_read (reader), ==, "-1");
}

static void
test_dropping_is_told_to_who_has_seen_it (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) seen = NULL;
  g_autoptr(DraftReader) all = NULL;
  g_autoptr(DraftReader) unseen = NULL;

  fixture_open (f, "s");
  seen = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  unseen = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "ab");
  grow (f, "s", "2", "cd");
  draft_reader_read (seen);
  draft_reader_read (all);
  ouioed_hub_drop_step (f->hub, "s", "1");
  ouioed_hub_drop_step (f->hub, "s", "2");        /* nobody has been shown it */
  ouioed_hub_drop_step (f->hub, "s", "3");
  ouioed_hub_drop_step (f->hub, "none", "1");
  g_assert_cmpstr (draft_reader_read (seen), ==, "-1");
  g_assert_cmpstr (draft_reader_read (all), ==, "-1");
  g_assert_cmpstr (draft_reader_read (unseen), ==, "");
  f->now_us += 50 * MS;
  grow (f, "s", "1", "again");
  g_assert_cmpstr (draft_reader_read (seen), ==, "1@0:again");
  g_assert_cmpuint (g_hash_table_size (seen->open), ==, 1);
}

static void
test_closing_ends_all (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "ab");
  draft_reader_read (reader);
  grow (f, "s", "2", "cd");
  g_assert_true (fixture_close (f, "s", NULL));
  grow (f, "s", "1", "ef");
  pass (f, 50 * MS);
  g_assert_cmpstr (draft_reader_read (reader), ==, "end");
  g_assert_cmpuint (g_queue_get_length (&f->hub->drafts), ==, 0);
}

static void
test_the_next_turn_waits_for_its_start (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  g_autoptr(Call) closing = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "old");
  draft_reader_read (reader);

  f->store->hold = TRUE;
  closing = call_close (f, "s");
  f->now_us += 50 * MS;
  {
    OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);

    request->session_id = g_ref_string_new ("s");
    request->user_id = g_strdup ("alice");
    request->config = OUIOE_STREAM_CONFIG_DEFAULT;
    request->config.debug_mode = TRUE;
    request->context = ouioe_thinking_context_new ("and then?", NULL);
    ouioed_hub_create_async (f->hub, request, NULL, NULL, NULL);
  }
  grow (f, "s", "1", "new");
  settle ();
  g_assert_cmpstr (draft_reader_read (reader), ==, "");
  test_store_release (f->store);
  call_wait (closing);
  pass (f, 50 * MS);
  g_assert_cmpstr (draft_reader_read (reader), ==, "end start 1@0:new");
}

static void
test_a_turn_that_never_came_to_be_leaves_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  g_autoptr(GError) error = NULL;
  OuioeStreamConfig config = OUIOE_STREAM_CONFIG_DEFAULT;

  config.debug_mode = TRUE;
  f->store->hold = TRUE;
  {
    OuioeCreateRequest *request = g_new0 (OuioeCreateRequest, 1);

    request->session_id = g_ref_string_new ("s");
    request->user_id = g_strdup ("alice");
    request->config = config;
    request->context = ouioe_thinking_context_new (NULL, NULL);
    ouioed_hub_create_async (f->hub, request, NULL, NULL, NULL);
  }
  grow (f, "s", "1", "new");
  ouioed_hub_set_generation (f->hub, "s", new_generation (OUIOE_PHASE_WAITING, 1), FALSE);
  f->store->fail = 1;
  test_log_expect ("The store refused*");
  settle ();
  test_store_release (f->store);
  settle ();
  test_log_assert ();
  g_assert_cmpstr (draft_reader_read (reader), ==, "");
  g_assert_cmpuint (g_queue_get_length (&f->hub->drafts), ==, 0);

  fixture_open (f, "s");
  pass (f, 50 * MS);
  g_assert_cmpstr (draft_reader_read (reader), ==, "start");
}

static void
test_a_session_that_is_forgotten_takes_all_with_it (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "ab");
  grow (f, "s", "1", "cd");
  ouioed_hub_set_generation (f->hub, "s", new_generation (OUIOE_PHASE_THINKING, 1), FALSE);
  g_assert_cmpstr (draft_reader_read (reader), ==, "1@0:ab gen:thinking");
  ouioed_hub_forget_async (f->hub, "s", NULL, NULL);
  settle ();
  g_assert_true (ouioed_subscriber_take_removed (reader->subscriber));
  g_assert_cmpstr (draft_reader_read (reader), ==, "");
  g_assert_cmpuint (g_queue_get_length (&f->hub->drafts), ==, 0);
  g_assert_cmpuint (g_queue_get_length (&f->hub->drafts_waiting), ==, 0);
}

static void
test_there_are_bounds (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  g_autofree char *large = g_strnfill (OUIOED_HUB_MAX_OPEN_STEP_BYTES, 'x');

  fixture_open (f, "s");
  grow (f, "s", "0", large);
  grow (f, "s", "0", "y");                        /* no room */
  grow (f, "s", "1", large + 1);
  grow (f, "s", "1", "yy");                       /* no room */
  grow (f, "s", "1", "z");                        /* would have, but what is missing would not show */
  for (guint i = 2; i < OUIOED_HUB_MAX_OPEN_STEPS + 5; i++)
    {
      g_autofree char *step_id = g_strdup_printf ("%u", i);

      grow (f, "s", step_id, "x");
    }
  pass (f, 50 * MS);
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  draft_reader_read (reader);
  g_assert_cmpuint (reader->n_pieces, ==, OUIOED_HUB_MAX_OPEN_STEPS);
  g_assert_cmpuint (((GString *) g_hash_table_lookup (reader->open, "s/0"))->len, ==, OUIOED_HUB_MAX_OPEN_STEP_BYTES);
  g_assert_cmpuint (((GString *) g_hash_table_lookup (reader->open, "s/1"))->len, ==, OUIOED_HUB_MAX_OPEN_STEP_BYTES - 1);

  ouioed_hub_drop_step (f->hub, "s", "5");        /* makes room for another */
  grow (f, "s", "99", "x");
  pass (f, 50 * MS);
  g_assert_cmpstr (draft_reader_read (reader), ==, "-5 99@0:x");
}

static void
test_what_is_not_wanted_does_not_grow (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) all = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  g_autoptr(GError) error = NULL;

  fixture_create (f, "quiet", OUIOE_STREAM_CONFIG_DEFAULT, &error);   /* no debug_mode: it has no steps */
  g_assert_no_error (error);
  grow (f, "quiet", "1", "x");
  grow (f, "none", "1", "x");
  grow (f, "quiet", "", "x");
  g_assert_cmpstr (draft_reader_read (all), ==, "start");
}

static void
test_readers_that_do_not_ask_see_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr(OuioedSubscriber) subscriber = NULL;
  OuioedDraftPiece piece;
  OuioedEntry *entry;

  fixture_open (f, "s");
  subscriber = ouioed_subscriber_new (f->hub, "s", OUIOE_STREAMS_BOTH, FALSE, OUIOE_EVENT_ID_MAX, NULL, NULL);
  g_assert_cmpuint (ouioed_subscriber_peek (subscriber, &entry, 1), ==, 0);
  grow (f, "s", "1", "x");                        /* would call the wake function, which is none */
  g_assert_cmpuint (ouioed_subscriber_peek (subscriber, &entry, 1), ==, 0);
  g_assert_cmpuint (ouioed_subscriber_peek_drafts (subscriber, &piece, 1), ==, 0);
}

static void
test_a_step_without_a_name_ends_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "ab");
  finish_step (f, "s", NULL, "other");
  finish_step (f, "s", "11", "another");
  f->now_us += 50 * MS;
  grow (f, "s", "1", "c");
  g_assert_cmpstr (draft_reader_read (reader), ==, "[other] [another] 1@0:abc");
}

/* ---- any order of things ---- */

typedef struct {
  GString *text;      /* all that it has */
  guint    serial;
} Model;

static void
run_randomly (Fixture *f, const char *id, DraftReader **readers, guint n_readers)
{
  static const char *const pieces[] = { "a", "b\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80 ", "xyz", " and so on " };
  Model models[4] = { 0 };
  guint next = 0;

  for (guint i = 0; i < 400; i++)
    {
      guint m = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (models));
      g_autofree char *step_id = NULL;

      f->now_us += g_test_rand_int_range (0, 50) * MS;
      if (models[m].text == NULL)
        {
          models[m].text = g_string_new (NULL);
          models[m].serial = next++;
        }
      step_id = g_strdup_printf ("%u", models[m].serial);
      switch (g_test_rand_int_range (0, 12))
        {
        case 0:
          {
            g_autoptr(Call) call = NULL;

            g_string_append (models[m].text, "!");   /* the step may end with what was held back */
            call = call_finish_step (f, id, step_id, models[m].text->str);
            if (g_test_rand_bit ())
              settle ();
            call_wait (call);
            g_string_free (g_steal_pointer (&models[m].text), TRUE);
            break;
          }
        case 1:
          ouioed_hub_drop_step (f->hub, id, step_id);
          g_string_free (g_steal_pointer (&models[m].text), TRUE);
          break;
        default:
          {
            const char *piece = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];

            g_string_append (models[m].text, piece);
            grow (f, id, step_id, piece);
          }
        }
      if (g_test_rand_int_range (0, 4) == 0)
        settle ();
      for (guint r = 0; r < n_readers; r++)
        if (readers[r] != NULL && g_test_rand_int_range (0, (int) r * 8 + 2) == 0)
          draft_reader_take (readers[r], (guint) g_test_rand_int_range (1, 5));
    }

  for (guint m = 0; m < G_N_ELEMENTS (models); m++)
    if (models[m].text != NULL)
      g_string_free (models[m].text, TRUE);
}

/* That every piece fits to what came before, and that the step begins with what was put together, the readers assert. */
static void
test_text_put_together_is_the_beginning_of_the_step (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", round);
      DraftReader *readers[6];

      fixture_open (f, id);
      for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
        readers[i] = draft_reader_new (f, i % 2 == 0 ? id : NULL, OUIOE_STREAMS_BOTH);
      run_randomly (f, id, readers, G_N_ELEMENTS (readers));
      g_assert_true (fixture_close (f, id, NULL));
      for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
        {
          while (draft_reader_take (readers[i], 64) > 0)
            ;
          g_assert_cmpuint (g_hash_table_size (readers[i]->open), ==, 0);
          draft_reader_free (readers[i]);
        }
    }
}

#define ADD(name, func) \
  g_test_add ("/drafts/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  test_log_install ();
  g_test_init (&argc, &argv, NULL);

  ADD ("text-is-shown-as-it-grows", test_text_is_shown_as_it_grows);
  ADD ("what-comes-soon-is-joined", test_what_comes_soon_is_joined);
  ADD ("a-second-has-at-most-thirty", test_a_second_has_at_most_thirty);
  ADD ("sessions-do-not-wait-for-each-other", test_sessions_do_not_wait_for_each_other);
  ADD ("a-clock-that-steps-back-holds-nothing-up", test_a_clock_that_steps_back_holds_nothing_up);
  ADD ("who-comes-late-gets-the-beginning", test_who_comes_late_gets_the_beginning);
  ADD ("who-reads-slowly-gets-longer-pieces", test_who_reads_slowly_gets_longer_pieces);
  ADD ("no-piece-comes-behind-the-end-of-its-step", test_no_piece_comes_behind_the_end_of_its_step);
  ADD ("events-come-before-pieces", test_events_come_before_pieces);
  ADD ("a-step-that-is-not-committed-stays-open", test_a_step_that_is_not_committed_stays_open);
  ADD ("a-step-that-the-store-refuses-is-dropped", test_a_step_that_the_store_refuses_is_dropped);
  ADD ("dropping-is-told-to-who-has-seen-it", test_dropping_is_told_to_who_has_seen_it);
  ADD ("closing-ends-all", test_closing_ends_all);
  ADD ("the-next-turn-waits-for-its-start", test_the_next_turn_waits_for_its_start);
  ADD ("a-turn-that-never-came-to-be-leaves-nothing", test_a_turn_that_never_came_to_be_leaves_nothing);
  ADD ("a-session-that-is-forgotten-takes-all-with-it", test_a_session_that_is_forgotten_takes_all_with_it);
  ADD ("there-are-bounds", test_there_are_bounds);
  ADD ("what-is-not-wanted-does-not-grow", test_what_is_not_wanted_does_not_grow);
  ADD ("readers-that-do-not-ask-see-nothing", test_readers_that_do_not_ask_see_nothing);
  ADD ("a-step-without-a-name-ends-nothing", test_a_step_without_a_name_ends_nothing);
  ADD ("text-put-together-is-the-beginning-of-the-step", test_text_put_together_is_the_beginning_of_the_step);

  return g_test_run ();
}
