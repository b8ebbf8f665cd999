/* inspector-chain-item.c - one row of a chain: a step, an update, a beginning, an end, a gap or a step that grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-item.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>

#include "inspector-format.h"

/* More than a row of usual width shows in its lines. */
#define LONG_TEXT_BYTES 150

struct _InspectorChainItem
{
  GObject           parent_instance;
  InspectorItemKind kind;
  OuioeEvent       *event;          /* NULL for a gap and while it is open */
  gint64            lost;           /* of a gap; -1 when not known */
  char             *text;           /* NULL until it was asked for */
  char            **reasons;        /* read together with the text */
  char             *folded;         /* both in lower case; NULL until it was asked for */
  gboolean          has_alternatives; /* read together with the text */
  double            confidence;     /* 0 to 1; negative when not reported */
  double            percentage;     /* 0 to 100; negative when not reported */
  guint64           number;         /* of the steps of its session; 0 when not known */
  gint64            began_us;       /* of its session; 0 when not known */
  gint64            next_us;        /* when the next step came; 0 while there is none */
  gboolean          is_expanded;
  gboolean          is_bookmarked;
  gboolean          is_match;       /* a search found it */
};

enum { PROP_EXPANDED = 1 };
static GParamSpec *props[PROP_EXPANDED + 1];
static guint changed_signal;

G_DEFINE_FINAL_TYPE (InspectorChainItem, inspector_chain_item, G_TYPE_OBJECT)

static InspectorItemKind
kind_of (OuioeEvent *event)
{
  switch (ouioe_event_get_kind (event))
    {
    case OUIOE_EVENT_SESSION_START:
      return INSPECTOR_ITEM_START;
    case OUIOE_EVENT_THINKING_STEP:
      return INSPECTOR_ITEM_STEP;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      return INSPECTOR_ITEM_UPDATE;
    case OUIOE_EVENT_SESSION_END:
      return INSPECTOR_ITEM_END;
    default:
      g_return_val_if_reached (INSPECTOR_ITEM_GAP);
    }
}

static void
read_step (InspectorChainItem *self)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (self->event);
  g_auto(GStrv) alternatives = step != NULL ? ouioe_thinking_step_dup_alternatives (step) : NULL;

  if (step == NULL)
    return;
  self->text = ouioe_thinking_step_dup_content (step);
  self->reasons = ouioe_thinking_step_dup_reasoning_chain (step);
  self->has_alternatives = alternatives != NULL && alternatives[0] != NULL;
  if (!ouioe_thinking_step_get_confidence (step, &self->confidence))
    self->confidence = -1;
}

static void
read_update (InspectorChainItem *self)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (self->event);

  if (update == NULL)
    return;
  self->text = ouioe_progress_update_dup_message (update);
  if (!ouioe_progress_update_get_percentage (update, &self->percentage))
    self->percentage = -1;
  if (!ouioe_progress_update_get_confidence (update, &self->confidence))
    self->confidence = -1;
}

static char *
describe_gap (gint64 lost)
{
  if (lost < 0)
    return g_strdup (_("Some events are no longer kept"));
  return g_strdup_printf (ngettext ("%" PRId64 " event is no longer kept", "%" PRId64 " events are no longer kept",
                                    (gulong) lost), lost);
}

static void
read_fields (InspectorChainItem *self)
{
  if (self->text != NULL)
    return;
  switch (self->kind)
    {
    case INSPECTOR_ITEM_START:
      self->text = g_strdup (_("The session began"));
      break;
    case INSPECTOR_ITEM_END:
      self->text = g_strdup (_("The session ended"));
      break;
    case INSPECTOR_ITEM_GAP:
      self->text = describe_gap (self->lost);
      break;
    case INSPECTOR_ITEM_STEP:
      read_step (self);
      break;
    case INSPECTOR_ITEM_UPDATE:
      read_update (self);
      break;
    case INSPECTOR_ITEM_OPEN:
      break;
    default:
      g_return_if_reached ();
    }
  if (self->text == NULL)
    self->text = g_strdup ("");
}

static void
inspector_chain_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_EXPANDED)
    g_value_set_boolean (value, INSPECTOR_CHAIN_ITEM (object)->is_expanded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_chain_item_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_EXPANDED)
    inspector_chain_item_set_expanded (INSPECTOR_CHAIN_ITEM (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
inspector_chain_item_finalize (GObject *object)
{
  InspectorChainItem *self = INSPECTOR_CHAIN_ITEM (object);

  g_clear_pointer (&self->event, ouioe_event_unref);
  g_free (self->text);
  g_free (self->folded);
  g_strfreev (self->reasons);
  G_OBJECT_CLASS (inspector_chain_item_parent_class)->finalize (object);
}

static void
inspector_chain_item_class_init (InspectorChainItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = inspector_chain_item_get_property;
  object_class->set_property = inspector_chain_item_set_property;
  object_class->finalize = inspector_chain_item_finalize;
  props[PROP_EXPANDED] = g_param_spec_boolean ("expanded", NULL, NULL, FALSE,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_chain_item_init (InspectorChainItem *self)
{
  self->confidence = -1;
  self->percentage = -1;
}

InspectorChainItem *
inspector_chain_item_new_event (OuioeEvent *event)
{
  InspectorChainItem *self = g_object_new (INSPECTOR_TYPE_CHAIN_ITEM, NULL);

  self->kind = kind_of (event);
  self->event = ouioe_event_ref (event);
  return self;
}

InspectorChainItem *
inspector_chain_item_new_gap (gint64 lost)
{
  InspectorChainItem *self = g_object_new (INSPECTOR_TYPE_CHAIN_ITEM, NULL);

  self->kind = INSPECTOR_ITEM_GAP;
  self->lost = lost;
  return self;
}

InspectorChainItem *
inspector_chain_item_new_open (void)
{
  InspectorChainItem *self = g_object_new (INSPECTOR_TYPE_CHAIN_ITEM, NULL);

  self->kind = INSPECTOR_ITEM_OPEN;
  return self;
}

void
inspector_chain_item_tell (InspectorChainItem *self)
{
  g_signal_emit (self, changed_signal, 0);
}

void
inspector_chain_item_set_text (InspectorChainItem *self, const char *text)
{
  g_return_if_fail (self->kind == INSPECTOR_ITEM_OPEN);

  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  g_clear_pointer (&self->folded, g_free);
  inspector_chain_item_tell (self);
}

void
inspector_chain_item_finish (InspectorChainItem *self, OuioeEvent *event)
{
  g_return_if_fail (self->kind == INSPECTOR_ITEM_OPEN);

  self->kind = kind_of (event);
  self->event = ouioe_event_ref (event);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->folded, g_free);
}

InspectorItemKind
inspector_chain_item_get_kind (InspectorChainItem *self)
{
  return self->kind;
}

OuioeEvent *
inspector_chain_item_get_event (InspectorChainItem *self)
{
  return self->event;
}

gint64
inspector_chain_item_get_time_us (InspectorChainItem *self)
{
  return self->event != NULL ? ouioe_event_get_time_us (self->event) : 0;
}

const char *
inspector_chain_item_get_type_word (InspectorChainItem *self)
{
  return self->event != NULL ? ouioe_event_get_type_word (self->event) : NULL;
}

const char *
inspector_chain_item_get_text (InspectorChainItem *self)
{
  read_fields (self);
  return self->text;
}

const char *const *
inspector_chain_item_get_reasons (InspectorChainItem *self)
{
  static const char *const none[] = { NULL };

  read_fields (self);
  return self->reasons != NULL ? (const char *const *) self->reasons : none;
}

const char *
inspector_chain_item_get_folded (InspectorChainItem *self)
{
  g_autofree char *reasons = NULL;
  g_autofree char *all = NULL;

  if (self->folded != NULL)
    return self->folded;
  read_fields (self);
  reasons = self->reasons != NULL ? g_strjoinv ("\n", self->reasons) : NULL;
  all = reasons != NULL ? g_strconcat (self->text, "\n", reasons, NULL) : NULL;
  self->folded = inspector_format_folded (all != NULL ? all : self->text);
  return self->folded;
}

gboolean
inspector_chain_item_has_alternatives (InspectorChainItem *self)
{
  read_fields (self);
  return self->has_alternatives;
}

gboolean
inspector_chain_item_get_confidence (InspectorChainItem *self, double *confidence)
{
  read_fields (self);
  *confidence = self->confidence;
  return self->confidence >= 0;
}

gboolean
inspector_chain_item_get_percentage (InspectorChainItem *self, double *percentage)
{
  read_fields (self);
  *percentage = self->percentage;
  return self->percentage >= 0;
}

void
inspector_chain_item_set_place (InspectorChainItem *self, guint64 number, gint64 began_us)
{
  self->number = number;
  self->began_us = began_us;
}

guint64
inspector_chain_item_get_number (InspectorChainItem *self)
{
  return self->number;
}

gint64
inspector_chain_item_get_began_us (InspectorChainItem *self)
{
  return self->began_us;
}

void
inspector_chain_item_set_next_us (InspectorChainItem *self, gint64 next_us)
{
  self->next_us = next_us;
}

gint64
inspector_chain_item_get_next_us (InspectorChainItem *self)
{
  return self->next_us;
}

void
inspector_chain_item_set_bookmarked (InspectorChainItem *self, gboolean is_bookmarked)
{
  if (self->is_bookmarked == is_bookmarked)
    return;
  self->is_bookmarked = is_bookmarked;
  inspector_chain_item_tell (self);
}

gboolean
inspector_chain_item_is_bookmarked (InspectorChainItem *self)
{
  return self->is_bookmarked;
}

void
inspector_chain_item_set_match (InspectorChainItem *self, gboolean is_match)
{
  if (self->is_match == is_match)
    return;
  self->is_match = is_match;
  inspector_chain_item_tell (self);
}

gboolean
inspector_chain_item_is_match (InspectorChainItem *self)
{
  return self->is_match;
}

gboolean
inspector_chain_item_is_expandable (InspectorChainItem *self)
{
  const char *text = inspector_chain_item_get_text (self);

  return inspector_chain_item_get_reasons (self)[0] != NULL || strlen (text) > LONG_TEXT_BYTES ||
         strchr (text, '\n') != NULL;
}

gboolean
inspector_chain_item_get_expanded (InspectorChainItem *self)
{
  return self->is_expanded;
}

void
inspector_chain_item_set_expanded (InspectorChainItem *self, gboolean expanded)
{
  expanded = expanded && inspector_chain_item_is_expandable (self);
  if (self->is_expanded == expanded)
    return;
  self->is_expanded = expanded;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EXPANDED]);
  inspector_chain_item_tell (self);
}
