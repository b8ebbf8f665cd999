/* ouioed-pieces.c - what readers see of what grows: pieces of open steps, the model's work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-codec.h"
#include "ouioed-pieces.h"
#include "ouioed-ws-codec.h"

static const char *
get_type (OuioedPieceKind kind)
{
  switch (kind)
    {
    case OUIOED_PIECE_DROPPED:
      return "thinking_dropped";
    case OUIOED_PIECE_GENERATION:
      return "generation";
    case OUIOED_PIECE_GREW:
    default:
      return "thinking_delta";
    }
}

/* Members of an object, without braces. */
static void
append_members (GString *out, const OuioedDraftPiece *piece)
{
  const OuioedDraft *draft = piece->draft;

  g_string_append (out, "\"session_id\":");
  ouioe_json_write_string (out, draft->session_id, -1);
  if (piece->kind == OUIOED_PIECE_GENERATION)
    {
      g_string_append (out, ",\"generation\":");
      ouioe_generation_write (draft->generation, out);
      return;
    }

  g_string_append (out, ",\"step_id\":");
  ouioe_json_write_string (out, draft->step_id, -1);
  if (piece->kind == OUIOED_PIECE_DROPPED)
    return;
  g_string_append_printf (out, ",\"offset\":%" G_GUINT64_FORMAT ",\"text\":", piece->offset);
  ouioe_json_write_string (out, draft->text->str + piece->from, (gssize) (piece->to - piece->from));
}

static GBytes *
encode (const OuioedDraftPiece *piece, OuioedDraftForm form)
{
  g_autoptr(GString) out = g_string_sized_new (256);
  const char *type = get_type (piece->kind);

  switch (form)
    {
    case OUIOED_DRAFT_SSE:
      g_string_append_printf (out, "event: %s\ndata: {", type);
      append_members (out, piece);
      g_string_append (out, "}\n\n");
      break;
    case OUIOED_DRAFT_WEBSOCKET:
      g_string_append_printf (out, "{\"type\":\"%s\",\"data\":{", type);
      append_members (out, piece);
      g_string_append (out, "}}");
      return ouioed_ws_text_frame (out->str, out->len);
    case OUIOED_DRAFT_LINE:
    default:
      g_string_append_printf (out, "{\"type\":\"%s\",", type);
      append_members (out, piece);
      g_string_append_c (out, '}');
      break;
    }

  return g_string_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
ouioed_pieces_get (const OuioedDraftPiece *piece, OuioedDraftForm form)
{
  GBytes *bytes = ouioed_draft_get_form (piece, form);

  if (bytes == NULL)
    {
      bytes = encode (piece, form);
      ouioed_draft_set_form (piece, form, bytes);
    }
  return bytes;
}
