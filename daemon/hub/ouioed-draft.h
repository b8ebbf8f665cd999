/* ouioed-draft.h - what readers are shown of a session although it is no event: open steps, the model's work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A draft is never stored, has no id and is never missed. It stands in the hub once, with all of its text; a reader has a
 * small position in it, and gets what is behind that position when its socket can take it.
 */
#pragma once

#include "ouioe-generation-private.h"

G_BEGIN_DECLS

/* How transports show a piece of a draft. What is in a form is between them. */
typedef enum {
  OUIOED_DRAFT_SSE,              /* one SSE event */
  OUIOED_DRAFT_WEBSOCKET,        /* one WebSocket frame */
  OUIOED_DRAFT_LINE,             /* one JSON object, without a line end */
} OuioedDraftForm;
#define OUIOED_N_DRAFT_FORMS (OUIOED_DRAFT_LINE + 1)

typedef enum {
  OUIOED_DRAFT_OPEN,
  OUIOED_DRAFT_ENDED,            /* its step was published, or its session ended */
  OUIOED_DRAFT_DROPPED,          /* nothing came of it */
} OuioedDraftState;

/* Reference counted, main thread only. */
typedef struct {
  guint            ref_count;
  char            *session_id;   /* g_ref_string */
  char            *step_id;      /* of an open step; NULL: the model's work */
  OuioedDraftState state;
  gboolean         is_ending;    /* what ends it is accepted, but not committed */
  gboolean         is_full;      /* a piece had no room: what would follow is left out, too */
  gint64           created_us;   /* of the session it belongs to: an id may be used again */
  GString         *text;         /* of an open step */
  gsize            shown;        /* bytes of it that readers may have by now */
  OuioeGeneration *generation;   /* of the model's work: what readers may have by now */
  guint64          seq;          /* of its last change: greater than of all that were shown before; 0: not shown yet */
  GList            hub_link;     /* in hub->drafts, in the order of seq */
  GList            channel_link; /* in drafts->shown of its channel, likewise */
  struct {
    gsize   from;                /* of which piece */
    guint64 to;
    GBytes *bytes;               /* NULL while none */
  } forms[OUIOED_N_DRAFT_FORMS]; /* the piece that was encoded last: readers mostly stand at the same place */
} OuioedDraft;

typedef enum {
  OUIOED_PIECE_GREW,             /* text of an open step */
  OUIOED_PIECE_DROPPED,          /* nothing came of an open step that the reader has seen */
  OUIOED_PIECE_GENERATION,       /* the model's work as it is now */
} OuioedPieceKind;

/* What one reader is shown next of a draft. */
typedef struct {
  OuioedPieceKind kind;
  OuioedDraft    *draft;
  gsize           from;          /* bytes of its text */
  guint64         to;            /* bytes of its text; of the model's work: which one it is */
  guint64         offset;        /* Unicode code points before @from */
} OuioedDraftPiece;

OuioedDraft *ouioed_draft_ref      (OuioedDraft *self);
void         ouioed_draft_unref    (OuioedDraft *self);
/* What was set for exactly this piece, or NULL. (transfer none) */
GBytes      *ouioed_draft_get_form (const OuioedDraftPiece *piece, OuioedDraftForm form);
/* @bytes: (transfer full). Stays as long as the draft, or until another piece is set. */
void         ouioed_draft_set_form (const OuioedDraftPiece *piece, OuioedDraftForm form, GBytes *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedDraft, ouioed_draft_unref)

G_END_DECLS
