/* ouioe-position.c - how far a reader is, and what a message of the stream means to it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-position.h"

#include <string.h>

#include "ouioe-codec.h"

static gboolean
is_behind (OuioePosition *self, OuioeEventId id)
{
  return !self->is_known || ouioe_event_id_compare (id, self->id) > 0;
}

static OuioeEventId
begin_of (OuioePosition *self)
{
  return self->is_known ? self->id : OUIOE_EVENT_ID_ZERO;
}

void
ouioe_position_set (OuioePosition *self, OuioeEventId id)
{
  self->id = id;
  self->is_known = TRUE;
}

void
ouioe_position_follow (OuioePosition *self, const char *text)
{
  OuioeEventId id;

  if (text != NULL && ouioe_event_id_parse (text, &id) && is_behind (self, id))
    ouioe_position_set (self, id);
}

static void
take_gap (OuioePosition *self, const OuioeSseEvent *message, OuioeDelivery *delivery)
{
  g_autoptr(json_t) json = json_loadb (message->data, message->len, 0, NULL);
  const char *until = json_string_value (json_object_get (json, "until"));
  const char *after = json_string_value (json_object_get (json, "after"));
  json_t *lost = json_object_get (json, "lost");

  if (until == NULL || !ouioe_event_id_parse (until, &delivery->until) || !is_behind (self, delivery->until))
    return;
  if (after == NULL || !ouioe_event_id_parse (after, &delivery->after))
    delivery->after = begin_of (self);
  delivery->is_gap = TRUE;
  delivery->lost = json_is_integer (lost) ? json_integer_value (lost) : -1;
  ouioe_position_set (self, delivery->until);
}

/* Cannot be read here, and would not be readable a second time: it is lost, which must be said. */
static void
take_unreadable (OuioePosition *self, const OuioeSseEvent *message, OuioeDelivery *delivery)
{
  if (message->id == NULL || !ouioe_event_id_parse (message->id, &delivery->until) ||
      !is_behind (self, delivery->until))
    return;
  delivery->is_gap = TRUE;
  delivery->after = begin_of (self);
  delivery->lost = 1;
  ouioe_position_set (self, delivery->until);
}

static char *
dup_outcome (OuioeEvent *event)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);
  g_autoptr(json_t) json = json_loadb (data, len, JSON_ALLOW_NUL, NULL);
  const char *outcome = json_string_value (json_object_get (json, "outcome"));

  return g_strdup (outcome != NULL ? outcome : "closed");
}

static void
take_event (OuioePosition *self, const OuioeSseEvent *message, OuioeDelivery *delivery)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioeEvent) event = ouioe_codec_decode_event (message->data, message->len, &error);

  if (event == NULL)
    {
      g_info ("An event could not be read: %s", error->message);
      take_unreadable (self, message, delivery);
      return;
    }
  if (!is_behind (self, *ouioe_event_get_id (event)))
    return;

  ouioe_position_set (self, *ouioe_event_get_id (event));
  if (ouioe_event_get_kind (event) == OUIOE_EVENT_SESSION_END)
    delivery->outcome = dup_outcome (event);
  delivery->event = g_steal_pointer (&event);
}

void
ouioe_position_take (OuioePosition *self, const OuioeSseEvent *message, OuioeDelivery *delivery)
{
  *delivery = (OuioeDelivery) { .lost = -1 };
  if (ouioe_event_kind_from_string (message->event) != 0)
    take_event (self, message, delivery);
  else if (strcmp (message->event, "gap") == 0)
    take_gap (self, message, delivery);
}

void
ouioe_delivery_clear (OuioeDelivery *self)
{
  g_clear_pointer (&self->event, ouioe_event_unref);
  g_clear_pointer (&self->outcome, g_free);
}
