/* framer-run.h - a message through the framer, cut as one likes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-http-framer.h"

G_BEGIN_DECLS

typedef enum {
  RUN_REQUEST,
  RUN_ANSWER,
  RUN_ANSWER_TO_HEAD,
} RunKind;

typedef struct {
  GString    *parts[OUIOED_PART_RAW + 1];   /* the bytes of each kind, of all messages together */
  GString    *layout;        /* one letter and a count for each range; '.' where a message is complete */
  gsize       used;          /* bytes that belong to a message */
  char       *error;         /* or NULL */
  guint       n_heads;       /* that were announced by is_new_head */
  gboolean    is_oversized;
  gboolean    is_complete;
  gboolean    is_until_close;
  gboolean    is_tunnel;
} FramerRun;

/* Feeds @data in pieces: one of @first bytes, then such of @piece bytes; 0: all that is left. With @again one message after
 * the other. Asserts that every byte is accounted for once, and that the memory is bounded. */
void framer_run         (FramerRun *run, RunKind kind, gsize max_head, const char *data, gsize len, gsize first, gsize piece,
                         gboolean again);
/* Asserts that both came to the same. */
void framer_run_compare (const FramerRun *a, const FramerRun *b);
void framer_run_clear   (FramerRun *run);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FramerRun, framer_run_clear)

/* A request as one reads it who has the whole of it at hand and knows no more than RFC 9112. FALSE: it is none, or more than
 * one thing. @body: appended to. @len (in/out): of the data; of the request. */
gboolean read_whole_request (const char *data, gsize *len, GString *body);

G_END_DECLS
