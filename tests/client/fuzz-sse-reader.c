/* fuzz-sse-reader.c - any bytes, in any pieces, give the same messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte is the size of the pieces.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "ouioe-sse-reader.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
note_cb (const OuioeSseEvent *event, gpointer user_data)
{
  GString *notes = user_data;

  g_string_append_printf (notes, "%s|%s|", event->id != NULL ? event->id : "-", event->event);
  g_string_append_len (notes, event->data, (gssize) event->len);
  g_assert_true (event->data[event->len] == '\0');
  return TRUE;
}

static GString *
read_all (const char *data, gsize size, gsize piece, gboolean *ok)
{
  g_autoptr(OuioeSseReader) reader = ouioe_sse_reader_new (200);
  GString *notes = g_string_new (NULL);

  *ok = TRUE;
  for (gsize from = 0; from < size && *ok; from += piece)
    *ok = ouioe_sse_reader_feed (reader, data + from, MIN (piece, size - from), note_cb, notes, NULL);
  return notes;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GString) whole = NULL;
  g_autoptr(GString) pieces = NULL;
  gboolean whole_ok;
  gboolean pieces_ok;

  if (size < 2)
    return 0;
  whole = read_all ((const char *) data + 1, size - 1, size - 1, &whole_ok);
  pieces = read_all ((const char *) data + 1, size - 1, MAX (1, data[0]), &pieces_ok);
  g_assert_cmpint (whole_ok, ==, pieces_ok);
  g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);    /* there may be a NUL in it */
  return 0;
}
