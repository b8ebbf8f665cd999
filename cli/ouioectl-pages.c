/* ouioectl-pages.c - all events of a session, page by page, as they are stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-pages.h"

/* FALSE when there shall be no more, with @error when that is a failure. */
static gboolean
hand_on (GPtrArray *events, OuioectlPageFunc func, gpointer user_data, GError **error)
{
  for (guint i = 0; i < events->len; i++)
    if (!func (events->pdata[i], user_data, error))
      return FALSE;
  return TRUE;
}

gboolean
ouioectl_pages_read (OuioeClient *client, const char *session, OuioectlPageFunc func, gpointer user_data,
                     gboolean *lost, GError **error)
{
  OuioeEventId position = { 0, 0 };
  gboolean has_more = TRUE;

  *lost = FALSE;
  while (has_more)
    {
      gboolean page_lost;
      g_autoptr(GError) refusal = NULL;
      g_autoptr(GPtrArray) events = ouioe_client_read_events (client, session, &position, 0, &has_more, &page_lost, NULL,
                                                              error);

      if (events == NULL)
        return FALSE;
      *lost |= page_lost;
      if (events->len == 0)
        return TRUE;
      /* A service that does not go on would be read for ever. */
      if (ouioe_event_id_compare (*ouioe_event_get_id (events->pdata[0]), position) <= 0)
        {
          g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("The service sent the same events again"));
          return FALSE;
        }
      position = *ouioe_event_get_id (events->pdata[events->len - 1]);
      if (hand_on (events, func, user_data, &refusal))
        continue;
      if (refusal == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  return TRUE;
}
