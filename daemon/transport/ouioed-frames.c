/* ouioed-frames.c - what readers see: events and notices as WebSocket frames and SSE events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-codec.h"
#include "ouioed-frames.h"
#include "ouioed-ws-codec.h"

/* How long an SSE client waits before it comes back. */
#define SSE_RETRY_MS 1000

/* ---- events ---- */

static void
append_text_frame (GString *out, const GString *text)
{
  ouioed_ws_append_header (out, OUIOED_WS_TEXT, text->len);
  g_string_append_len (out, text->str, (gssize) text->len);
}

/* Old clients learn of the end from the entries of the two streams. New ones find this easier. */
static void
append_session_end (GString *out, OuioeEvent *event, GString *text)
{
  gsize len;
  const char *json = g_bytes_get_data (event->json, &len);

  g_string_assign (text, "{\"type\":\"session_end\",\"session_id\":");
  ouioe_json_write_string (text, event->session_id, -1);
  g_string_append (text, ",\"data\":");
  g_string_append_len (text, json, (gssize) len);
  g_string_append_c (text, '}');
  append_text_frame (out, text);
}

static GBytes *
encode_legacy (OuioeEvent *event, OuioeStreams wanted)
{
  g_autoptr(GString) out = g_string_sized_new (g_bytes_get_size (event->json) * 3 / 2 + 256);
  g_autoptr(GString) text = g_string_sized_new (g_bytes_get_size (event->json) * 3 / 2 + 256);
  g_autoptr(GError) error = NULL;
  OuioeStreams streams = ouioe_event_kind_get_streams (event->kind) & wanted;

  for (guint i = 0; i < 2; i++)
    {
      if ((streams & (1u << i)) == 0)
        continue;

      g_string_truncate (text, 0);
      if (!ouioe_codec_write_frame (text, event, 1u << i, &error))
        {
          char id[OUIOE_EVENT_ID_TEXT_MAX];

          ouioe_event_id_format (event->id, id);
          g_warning ("Event %s of session %s cannot be read and is left out: %s", id, event->session_id, error->message);
          return g_bytes_new_static ("", 0);
        }
      append_text_frame (out, text);
    }

  if (event->kind == OUIOE_EVENT_SESSION_END)
    append_session_end (out, event, text);

  return g_string_free_to_bytes (g_steal_pointer (&out));
}

static GBytes *
encode_typed (OuioeEvent *event)
{
  g_autoptr(GString) text = g_string_sized_new (g_bytes_get_size (event->json) + 64);
  g_autoptr(GString) out = g_string_sized_new (g_bytes_get_size (event->json) + 80);
  gsize len;
  const char *json = g_bytes_get_data (event->json, &len);

  g_string_append_printf (text, "{\"type\":\"%s\",\"data\":", ouioe_event_kind_to_string (event->kind));
  g_string_append_len (text, json, (gssize) len);
  g_string_append_c (text, '}');
  append_text_frame (out, text);

  return g_string_free_to_bytes (g_steal_pointer (&out));
}

static GBytes *
encode_sse (OuioeEvent *event)
{
  GString *out = g_string_sized_new (g_bytes_get_size (event->json) + 96);
  char id[OUIOE_EVENT_ID_TEXT_MAX];
  gsize len;
  const char *json = g_bytes_get_data (event->json, &len);

  ouioe_event_id_format (event->id, id);
  g_string_append_printf (out, "id: %s\nevent: %s\ndata: ", id, ouioe_event_kind_to_string (event->kind));
  g_string_append_len (out, json, (gssize) len);
  g_string_append (out, "\n\n");

  return g_string_free_to_bytes (out);
}

/* An event of one stream looks the same to a reader of both and to a reader of that stream: one encoding serves. */
static OuioedView
get_shared_view (OuioeEventKind kind, OuioedView view)
{
  if (view == OUIOED_VIEW_LEGACY_BOTH && kind == OUIOE_EVENT_THINKING_STEP)
    return OUIOED_VIEW_LEGACY_THINKING;
  if (view == OUIOED_VIEW_LEGACY_BOTH && kind == OUIOE_EVENT_PROGRESS_UPDATE)
    return OUIOED_VIEW_LEGACY_PROGRESS;

  return view;
}

GBytes *
ouioed_frames_get (OuioedEntry *entry, OuioedView view)
{
  OuioeEvent *event = entry->event;
  GBytes *bytes = NULL;

  view = get_shared_view (event->kind, view);
  if (G_LIKELY (entry->views[view] != NULL))
    return entry->views[view];

  switch (view)
    {
    case OUIOED_VIEW_LEGACY_BOTH:
      bytes = encode_legacy (event, OUIOE_STREAMS_BOTH);
      break;
    case OUIOED_VIEW_LEGACY_THINKING:
      bytes = encode_legacy (event, OUIOE_STREAMS_THINKING);
      break;
    case OUIOED_VIEW_LEGACY_PROGRESS:
      bytes = encode_legacy (event, OUIOE_STREAMS_PROGRESS);
      break;
    case OUIOED_VIEW_TYPED:
      bytes = encode_typed (event);
      break;
    case OUIOED_VIEW_SSE:
      bytes = encode_sse (event);
      break;
    default:
      g_return_val_if_reached (NULL);
    }

  ouioed_entry_set_view (entry, view, bytes);
  return bytes;
}

/* ---- notices ---- */

static GBytes *
finish_frame (GString *text)
{
  GBytes *frame = ouioed_ws_text_frame (text->str, text->len);

  g_string_free (text, TRUE);
  return frame;
}

static void
append_timestamp (GString *text, gint64 now_us)
{
  g_string_append (text, ",\"timestamp\":");
  ouioe_json_write_time (text, now_us);
}

static void
append_id (GString *text, const char *name, OuioeEventId id)
{
  char buffer[OUIOE_EVENT_ID_TEXT_MAX];

  ouioe_event_id_format (id, buffer);
  g_string_append_printf (text, ",\"%s\":\"%s\"", name, buffer);
}

GBytes *
ouioed_frames_new_greeting (const char *session_id, gint64 now_us)
{
  GString *text = g_string_new ("{\"type\":\"connection_established\",\"session_id\":");

  ouioe_json_write_string (text, session_id, -1);
  append_timestamp (text, now_us);
  g_string_append (text, ",\"message\":\"Connected to thinking stream\"}");

  return finish_frame (text);
}

GBytes *
ouioed_frames_new_hello (gint64 now_us)
{
  GString *text = g_string_new ("{\"type\":\"hello\",\"server\":\"ouioed\",\"version\":\"" OUIOE_VERSION "\"");

  append_timestamp (text, now_us);
  g_string_append_c (text, '}');

  return finish_frame (text);
}

static GBytes *
new_timed (const char *type, gint64 now_us)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\"type\":\"%s\"", type);
  append_timestamp (text, now_us);
  g_string_append_c (text, '}');

  return finish_frame (text);
}

GBytes *
ouioed_frames_new_pong (gint64 now_us)
{
  return new_timed ("pong", now_us);
}

GBytes *
ouioed_frames_new_keepalive (gboolean sse, gint64 now_us)
{
  static const char comment[] = ": keepalive\n\n";

  return sse ? g_bytes_new_static (comment, sizeof comment - 1) : new_timed ("keepalive", now_us);
}

GBytes *
ouioed_frames_new_retry (OuioeEventId position)
{
  GString *out = g_string_new ("retry: " G_STRINGIFY (SSE_RETRY_MS) "\n");
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  if (!ouioe_event_id_is_zero (position))
    {
      ouioe_event_id_format (position, id);
      g_string_append_printf (out, "id: %s\n", id);
    }
  g_string_append_c (out, '\n');

  return g_string_free_to_bytes (out);
}

/* @members: of an object, without braces. */
static GBytes *
new_notice (gboolean sse, const char *type, const GString *members)
{
  GString *text = g_string_new (NULL);

  if (!sse)
    {
      g_string_append_printf (text, "{\"type\":\"%s\",%s}", type, members->str);
      return finish_frame (text);
    }

  g_string_append_printf (text, "event: %s\ndata: {%s}\n\n", type, members->str);
  return g_string_free_to_bytes (text);
}

GBytes *
ouioed_frames_new_gap (gboolean sse, const char *session_id, const OuioedGap *gap)
{
  g_autoptr(GString) members = g_string_new (NULL);

  if (session_id != NULL)
    {
      g_string_append (members, "\"session_id\":");
      ouioe_json_write_string (members, session_id, -1);
      g_string_append_c (members, ',');
    }
  g_string_append_printf (members, "\"streams\":\"%s\"", ouioe_streams_to_string (gap->streams));
  append_id (members, "after", gap->after);
  append_id (members, "until", gap->until);
  if (gap->has_lost)
    g_string_append_printf (members, ",\"lost\":%" G_GUINT64_FORMAT, gap->lost);

  return new_notice (sse, "gap", members);
}

GBytes *
ouioed_frames_new_forgotten (gboolean sse, const char *session_id, gint64 now_us)
{
  g_autoptr(GString) members = g_string_new ("\"session_id\":");

  ouioe_json_write_string (members, session_id, -1);
  g_string_append (members, ",\"data\":{\"session_id\":");
  ouioe_json_write_string (members, session_id, -1);
  g_string_append (members, ",\"outcome\":\"expired\"");
  append_timestamp (members, now_us);
  g_string_append_c (members, '}');

  return new_notice (sse, "session_end", members);
}

static void
append_ref (GString *text, const char *ref)
{
  if (ref != NULL)
    g_string_append_printf (text, ",\"ref\":%s", ref);
}

GBytes *
ouioed_frames_new_error (const char *ref, const GError *error)
{
  GString *text = g_string_new ("{\"type\":\"error\"");
  OuioeError code = error->domain == OUIOE_ERROR ? (OuioeError) error->code : OUIOE_ERROR_INTERNAL;

  append_ref (text, ref);
  g_string_append_printf (text, ",\"code\":\"%s\",\"status\":%u,\"detail\":", ouioe_error_to_string (code),
                          ouioe_error_get_http_status (code));
  ouioe_json_write_string (text, error->message, -1);
  g_string_append_c (text, '}');

  return finish_frame (text);
}

GBytes *
ouioed_frames_new_ack (const char *ref, OuioeEventId id, const char *dropped)
{
  GString *text = g_string_new ("{\"type\":\"ack\"");

  append_ref (text, ref);
  if (dropped != NULL)
    g_string_append_printf (text, ",\"stored\":false,\"reason\":\"%s\"", dropped);
  else
    append_id (text, "id", id);
  g_string_append_c (text, '}');

  return finish_frame (text);
}

GBytes *
ouioed_frames_new_subscribed (gboolean subscribed, const char *session_id)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\"type\":\"%s\",\"session_id\":", subscribed ? "subscribed" : "unsubscribed");
  ouioe_json_write_string (text, session_id, -1);
  g_string_append_c (text, '}');

  return finish_frame (text);
}

GBytes *
ouioed_frames_new_stats (const char *session_id, OuioeStreamStats *stats, gint64 now_us)
{
  GString *text = g_string_new ("{\"type\":\"stats\",\"data\":");

  if (stats != NULL)
    ouioe_codec_write_stats_frame (text, session_id, stats, now_us);
  else
    g_string_append (text, "null");
  g_string_append_c (text, '}');

  return finish_frame (text);
}

static void
append_entries (GString *text, GPtrArray *events, OuioeStreams stream)
{
  gboolean first = TRUE;

  for (guint i = 0; i < events->len; i++)
    {
      g_autoptr(GString) entry = g_string_new (NULL);

      if (!ouioe_codec_write_entry (entry, events->pdata[i], stream, NULL))
        continue;   /* a damaged row; the replay has logged it */
      if (!first)
        g_string_append_c (text, ',');
      first = FALSE;
      g_string_append_len (text, entry->str, (gssize) entry->len);
    }
}

GBytes *
ouioed_frames_new_history (GPtrArray *thinking, GPtrArray *progress)
{
  GString *text = g_string_new ("{\"type\":\"history\",\"thinking_history\":[");

  append_entries (text, thinking, OUIOE_STREAMS_THINKING);
  g_string_append (text, "],\"progress_history\":[");
  append_entries (text, progress, OUIOE_STREAMS_PROGRESS);
  g_string_append (text, "]}");

  return finish_frame (text);
}
