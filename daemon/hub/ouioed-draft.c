/* ouioed-draft.c - what readers are shown of a session although it is no event
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-hub-private.h"

OuioedDraft *
ouioed_draft_new (OuioedChannel *channel, const char *step_id, gint64 created_us)
{
  OuioedDraft *self = g_new0 (OuioedDraft, 1);

  self->ref_count = 1;
  self->session_id = g_ref_string_acquire (channel->id);
  self->step_id = g_strdup (step_id);
  self->created_us = created_us;
  self->hub_link.data = self;
  self->channel_link.data = self;
  if (step_id != NULL)
    self->text = g_string_new (NULL);

  return self;
}

OuioedDraft *
ouioed_draft_ref (OuioedDraft *self)
{
  self->ref_count++;
  return self;
}

void
ouioed_draft_unref (OuioedDraft *self)
{
  if (--self->ref_count > 0)
    return;

  ouioed_draft_clear (self);
  g_ref_string_release (self->session_id);
  g_free (self->step_id);
  g_free (self);
}

void
ouioed_draft_clear (OuioedDraft *self)
{
  if (self->text != NULL)
    g_string_free (g_steal_pointer (&self->text), TRUE);
  self->shown = 0;
  g_clear_pointer (&self->generation, ouioe_generation_unref);
  for (guint i = 0; i < OUIOED_N_DRAFT_FORMS; i++)
    g_clear_pointer (&self->forms[i].bytes, g_bytes_unref);
}

GBytes *
ouioed_draft_get_form (const OuioedDraftPiece *piece, OuioedDraftForm form)
{
  const OuioedDraft *draft = piece->draft;

  return draft->forms[form].from == piece->from && draft->forms[form].to == piece->to ? draft->forms[form].bytes : NULL;
}

void
ouioed_draft_set_form (const OuioedDraftPiece *piece, OuioedDraftForm form, GBytes *bytes)
{
  OuioedDraft *draft = piece->draft;

  g_clear_pointer (&draft->forms[form].bytes, g_bytes_unref);
  draft->forms[form].from = piece->from;
  draft->forms[form].to = piece->to;
  draft->forms[form].bytes = bytes;
}
