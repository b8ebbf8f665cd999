/* ouioectl-bar.c - the line at the bottom: how far it is, or what is being done
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioectl-text.h"
#include "ouioectl-view.h"

#define BAR_COLUMNS 24

void
ouioectl_bar_clear (OuioectlBar *self)
{
  g_free (self->session);
  g_free (self->activity);
  g_free (self->remaining);
  *self = OUIOECTL_BAR_INIT;
}

static char *
safe_line (char *text)
{
  char *safe = text != NULL && *text != '\0' ? ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINE) : NULL;

  g_free (text);
  return safe;
}

/* Updates that tell of something found, not of what is being done. */
static gboolean
is_finding (const char *type)
{
  static const char *const findings[] = { "intermediate_result", "discovery", "warning", NULL };

  return g_strv_contains (findings, type);
}

static void
update_from_progress (OuioectlBar *self, OuioeEvent *event)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);
  g_autofree char *activity = NULL;
  g_autofree char *message = NULL;

  if (update == NULL || is_finding (ouioe_progress_update_get_progress_type (update)))
    return;
  activity = safe_line (ouioe_progress_update_dup_current_activity (update));
  message = safe_line (ouioe_progress_update_dup_message (update));

  g_clear_pointer (&self->activity, g_free);
  g_clear_pointer (&self->remaining, g_free);
  self->activity = activity != NULL ? g_steal_pointer (&activity) : g_steal_pointer (&message);
  self->remaining = safe_line (ouioe_progress_update_dup_estimated_remaining (update));
  if (!ouioe_progress_update_get_percentage (update, &self->percentage))
    self->percentage = -1;
  self->since_us = ouioe_event_get_time_us (event);
}

void
ouioectl_bar_update (OuioectlBar *self, OuioeEvent *event)
{
  if (g_strcmp0 (self->session, ouioe_event_get_session_id (event)) != 0)
    {
      ouioectl_bar_clear (self);
      self->session = g_strdup (ouioe_event_get_session_id (event));
    }

  switch (ouioe_event_get_kind (event))
    {
    case OUIOE_EVENT_PROGRESS_UPDATE:
      update_from_progress (self, event);
      return;
    case OUIOE_EVENT_THINKING_STEP:
      if (self->activity == NULL)
        {
          self->activity = g_strdup (_("thinking"));
          self->since_us = ouioe_event_get_time_us (event);
        }
      return;
    case OUIOE_EVENT_SESSION_START:
    case OUIOE_EVENT_SESSION_END:
    default:
      g_clear_pointer (&self->activity, g_free);
      g_clear_pointer (&self->remaining, g_free);
      self->percentage = -1;
      return;
    }
}

static void
append_bar (GString *out, const OuioectlView *view, double percentage)
{
  guint full = (guint) (percentage / 100 * BAR_COLUMNS + 0.5);

  if (view->colour)
    g_string_append (out, "\033[32m");
  for (guint i = 0; i < BAR_COLUMNS; i++)
    {
      if (view->colour && i == full)
        g_string_append (out, "\033[0m\033[2m");
      g_string_append (out, i < full ? "█" : "░");
    }
  if (view->colour)
    g_string_append (out, "\033[0m");
  g_string_append_printf (out, " %3.0f %%  ", percentage);
}

/* Whole seconds: the line is drawn once a second. */
static char *
describe_elapsed (gint64 elapsed_us)
{
  if (elapsed_us < 60 * G_USEC_PER_SEC)
    return g_strdup_printf (_("%d s"), (int) (MAX (elapsed_us, 0) / G_USEC_PER_SEC));
  return ouioectl_text_duration (elapsed_us);
}

char *
ouioectl_bar_format (const OuioectlBar *self, const OuioectlView *view, gint64 now_us)
{
  GString *out = g_string_new (NULL);
  guint room = view->width - 1;   /* a full line would make the terminal go to the next */
  g_autofree char *elapsed = describe_elapsed (now_us - self->since_us);
  g_autoptr(GString) tail = g_string_new (NULL);
  g_autofree char *activity = NULL;
  guint tail_columns;

  if (self->activity == NULL || view->width < 20)
    return g_string_free (out, FALSE);

  if (view->sessions)
    {
      g_autofree char *safe = ouioectl_text_safe (self->session, -1, OUIOECTL_TEXT_LINE);
      g_autofree char *id = ouioectl_text_shorten (safe, room / 4, NULL);

      g_string_append_printf (out, "%s: ", id);
      room -= ouioectl_text_width (id) + 2;
    }
  if (self->percentage >= 0 && room >= BAR_COLUMNS + 8 + 10)
    {
      append_bar (out, view, self->percentage);
      room -= BAR_COLUMNS + 8;
    }

  if (self->remaining != NULL)
    {
      g_string_append (tail, " · ");
      /* TRANSLATORS: how long it will take, in the words of who does it, like "2 minutes" */
      g_string_append_printf (tail, _("%s left"), self->remaining);
    }
  else if (now_us - self->since_us >= G_USEC_PER_SEC)
    g_string_append_printf (tail, " · %s", elapsed);
  tail_columns = ouioectl_text_width (tail->str);
  if (tail_columns + 10 > room)
    {
      g_string_truncate (tail, 0);
      tail_columns = 0;
    }
  activity = ouioectl_text_shorten (self->activity, room - tail_columns, NULL);
  g_string_append (out, activity);
  g_string_append (out, tail->str);
  return g_string_free (out, FALSE);
}
