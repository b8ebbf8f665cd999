/* test-sse-reader.c - messages of a stream, whatever pieces it comes in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioe-error.h"
#include "ouioe-sse-reader.h"

/* One line per message: "ID|EVENT|DATA", line feeds in the data as "/". */
static gboolean
note_cb (const OuioeSseEvent *event, gpointer user_data)
{
  GString *notes = user_data;
  g_autoptr(GString) data = g_string_new_len (event->data, (gssize) event->len);

  g_string_replace (data, "\n", "/", 0);
  g_string_append_printf (notes, "%s|%s|%s\n", event->id != NULL ? event->id : "-", event->event, data->str);
  return TRUE;
}

static char *
read_in_pieces (const char *text, gsize len, const gsize *cuts, guint n_cuts)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (4096);
  g_autoptr(GString) notes = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  gsize from = 0;

  for (guint i = 0; i <= n_cuts; i++)
    {
      gsize to = i < n_cuts ? cuts[i] : len;
      g_autofree char *piece = g_memdup2 (text + from, to - from);   /* so that a sanitizer sees its end */

      g_assert_true (ouioe_sse_reader_feed (reader, piece, to - from, note_cb, notes, &error));
      g_assert_no_error (error);
      from = to;
    }
  return g_string_free (g_steal_pointer (&notes), FALSE);
}

static char *
read_whole (const char *text)
{
  return read_in_pieces (text, strlen (text), NULL, 0);
}

static void
assert_reads (const char *text, const char *expected)
{
  g_autofree char *notes = read_whole (text);

  g_assert_cmpstr (notes, ==, expected);
}

static const char rich_text[] =
  "\xef\xbb\xbfretry: 1500\r\n\r\n"
  "id: 1-0\nevent: thinking_step\ndata: {\"a\":1}\n\n"
  ": keepalive\n\n"
  "id:2-0\r\nevent:progress_update\r\ndata:one\r\ndata: two\r\ndata\r\n\r\n"
  "data: with \xc3\xa4 and \xe2\x82\xac\r\r"
  "event: nothing\n\n"
  "unknown: field\ndata:  two spaces\n\n"
  "id: 3-0\n\n"
  "data: cut off";
static const char rich_notes[] =
  "1-0|thinking_step|{\"a\":1}\n"
  "2-0|progress_update|one/two/\n"
  "-|message|with \xc3\xa4 and \xe2\x82\xac\n"
  "-|message| two spaces\n";

static void
test_any_two_cuts_give_the_same (void)
{
  gsize len = strlen (rich_text);

  for (gsize first = 0; first <= len; first++)
    {
      for (gsize second = first; second <= len; second++)
        {
          g_autofree char *notes = read_in_pieces (rich_text, len, (gsize[]) { first, second }, 2);

          g_assert_cmpstr (notes, ==, rich_notes);
        }
    }
}

static void
test_byte_by_byte_gives_the_same (void)
{
  gsize len = strlen (rich_text);
  g_autofree gsize *cuts = g_new (gsize, len);
  g_autofree char *notes = NULL;

  for (gsize i = 0; i < len; i++)
    cuts[i] = i;
  notes = read_in_pieces (rich_text, len, cuts, (guint) len);
  g_assert_cmpstr (notes, ==, rich_notes);
}

static void
test_fields_follow_the_standard (void)
{
  assert_reads ("data: a\n\n", "-|message|a\n");
  assert_reads ("data:a\n\n", "-|message|a\n");
  assert_reads ("data\n\n", "-|message|\n");
  assert_reads ("data:\ndata:\n\n", "-|message|/\n");
  assert_reads ("event: x\ndata: a\n\ndata: b\n\n", "-|x|a\n-|message|b\n");
  assert_reads ("event\ndata: a\n\n", "-||a\n");
  assert_reads ("dat: a\n\n", "");
  assert_reads ("datas: a\n\n", "");
  assert_reads ("data : a\n\n", "");
  assert_reads ("data: a: b\n\n", "-|message|a: b\n");
  assert_reads ("data: a\n", "");
  assert_reads ("\n\n\n", "");
  assert_reads (":data: a\n\n", "");
}

static void
test_knows_the_last_id_and_the_retry_time (void)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (4096);
  g_autoptr(GString) notes = g_string_new (NULL);

  g_assert_null (ouioe_sse_reader_get_last_id (reader));
  g_assert_cmpint (ouioe_sse_reader_get_retry_ms (reader), ==, -1);

  g_assert_true (ouioe_sse_reader_feed (reader, "id: 7-1\n", 8, note_cb, notes, NULL));
  g_assert_null (ouioe_sse_reader_get_last_id (reader)); /* only the whole event counts */
  g_assert_true (ouioe_sse_reader_feed (reader, "\n", 1, note_cb, notes, NULL));
  g_assert_cmpstr (ouioe_sse_reader_get_last_id (reader), ==, "7-1");
  g_assert_cmpstr (notes->str, ==, "");

  g_assert_true (ouioe_sse_reader_feed (reader, "retry: 250\n", 11, note_cb, notes, NULL));
  g_assert_cmpint (ouioe_sse_reader_get_retry_ms (reader), ==, 250);
  g_assert_true (ouioe_sse_reader_feed (reader, "retry: soon\nretry: -1\nretry: 99999999999\n", 41, note_cb, notes,
                                        NULL));
  g_assert_cmpint (ouioe_sse_reader_get_retry_ms (reader), ==, 250);
}

static void
test_ids_that_are_none_are_ignored (void)
{
  g_autofree char *long_id = g_strnfill (300, '1');
  g_autofree char *text = g_strconcat ("id: ", long_id, "\ndata: a\n\n", NULL);
  g_autofree char *notes = NULL;

  assert_reads (text, "-|message|a\n");
  notes = read_in_pieces ("id: 1\0002\ndata: a\n\n", 18, NULL, 0);
  g_assert_cmpstr (notes, ==, "-|message|a\n");
}

static void
test_text_may_hold_nul (void)
{
  g_autofree char *notes = read_in_pieces ("data: a\0b\n\n", 11, NULL, 0);

  g_assert_cmpstr (notes, ==, "-|message|a\n"); /* the note ends there; the length tells */
}

static gboolean
length_cb (const OuioeSseEvent *event, gpointer user_data)
{
  *(gsize *) user_data = event->len;
  return TRUE;
}

static void
test_length_counts_nul (void)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (4096);
  gsize len = 0;

  g_assert_true (ouioe_sse_reader_feed (reader, "data: a\0b\n\n", 11, length_cb, &len, NULL));
  g_assert_cmpuint (len, ==, 3);
}

static gboolean
stop_cb (const OuioeSseEvent *event, gpointer user_data)
{
  guint *n = user_data;

  (*n)++;
  return FALSE;
}

static void
test_stops_when_no_more_is_wanted (void)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (4096);
  guint n = 0;

  g_assert_true (ouioe_sse_reader_feed (reader, "data: a\n\ndata: b\n\n", 18, stop_cb, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
}

/* What exceeds the bound is refused, whether it is one line or many, one piece or many. */
static void
assert_too_large (const char *text, gsize piece)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (1000);
  g_autoptr(GString) notes = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  gsize len = strlen (text);
  gboolean ok = TRUE;

  for (gsize from = 0; from < len && ok; from += piece)
    ok = ouioe_sse_reader_feed (reader, text + from, MIN (piece, len - from), note_cb, notes, &error);
  g_assert_false (ok);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
  g_assert_cmpuint (notes->len, ==, 0);
}

static void
test_bounds_lines_and_events (void)
{
  g_autofree char *fill = g_strnfill (1100, 'x');
  g_autofree char *line = g_strconcat ("data: ", fill, "\n\n", NULL);
  g_autofree char *comment = g_strconcat (":", fill, "\n\n", NULL);
  g_autoptr(GString) many = g_string_new (NULL);

  for (guint i = 0; i < 300; i++)
    g_string_append (many, "data: xxx\n");
  for (gsize piece = 1; piece <= 4096; piece *= 8)
    {
      assert_too_large (line, piece);
      assert_too_large (comment, piece);
      assert_too_large (many->str, piece);
    }
}

static void
test_takes_what_is_just_allowed (void)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (1000);
  g_autofree char *fill = g_strnfill (994, 'x');
  g_autofree char *text = g_strconcat ("data: ", fill, "\n\n", NULL);
  g_autoptr(GError) error = NULL;
  gsize len = 0;

  g_assert_true (ouioe_sse_reader_feed (reader, text, strlen (text), length_cb, &len, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (len, ==, 994);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sse-reader/any-two-cuts-give-the-same", test_any_two_cuts_give_the_same);
  g_test_add_func ("/sse-reader/byte-by-byte-gives-the-same", test_byte_by_byte_gives_the_same);
  g_test_add_func ("/sse-reader/fields-follow-the-standard", test_fields_follow_the_standard);
  g_test_add_func ("/sse-reader/knows-the-last-id-and-the-retry-time", test_knows_the_last_id_and_the_retry_time);
  g_test_add_func ("/sse-reader/ids-that-are-none-are-ignored", test_ids_that_are_none_are_ignored);
  g_test_add_func ("/sse-reader/text-may-hold-nul", test_text_may_hold_nul);
  g_test_add_func ("/sse-reader/length-counts-nul", test_length_counts_nul);
  g_test_add_func ("/sse-reader/stops-when-no-more-is-wanted", test_stops_when_no_more_is_wanted);
  g_test_add_func ("/sse-reader/bounds-lines-and-events", test_bounds_lines_and_events);
  g_test_add_func ("/sse-reader/takes-what-is-just-allowed", test_takes_what_is_just_allowed);
  return g_test_run ();
}
