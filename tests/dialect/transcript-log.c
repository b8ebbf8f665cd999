/* transcript-log.c - what a transcript told, one line each, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript-log.h"

#include <string.h>

static void
string_free (gpointer string)
{
  g_string_free (string, TRUE);
}

static void
on_grow (const char *step_id, const char *text, gsize len, gint64 time_us, gpointer user_data)
{
  TranscriptLog *self = user_data;
  GString *open = g_hash_table_lookup (self->open, step_id);

  g_assert_cmpuint (len, >, 0);
  if (open == NULL)
    {
      open = g_string_new (NULL);
      g_hash_table_insert (self->open, g_strdup (step_id), open);
    }
  for (gsize i = 0; i < len; i++)   /* as the getter of a step shows it */
    if (text[i] == '\0')
      g_string_append (open, "\xef\xbf\xbd");
    else
      g_string_append_c (open, text[i]);
  g_assert_true (g_utf8_validate (open->str, -1, NULL));
  self->n_grown++;
}

static void
on_step (OuioeThinkingStep *step, const char *step_id, gint64 time_us, gpointer user_data)
{
  TranscriptLog *self = user_data;
  g_autofree char *content = ouioe_thinking_step_dup_content (step);
  g_autofree char *context = ouioe_thinking_step_dup_context_used (step);
  g_autofree char *member = g_strdup_printf ("{\"step_id\":\"%s\",", step_id);
  GString *open = g_hash_table_lookup (self->open, step_id);

  g_assert_true (g_str_has_prefix (context, member));
  if (open != NULL)
    g_assert_true (g_str_has_prefix (content, open->str));
  g_hash_table_remove (self->open, step_id);
  g_string_append_printf (self->text, "%d step %s %s: %s\n", (int) (time_us / 1000), step_id,
                          ouioe_thinking_step_get_thinking_type (step), content);
  g_ptr_array_add (self->steps, ouioe_thinking_step_ref (step));
  g_array_append_val (self->step_times, time_us);
  for (const char *p = content; *p != '\0'; p++)
    self->n_bytes += !g_ascii_isspace (*p);
}

static void
on_update (OuioeProgressUpdate *update, gint64 time_us, gpointer user_data)
{
  TranscriptLog *self = user_data;
  g_autofree char *message = ouioe_progress_update_dup_message (update);
  g_autofree char *activity = ouioe_progress_update_dup_current_activity (update);
  double percentage;

  g_assert_cmpuint (strlen (message), <=, OUIOE_TRANSCRIPT_MAX_MESSAGE);
  g_string_append_printf (self->text, "%d update %s", (int) (time_us / 1000), ouioe_progress_update_get_progress_type (update));
  if (ouioe_progress_update_get_percentage (update, &percentage))
    g_string_append_printf (self->text, " %.0f %%", percentage);
  if (activity != NULL)
    g_string_append_printf (self->text, " (%s)", activity);
  g_string_append_printf (self->text, " %s\n", message);
  g_ptr_array_add (self->updates, ouioe_progress_update_ref (update));
}

static void
on_drop (const char *step_id, gpointer user_data)
{
  TranscriptLog *self = user_data;

  g_assert_true (g_hash_table_remove (self->open, step_id));
  self->n_dropped++;
}

static void
on_changed (gpointer user_data)
{
  TranscriptLog *self = user_data;

  g_assert_nonnull (ouioe_transcript_get_generation (self->transcript));
  self->n_changed++;
}

static const OuioeTranscriptFuncs funcs = { on_step, on_update, on_grow, on_drop, on_changed };

TranscriptLog *
transcript_log_new (OuioeDialectFormat format, OuioeDialectFlags flags, const char *prefix, gint64 begin_us)
{
  TranscriptLog *self = g_new0 (TranscriptLog, 1);

  self->text = g_string_new (NULL);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_thinking_step_unref);
  self->step_times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->updates = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_progress_update_unref);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, string_free);
  self->transcript = ouioe_transcript_new (format, flags, prefix, begin_us, &funcs, self);
  return self;
}

void
transcript_log_free (TranscriptLog *self)
{
  g_clear_pointer (&self->transcript, ouioe_transcript_free);
  g_hash_table_unref (self->open);
  g_ptr_array_unref (self->updates);
  g_array_unref (self->step_times);
  g_ptr_array_unref (self->steps);
  g_string_free (self->text, TRUE);
  g_free (self);
}

void
transcript_log_run (TranscriptLog *self, const char *data, gsize len, gsize chunk, gint64 time_us, gint64 step_us)
{
  for (gsize at = 0; at < len; at += chunk)
    {
      ouioe_transcript_feed (self->transcript, data + at, MIN (chunk, len - at), time_us);
      time_us += step_us;
    }
  ouioe_transcript_end (self->transcript, OUIOE_TRANSCRIPT_COMPLETE, NULL, time_us);
}
