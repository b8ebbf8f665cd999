/* fuzz-tag-splitter.c - any text through the splitter of inline tags
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole, in small pieces and byte by byte must give the same texts, and nothing may be added to them.
 */
#include <string.h>

#include "ouioe-tag-splitter.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  GString *thinking;
  GString *content;
} Run;

static void
append (GString *out, const char *text, gsize len)
{
  if (len == 0 || text[len] != '\0')
    g_abort ();
  g_string_append_len (out, text, (gssize) len);
}

static void
on_thinking (const char *text, gsize len, gpointer user_data)
{
  append (((Run *) user_data)->thinking, text, len);
}

static void
on_content (const char *text, gsize len, gpointer user_data)
{
  append (((Run *) user_data)->content, text, len);
}

static void
on_was_thinking (gpointer user_data)
{
  Run *run = user_data;

  if (run->content->len == 0 || run->thinking->len > 0)
    g_abort ();
  g_string_append_len (run->thinking, run->content->str, (gssize) run->content->len);
  g_string_truncate (run->content, 0);
}

static const OuioeTagFuncs funcs = { on_thinking, on_content, on_was_thinking };

static void
run_once (Run *run, const guint8 *data, gsize size, gsize chunk)
{
  g_autoptr(OuioeTagSplitter) splitter = ouioe_tag_splitter_new (&funcs, run, NULL);

  run->thinking = g_string_new (NULL);
  run->content = g_string_new (NULL);
  for (gsize at = 0; at < size; at += chunk)
    ouioe_tag_splitter_feed (splitter, (const char *) data + at, MIN (chunk, size - at));
  ouioe_tag_splitter_end (splitter);
  if (run->thinking->len + run->content->len > size)
    g_abort ();
}

static void
run_clear (Run *run)
{
  g_string_free (run->thinking, TRUE);
  g_string_free (run->content, TRUE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const gsize chunks[] = { 1, 7 };
  Run whole;

  run_once (&whole, data, size, size + 1);
  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++)
    {
      Run pieces;

      run_once (&pieces, data, size, chunks[i]);
      if (!g_string_equal (pieces.thinking, whole.thinking) || !g_string_equal (pieces.content, whole.content))
        g_abort ();
      run_clear (&pieces);
    }
  run_clear (&whole);
  return 0;
}
