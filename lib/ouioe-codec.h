/* ouioe-codec.h - JSON <-> the shared types; the only part that knows a field name (ouioe-fields.h)
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family. Two JSON forms of an event exist. The *typed* form is what is stored and what new
 * surfaces send: numbers are numbers, what is absent is absent. The *legacy* form is the contract of the old service
 * (PROTOCOL.md section 4 there, docs/protocol.md here): every value is text, what is absent is "".
 */
#pragma once

#include <jansson.h>
#include "ouioe-error.h"
#include "ouioe-generation-private.h"
#include "ouioe-types-private.h"

G_BEGIN_DECLS

/* ---- limits ---- */

#define OUIOE_MAX_DEPTH            64      /* nesting of a body; deeper is refused */
#define OUIOE_MAX_SESSION_ID_BYTES 256
#define OUIOE_MAX_USER_ID_BYTES    256
#define OUIOE_MAX_LIST_ITEMS       10000   /* of each list of a step */

/* ---- problems: what is wrong with a body, all of it ---- */

typedef struct {
  char  *location;      /* JSON array text: ["body","reasoning_chain",0] */
  char  *message;       /* for people, names the field and the limit */
  char  *type;          /* "missing", "string_type", "less_than_equal", "json_invalid" ... */
} OuioeProblem;

typedef struct _OuioeProblems OuioeProblems;   /* at most 100 are kept */

OuioeProblems      *ouioe_problems_new     (void);
void                ouioe_problems_free    (OuioeProblems *self);
/* The location is [@root], [@root, @field], [@root, @field, @index] or [@root, @index]. @field: (nullable); @index: -1 for
 * none. @root is "body" or "query". */
void                ouioe_problems_add     (OuioeProblems *self, const char *root, const char *field, int index,
                                            const char *type, const char *format, ...) G_GNUC_PRINTF (6, 7);
guint               ouioe_problems_get_n   (OuioeProblems *self);
const OuioeProblem *ouioe_problems_get     (OuioeProblems *self, guint i);
/* One sentence that names the first field: for D-Bus, logs and the command line. */
char               *ouioe_problems_describe (OuioeProblems *self);
/* Turns problems into an error of OUIOE_ERROR_INVALID_BODY whose message is ouioe_problems_describe(). */
GError             *ouioe_problems_to_error (OuioeProblems *self);
/* Appends the list of section 2.8: [{"loc": [...], "msg": ..., "type": ...}, ...] */
void                ouioe_problems_write   (OuioeProblems *self, GString *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeProblems, ouioe_problems_free)

/* ---- requests (JSON -> types) ---- */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

/* Parses one JSON object strictly: UTF-8, depth, no duplicate keys, nothing behind it; U+0000 is text.
 * Returns NULL with @error of OUIOE_ERROR_BAD_ENCODING (not UTF-8, too deep), or, having added to @problems
 * (broken JSON: location is ["body", <byte offset>]; not an object: ["body"]), OUIOE_ERROR_INVALID_BODY. */
json_t *ouioe_codec_parse_object (const char *data, gsize len, OuioeProblems *problems, GError **error);

typedef struct {
  char                 *session_id;   /* g_ref_string */
  char                 *user_id;
  OuioeStreamConfig     config;
  OuioeThinkingContext *context;
} OuioeCreateRequest;

void ouioe_create_request_free (OuioeCreateRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeCreateRequest, ouioe_create_request_free)

/* The readers add every problem they find and return NULL when there was one. @defaults: limits of the configuration;
 * max_stream_length above @max_length, or expiry above @max_expiry_us, is a problem. */
OuioeCreateRequest  *ouioe_codec_read_create   (json_t *body, const OuioeStreamConfig *defaults, guint max_length,
                                                gint64 max_expiry_us, OuioeProblems *problems);
/* Of a step or update; @session_id (out) is a g_ref_string. @default_session_id: used when the field is absent (a
 * message on a socket of one session), or NULL. An unknown type word gives NULL with @error
 * OUIOE_ERROR_UNKNOWN_TYPE ("Invalid thinking type: bogus", then the list of known ones) when nothing else is wrong;
 * all other trouble goes to @problems and @error is OUIOE_ERROR_INVALID_BODY. */
OuioeThinkingStep   *ouioe_codec_read_thinking (json_t *body, const char *default_session_id, char **session_id,
                                                OuioeProblems *problems, GError **error);
OuioeProgressUpdate *ouioe_codec_read_progress (json_t *body, const char *default_session_id, char **session_id,
                                                OuioeProblems *problems, GError **error);
/* What a line of a bulk body, or a message of a producer, is: by "kind" ("thinking_step", "progress_update"), else by the
 * presence of "thinking_type" or "progress_type"; 0 with a problem added when neither tells. */
OuioeEventKind       ouioe_codec_read_kind     (json_t *body, OuioeProblems *problems);
/* Which open step a step replaces: the string "step_id" of its context_used. Absent when there is none. */
OuioeText            ouioe_codec_get_step_id   (const OuioeThinkingStep *step);
/* Optional member "idempotency_key" of a line or message, a string of 1 to 255 bytes; NULL when absent. */
const char          *ouioe_codec_read_key      (json_t *body, OuioeProblems *problems);
/* A session id that can be created: 1 to OUIOE_MAX_SESSION_ID_BYTES bytes of UTF-8 without NUL, "/" and control
 * characters, and not "." or "..". */
gboolean             ouioe_session_id_is_valid (const char *id, gsize len, const char **why);

/* ---- typed form ---- */

/* What the start and the end of a session tell. */
typedef struct {
  const char           *user_id;
  OuioeStreamConfig     config;
  OuioeThinkingContext *context;
} OuioeSessionStartInfo;

typedef struct {
  const char *outcome;            /* "closed", "done", "error" ... */
  gint64      duration_us;
  guint64     n_thinking;
  guint64     n_progress;
} OuioeSessionEndInfo;

/* Encode once. @session_id: g_ref_string. */
OuioeEvent *ouioe_codec_encode_step   (char *session_id, OuioeEventId id, gint64 time_us, const OuioeThinkingStep *step);
OuioeEvent *ouioe_codec_encode_update (char *session_id, OuioeEventId id, gint64 time_us, const OuioeProgressUpdate *update);
OuioeEvent *ouioe_codec_encode_start  (char *session_id, OuioeEventId id, gint64 time_us, const OuioeSessionStartInfo *info);
OuioeEvent *ouioe_codec_encode_end    (char *session_id, OuioeEventId id, gint64 time_us, const OuioeSessionEndInfo *info);

/* The end of a session as far as it is known before its counters are: behind the id, and without the closing brace. */
GString    *ouioe_codec_begin_end     (const char *session_id, gint64 time_us, const char *outcome);

/* Reads the typed form back (a client; a view that needs the fields). */
OuioeEvent           *ouioe_codec_decode_event  (const char *data, gsize len, GError **error);
OuioeThinkingStep    *ouioe_codec_decode_step   (OuioeEvent *event, GError **error);
OuioeProgressUpdate  *ouioe_codec_decode_update (OuioeEvent *event, GError **error);

/* ---- legacy form ---- */

/* Appends the entry of section 4 as the @stream (exactly one) shows it: {"id": …, "stream": "thinking:s1", …}.
 * FALSE with @error when the stored JSON cannot be read (a damaged row): nothing is appended. */
gboolean ouioe_codec_write_entry (GString *out, OuioeEvent *event, OuioeStreams stream, GError **error);
/* Appends {"type": "thinking_step" or "progress_update", "data": <entry>}. */
gboolean ouioe_codec_write_frame (GString *out, OuioeEvent *event, OuioeStreams stream, GError **error);

/* ---- entries of Redis streams ---- */

typedef void (*OuioeFieldFunc) (const char *name, const char *value, gsize len, gpointer user_data);
/* Gives the fields of the entry, without id and stream; one of them is ours and tells the rest. FALSE when the stored JSON is
 * not what the encoders write: then nothing, or not all, was given. */
gboolean    ouioe_codec_write_fields (OuioeEvent *event, OuioeFieldFunc func, gpointer user_data);
/* The JSON of an event behind its id: what is known before the id is. NULL when it does not begin with one. */
const char *ouioe_codec_get_rest     (const char *json, gsize len);
/* The event of this id. NULL when the JSON cannot be read. */
OuioeEvent *ouioe_codec_join_rest    (OuioeEventId id, const char *rest, gsize len, GError **error);

typedef struct {
  const char *name;
  gsize       name_len;
  const char *value;
  gsize       len;
} OuioeField;
/* The event of an entry, ours or of any other program. @stream: exactly one. Never fails: what cannot be understood is shown
 * as text. @session_id: g_ref_string. */
OuioeEvent *ouioe_codec_read_fields  (char *session_id, OuioeEventId id, OuioeStreams stream, const OuioeField *fields, guint n);

/* ---- state (types -> JSON) ---- */

/* A session as rows and replies hold it. Fields are borrowed. */
typedef struct {
  const char           *id;
  const char           *user_id;
  OuioeSessionState     state;
  const char           *outcome;          /* NULL while open */
  OuioeStreamConfig     config;
  OuioeThinkingContext *context;
  OuioeStreamStats     *stats;
  OuioeGeneration      *generation;       /* NULL when there is none */
  OuioeEventId          last_id;
  gint64                created_us;
  gint64                last_activity_us;
  gint64                ended_us;         /* 0 while open */
} OuioeSessionInfo;

void ouioe_codec_write_session      (GString *out, const OuioeSessionInfo *info, gint64 now_us);
/* REST form of section 2.4 plus the breakdown; average_confidence only when one was reported. */
void ouioe_codec_write_stats        (GString *out, const char *session_id, OuioeStreamStats *stats, gint64 now_us);
/* Form of the stats frame: all fields of section 7 row 7, average_confidence 0.0 when none, plus average_confidence_reported. */
void ouioe_codec_write_stats_frame  (GString *out, const char *session_id, OuioeStreamStats *stats, gint64 now_us);

/* For databases: the parts of a session that are stored as JSON text, and back. */
char                 *ouioe_codec_config_to_json   (const OuioeStreamConfig *config);
gboolean              ouioe_codec_config_from_json (const char *json, OuioeStreamConfig *config, GError **error);
char                 *ouioe_codec_context_to_json  (OuioeThinkingContext *context, gsize *len);
OuioeThinkingContext *ouioe_codec_context_from_json (const char *json, gsize len, GError **error);
char                 *ouioe_codec_stats_to_json    (OuioeStreamStats *stats);
OuioeStreamStats     *ouioe_codec_stats_from_json  (const char *json, GError **error);

/* ---- requests (types -> JSON), for clients ---- */

char *ouioe_codec_create_to_json   (const char *session_id, const char *user_id, const OuioeStreamConfig *config,
                                    OuioeThinkingContext *context);
char *ouioe_codec_thinking_to_json (const char *session_id, OuioeThinkingStep *step);
char *ouioe_codec_progress_to_json (const char *session_id, OuioeProgressUpdate *update);

/* ---- small writers, for everything that makes JSON by hand ---- */

void ouioe_json_write_string (GString *out, const char *str, gssize len);  /* with quotes; escapes < 0x20, " and \ */
void ouioe_json_write_double (GString *out, double value);                 /* finite; shortest text that reads back; "1.0", never "1" */
void ouioe_json_write_time   (GString *out, gint64 time_us);               /* "2026-11-23T01:11:03.394114+00:00" with quotes */
gboolean ouioe_json_parse_time (const char *text, gint64 *time_us);

G_END_DECLS
