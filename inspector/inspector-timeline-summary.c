/* inspector-timeline-summary.c - the timeline in one sentence, for those who do not see it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-data.h"

#include <glib/gi18n.h>

#include "inspector-format.h"

/* The kind with most steps, when it has more than half of them. */
static const InspectorLane *
find_main_lane (InspectorTimelineData *data)
{
  guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES];
  guint n = inspector_timeline_data_list_lanes (data, lanes);

  for (guint i = 0; i < n; i++)
    {
      const InspectorLane *lane = inspector_timeline_data_get_lane (data, lanes[i]);

      if (lane->kind != NULL && !lane->is_shared &&
          lane->n_marks * 2 > inspector_timeline_data_get_n_steps (data))
        return lane;
    }
  return NULL;
}

char *
inspector_timeline_data_summarize (InspectorTimelineData *data)
{
  guint n_steps = inspector_timeline_data_get_n_steps (data);
  guint n_warnings = inspector_timeline_data_get_n_warnings (data);
  const InspectorLane *lane = find_main_lane (data);
  g_autofree char *count = inspector_format_count (n_steps);
  g_autofree char *span = NULL;
  g_autoptr(GString) text = NULL;
  gint64 first_us = 0;
  gint64 last_us = 0;

  inspector_timeline_data_get_range (data, &first_us, &last_us);
  span = inspector_format_span (last_us - first_us);
  text = g_string_new (span);
  g_string_append (text, ", ");
  g_string_append_printf (text, ngettext ("%s step", "%s steps", n_steps), count);
  if (lane != NULL)
    {
      g_autofree char *name = g_utf8_strdown (inspector_timeline_lane_get_name (lane), -1);

      g_string_append (text, ", ");
      /* Translators: %s is the name of a kind of step, in small letters. */
      g_string_append_printf (text, _("mostly %s"), name);
    }
  if (n_warnings > 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, ngettext ("%u warning", "%u warnings", n_warnings), n_warnings);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
