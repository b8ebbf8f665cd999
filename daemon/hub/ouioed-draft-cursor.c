/* ouioed-draft-cursor.c - a reader's place in what grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The drafts stand in the order of their last change. A reader has a number, up to which it has seen all changes, and a
 * position in each open step of which it has seen a part. So what is new to it is found without looking at the rest.
 */
#include "config.h"

#include "ouioed-draft-private.h"

typedef struct {
  gsize   bytes;
  guint64 chars;
} Position;

struct _OuioedDraftCursor
{
  OuioedHub     *hub;
  OuioedChannel *channel;         /* NULL: of all sessions */
  OuioeStreams   streams;
  guint64        seq;             /* all changes up to this one were taken, or are not wanted */
  guint64        born;            /* the last change before the cursor was made */
  guint64        ended;           /* hub->draft_ended when positions was last tidied up */
  GHashTable    *positions;       /* OuioedDraft -> Position; NULL while empty */
  GArray        *peeked;          /* of OuioedDraftPiece, each with a reference on its draft */
};

static void
clear_piece (gpointer data)
{
  ouioed_draft_unref (((OuioedDraftPiece *) data)->draft);
}

OuioedDraftCursor *
ouioed_draft_cursor_new (OuioedHub *hub, OuioedChannel *channel, OuioeStreams streams)
{
  OuioedDraftCursor *self = g_new0 (OuioedDraftCursor, 1);

  self->hub = hub;
  self->channel = channel;
  self->streams = streams;
  self->born = hub->draft_seq;
  self->peeked = g_array_new (FALSE, FALSE, sizeof (OuioedDraftPiece));
  g_array_set_clear_func (self->peeked, clear_piece);

  return self;
}

void
ouioed_draft_cursor_free (OuioedDraftCursor *self)
{
  g_clear_pointer (&self->positions, g_hash_table_unref);
  g_array_unref (self->peeked);
  g_free (self);
}

static void
add_piece (OuioedDraftCursor *self, OuioedPieceKind kind, OuioedDraft *draft, gsize from, guint64 to, guint64 offset)
{
  OuioedDraftPiece piece = { kind, ouioed_draft_ref (draft), from, to, offset };

  g_array_append_val (self->peeked, piece);
}

/* What became of the open steps that the reader has seen a part of. */
static void
peek_ended (OuioedDraftCursor *self, guint max)
{
  GHashTableIter iter;
  gpointer key;

  if (self->positions == NULL || self->ended == self->hub->draft_ended)
    return;

  g_hash_table_iter_init (&iter, self->positions);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      OuioedDraft *draft = key;

      if (draft->state == OUIOED_DRAFT_ENDED)
        g_hash_table_iter_remove (&iter);
      else if (draft->state == OUIOED_DRAFT_DROPPED && self->peeked->len < max)
        add_piece (self, OUIOED_PIECE_DROPPED, draft, G_MAXSIZE, G_MAXUINT64, 0);
    }
  if (self->peeked->len == 0)
    self->ended = self->hub->draft_ended;
}

static gboolean
wants_session (OuioedDraftCursor *self, OuioedDraft *draft, OuioedFilterFunc filter, gpointer filter_data)
{
  OuioedChannel *channel;

  if (self->channel != NULL)
    return TRUE;
  if (g_str_has_prefix (draft->session_id, OUIOED_INTERNAL_PREFIX))
    return FALSE;
  if (filter == NULL)
    return TRUE;

  channel = ouioed_hub_find (self->hub, draft->session_id);
  return filter (draft->session_id, channel != NULL ? channel->committed : NULL, filter_data);
}

static gboolean
peek_generation (OuioedDraftCursor *self, OuioedDraft *draft)
{
  /* Who comes late to all sessions is told of those where something goes on, not of every one there ever was. */
  if (self->channel == NULL && draft->seq <= self->born && draft->generation->n_under_way == 0)
    return FALSE;

  add_piece (self, OUIOED_PIECE_GENERATION, draft, 0, draft->seq, 0);
  return TRUE;
}

static gboolean
peek_step (OuioedDraftCursor *self, OuioedDraft *draft)
{
  const Position *position = self->positions != NULL ? g_hash_table_lookup (self->positions, draft) : NULL;
  gsize from = position != NULL ? position->bytes : 0;

  if ((self->streams & OUIOE_STREAMS_THINKING) == 0 || draft->shown <= from)
    return FALSE;

  add_piece (self, OUIOED_PIECE_GREW, draft, from, draft->shown, position != NULL ? position->chars : 0);
  return TRUE;
}

static OuioedDraft *
draft_of (GList *link)
{
  return link->data;
}

/* The first change that the reader has not seen. */
static GList *
find_new (OuioedDraftCursor *self)
{
  GList *link = NULL, *before = NULL;

  if (self->channel == NULL)
    before = self->hub->drafts.tail;
  else if (self->channel->drafts != NULL)
    before = self->channel->drafts->shown.tail;
  for (; before != NULL && draft_of (before)->seq > self->seq; before = before->prev)
    link = before;

  return link;
}

guint
ouioed_draft_cursor_peek (OuioedDraftCursor *self, OuioedFilterFunc filter, gpointer filter_data, OuioedDraftPiece *pieces,
                          guint max)
{
  g_array_set_size (self->peeked, 0);
  peek_ended (self, max);
  for (GList *link = find_new (self); link != NULL && self->peeked->len < max; link = link->next)
    {
      OuioedDraft *draft = draft_of (link);
      gboolean is_new = FALSE;

      if (wants_session (self, draft, filter, filter_data))
        is_new = draft->text != NULL ? peek_step (self, draft) : peek_generation (self, draft);
      if (!is_new && self->peeked->len == 0)
        self->seq = draft->seq;   /* passed for good, so that it is looked at once */
    }

  if (self->peeked->len > 0)
    memcpy (pieces, self->peeked->data, self->peeked->len * sizeof *pieces);
  return self->peeked->len;
}

static void
take_piece (OuioedDraftCursor *self, const OuioedDraftPiece *piece)
{
  OuioedDraft *draft = piece->draft;
  Position *position;

  if (piece->kind == OUIOED_PIECE_DROPPED)
    {
      g_hash_table_remove (self->positions, draft);
      return;
    }

  self->seq = draft->seq;
  if (piece->kind != OUIOED_PIECE_GREW)
    return;

  if (self->positions == NULL)
    self->positions = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) ouioed_draft_unref, g_free);
  position = g_hash_table_lookup (self->positions, draft);
  if (position == NULL)
    {
      position = g_new (Position, 1);
      g_hash_table_insert (self->positions, ouioed_draft_ref (draft), position);
    }
  position->bytes = (gsize) piece->to;
  position->chars = piece->offset
                    + (guint64) g_utf8_strlen (draft->text->str + piece->from, (gssize) (piece->to - piece->from));
}

void
ouioed_draft_cursor_advance (OuioedDraftCursor *self, guint n)
{
  for (guint i = 0; i < n; i++)
    take_piece (self, &g_array_index (self->peeked, OuioedDraftPiece, i));
  g_array_set_size (self->peeked, 0);
}
