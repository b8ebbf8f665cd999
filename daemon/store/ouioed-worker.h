/* ouioed-worker.h - one thread for work that blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a job waits. An earlier lane goes first, but the last one is not starved. */
typedef enum {
  OUIOED_LANE_COMMIT,
  OUIOED_LANE_READ,
  OUIOED_LANE_TIDY,
} OuioedLane;
#define OUIOED_N_LANES (OUIOED_LANE_TIDY + 1)

/* Jobs that wait in one lane; more are refused. */
#define OUIOED_WORKER_MAX_WAITING 65536

/* On the thread. @abandoned: the worker is closing, and the job was not a commit: do nothing but get ready to be done.
 * Returns: whether it has not finished, and is to be called again after what waits in front of it. */
typedef gboolean (*OuioedJobRunFunc)  (gpointer data, gboolean abandoned);
/* On the main context that made the worker, when the job has finished. Owns @data from here on. */
typedef void     (*OuioedJobDoneFunc) (gpointer data);
/* On the thread, once nothing has been asked of it for a while. */
typedef void     (*OuioedQuietFunc)   (gpointer data);

typedef struct _OuioedWorker OuioedWorker;

/* @quiet_us: how long a while is */
OuioedWorker *ouioed_worker_new   (const char *name, gint64 quiet_us, OuioedQuietFunc quiet, gpointer quiet_data);
/* @done: (nullable): when nobody waits for it. Any thread. FALSE when the lane is full, or the worker is closed; the
 * job is then neither run nor done. */
gboolean      ouioed_worker_push  (OuioedWorker *self, OuioedLane lane, OuioedJobRunFunc run, OuioedJobDoneFunc done,
                                   gpointer data);
/* Runs the commits that wait, abandons the rest, and ends the thread. Blocks.
 * What is done is told by the main context. */
void          ouioed_worker_close (OuioedWorker *self);
/* After ouioed_worker_close(). */
void          ouioed_worker_unref (OuioedWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedWorker, ouioed_worker_unref)

G_END_DECLS
