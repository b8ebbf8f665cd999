/* recorded.c - events and recordings as a test says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "recorded.h"

#include <string.h>

#define BEGAN_MS G_GINT64_CONSTANT (1795442400000)

void
recorded_init (Recorded *self, const char *session)
{
  self->text = g_string_new (NULL);
  self->session = g_strdup (session);
  self->n = 0;
  self->time_ms = BEGAN_MS;
}

void
recorded_clear (Recorded *self)
{
  g_string_free (self->text, TRUE);
  g_free (self->session);
}

void
recorded_add (Recorded *self, const char *kind, const char *members)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (self->time_ms / 1000);
  g_autofree char *seconds = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");

  self->n++;
  g_string_append_printf (self->text, "{\"id\":\"%u-0\",\"session_id\":\"%s\",\"kind\":\"%s\","
                          "\"timestamp\":\"%s.%03d000+00:00\",%s}\n",
                          self->n, self->session, kind, seconds, (int) (self->time_ms % 1000), members);
  self->time_ms += 1000;
}

void
recorded_start (Recorded *self, const char *user, const char *request)
{
  g_autofree char *members = g_strdup_printf ("\"user_id\":\"%s\",\"debug_mode\":true,\"progress_updates\":true,"
                                              "\"max_stream_length\":1000,\"update_threshold_seconds\":0.0,"
                                              "\"expiry_seconds\":86400.0,\"user_request\":\"%s\",\"system_context\":{}",
                                              user, request);

  recorded_add (self, "session_start", members);
}

void
recorded_step (Recorded *self, const char *type, const char *content)
{
  g_autofree char *members = g_strdup_printf ("\"thinking_type\":\"%s\",\"content\":\"%s\"", type, content);

  recorded_add (self, "thinking_step", members);
}

void
recorded_step_with (Recorded *self, const char *type, const char *content, double confidence)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *members = g_strdup_printf ("\"thinking_type\":\"%s\",\"content\":\"%s\",\"confidence\":%s", type, content,
                                              g_ascii_formatd (number, sizeof number, "%.2f", confidence));

  recorded_add (self, "thinking_step", members);
}

void
recorded_update (Recorded *self, const char *type, const char *message, double percentage)
{
  g_autofree char *members = g_strdup_printf ("\"progress_type\":\"%s\",\"message\":\"%s\",\"progress_percentage\":%d.0",
                                              type, message, (int) percentage);

  recorded_add (self, "progress_update", members);
}

void
recorded_end (Recorded *self, const char *outcome)
{
  g_autofree char *members = g_strdup_printf ("\"outcome\":\"%s\",\"duration\":%u.0,\"thinking_steps\":1,"
                                              "\"progress_updates\":1", outcome, self->n);

  recorded_add (self, "session_end", members);
}

GPtrArray *
recorded_events (Recorded *self)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_event_unref);
  g_auto(GStrv) lines = g_strsplit (self->text->str, "\n", -1);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr(GError) error = NULL;
      OuioeEvent *event = ouioe_event_new_from_json (lines[i], -1, &error);

      g_assert_no_error (error);
      g_ptr_array_add (events, event);
    }
  return events;
}
