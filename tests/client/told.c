/* told.c - a subscription, and what it told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "told.h"

static void
on_event (OuioeSubscription *subscription, OuioeEvent *event, gpointer user_data)
{
  Told *told = user_data;
  g_autofree char *id = ouioe_event_id_to_string (*ouioe_event_get_id (event));

  told->n_events++;
  g_string_append_printf (told->notes, "%s %s\n", ouioe_event_kind_to_string (ouioe_event_get_kind (event)), id);
  if (told->stop_at_event)
    ouioe_subscription_stop (subscription);
}

static void
on_gap (OuioeSubscription *subscription, const char *after, const char *until, gint64 lost, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "gap %s %s %" G_GINT64_FORMAT "\n", after, until, lost);
}

static void
on_session_end (OuioeSubscription *subscription, const char *session_id, const char *outcome, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "ended %s %s\n", session_id, outcome);
  told->is_over = TRUE;
}

static void
on_connected (OuioeSubscription *subscription, gpointer user_data)
{
  Told *told = user_data;

  told->n_connected++;
  if (!told->quiet)
    g_string_append (told->notes, "connected\n");
}

static void
on_disconnected (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Told *told = user_data;

  told->n_disconnected++;
  if (!told->quiet)
    g_string_append_printf (told->notes, "disconnected %s\n", ouioe_error_to_string ((OuioeError) error->code));
}

static void
on_failed (OuioeSubscription *subscription, GError *error, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "failed %s: %s\n", ouioe_error_to_string ((OuioeError) error->code),
                          error->message);
  told->is_over = TRUE;
}

static void
on_delta (OuioeSubscription *subscription, const char *session_id, const char *step_id, guint64 offset,
          const char *text, gpointer user_data)
{
  Told *told = user_data;
  const char *whole = ouioe_subscription_get_open_text (subscription, session_id, step_id);

  told->n_deltas++;
  g_assert_true (g_str_has_suffix (whole, text));
  g_assert_cmpint (g_utf8_strlen (whole, -1), ==, (glong) offset + g_utf8_strlen (text, -1));
  g_string_append_printf (told->notes, "delta %s/%s %" G_GUINT64_FORMAT " %s: %s\n", session_id, step_id, offset, text,
                          whole);
}

static void
on_delta_dropped (OuioeSubscription *subscription, const char *session_id, const char *step_id, gpointer user_data)
{
  Told *told = user_data;

  g_assert_null (ouioe_subscription_get_open_text (subscription, session_id, step_id));
  g_string_append_printf (told->notes, "dropped %s/%s\n", session_id, step_id);
}

static void
on_generation (OuioeSubscription *subscription, const char *session_id, OuioeGeneration *generation, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->notes, "generation %s %s\n", session_id,
                          ouioe_phase_to_string (ouioe_generation_get_phase (generation)));
}

const OuioeSubscriptionTiming told_timing = { .first_ms = 1, .base_ms = 2, .max_ms = 20, .silence_ms = 60000 };

void
told_follow (Told *told, const char *address, const char *session_id, const char *after)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (address);
  OuioeEventId id = OUIOE_EVENT_ID_ZERO;

  if (told->notes == NULL)
    told->notes = g_string_new (NULL);
  if (after != NULL)
    g_assert_true (ouioe_event_id_parse (after, &id));
  told->subscription = ouioe_client_subscribe (client, session_id, after != NULL ? &id : NULL);
  ouioe_subscription_set_timing (told->subscription, &told_timing);
  if (told->deltas)
    ouioe_subscription_set_deltas (told->subscription, TRUE);
  g_signal_connect (told->subscription, "delta", G_CALLBACK (on_delta), told);
  g_signal_connect (told->subscription, "delta-dropped", G_CALLBACK (on_delta_dropped), told);
  g_signal_connect (told->subscription, "generation", G_CALLBACK (on_generation), told);
  g_signal_connect (told->subscription, "event", G_CALLBACK (on_event), told);
  g_signal_connect (told->subscription, "gap", G_CALLBACK (on_gap), told);
  g_signal_connect (told->subscription, "session-end", G_CALLBACK (on_session_end), told);
  g_signal_connect (told->subscription, "connected", G_CALLBACK (on_connected), told);
  g_signal_connect (told->subscription, "disconnected", G_CALLBACK (on_disconnected), told);
  g_signal_connect (told->subscription, "failed", G_CALLBACK (on_failed), told);
  ouioe_subscription_start (told->subscription);
}

void
told_clear (Told *told)
{
  if (told->subscription != NULL)
    ouioe_subscription_stop (told->subscription);
  g_clear_object (&told->subscription);
  g_string_free (told->notes, TRUE);
}
