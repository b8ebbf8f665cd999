/* ouioe-event-item.c - an event in a list, with what views show of it as properties
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-event-item-private.h"

#include <string.h>

#include "ouioe-enum-types.h"

/**
 * OuioeEventItem:
 *
 * An event in a list, with what views show of it as properties.
 *
 * In a list with #OuioeEventList:deltas it may also be a step that is still being written: #OuioeEventItem:is-open. It has
 * no event, and its text grows; when the step is complete another item takes its place.
 */
struct _OuioeEventItem
{
  GObject     parent_instance;
  OuioeEvent *event;           /* never changes; NULL of an open step */
  char       *step_id;         /* NULL when it has none */
  GString    *open_text;       /* of an open step; else NULL */
  gint64      open_us;         /* since when it is being written */
};

typedef enum { PROP_EVENT = 1, PROP_ID, PROP_KIND, PROP_TYPE_WORD, PROP_TEXT, PROP_TIME_US, PROP_CONFIDENCE,
               PROP_PERCENTAGE, PROP_IS_OPEN, PROP_STEP_ID } EventItemProperty;
static GParamSpec *props[PROP_STEP_ID + 1];

G_DEFINE_FINAL_TYPE (OuioeEventItem, ouioe_event_item, G_TYPE_OBJECT)

static char *
dup_text (OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);

  if (step != NULL)
    return ouioe_thinking_step_dup_content (step);
  if (update != NULL)
    return ouioe_progress_update_dup_message (update);
  return g_strdup ("");
}

static double
get_confidence (OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);
  double value;

  if (step != NULL && ouioe_thinking_step_get_confidence (step, &value))
    return value;
  if (update != NULL && ouioe_progress_update_get_confidence (update, &value))
    return value;
  return -1.0;
}

static double
get_percentage (OuioeEvent *event)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);
  double value;

  return update != NULL && ouioe_progress_update_get_percentage (update, &value) ? value : -1.0;
}

/* Of a step that is being written little is known. */
static void
get_open_property (OuioeEventItem *self, EventItemProperty prop, GValue *value)
{
  switch (prop)
    {
    case PROP_KIND: g_value_set_enum (value, OUIOE_EVENT_THINKING_STEP); break;
    case PROP_TEXT: g_value_set_string (value, self->open_text->str); break;
    case PROP_TIME_US: g_value_set_int64 (value, self->open_us); break;
    case PROP_CONFIDENCE:
    case PROP_PERCENTAGE: g_value_set_double (value, -1.0); break;
    case PROP_IS_OPEN: g_value_set_boolean (value, TRUE); break;
    case PROP_STEP_ID: g_value_set_string (value, self->step_id); break;
    case PROP_EVENT:
    case PROP_ID:
    case PROP_TYPE_WORD:
    default: break;   /* NULL */
    }
}

static void
ouioe_event_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  OuioeEventItem *self = OUIOE_EVENT_ITEM (object);
  OuioeEvent *event = self->event;

  if (event == NULL)
    {
      get_open_property (self, (EventItemProperty) prop_id, value);
      return;
    }
  switch ((EventItemProperty) prop_id)
    {
    case PROP_EVENT: g_value_set_boxed (value, event); break;
    case PROP_ID: g_value_take_string (value, ouioe_event_id_to_string (*ouioe_event_get_id (event))); break;
    case PROP_KIND: g_value_set_enum (value, (int) ouioe_event_get_kind (event)); break;
    case PROP_TYPE_WORD: g_value_set_string (value, ouioe_event_get_type_word (event)); break;
    case PROP_TEXT: g_value_take_string (value, dup_text (event)); break;
    case PROP_TIME_US: g_value_set_int64 (value, ouioe_event_get_time_us (event)); break;
    case PROP_CONFIDENCE: g_value_set_double (value, get_confidence (event)); break;
    case PROP_PERCENTAGE: g_value_set_double (value, get_percentage (event)); break;
    case PROP_IS_OPEN: g_value_set_boolean (value, FALSE); break;
    case PROP_STEP_ID: g_value_take_string (value, ouioe_event_dup_step_id (event)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_event_item_finalize (GObject *object)
{
  OuioeEventItem *self = OUIOE_EVENT_ITEM (object);

  g_clear_pointer (&self->event, ouioe_event_unref);
  g_free (self->step_id);
  if (self->open_text != NULL)
    g_string_free (self->open_text, TRUE);
  G_OBJECT_CLASS (ouioe_event_item_parent_class)->finalize (object);
}

static void
ouioe_event_item_class_init (OuioeEventItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = ouioe_event_item_get_property;
  object_class->finalize = ouioe_event_item_finalize;

  /**
   * OuioeEventItem:event:
   *
   * The event; %NULL of a step that is still being written.
   */
  props[PROP_EVENT] = g_param_spec_boxed ("event", NULL, NULL, OUIOE_TYPE_EVENT, flags);
  /**
   * OuioeEventItem:id:
   *
   * The id of the event, as text.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * OuioeEventItem:kind:
   *
   * What it tells.
   */
  props[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, OUIOE_TYPE_EVENT_KIND, OUIOE_EVENT_SESSION_START, flags);
  /**
   * OuioeEventItem:type-word:
   *
   * The thinking or progress type, if it has one.
   */
  props[PROP_TYPE_WORD] = g_param_spec_string ("type-word", NULL, NULL, NULL, flags);
  /**
   * OuioeEventItem:text:
   *
   * The thought or the message; else empty.
   */
  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  /**
   * OuioeEventItem:time-us:
   *
   * When it was accepted, microseconds since 1970. Of a step that is being written: since when that was seen.
   */
  props[PROP_TIME_US] = g_param_spec_int64 ("time-us", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  /**
   * OuioeEventItem:confidence:
   *
   * 0 to 1, or -1 when none was reported.
   */
  props[PROP_CONFIDENCE] = g_param_spec_double ("confidence", NULL, NULL, -1.0, 1.0, -1.0, flags);
  /**
   * OuioeEventItem:percentage:
   *
   * 0 to 100, or -1 when none was reported.
   */
  props[PROP_PERCENTAGE] = g_param_spec_double ("percentage", NULL, NULL, -1.0, 100.0, -1.0, flags);
  /**
   * OuioeEventItem:is-open:
   *
   * Whether it is a step that is still being written: #OuioeEventItem:text grows, and is notified.
   */
  props[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", NULL, NULL, FALSE, flags);
  /**
   * OuioeEventItem:step-id:
   *
   * What the step is or was called while it is or was written, if it was seen growing.
   */
  props[PROP_STEP_ID] = g_param_spec_string ("step-id", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
ouioe_event_item_init (OuioeEventItem *self)
{
}

OuioeEventItem *
ouioe_event_item_new (OuioeEvent *event)
{
  OuioeEventItem *self = g_object_new (OUIOE_TYPE_EVENT_ITEM, NULL);

  self->event = ouioe_event_ref (event);
  return self;
}

OuioeEventItem *
ouioe_event_item_new_open (const char *step_id, gint64 time_us)
{
  OuioeEventItem *self = g_object_new (OUIOE_TYPE_EVENT_ITEM, NULL);

  self->step_id = g_strdup (step_id);
  self->open_text = g_string_new (NULL);
  self->open_us = time_us;
  return self;
}

const char *
ouioe_event_item_peek_step_id (OuioeEventItem *self)
{
  return self->step_id;
}

void
ouioe_event_item_set_text (OuioeEventItem *self, const char *text)
{
  if (strcmp (self->open_text->str, text) == 0)
    return;
  g_string_assign (self->open_text, text);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
}

/**
 * ouioe_event_item_get_is_open:
 * @self: an item
 *
 * Tells whether it is a step that is still being written.
 *
 * Returns: whether it is
 */
gboolean
ouioe_event_item_get_is_open (OuioeEventItem *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_ITEM (self), FALSE);
  return self->event == NULL;
}

/**
 * ouioe_event_item_get_event:
 * @self: an item
 *
 * Gets its event.
 *
 * Returns: (transfer none) (nullable): its event; %NULL of a step that is still being written
 */
OuioeEvent *
ouioe_event_item_get_event (OuioeEventItem *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_ITEM (self), NULL);
  return self->event;
}
