/* ouioed-log.h - where log lines go, how they look, and how often the same one may come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines are structured: beside MESSAGE they may carry MESSAGE_ID (what an administrator searches for), OUIOE_SESSION,
 * OUIOE_EVENT_ID, OUIOE_PEER, OUIOE_TRANSPORT. What a session thinks is never in a line above debug.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* MESSAGE_ID of what happens to the service itself */
#define OUIOED_MESSAGE_STARTED       "698063e285f1458085f6a6e88153ff60"
#define OUIOED_MESSAGE_STOPPED       "4f72ba0958e34d0dac086f1be1809803"
#define OUIOED_MESSAGE_RELOADED      "e48effbc353c42a8af308d819f8297a3"
#define OUIOED_MESSAGE_STATISTICS    "eaae218aabba49a893040cf10080c8d7"
#define OUIOED_MESSAGE_CONFIGURATION "2f4875c9e4a844fca0188e564b67d00d"   /* what is wrong with it */

typedef enum {
  OUIOED_LOG_CRITICAL,
  OUIOED_LOG_WARNING,
  OUIOED_LOG_MESSAGE,
  OUIOED_LOG_INFO,
  OUIOED_LOG_DEBUG,
} OuioedLogLevel;
extern const char *const ouioed_log_levels[];    /* words in this order, NULL-terminated */

typedef enum {
  OUIOED_LOG_AUTO,        /* the journal when standard error leads there, else text */
  OUIOED_LOG_TEXT,
  OUIOED_LOG_JSON,        /* an object a line, for containers */
  OUIOED_LOG_JOURNAL,
} OuioedLogFormat;
extern const char *const ouioed_log_formats[];

/* From now on all lines of this process come here; to be called once, at the start of main(). */
void  ouioed_log_install   (void);
/* Any time, any thread. */
void  ouioed_log_configure (OuioedLogLevel level, OuioedLogFormat format);
/* Tells of the lines that were held back and whose minute is over; once a minute, and at the end with @all. */
void  ouioed_log_flush     (gboolean all);

/* One line, as it is written, with its newline. @time_us: wall clock. */
char *ouioed_log_format    (OuioedLogFormat format, GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                            gint64 time_us);

/* ---- the same line at most five times a minute ---- */

typedef struct _OuioedLogLimit OuioedLogLimit;

/* Called for lines that were held back @n times. */
typedef void (*OuioedLogHeldFunc) (GLogLevelFlags level, const char *message, guint n, gpointer user_data);

OuioedLogLimit *ouioed_log_limit_new   (OuioedLogHeldFunc held, gpointer user_data);
void            ouioed_log_limit_free  (OuioedLogLimit *self);
/* Whether the line may be written now. */
gboolean        ouioed_log_limit_pass  (OuioedLogLimit *self, GLogLevelFlags level, const char *message, gint64 now_us);
/* Tells of what was held back, if its minute is over, or with @all of everything. */
void            ouioed_log_limit_flush (OuioedLogLimit *self, gint64 now_us, gboolean all);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedLogLimit, ouioed_log_limit_free)

G_END_DECLS
