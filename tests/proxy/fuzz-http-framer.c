/* fuzz-http-framer.c - messages of HTTP/1.1, whole and in pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says what the rest is and how it is cut. However that is, it must come to the same; and a request that goes
 * on, changed as the proxy changes it, must be the same to one who reads it whole.
 */
#include "config.h"

#include "framer-run.h"
#include "ouioed-tee-private.h"

#include <string.h>

#define MAX_HEAD 1024

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static OuioedUpstream upstream = { .authority = (char *) "upstream:1", .base_path = (char *) "/base" };

static void
check_request (const char *data, gsize len)
{
  OuioedHttpFramer framer = { 0 };
  OuioedPart part;
  gsize at = 0;
  gsize head_end = 0;
  gsize n;
  g_autoptr(GString) body = g_string_new (NULL);
  g_autoptr(GString) seen = g_string_new (NULL);
  g_autoptr(GByteArray) out = g_byte_array_new ();

  ouioed_http_framer_begin_request (&framer, MAX_HEAD);
  while ((n = ouioed_http_framer_next (&framer, data + at, len - at, &part)) > 0)
    {
      if (part == OUIOED_PART_BODY)
        g_string_append_len (body, data + at, n);
      at += n;
      if (framer.is_new_head)
        head_end = at;
    }
  if (ouioed_http_framer_is_complete (&framer))
    {
      const OuioedWireHead *head = &framer.parsed;

      tee_rewrite_head (out, head, head->target, head->target_len, &upstream);
      g_byte_array_append (out, (const guint8 *) data + head_end, at - head_end);
      n = out->len;
      g_assert_true (read_whole_request ((const char *) out->data, &n, seen));
      g_assert_cmpuint (n, ==, out->len);
      g_assert_true (g_string_equal (body, seen));
      g_assert_nonnull (memmem (out->data, out->len, ": upstream:1\r\n", 14));
    }
  ouioed_http_framer_clear (&framer);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const RunKind kinds[] = { RUN_REQUEST, RUN_REQUEST, RUN_ANSWER, RUN_ANSWER_TO_HEAD };
  const char *text;
  g_auto(FramerRun) whole = { 0 };
  g_auto(FramerRun) bytes = { 0 };
  g_auto(FramerRun) pieces = { 0 };
  gsize len;
  RunKind kind;
  gsize piece;

  if (size < 1)
    return 0;
  text = (const char *) data + 1;
  len = size - 1;
  kind = kinds[data[0] & 3];
  piece = (data[0] >> 2) + 2;

  framer_run (&whole, kind, MAX_HEAD, text, len, 0, 0, TRUE);
  framer_run (&bytes, kind, MAX_HEAD, text, len, 1, 1, TRUE);
  framer_run (&pieces, kind, MAX_HEAD, text, len, piece / 2, piece, TRUE);
  framer_run_compare (&whole, &bytes);
  framer_run_compare (&whole, &pieces);
  if (whole.error == NULL)
    g_assert_cmpuint (whole.used, ==, len);
  if (kind == RUN_REQUEST)
    check_request (text, len);
  return 0;
}
