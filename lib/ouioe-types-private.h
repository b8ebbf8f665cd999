/* ouioe-types-private.h - the fields of the shared types, for the codec and the daemon
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family: outside of it the types are opaque.
 */
#pragma once

#include "ouioe-event.h"
#include "ouioe-stream-config.h"
#include "ouioe-stream-stats.h"
#include "ouioe-text.h"
#include "ouioe-thinking-context.h"

G_BEGIN_DECLS

/* G_DEFINE_BOXED_TYPE needs a language extension that -Wpedantic refuses. */
#define OUIOE_DEFINE_BOXED_TYPE(TypeName, type_name, copy_func, free_func)                                    \
  GType type_name##_get_type (void)                                                                           \
  {                                                                                                           \
    static gsize type;                                                                                        \
                                                                                                              \
    if (g_once_init_enter (&type))                                                                            \
      g_once_init_leave (&type, g_boxed_type_register_static (#TypeName, (GBoxedCopyFunc) copy_func,          \
                                                              (GBoxedFreeFunc) free_func));                   \
    return type;                                                                                              \
  }

struct _OuioeThinkingStep
{
  gatomicrefcount ref_count;
  char           *thinking_type;            /* a known word, or a namespaced one */
  OuioeText       content;                  /* may be empty, never absent */
  OuioeTextList   reasoning_chain;
  OuioeTextList   alternatives;
  OuioeTextList   decision_factors;
  double          confidence;               /* 0 to 1; meaningful only when has_confidence */
  gboolean        has_confidence;           /* the producer gave one */
  OuioeText       context_used;             /* JSON object, or absent */
  double          estimated_duration;       /* seconds, 0 or more; meaningful only when has_estimated_duration */
  gboolean        has_estimated_duration;
};

struct _OuioeProgressUpdate
{
  gatomicrefcount ref_count;
  char           *progress_type;            /* a known word, or a namespaced one */
  OuioeText       message;                  /* may be empty, never absent */
  double          percentage;               /* 0 to 100; meaningful only when has_percentage */
  gboolean        has_percentage;
  OuioeText       current_step;             /* or absent */
  gint64          total_steps;              /* 0 or more; meaningful only when has_total_steps */
  gboolean        has_total_steps;
  OuioeText       estimated_remaining;      /* or absent */
  OuioeText       intermediate_findings;    /* JSON array of objects, or absent */
  OuioeText       current_activity;         /* or absent */
  double          confidence;               /* 0 to 1; meaningful only when has_confidence */
  gboolean        has_confidence;
};

struct _OuioeThinkingContext
{
  gatomicrefcount ref_count;
  OuioeText       user_request;             /* may be empty, never absent */
  OuioeText       system_context;           /* JSON object, never absent ("{}") */
};

/* Counts of one vocabulary: known words by their place in the table, own words by name. */
typedef struct {
  guint64    *known;                        /* as many as the vocabulary has words */
  GHashTable *own;                          /* char* -> guint64*, NULL while empty */
} OuioeTypeCounts;

struct _OuioeStreamStats
{
  gatomicrefcount ref_count;
  guint64         n_thinking;
  guint64         n_progress;
  double          confidence_sum;           /* of the steps that reported one */
  guint64         n_confidence;
  gboolean        has_percentage;
  double          percentage;               /* of the newest update that told one, 0 to 100 */
  OuioeTypeCounts thinking_types;
  OuioeTypeCounts progress_types;
  gint64          created_us;
  gint64          last_updated_us;          /* last accepted step or update; created_us at first */
  gint64          ended_us;                 /* 0 while the session is open */
};

/* Distinct own (namespaced) words a session may use of each vocabulary. */
#define OUIOE_MAX_OWN_TYPES 256

struct _OuioeEvent
{
  gatomicrefcount ref_count;
  OuioeEventId    id;
  OuioeEventKind  kind;
  char           *session_id;               /* interned by g_ref_string */
  const char     *type_word;                /* interned (g_intern_string for known words, else g_ref_string); or NULL */
  char           *own_type_word;            /* the g_ref_string to release, or NULL */
  gint64          time_us;
  GBytes         *json;                     /* typed JSON, one line */
  gboolean        is_foreign;               /* found in Redis, written by another program: "entry" holds its fields */
};

OuioeThinkingStep    *ouioe_thinking_step_alloc    (void);
OuioeProgressUpdate  *ouioe_progress_update_alloc  (void);
OuioeThinkingContext *ouioe_thinking_context_alloc (void);

/* @session_id: a g_ref_string, a reference is taken. @type_word: NULL for start and end. @json: a reference is taken. */
OuioeEvent *ouioe_event_new_encoded (char *session_id, OuioeEventId id, OuioeEventKind kind, const char *type_word,
                                     gint64 time_us, GBytes *json);

/* Whether one more event with this type would exceed OUIOE_MAX_OWN_TYPES. */
gboolean ouioe_stream_stats_has_room     (OuioeStreamStats *self, OuioeEventKind kind, const char *type_word);
void     ouioe_stream_stats_add_step     (OuioeStreamStats *self, const OuioeThinkingStep *step, gint64 time_us);
void     ouioe_stream_stats_add_update   (OuioeStreamStats *self, const OuioeProgressUpdate *update, gint64 time_us);
void     ouioe_stream_stats_set_ended    (OuioeStreamStats *self, gint64 time_us);
/* Calls @func with every word that occurred and its count, known words first in the order of the vocabulary. */
typedef void (*OuioeTypeCountFunc) (const char *word, guint64 count, gpointer user_data);
void     ouioe_stream_stats_foreach_type (OuioeStreamStats *self, OuioeEventKind kind, OuioeTypeCountFunc func, gpointer user_data);
/* For loading from a store. */
void     ouioe_stream_stats_set_type_count (OuioeStreamStats *self, OuioeEventKind kind, const char *word, guint64 count);

G_END_DECLS
