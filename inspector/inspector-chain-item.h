/* inspector-chain-item.h - one row of a chain: a step, an update, a beginning, an end, a gap or a step that grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

/* Lines of text in a row that is not expanded. */
#define INSPECTOR_ROW_LINES 3

typedef enum {
  INSPECTOR_ITEM_START,
  INSPECTOR_ITEM_STEP,
  INSPECTOR_ITEM_UPDATE,
  INSPECTOR_ITEM_END,
  INSPECTOR_ITEM_GAP,
  INSPECTOR_ITEM_OPEN,    /* a step that is still being written; becomes a STEP */
} InspectorItemKind;

#define INSPECTOR_TYPE_CHAIN_ITEM (inspector_chain_item_get_type ())
G_DECLARE_FINAL_TYPE (InspectorChainItem, inspector_chain_item, INSPECTOR, CHAIN_ITEM, GObject)

/* Signal "changed": it looks different now: it grew, became a step, was expanded. A change of the kind is told by the model,
 * too, as if the item had gone and come. */
InspectorChainItem *inspector_chain_item_new_event (OuioeEvent *event);
/* @lost: how many events are missing, -1 when not known */
InspectorChainItem *inspector_chain_item_new_gap   (gint64 lost);
InspectorChainItem *inspector_chain_item_new_open  (void);
/* Of an OPEN one: all there is of it so far. */
void                inspector_chain_item_set_text  (InspectorChainItem *self, const char *text);
/* An OPEN one becomes the step that @event tells. Without a signal: the model tells first that it moved. */
void                inspector_chain_item_finish    (InspectorChainItem *self, OuioeEvent *event);
/* Emits "changed". */
void                inspector_chain_item_tell      (InspectorChainItem *self);

InspectorItemKind   inspector_chain_item_get_kind  (InspectorChainItem *self);
/* (transfer none) (nullable): NULL for a gap and while it is open */
OuioeEvent         *inspector_chain_item_get_event (InspectorChainItem *self);
gint64              inspector_chain_item_get_time_us (InspectorChainItem *self);   /* since 1970; 0 where there is no event */
/* Of a step or an update, else NULL. */
const char         *inspector_chain_item_get_type_word (InspectorChainItem *self);
/* Read from the event when first asked for: most rows of a long chain are never looked at. */
const char         *inspector_chain_item_get_text  (InspectorChainItem *self);
const char *const  *inspector_chain_item_get_reasons (InspectorChainItem *self);     /* never NULL; may be empty */
/* The text and the reasons in lower case, for comparing. */
const char         *inspector_chain_item_get_folded (InspectorChainItem *self);
gboolean            inspector_chain_item_has_alternatives (InspectorChainItem *self);
/* FALSE: not reported. */
gboolean            inspector_chain_item_get_confidence (InspectorChainItem *self, double *confidence);
gboolean            inspector_chain_item_get_percentage (InspectorChainItem *self, double *percentage);
/* Where it stands in its session: the how manieth step (0: not known), and when the session began (0: not known). */
void                inspector_chain_item_set_place (InspectorChainItem *self, guint64 number, gint64 began_us);
guint64             inspector_chain_item_get_number (InspectorChainItem *self);
gint64              inspector_chain_item_get_began_us (InspectorChainItem *self);
/* When the step after this one came; 0 while there is none. */
void                inspector_chain_item_set_next_us (InspectorChainItem *self, gint64 next_us);
gint64              inspector_chain_item_get_next_us (InspectorChainItem *self);
/* Set by the search that found it; emits "changed". */
void                inspector_chain_item_set_match (InspectorChainItem *self, gboolean is_match);
gboolean            inspector_chain_item_is_match  (InspectorChainItem *self);
/* Set by whoever keeps the bookmarks; emits "changed". */
void                inspector_chain_item_set_bookmarked (InspectorChainItem *self, gboolean is_bookmarked);
gboolean            inspector_chain_item_is_bookmarked  (InspectorChainItem *self);
/* Whether there is more than a row shows at first: reasons, or a long text. */
gboolean            inspector_chain_item_is_expandable (InspectorChainItem *self);
/* Property "expanded": whether all of it is shown; belongs to the step, not to the widget that happens to show it. */
gboolean            inspector_chain_item_get_expanded (InspectorChainItem *self);
void                inspector_chain_item_set_expanded (InspectorChainItem *self, gboolean expanded);

G_END_DECLS
