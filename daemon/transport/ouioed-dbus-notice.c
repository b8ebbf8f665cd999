/* ouioed-dbus-notice.c - Notice: warnings, completions and failures of any session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-dbus-private.h"

#include <string.h>

#define NOTICES_PER_SECOND 20
#define MAX_TEXT_CHARS     1000

typedef struct {
  const char *word;
  const char *kind;
} KindRow;

/* Types of progress updates that are worth a notice. */
static const KindRow update_kinds[] = {
  { "warning", "warning" },
  { "completion", "completion" },
  { "completed", "completion" },
  { "error", "failure" },
};

/* Outcomes of which nobody is glad. */
static const char *const failed_outcomes[] = { "error", "failed", "failure", "aborted", "cancelled", "expired",
                                               "timeout", NULL };

/* NULL when it is not worth a notice. */
static const char *
get_kind (OuioedChannel *channel, OuioeEvent *event)
{
  if (event->kind == OUIOE_EVENT_SESSION_END)
    {
      const OuioedSessionRecord *record = ouioed_channel_get_record (channel);

      if (record == NULL || record->outcome == NULL)
        return NULL;
      return g_strv_contains (failed_outcomes, record->outcome) ? "failure" : "completion";
    }
  if (event->kind != OUIOE_EVENT_PROGRESS_UPDATE)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (update_kinds); i++)
    if (g_str_equal (update_kinds[i].word, event->type_word))
      return update_kinds[i].kind;

  return NULL;
}

static char *
dup_text (OuioedChannel *channel, OuioeEvent *event)
{
  g_autoptr(OuioeProgressUpdate) update = NULL;
  char *text;

  if (event->kind == OUIOE_EVENT_SESSION_END)
    return g_strdup (ouioed_channel_get_record (channel)->outcome);

  update = ouioe_codec_decode_update (event, NULL);
  if (update == NULL)
    return g_strdup ("");
  text = ouioed_dbus_repair_text (update->message.str, update->message.len);
  if (g_utf8_strlen (text, -1) > MAX_TEXT_CHARS)
    *g_utf8_offset_to_pointer (text, MAX_TEXT_CHARS) = '\0';
  return text;
}

/* FALSE: there is no room, and the notice is counted instead. */
static gboolean
notices_take_room (OuioedDbusNotices *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->left_out > 0 || !ouioed_dbus_budget_has_room (&self->budget, NOTICES_PER_SECOND, now))
    {
      self->left_out++;
      return FALSE;
    }
  ouioed_dbus_budget_take (&self->budget, now);
  return TRUE;
}

void
ouioed_dbus_notices_look (OuioedDbusNotices *self, OuioedChannel *channel, OuioeEvent *event)
{
  const char *kind = get_kind (channel, event);
  g_autofree char *text = NULL;

  if (kind == NULL || !notices_take_room (self))
    return;

  text = dup_text (channel, event);
  ouioed_bus_iface_manager_emit_notice (self->iface, ouioed_channel_get_id (channel), kind, text);
}

void
ouioed_dbus_notices_expired (OuioedDbusNotices *self, const char *session_id)
{
  if (notices_take_room (self))
    ouioed_bus_iface_manager_emit_notice (self->iface, session_id, "failure", "expired");
}

gboolean
ouioed_dbus_notices_flush (OuioedDbusNotices *self, gboolean at_once)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree char *text = NULL;

  if (self->left_out == 0)
    return FALSE;
  if (!at_once && !ouioed_dbus_budget_has_room (&self->budget, NOTICES_PER_SECOND, now))
    return TRUE;

  ouioed_dbus_budget_take (&self->budget, now);
  text = g_strdup_printf ("%" G_GUINT64_FORMAT " notices were left out", self->left_out);
  self->left_out = 0;
  ouioed_bus_iface_manager_emit_notice (self->iface, "", "warning", text);
  return FALSE;
}
