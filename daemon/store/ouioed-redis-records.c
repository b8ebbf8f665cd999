/* ouioed-redis-records.c - sessions and events as they stand in Redis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include "ouioe-codec.h"
#include "ouioe-vocabulary.h"

#include <stdlib.h>
#include <string.h>

/* ---- sessions ---- */

static void
add_text (OuioedRedisArgs *args, const char *name, const char *value)
{
  ouioed_redis_args_add_text (args, name);
  ouioed_redis_args_add_text (args, value != NULL ? value : "");
}

static void
add_int (OuioedRedisArgs *args, const char *name, gint64 value)
{
  ouioed_redis_args_add_text (args, name);
  ouioed_redis_args_add_int (args, value);
}

static void
add_id (OuioedRedisArgs *args, const char *name, OuioeEventId id)
{
  ouioed_redis_args_add_text (args, name);
  ouioed_redis_args_add_id (args, id);
}

typedef struct {
  OuioedRedisArgs *args;
  OuioeEventKind   kind;
  guint            n_own;
} TypeWriter;

static void
add_type (const char *word, guint64 count, gpointer user_data)
{
  TypeWriter *writer = user_data;
  g_autofree char *name = g_strconcat (writer->kind == OUIOE_EVENT_THINKING_STEP ? "t:" : "p:", word, NULL);

  add_int (writer->args, name, (gint64) count);
  writer->n_own += ouioe_vocabulary_index (writer->kind, word) < 0;
}

static void
add_stats (OuioedRedisArgs *args, OuioeStreamStats *stats)
{
  TypeWriter steps = { args, OUIOE_EVENT_THINKING_STEP, 0 };
  TypeWriter updates = { args, OUIOE_EVENT_PROGRESS_UPDATE, 0 };
  char sum[G_ASCII_DTOSTR_BUF_SIZE];

  add_int (args, "nt", (gint64) stats->n_thinking);
  add_int (args, "np", (gint64) stats->n_progress);
  add_text (args, "cs", g_ascii_dtostr (sum, sizeof sum, stats->confidence_sum));
  add_int (args, "cn", (gint64) stats->n_confidence);
  add_int (args, "sc", stats->created_us);
  add_int (args, "su", stats->last_updated_us);
  ouioe_stream_stats_foreach_type (stats, OUIOE_EVENT_THINKING_STEP, add_type, &steps);
  ouioe_stream_stats_foreach_type (stats, OUIOE_EVENT_PROGRESS_UPDATE, add_type, &updates);
  add_int (args, "o0", steps.n_own);
  add_int (args, "o1", updates.n_own);
}

static void
add_changes (OuioedRedisArgs *args, const OuioedSessionRecord *record)
{
  gsize len;
  g_autofree char *context = ouioe_codec_context_to_json (record->context, &len);
  g_autofree char *generation = record->generation != NULL ? ouioe_generation_to_json (record->generation) : NULL;

  ouioed_redis_args_add_text (args, "context");
  ouioed_redis_args_add (args, context, len);
  add_text (args, "gen", generation);
}

void
ouioed_redis_add_changes (OuioedRedisArgs *args, const OuioedSessionRecord *record)
{
  guint place = ouioed_redis_args_add_count (args);
  guint before = ouioed_redis_args_get_n (args);

  add_changes (args, record);
  ouioed_redis_args_set_count (args, place, ouioed_redis_args_get_n (args) - before);
}

void
ouioed_redis_add_record (OuioedRedisArgs *args, const OuioedSessionRecord *record)
{
  g_autofree char *config = ouioe_codec_config_to_json (&record->config);
  guint place = ouioed_redis_args_add_count (args);
  guint before = ouioed_redis_args_get_n (args);

  add_int (args, "state", record->state);
  add_text (args, "user", record->user_id);
  add_text (args, "outcome", record->outcome);
  add_text (args, "config", config);
  add_changes (args, record);
  add_int (args, "created", record->created_us);
  add_int (args, "active", record->last_activity_us);
  add_int (args, "ended", record->ended_us);
  add_id (args, "last", record->last_id);
  for (guint s = 0; s < 2; s++)
    {
      add_int (args, s == 0 ? "a0" : "a1", (gint64) record->appended[s]);
      add_int (args, s == 0 ? "r0" : "r1", (gint64) record->trimmed[s]);
      add_id (args, s == 0 ? "m0" : "m1", record->trimmed_to[s]);
    }
  /* What the scripts need of the configuration. */
  add_int (args, "len", record->config.max_stream_length);
  add_int (args, "ttl", MAX (record->config.expiry_us / 1000, 1));
  add_text (args, "dbg", record->config.debug_mode ? "1" : "0");
  add_text (args, "upd", record->config.progress_updates ? "1" : "0");
  add_int (args, "thr", record->config.update_threshold_us);
  add_stats (args, record->stats);
  ouioed_redis_args_set_count (args, place, ouioed_redis_args_get_n (args) - before);
}

static gint64
read_int (const redisReply *value)
{
  return g_ascii_strtoll (value->str, NULL, 10);
}

gboolean
ouioed_redis_read_id (const redisReply *reply, OuioeEventId *id)
{
  return (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS) && ouioe_event_id_parse (reply->str, id);
}

static gboolean
read_stat (OuioeStreamStats *stats, const char *name, const redisReply *value)
{
  if (name[0] != '\0' && name[1] == ':')
    ouioe_stream_stats_set_type_count (stats, name[0] == 't' ? OUIOE_EVENT_THINKING_STEP : OUIOE_EVENT_PROGRESS_UPDATE,
                                       name + 2, (guint64) read_int (value));
  else if (strcmp (name, "nt") == 0)
    stats->n_thinking = (guint64) read_int (value);
  else if (strcmp (name, "np") == 0)
    stats->n_progress = (guint64) read_int (value);
  else if (strcmp (name, "cs") == 0)
    stats->confidence_sum = g_ascii_strtod (value->str, NULL);
  else if (strcmp (name, "cn") == 0)
    stats->n_confidence = (guint64) read_int (value);
  else if (strcmp (name, "sc") == 0)
    stats->created_us = read_int (value);
  else if (strcmp (name, "su") == 0)
    stats->last_updated_us = read_int (value);
  else
    return FALSE;
  return TRUE;
}

static void
read_field (OuioedSessionRecord *record, const char *name, const redisReply *value)
{
  if (read_stat (record->stats, name, value))
    return;
  if (strcmp (name, "state") == 0)
    record->state = (OuioeSessionState) read_int (value);
  else if (strcmp (name, "user") == 0)
    {
      g_free (record->user_id);
      record->user_id = g_strdup (value->str);
    }
  else if (strcmp (name, "outcome") == 0 && value->len > 0)
    {
      g_free (record->outcome);
      record->outcome = g_strdup (value->str);
    }
  else if (strcmp (name, "config") == 0)
    ouioe_codec_config_from_json (value->str, &record->config, NULL);
  else if (strcmp (name, "context") == 0)
    {
      g_clear_pointer (&record->context, ouioe_thinking_context_unref);
      record->context = ouioe_codec_context_from_json (value->str, value->len, NULL);
    }
  else if (strcmp (name, "gen") == 0 && value->len > 0)
    {
      g_clear_pointer (&record->generation, ouioe_generation_unref);
      record->generation = ouioe_generation_read (value->str, value->len);
    }
  else if (strcmp (name, "created") == 0)
    record->created_us = read_int (value);
  else if (strcmp (name, "active") == 0)
    record->last_activity_us = read_int (value);
  else if (strcmp (name, "ended") == 0)
    record->ended_us = read_int (value);
  else if (strcmp (name, "last") == 0)
    ouioed_redis_read_id (value, &record->last_id);
  else if (name[0] == 'a' && (name[1] == '0' || name[1] == '1'))
    record->appended[name[1] - '0'] = (guint64) read_int (value);
  else if (name[0] == 'r' && (name[1] == '0' || name[1] == '1'))
    record->trimmed[name[1] - '0'] = (guint64) read_int (value);
  else if (name[0] == 'm' && (name[1] == '0' || name[1] == '1'))
    ouioed_redis_read_id (value, &record->trimmed_to[name[1] - '0']);
}

OuioedSessionRecord *
ouioed_redis_read_record (const char *session_id, const redisReply *fields)
{
  g_autoptr(OuioedSessionRecord) record = ouioed_session_record_new ();

  if (fields->type != REDIS_REPLY_ARRAY || fields->elements == 0)
    return NULL;

  record->id = g_ref_string_new (session_id);
  record->config = OUIOE_STREAM_CONFIG_DEFAULT;
  record->stats = ouioe_stream_stats_new (0);
  for (gsize i = 0; i + 1 < fields->elements; i += 2)
    {
      const redisReply *name = fields->element[i];
      const redisReply *value = fields->element[i + 1];

      if (name->type == REDIS_REPLY_STRING && value->type == REDIS_REPLY_STRING)
        read_field (record, name->str, value);
    }

  /* Somebody else wrote to this key, or an expiry removed half of it. */
  if (record->user_id == NULL || record->context == NULL || (record->state != OUIOE_SESSION_OPEN
                                                             && record->state != OUIOE_SESSION_CLOSED))
    return NULL;
  if (record->ended_us != 0)
    ouioe_stream_stats_set_ended (record->stats, record->ended_us);
  return g_steal_pointer (&record);
}

OuioedLook *
ouioed_redis_read_look (const redisReply *reply)
{
  OuioedLook *look = ouioed_look_new ();

  if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2)
    return look;

  ouioed_redis_read_id (reply->element[0], &look->last_id);
  for (gsize i = 2; i < reply->elements; i++)
    {
      const redisReply *row = reply->element[i];
      OuioedSeen *seen;

      if (row->type != REDIS_REPLY_ARRAY || row->elements != 3 || row->element[0]->type != REDIS_REPLY_STRING)
        continue;
      seen = g_new0 (OuioedSeen, 1);
      seen->session_id = g_ref_string_new (row->element[0]->str);
      ouioed_redis_read_id (row->element[1], &seen->newest);
      seen->record = ouioed_redis_read_record (seen->session_id, row->element[2]);
      g_ptr_array_add (look->seen, seen);
    }
  return look;
}

/* ---- events ---- */

static void
add_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  OuioedRedisArgs *args = user_data;

  ouioed_redis_args_add_text (args, name);
  ouioed_redis_args_add (args, value, len);
}

/* What is no event as our encoders write it is kept as it is. */
static void
add_opaque (OuioedRedisArgs *args, OuioeEvent *event)
{
  gsize len;
  const char *json = g_bytes_get_data (event->json, &len);
  g_autoptr(GString) text = g_string_sized_new (len + 64);

  g_string_printf (text, "=%d %" G_GINT64_FORMAT " %s\n", (int) event->kind, event->time_us,
                   event->type_word != NULL ? event->type_word : "");
  g_string_append_len (text, json, (gssize) len);
  ouioed_redis_args_add_text (args, "ouioe");
  ouioed_redis_args_add (args, text->str, text->len);
}

void
ouioed_redis_add_event (OuioedRedisArgs *args, OuioeEvent *event)
{
  guint place = ouioed_redis_args_add_count (args);
  guint n_before = ouioed_redis_args_get_n (args);
  guint bytes_before = args->bytes->len;

  if (!ouioe_codec_write_fields (event, add_field, args))
    {
      g_byte_array_set_size (args->bytes, bytes_before);
      g_array_set_size (args->lens, n_before);
      add_opaque (args, event);
    }
  ouioed_redis_args_set_count (args, place, ouioed_redis_args_get_n (args) - n_before);
}

static OuioeEvent *
read_opaque (char *session_id, OuioeEventId id, const redisReply *value)
{
  const char *line_end = memchr (value->str, '\n', value->len);
  g_auto(GStrv) words = NULL;
  g_autofree char *head = NULL;
  g_autoptr(GBytes) json = NULL;
  guint64 kind;

  if (line_end == NULL)
    return NULL;
  head = g_strndup (value->str + 1, (gsize) (line_end - value->str) - 1);
  words = g_strsplit (head, " ", 3);
  if (g_strv_length (words) != 3 || !g_ascii_string_to_unsigned (words[0], 10, 1, OUIOE_N_EVENT_KINDS - 1, &kind, NULL))
    return NULL;

  json = g_bytes_new (line_end + 1, value->len - (gsize) (line_end - value->str) - 1);
  return ouioe_event_new_encoded (session_id, id, (OuioeEventKind) kind, words[2][0] != '\0' ? words[2] : NULL,
                                  g_ascii_strtoll (words[1], NULL, 10), json);
}

OuioeEvent *
ouioed_redis_read_event (const char *session_id, OuioeEventId id, OuioeStreams stream, const redisReply *fields)
{
  g_autoptr(GArray) list = g_array_new (FALSE, FALSE, sizeof (OuioeField));
  char *ref = g_ref_string_new (session_id);
  OuioeEvent *event = NULL;

  for (gsize i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2)
    {
      const redisReply *name = fields->element[i];
      const redisReply *value = fields->element[i + 1];
      const OuioeField field = { name->str, name->len, value->str, value->len };

      if (strcmp (name->str, "ouioe") == 0 && value->len > 0 && value->str[0] == '=')
        event = read_opaque (ref, id, value);
      g_array_append_val (list, field);
    }
  if (event == NULL)
    event = ouioe_codec_read_fields (ref, id, stream, (OuioeField *) (gpointer) list->data, list->len);
  g_ref_string_release (ref);
  return event;
}
