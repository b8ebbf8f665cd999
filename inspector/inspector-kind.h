/* inspector-kind.h - how each type of step and update, and each phase of a model, looks and is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The colours are for marks: at least 3:1 against the backgrounds of libadwaita, light and dark. Names stand in the colour
 * of text. style.css and style-dark.css have the same colours under the class of each kind.
 */
#pragma once

#include <gdk/gdk.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

typedef struct {
  const char *word;        /* on the wire */
  const char *name;        /* for people, short; translated by inspector_kind_get_name() */
  const char *title;       /* in full, where it says more than the name; else NULL */
  const char *icon_name;
  const char *css_class;   /* of the colour */
  guint32     light;       /* 0xRRGGBB, on a light background */
  guint32     dark;        /* on a dark one */
} InspectorKind;

/* Never NULL: types without a look of their own share a plain one. */
const InspectorKind *inspector_kind_for_item   (InspectorChainItem *item);
const InspectorKind *inspector_kind_for_step   (const char *word);
const InspectorKind *inspector_kind_for_update (const char *word);
const InspectorKind *inspector_kind_for_phase  (OuioePhase phase);
/* Of a model that is silent although an answer is under way. */
const InspectorKind *inspector_kind_for_stall  (void);

/* The name of the kind, or the word itself when it has no name here. */
const char          *inspector_kind_get_name   (const InspectorKind *kind, InspectorChainItem *item);
/* @word: (nullable): shown when the kind has no name. Never NULL. */
const char          *inspector_kind_name_word  (const InspectorKind *kind, const char *word);
/* The same in full: "Risk assessment" where the name is "Risk". */
const char          *inspector_kind_title_word (const InspectorKind *kind, const char *word);
/* Where it stands among the kinds of steps, in the order of the work; those without a look of their own come last. */
guint                inspector_kind_get_order  (const InspectorKind *kind);
void                 inspector_kind_get_rgba   (const InspectorKind *kind, gboolean is_dark, GdkRGBA *rgba);

G_END_DECLS
