/* framer-run.c - a message through the framer, cut as one likes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "framer-run.h"

#include <string.h>

static void
begin (OuioedHttpFramer *framer, RunKind kind, gsize max_head)
{
  if (kind == RUN_REQUEST)
    ouioed_http_framer_begin_request (framer, max_head);
  else
    ouioed_http_framer_begin_answer (framer, kind == RUN_ANSWER_TO_HEAD, max_head);
  g_assert_true (ouioed_http_framer_is_untouched (framer));
  g_assert_false (ouioed_http_framer_is_complete (framer));
  g_assert_false (framer->has_head);
}

/* Ranges that touch are one, so that the layout does not tell where the data was cut. */
static void
note_range (FramerRun *run, OuioedPart part, const char *data, gsize n, OuioedPart *last, gsize *n_last)
{
  if (*n_last > 0 && part != *last)
    {
      g_string_append_printf (run->layout, "%c%zu ", "HBFTR"[*last], *n_last);
      *n_last = 0;
    }
  *last = part;
  *n_last += n;
  g_string_append_len (run->parts[part], data, n);
}

static void
finish_range (FramerRun *run, OuioedPart last, gsize *n_last, const char *end)
{
  if (*n_last > 0)
    g_string_append_printf (run->layout, "%c%zu ", "HBFTR"[last], *n_last);
  g_string_append (run->layout, end);
  *n_last = 0;
}

static void
check_bounds (const OuioedHttpFramer *framer, gsize max_head)
{
  const GArray *fields = framer->parsed.fields;

  g_assert_cmpuint (framer->head->len, <=, max_head);
  g_assert_cmpuint (framer->head->allocated_len, <=, 2 * MAX (max_head, 4096) + 1);
  for (guint i = 0; fields != NULL && framer->has_head && i < fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (fields, OuioedWireField, i);
      const char *end = framer->head->str + framer->head->len;

      g_assert_true (field->line >= framer->head->str && field->line + field->line_len <= end);
      g_assert_true (field->name == field->line && field->value >= field->name + field->name_len);
      g_assert_true (field->value + field->value_len <= field->line + field->line_len);
    }
}

void
framer_run (FramerRun *run, RunKind kind, gsize max_head, const char *data, gsize len, gsize first, gsize piece,
            gboolean again)
{
  OuioedHttpFramer framer = { 0 };
  OuioedPart last = OUIOED_PART_RAW;
  gsize n_last = 0;
  gsize cut = first > 0 ? first : len;

  *run = (FramerRun) { .layout = g_string_new (NULL) };
  for (guint i = 0; i < G_N_ELEMENTS (run->parts); i++)
    run->parts[i] = g_string_new (NULL);
  begin (&framer, kind, max_head);

  for (gsize at = 0; at < len && at == run->used; at += cut, cut = piece > 0 ? piece : len)
    {
      gsize n_piece = MIN (cut, len - at);
      g_autofree char *copy = g_memdup2 (data + at, n_piece);    /* its own block, so that a sanitizer sees its end */

      for (gsize done = 0; done < n_piece;)
        {
          OuioedPart part = OUIOED_PART_RAW;
          gsize n = ouioed_http_framer_next (&framer, copy + done, n_piece - done, &part);

          g_assert_cmpuint (n, <=, n_piece - done);
          run->n_heads += framer.is_new_head;
          check_bounds (&framer, max_head);
          if (n > 0)
            {
              note_range (run, part, copy + done, n, &last, &n_last);
              g_assert_false (ouioed_http_framer_is_untouched (&framer));
            }
          done += n;
          run->used += n;
          if (n > 0)
            continue;
          g_assert_true (ouioed_http_framer_is_complete (&framer) || framer.error != NULL);
          if (!again || framer.error != NULL)
            break;
          finish_range (run, last, &n_last, ". ");
          begin (&framer, kind, max_head);
        }
    }

  finish_range (run, last, &n_last, ouioed_http_framer_is_complete (&framer) ? "." : "");
  run->error = g_strdup (framer.error);
  run->is_oversized = framer.is_oversized;
  run->is_complete = ouioed_http_framer_is_complete (&framer);
  run->is_until_close = ouioed_http_framer_is_until_close (&framer);
  run->is_tunnel = ouioed_http_framer_is_tunnel (&framer);
  g_assert_cmpint (run->is_complete + run->is_until_close + (run->error != NULL), <=, 1);
  ouioed_http_framer_clear (&framer);
}

void
framer_run_compare (const FramerRun *a, const FramerRun *b)
{
  g_assert_cmpstr (a->error, ==, b->error);
  g_assert_cmpint (a->is_oversized, ==, b->is_oversized);
  g_assert_cmpint (a->is_complete, ==, b->is_complete);
  g_assert_cmpint (a->is_until_close, ==, b->is_until_close);
  g_assert_cmpint (a->is_tunnel, ==, b->is_tunnel);
  g_assert_cmpuint (a->n_heads, ==, b->n_heads);
  if (a->error == NULL)    /* of a wrong head more may have been looked at, or less */
    g_assert_cmpstr (a->layout->str, ==, b->layout->str);
  for (guint i = OUIOED_PART_BODY; i < G_N_ELEMENTS (a->parts); i++)
    g_assert_true (g_string_equal (a->parts[i], b->parts[i]));
}

void
framer_run_clear (FramerRun *run)
{
  for (guint i = 0; i < G_N_ELEMENTS (run->parts); i++)
    if (run->parts[i] != NULL)
      g_string_free (run->parts[i], TRUE);
  if (run->layout != NULL)
    g_string_free (run->layout, TRUE);
  g_free (run->error);
  *run = (FramerRun) { 0 };
}
