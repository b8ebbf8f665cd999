/* ouioe-codec-state.c - sessions and their counters -> JSON, and back from databases
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ouioe-codec-private.h"

#define LITERAL(out, text) ouioe_json_write_literal (out, text)

void
ouioe_codec_write_config_members (GString *out, const OuioeStreamConfig *config)
{
  LITERAL (out, "," OUIOE_KEY (F_DEBUG_MODE));
  ouioe_json_write_bool (out, config->debug_mode);
  LITERAL (out, "," OUIOE_KEY (F_PROGRESS_UPDATES));
  ouioe_json_write_bool (out, config->progress_updates);
  LITERAL (out, "," OUIOE_KEY (F_MAX_STREAM_LENGTH));
  ouioe_json_write_uint (out, config->max_stream_length);
  LITERAL (out, "," OUIOE_KEY (F_UPDATE_THRESHOLD_SECONDS));
  ouioe_json_write_double (out, ouioe_codec_seconds (config->update_threshold_us));
  LITERAL (out, "," OUIOE_KEY (F_EXPIRY_SECONDS));
  ouioe_json_write_double (out, ouioe_codec_seconds (config->expiry_us));
}

void
ouioe_codec_write_context_members (GString *out, const OuioeThinkingContext *context)
{
  LITERAL (out, "," OUIOE_KEY (F_USER_REQUEST));
  ouioe_json_write_string (out, context->user_request.str, (gssize) context->user_request.len);
  LITERAL (out, "," OUIOE_KEY (F_SYSTEM_CONTEXT));
  g_string_append_len (out, context->system_context.str, (gssize) context->system_context.len);
}

/* ---- stats ---- */

typedef struct {
  GString  *out;
  gboolean  is_first;
} TypeWriter;

static void
write_type_count (const char *word, guint64 count, gpointer user_data)
{
  TypeWriter *writer = user_data;

  g_string_append_c (writer->out, writer->is_first ? '{' : ',');
  writer->is_first = FALSE;
  ouioe_json_write_string (writer->out, word, -1);
  g_string_append_c (writer->out, ':');
  ouioe_json_write_uint (writer->out, count);
}

static void
write_types (GString *out, OuioeStreamStats *stats, OuioeEventKind kind)
{
  TypeWriter writer = { out, TRUE };

  ouioe_stream_stats_foreach_type (stats, kind, write_type_count, &writer);
  if (writer.is_first)
    g_string_append_c (out, '{');
  g_string_append_c (out, '}');
}

static void
write_all_types (GString *out, OuioeStreamStats *stats)
{
  LITERAL (out, "," OUIOE_KEY (F_THINKING_TYPES_USED));
  write_types (out, stats, OUIOE_EVENT_THINKING_STEP);
  LITERAL (out, "," OUIOE_KEY (F_PROGRESS_TYPES_USED));
  write_types (out, stats, OUIOE_EVENT_PROGRESS_UPDATE);
}

/* Members without a comma in front of the first. @average_always: 0.0 instead of nothing, and whether it is real. */
static void
write_stats_members (GString *out, OuioeStreamStats *stats, gint64 now_us, gboolean average_always)
{
  double minutes = ouioe_stream_stats_get_duration (stats, now_us) / 60.0;
  double average;
  gboolean is_reported = ouioe_stream_stats_get_average_confidence (stats, &average);

  LITERAL (out, OUIOE_KEY (F_TOTAL_THINKING_STEPS));
  ouioe_json_write_uint (out, stats->n_thinking);
  LITERAL (out, "," OUIOE_KEY (F_TOTAL_PROGRESS_UPDATES));
  ouioe_json_write_uint (out, stats->n_progress);
  if (is_reported || average_always)
    {
      LITERAL (out, "," OUIOE_KEY (F_AVERAGE_CONFIDENCE));
      ouioe_json_write_double (out, average);
    }
  if (average_always)
    {
      LITERAL (out, "," OUIOE_KEY (F_AVERAGE_REPORTED));
      ouioe_json_write_bool (out, is_reported);
    }
  LITERAL (out, "," OUIOE_KEY (F_SESSION_DURATION));
  ouioe_json_write_double (out, ouioe_stream_stats_get_duration (stats, now_us));
  write_all_types (out, stats);
  LITERAL (out, "," OUIOE_KEY (F_LAST_UPDATED));
  ouioe_json_write_time (out, stats->last_updated_us);
  LITERAL (out, "," OUIOE_KEY (F_THINKING_PER_MINUTE));
  ouioe_json_write_double (out, minutes > 0.0 ? (double) stats->n_thinking / minutes : 0.0);
  LITERAL (out, "," OUIOE_KEY (F_PROGRESS_PER_MINUTE));
  ouioe_json_write_double (out, minutes > 0.0 ? (double) stats->n_progress / minutes : 0.0);
}

static void
write_named_stats (GString *out, const char *session_id, OuioeStreamStats *stats, gint64 now_us,
                   gboolean average_always)
{
  LITERAL (out, "{" OUIOE_KEY (F_SESSION_ID));
  ouioe_json_write_string (out, session_id, -1);
  g_string_append_c (out, ',');
  write_stats_members (out, stats, now_us, average_always);
  g_string_append_c (out, '}');
}

void
ouioe_codec_write_stats (GString *out, const char *session_id, OuioeStreamStats *stats, gint64 now_us)
{
  write_named_stats (out, session_id, stats, now_us, FALSE);
}

void
ouioe_codec_write_stats_frame (GString *out, const char *session_id, OuioeStreamStats *stats, gint64 now_us)
{
  write_named_stats (out, session_id, stats, now_us, TRUE);
}

/* ---- a session ---- */

/* With a comma in front; nothing when no update told one. */
static void
write_percentage (GString *out, OuioeStreamStats *stats)
{
  if (!stats->has_percentage)
    return;
  LITERAL (out, "," OUIOE_KEY (F_PROGRESS_PERCENTAGE));
  ouioe_json_write_double (out, stats->percentage);
}

void
ouioe_codec_write_session (GString *out, const OuioeSessionInfo *info, gint64 now_us)
{
  char id[OUIOE_EVENT_ID_TEXT_MAX];

  LITERAL (out, "{" OUIOE_KEY (F_SESSION_ID));
  ouioe_json_write_string (out, info->id, -1);
  LITERAL (out, "," OUIOE_KEY (F_USER_ID));
  ouioe_json_write_string (out, info->user_id, -1);
  LITERAL (out, "," OUIOE_KEY (F_STATE));
  ouioe_json_write_string (out, ouioe_session_state_to_string (info->state), -1);
  if (info->outcome != NULL)
    {
      LITERAL (out, "," OUIOE_KEY (F_OUTCOME));
      ouioe_json_write_string (out, info->outcome, -1);
    }
  LITERAL (out, "," OUIOE_KEY (F_CREATED_AT));
  ouioe_json_write_time (out, info->created_us);
  LITERAL (out, "," OUIOE_KEY (F_LAST_ACTIVITY));
  ouioe_json_write_time (out, info->last_activity_us);
  if (info->ended_us > 0)
    {
      LITERAL (out, "," OUIOE_KEY (F_ENDED_AT));
      ouioe_json_write_time (out, info->ended_us);
    }
  ouioe_codec_write_config_members (out, &info->config);
  ouioe_codec_write_context_members (out, info->context);
  LITERAL (out, "," OUIOE_KEY (F_LAST_EVENT_ID) "\"");
  g_string_append_len (out, id, (gssize) ouioe_event_id_format (info->last_id, id));
  LITERAL (out, "\"");
  write_percentage (out, info->stats);
  LITERAL (out, "," OUIOE_KEY (F_STATS) "{");
  write_stats_members (out, info->stats, now_us, FALSE);
  LITERAL (out, "}");
  if (info->generation != NULL)
    {
      LITERAL (out, "," OUIOE_KEY (F_GENERATION));
      ouioe_generation_write (info->generation, out);
    }
  LITERAL (out, "}");
}

/* ---- for databases ---- */

/* Puts @members in braces, without the comma that each of them has in front. */
static char *
finish_members (GString *members, gsize *len)
{
  members->str[0] = '{';
  g_string_append_c (members, '}');
  if (len != NULL)
    *len = members->len;
  return g_string_free (members, FALSE);
}

static json_t *
load_stored (const char *json, gsize len, const char *what, GError **error)
{
  json_error_t json_error;
  json_t *root = json_loadb (json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &json_error);

  if (json_is_object (root))
    return root;

  json_decref (root);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED, "The stored %s of a session cannot be read", what);
  return NULL;
}

static gboolean
check_stored (const OuioeReader *reader, const char *what, GError **error)
{
  g_autofree char *description = NULL;

  if (!reader->failed)
    return TRUE;

  description = ouioe_problems_describe (reader->problems);
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_STORE_DAMAGED, "The stored %s of a session cannot be read: %s", what,
               description);
  return FALSE;
}

char *
ouioe_codec_config_to_json (const OuioeStreamConfig *config)
{
  GString *out = g_string_sized_new (192);

  ouioe_codec_write_config_members (out, config);
  return finish_members (out, NULL);
}

gboolean
ouioe_codec_config_from_json (const char *json, OuioeStreamConfig *config, GError **error)
{
  const double max_seconds = 1e12; /* about 30 000 years: what still is an exact number of microseconds */
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) root = load_stored (json, strlen (json), "configuration", error);
  OuioeReader reader = { root, problems, FALSE };
  OuioeStreamConfig result = OUIOE_STREAM_CONFIG_DEFAULT;
  double threshold = 0, expiry = 0;
  gint64 length = 0;

  if (root == NULL)
    return FALSE;

  ouioe_read_bool (&reader, F_DEBUG_MODE, OUIOE_READ_REQUIRED, &result.debug_mode);
  ouioe_read_bool (&reader, F_PROGRESS_UPDATES, OUIOE_READ_REQUIRED, &result.progress_updates);
  ouioe_read_integer (&reader, F_MAX_STREAM_LENGTH, OUIOE_READ_REQUIRED, 1, G_MAXUINT, &length);
  ouioe_read_number (&reader, F_UPDATE_THRESHOLD_SECONDS, OUIOE_READ_REQUIRED, 0, max_seconds, &threshold);
  ouioe_read_number (&reader, F_EXPIRY_SECONDS, OUIOE_READ_REQUIRED, 0, max_seconds, &expiry);
  if (!check_stored (&reader, "configuration", error))
    return FALSE;

  result.max_stream_length = (guint) length;
  result.update_threshold_us = llround (threshold * G_USEC_PER_SEC);
  result.expiry_us = llround (expiry * G_USEC_PER_SEC);
  *config = result;
  return TRUE;
}

char *
ouioe_codec_context_to_json (OuioeThinkingContext *context, gsize *len)
{
  GString *out = g_string_sized_new (context->user_request.len + context->system_context.len + 64);

  ouioe_codec_write_context_members (out, context);
  return finish_members (out, len);
}

OuioeThinkingContext *
ouioe_codec_context_from_json (const char *json, gsize len, GError **error)
{
  g_autoptr(OuioeThinkingContext) context = ouioe_thinking_context_alloc ();
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) root = load_stored (json, len, "context", error);
  OuioeReader reader = { root, problems, FALSE };

  if (root == NULL)
    return NULL;

  ouioe_read_text (&reader, F_USER_REQUEST, OUIOE_READ_REQUIRED, &context->user_request);
  ouioe_read_object (&reader, F_SYSTEM_CONTEXT, OUIOE_READ_REQUIRED, &context->system_context);
  return check_stored (&reader, "context", error) ? g_steal_pointer (&context) : NULL;
}

char *
ouioe_codec_stats_to_json (OuioeStreamStats *stats)
{
  GString *out = g_string_sized_new (512);

  LITERAL (out, "," OUIOE_KEY (F_TOTAL_THINKING_STEPS));
  ouioe_json_write_uint (out, stats->n_thinking);
  LITERAL (out, "," OUIOE_KEY (F_TOTAL_PROGRESS_UPDATES));
  ouioe_json_write_uint (out, stats->n_progress);
  LITERAL (out, "," OUIOE_KEY (F_CONFIDENCE_SUM));
  ouioe_json_write_double (out, stats->confidence_sum);
  LITERAL (out, "," OUIOE_KEY (F_CONFIDENCE_COUNT));
  ouioe_json_write_uint (out, stats->n_confidence);
  write_percentage (out, stats);
  write_all_types (out, stats);
  g_string_append_printf (out, "," OUIOE_KEY (F_CREATED_US) "%" G_GINT64_FORMAT, stats->created_us);
  g_string_append_printf (out, "," OUIOE_KEY (F_LAST_UPDATED_US) "%" G_GINT64_FORMAT, stats->last_updated_us);
  g_string_append_printf (out, "," OUIOE_KEY (F_ENDED_US) "%" G_GINT64_FORMAT, stats->ended_us);
  return finish_members (out, NULL);
}

static void
read_count (OuioeReader *reader, const char *field, guint64 *count)
{
  gint64 value;

  if (ouioe_read_integer (reader, field, OUIOE_READ_REQUIRED, 0, G_MAXINT64, &value))
    *count = (guint64) value;
}

static void
read_types (OuioeReader *reader, const char *field, OuioeStreamStats *stats, OuioeEventKind kind)
{
  json_t *types = json_object_get (reader->body, field);
  const char *word;
  json_t *count;

  if (!json_is_object (types) || json_object_size (types) > OUIOE_MAX_OWN_TYPES * 2)
    {
      ouioe_reader_fail (reader, field, "dict_type", "must be an object");
      return;
    }

  json_object_foreach (types, word, count)
    {
      if (json_is_integer (count) && json_integer_value (count) >= 0)
        ouioe_stream_stats_set_type_count (stats, kind, word, (guint64) json_integer_value (count));
      else
        ouioe_reader_fail (reader, field, "int_type", "must hold counts");
    }
}

OuioeStreamStats *
ouioe_codec_stats_from_json (const char *json, GError **error)
{
  g_autoptr(OuioeStreamStats) stats = ouioe_stream_stats_new (0);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) root = load_stored (json, strlen (json), "counters", error);
  OuioeReader reader = { root, problems, FALSE };

  if (root == NULL)
    return NULL;

  read_count (&reader, F_TOTAL_THINKING_STEPS, &stats->n_thinking);
  read_count (&reader, F_TOTAL_PROGRESS_UPDATES, &stats->n_progress);
  ouioe_read_number (&reader, F_CONFIDENCE_SUM, OUIOE_READ_REQUIRED, 0, G_MAXDOUBLE, &stats->confidence_sum);
  read_count (&reader, F_CONFIDENCE_COUNT, &stats->n_confidence);
  stats->has_percentage = ouioe_read_number (&reader, F_PROGRESS_PERCENTAGE, OUIOE_READ_OPTIONAL, 0, 100, &stats->percentage);
  read_types (&reader, F_THINKING_TYPES_USED, stats, OUIOE_EVENT_THINKING_STEP);
  read_types (&reader, F_PROGRESS_TYPES_USED, stats, OUIOE_EVENT_PROGRESS_UPDATE);
  ouioe_read_integer (&reader, F_CREATED_US, OUIOE_READ_REQUIRED, G_MININT64, G_MAXINT64, &stats->created_us);
  ouioe_read_integer (&reader, F_LAST_UPDATED_US, OUIOE_READ_REQUIRED, G_MININT64, G_MAXINT64,
                      &stats->last_updated_us);
  ouioe_read_integer (&reader, F_ENDED_US, OUIOE_READ_REQUIRED, 0, G_MAXINT64, &stats->ended_us);
  return check_stored (&reader, "counters", error) ? g_steal_pointer (&stats) : NULL;
}
