/* test-live-pieces.c - a piece of what grows is encoded once for all readers at the same place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "draft-reader.h"
#include "ouioed-pieces.h"
#include "test-log.h"

#include <string.h>

static OuioedDraftPiece
peek_piece (DraftReader *reader)
{
  OuioedEntry *entries[4];
  OuioedDraftPiece piece;
  guint n;

  while ((n = ouioed_subscriber_peek (reader->subscriber, entries, G_N_ELEMENTS (entries))) > 0)
    ouioed_subscriber_advance (reader->subscriber, n);
  g_assert_cmpuint (ouioed_subscriber_peek_drafts (reader->subscriber, &piece, 1), ==, 1);
  return piece;
}

static void
test_readers_at_the_same_place_share (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) one = NULL;
  g_autoptr(DraftReader) two = NULL;
  g_autoptr(DraftReader) late = NULL;
  OuioedDraftPiece first, second;

  fixture_open (f, "s");
  one = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  two = draft_reader_new (f, NULL, OUIOE_STREAMS_BOTH);
  for (guint round = 0; round < 3; round++)
    {
      f->now_us += 50 * 1000;
      grow (f, "s", "1", "more ");
      first = peek_piece (one);
      second = peek_piece (two);
      for (guint form = 0; form < OUIOED_N_DRAFT_FORMS; form++)
        g_assert_true (ouioed_pieces_get (&first, form) == ouioed_pieces_get (&second, form));
      ouioed_subscriber_advance_drafts (one->subscriber, 1);
      ouioed_subscriber_advance_drafts (two->subscriber, 1);
    }

  late = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  second = peek_piece (late);
  g_assert_cmpuint (second.offset, ==, 0);
  g_assert_cmpuint (first.offset, ==, 10);
  g_assert_nonnull (memmem (g_bytes_get_data (ouioed_pieces_get (&second, OUIOED_DRAFT_LINE), NULL),
                            g_bytes_get_size (ouioed_pieces_get (&second, OUIOED_DRAFT_LINE)), "more more more ", 15));
}

static void
assert_form (const OuioedDraftPiece *piece, OuioedDraftForm form, const char *text)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioed_pieces_get (piece, form), &len);

  g_assert_cmpmem (data, len, text, strlen (text));
}

static void
test_forms (Fixture *f, gconstpointer data)
{
  g_autoptr(DraftReader) reader = NULL;
  OuioedDraftPiece piece;

  fixture_open (f, "s");
  reader = draft_reader_new (f, "s", OUIOE_STREAMS_BOTH);
  grow (f, "s", "1", "a\n\"b\"");
  piece = peek_piece (reader);
  assert_form (&piece, OUIOED_DRAFT_SSE, "event: thinking_delta\ndata: {\"session_id\":\"s\",\"step_id\":\"1\",\"offset\":0,"
                                         "\"text\":\"a\\n\\\"b\\\"\"}\n\n");
  assert_form (&piece, OUIOED_DRAFT_LINE, "{\"type\":\"thinking_delta\",\"session_id\":\"s\",\"step_id\":\"1\",\"offset\":0,"
                                          "\"text\":\"a\\n\\\"b\\\"\"}");
  assert_form (&piece, OUIOED_DRAFT_WEBSOCKET, "\x81\x5e{\"type\":\"thinking_delta\",\"data\":{\"session_id\":\"s\","
                                               "\"step_id\":\"1\",\"offset\":0,\"text\":\"a\\n\\\"b\\\"\"}}");
  ouioed_subscriber_advance_drafts (reader->subscriber, 1);

  ouioed_hub_drop_step (f->hub, "s", "1");
  piece = peek_piece (reader);
  assert_form (&piece, OUIOED_DRAFT_LINE, "{\"type\":\"thinking_dropped\",\"session_id\":\"s\",\"step_id\":\"1\"}");
  ouioed_subscriber_advance_drafts (reader->subscriber, 1);

  ouioed_hub_set_generation (f->hub, "s", new_generation (OUIOE_PHASE_NONE, 2), FALSE);
  piece = peek_piece (reader);
  assert_form (&piece, OUIOED_DRAFT_SSE,
               "event: generation\ndata: {\"session_id\":\"s\",\"generation\":{\"phase\":\"none\",\"calls\":2}}\n\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();
  g_test_add ("/transport/pieces/readers-at-the-same-place-share", Fixture, NULL, fixture_set_up,
              test_readers_at_the_same_place_share, fixture_tear_down);
  g_test_add ("/transport/pieces/forms", Fixture, NULL, fixture_set_up, test_forms, fixture_tear_down);
  return g_test_run ();
}
