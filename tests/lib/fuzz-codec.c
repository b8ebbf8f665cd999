/* fuzz-codec.c - any bytes as a body, as an event and as a row of a database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What an event was encoded to must be readable, in both forms. */
static void
check_event (OuioeEvent *event)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(OuioeEvent) back = NULL;
  g_autoptr(GError) error = NULL;
  OuioeStreams stream = ouioe_event_kind_get_streams (ouioe_event_get_kind (event)) & OUIOE_STREAMS_THINKING
                          ? OUIOE_STREAMS_THINKING : OUIOE_STREAMS_PROGRESS;
  gsize len;
  const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);

  test_assert_json (json, len);
  back = ouioe_codec_decode_event (json, len, &error);
  g_assert_no_error (error);
  g_assert_true (ouioe_codec_write_frame (out, event, stream, &error));
  test_assert_json (out->str, out->len);
}

static void
read_requests (json_t *body)
{
  OuioeStreamConfig defaults = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeCreateRequest) create = ouioe_codec_read_create (body, &defaults, 1000, 86400000000, problems);
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GString) told = g_string_new ("{\"detail\":");
  char *session_id;

  if (create != NULL)
    {
      OuioeSessionStartInfo info = { create->user_id, create->config, create->context };
      g_autoptr(OuioeEvent) event = ouioe_codec_encode_start (create->session_id, OUIOE_EVENT_ID_MAX, 0, &info);

      check_event (event);
    }

  step = ouioe_codec_read_thinking (body, NULL, &session_id, problems, NULL);
  if (step != NULL)
    {
      g_autoptr(OuioeEvent) event = ouioe_codec_encode_step (session_id, OUIOE_EVENT_ID_MAX, 0, step);

      check_event (event);
      g_ref_string_release (session_id);
    }

  update = ouioe_codec_read_progress (body, "default", &session_id, problems, NULL);
  if (update != NULL)
    {
      g_autoptr(OuioeEvent) event = ouioe_codec_encode_update (session_id, OUIOE_EVENT_ID_MAX, 0, update);

      check_event (event);
      g_ref_string_release (session_id);
    }

  ouioe_codec_read_kind (body, problems);
  ouioe_codec_read_key (body, problems);
  ouioe_problems_write (problems, told);
  g_string_append_c (told, '}');
  test_assert_json (told->str, told->len);
}

static void
read_event (const char *data, gsize len)
{
  g_autoptr(OuioeEvent) event = ouioe_codec_decode_event (data, len, NULL);
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  g_autoptr(GString) out = g_string_new (NULL);

  if (event == NULL)
    return;

  step = ouioe_event_dup_thinking_step (event);
  update = ouioe_event_dup_progress_update (event);
  if (ouioe_codec_write_frame (out, event,
                               ouioe_event_get_kind (event) == OUIOE_EVENT_PROGRESS_UPDATE ? OUIOE_STREAMS_PROGRESS
                                                                                           : OUIOE_STREAMS_THINKING,
                               NULL))
    g_assert_true (g_utf8_validate_len (out->str, out->len, NULL));
}

static void
read_rows (const char *data, gsize len)
{
  g_autofree char *text = g_strndup (len > 0 ? data : "", len);
  g_autoptr(OuioeThinkingContext) context = ouioe_codec_context_from_json (data, len, NULL);
  g_autoptr(OuioeStreamStats) stats = ouioe_codec_stats_from_json (text, NULL);
  OuioeStreamConfig config;
  OuioeEventId id;
  gint64 time_us;

  if (context != NULL)
    g_assert_nonnull (context->system_context.str);
  if (stats != NULL)
    g_assert_cmpint (stats->ended_us, >=, 0);
  ouioe_codec_config_from_json (text, &config, NULL);
  ouioe_event_id_parse (text, &id);
  ouioe_json_parse_time (text, &time_us);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = ouioe_codec_parse_object (text, size, problems, &error);

  g_assert_true ((body == NULL) == (error != NULL));
  if (body != NULL)
    read_requests (body);
  read_event (text, size);
  read_rows (text, size);
  return 0;
}
