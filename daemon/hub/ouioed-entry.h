/* ouioed-entry.h - one committed event in memory, with what transports made of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioe-types-private.h"

G_BEGIN_DECLS

/* Slots for encodings of an event. The hub only keeps them; what is in a slot is between the transports. */
typedef enum {
  OUIOED_VIEW_LEGACY_BOTH,       /* WebSocket frames of /ws/thinking: both streams */
  OUIOED_VIEW_LEGACY_THINKING,
  OUIOED_VIEW_LEGACY_PROGRESS,
  OUIOED_VIEW_TYPED,             /* WebSocket frame of /ws/sessions */
  OUIOED_VIEW_SSE,               /* one SSE event */
} OuioedView;
#define OUIOED_N_VIEWS (OUIOED_VIEW_SSE + 1)

/* Reference counted, main thread only; immutable but for the views, which are filled on first need. */
typedef struct {
  guint       ref_count;
  gsize      *account;           /* where its bytes are counted, NULL while it stands in no log */
  gsize       bytes;             /* what it costs, views and all */
  guint64     ordinal[2];        /* its number on each stream, from 1; 0 when unknown or not on that stream */
  gboolean    is_late;           /* another program gave it an id that others had passed already */
  OuioeEvent *event;
  GBytes     *views[OUIOED_N_VIEWS];
} OuioedEntry;

OuioedEntry *ouioed_entry_new      (OuioeEvent *event);   /* takes a reference on @event */
OuioedEntry *ouioed_entry_ref      (OuioedEntry *self);
void         ouioed_entry_unref    (OuioedEntry *self);
/* @bytes: (transfer full). Keeps what a transport made of the event, and counts it. */
void         ouioed_entry_set_view (OuioedEntry *self, OuioedView view, GBytes *bytes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedEntry, ouioed_entry_unref)

G_END_DECLS
