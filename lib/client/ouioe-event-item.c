/* ouioe-event-item.c - an event in a list, with what views show of it as properties
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-enum-types.h"
#include "ouioe-event-item-private.h"

/**
 * OuioeEventItem:
 *
 * An event in a list, with what views show of it as properties.
 */
struct _OuioeEventItem
{
  GObject     parent_instance;
  OuioeEvent *event;           /* never changes */
};

typedef enum { PROP_EVENT = 1, PROP_ID, PROP_KIND, PROP_TYPE_WORD, PROP_TEXT, PROP_TIME_US, PROP_CONFIDENCE,
               PROP_PERCENTAGE } EventItemProperty;
static GParamSpec *props[PROP_PERCENTAGE + 1];

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

static void
ouioe_event_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  OuioeEvent *event = OUIOE_EVENT_ITEM (object)->event;

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
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ouioe_event_item_finalize (GObject *object)
{
  g_clear_pointer (&OUIOE_EVENT_ITEM (object)->event, ouioe_event_unref);
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
   * The event.
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
   * When it was accepted, microseconds since 1970.
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

/**
 * ouioe_event_item_get_event:
 * @self: an item
 *
 * Gets its event.
 *
 * Returns: (transfer none): its event
 */
OuioeEvent *
ouioe_event_item_get_event (OuioeEventItem *self)
{
  g_return_val_if_fail (OUIOE_IS_EVENT_ITEM (self), NULL);
  return self->event;
}
