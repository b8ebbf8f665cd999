/* fuzz-sse-parser.c - any bytes through the reader of server-sent events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioe-sse-parser.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_LEN 64   /* small, so that limits are met */

static void
mix (guint *hash, const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    *hash = *hash * 33 + (guint8) text[i];
  *hash = *hash * 33 + 1;
}

static void
on_event (const char *type, const char *data, gsize len, const char *id, gpointer user_data)
{
  /* A replaced byte takes three. */
  if (len > (gsize) 3 * MAX_LEN)
    g_abort ();
  mix (user_data, data, len);
}

static void
on_text (const char *text, gsize len, gpointer user_data)
{
  mix (user_data, text, len);
}

static void
on_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  mix (user_data, value, len);
}

static void
on_overflow (gpointer user_data)
{
  mix (user_data, "!", 1);
}

static const OuioeSseFuncs funcs = { on_event, on_text, on_field, on_overflow };

static guint
run_once (const guint8 *data, gsize size, gsize chunk)
{
  guint hash = 0;
  g_autoptr(OuioeSseParser) reader = ouioe_sse_parser_new (MAX_LEN, &funcs, &hash);

  for (gsize at = 0; at < size; at += chunk)
    ouioe_sse_parser_feed (reader, (const char *) data + at, MIN (chunk, size - at));
  ouioe_sse_parser_end (reader);
  return hash;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (run_once (data, size, size + 1) != run_once (data, size, 1))
    g_abort ();
  return 0;
}
