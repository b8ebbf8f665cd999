/* ouioed-bulk.h - many steps and updates of many sessions at once, for HTTP and for the bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One JSON object per line. Every line is a request of its own: it is taken whole or not at all, and has its own
 * answer, in the order of the lines. All lines are submitted in one turn of the loop, so that they share a commit.
 */
#pragma once

#include "ouioed-auth.h"
#include "ouioed-hub.h"

G_BEGIN_DECLS

/* Beyond, the caller refuses all of them: the answers wait in memory. */
#define OUIOED_BULK_MAX_LINES 10000

typedef struct _OuioedBulk OuioedBulk;

/* Every line has its answer. The receiver frees @self. */
typedef void (*OuioedBulkDoneFunc) (OuioedBulk *self, gpointer user_data);

OuioedBulk *ouioed_bulk_new          (OuioedHub *hub, gsize max_line_bytes);
void        ouioed_bulk_free         (OuioedBulk *self);   /* not while it is submitted */
/* @number: what the answer calls the line. @data: borrowed until ouioed_bulk_submit() returns. */
void        ouioed_bulk_add          (OuioedBulk *self, guint number, const char *data, gsize len);
guint       ouioed_bulk_get_n        (OuioedBulk *self);
/* Lines for sessions that @grant (nullable: no limit) does not cover are refused. */
void        ouioed_bulk_set_grant    (OuioedBulk *self, OuioedGrant *grant);
/* Once. @key: idempotency key of lines that have none of their own, "@key:@number"; or NULL. @done is called once,
 * perhaps before this returns. */
void        ouioed_bulk_submit       (OuioedBulk *self, const char *key, OuioedBulkDoneFunc done, gpointer user_data);
/* Appends {"line":…,"status":…,…} */
void        ouioed_bulk_write_answer (OuioedBulk *self, guint i, GString *out);

G_END_DECLS
