/* ouioed-rest-control.c - control of the model that is at work in a session: stop, answer now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

typedef struct {
  OuioedExchange *exchange;
  char           *session_id;
} Control;

static void
control_controlled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Control *control = user_data;
  g_autofree char *session_id = control->session_id;
  g_autoptr(GError) error = NULL;
  GString *body;

  if (!ouioed_hub_control_finish (OUIOED_HUB (source), result, &error))
    {
      ouioed_exchange_fail (control->exchange, error);
      return;
    }

  body = g_string_new ("{\"success\":true,\"session_id\":");
  ouioe_json_write_string (body, session_id, -1);
  g_string_append_c (body, '}');
  ouioed_exchange_answer_json (control->exchange, body);
}

static void
begin_control (OuioedExchange *exchange, OuioedControl what)
{
  Control *control = g_new0 (Control, 1);

  control->exchange = exchange;
  control->session_id = g_strdup (exchange->id);
  ouioed_hub_control_async (exchange->parts->hub, exchange->id, what, control_controlled_cb, control);
}

void
ouioed_rest_stop_session (OuioedExchange *exchange)
{
  begin_control (exchange, OUIOED_CONTROL_STOP);
}

void
ouioed_rest_answer_now (OuioedExchange *exchange)
{
  begin_control (exchange, OUIOED_CONTROL_ANSWER_NOW);
}
