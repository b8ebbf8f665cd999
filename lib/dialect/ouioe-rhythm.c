/* ouioe-rhythm.c - when the text of a step came, in its context_used
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-rhythm.h"

#include <string.h>

#define MAX_BEATS 65536

void
ouioe_rhythm_write (json_t *context, const OuioeStepBeat *beats, guint n_beats)
{
  json_t *list;

  if (n_beats < 2)
    return;
  list = json_array ();
  for (guint i = 0; i < n_beats; i++)
    {
      json_array_append_new (list, json_integer (beats[i].ms));
      json_array_append_new (list, json_integer (beats[i].n_chars));
    }
  json_object_set_new (context, "rhythm", list);
}

static gboolean
read_number (json_t *value, guint32 *number)
{
  if (!json_is_integer (value) || json_integer_value (value) < 0 || json_integer_value (value) > G_MAXUINT32)
    return FALSE;
  *number = (guint32) json_integer_value (value);
  return TRUE;
}

static GArray *
read_list (json_t *list, glong n_chars)
{
  gsize n = json_array_size (list);
  g_autoptr(GArray) beats = NULL;
  guint64 total = 0;

  if (n == 0 || n % 2 != 0 || n / 2 > MAX_BEATS)
    return NULL;
  beats = g_array_sized_new (FALSE, FALSE, sizeof (OuioeStepBeat), (guint) n / 2);
  for (gsize i = 0; i < n; i += 2)
    {
      OuioeStepBeat beat;

      if (!read_number (json_array_get (list, i), &beat.ms) || !read_number (json_array_get (list, i + 1), &beat.n_chars))
        return NULL;
      total += beat.n_chars;
      g_array_append_val (beats, beat);
    }
  return n_chars >= 0 && total == (guint64) n_chars ? g_steal_pointer (&beats) : NULL;
}

GArray *
ouioe_rhythm_read (const char *context_used, glong n_chars)
{
  json_t *context = context_used != NULL ? json_loads (context_used, JSON_ALLOW_NUL, NULL) : NULL;
  GArray *beats = read_list (json_object_get (context, "rhythm"), n_chars);

  json_decref (context);
  return beats;
}
