/* shared-fixture.h - hubs of several daemons over one Redis, and readers of theirs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-hub.h"
#include "ouioed-shared.h"
#include "ouioed-subscriber.h"
#include "redis-fixture.h"

G_BEGIN_DECLS

#define N_DAEMONS 2

typedef struct {
  OuioedStore *store;
  OuioedHub   *hub;
} Daemon;

typedef struct {
  TestRedis *servers[3];
  guint      n_servers;
  char      *url;
  Daemon     daemons[N_DAEMONS];
} Shared;

/* @data: number of servers, at least 1. servers[0] is NULL, and the test skipped, where there is none. */
void        shared_set_up      (Shared *f, gconstpointer data);
void        shared_tear_down   (Shared *f, gconstpointer data);
void        daemon_open        (Shared *f, guint i);
void        daemon_close       (Shared *f, guint i);
OuioedHub  *hub_of             (Shared *f, guint i);

/* Waiting calls; NULL: it was done, else why not. */
GError     *try_create         (OuioedHub *hub, const char *id, const char *key, OuioedReceipt *receipt);
GError     *try_think          (OuioedHub *hub, const char *id, const char *content, const char *key, OuioedReceipt *receipt);
GError     *try_progress       (OuioedHub *hub, const char *id, const char *message, OuioedReceipt *receipt);
GError     *try_close          (OuioedHub *hub, const char *id);
GError     *try_look           (OuioedHub *hub, const char *id);
/* Asserts that it is done. */
#define done(call) \
  G_STMT_START { \
    g_autoptr(GError) error_ = (call); \
    g_assert_no_error (error_); \
  } G_STMT_END
#define refused(call, code_) \
  G_STMT_START { \
    g_autoptr(GError) error_ = (call); \
    g_assert_error (error_, OUIOE_ERROR, code_); \
  } G_STMT_END
/* How many steps are under way, and how many were taken; for many at once. */
typedef struct {
  guint under_way, taken, failed;
} Posts;
void        post_think         (OuioedHub *hub, const char *id, const char *content, Posts *posts);

typedef struct {
  OuioedSubscriber *subscriber;
  GPtrArray        *words;       /* content of steps, message of updates, "start", "end" */
  GArray           *ids;
  guint             n_gaps, n_removed;
} Reader;

/* @session_id: NULL for all. */
Reader     *reader_new         (OuioedHub *hub, const char *session_id, gboolean from_start, OuioeEventId after);
void        reader_free        (Reader *reader);
/* The words with a space between them. */
char       *reader_dup_text    (Reader *reader);
/* Waits until it has had so many events, and asserts what they are, when @text is given. */
void        reader_expect      (Reader *reader, guint n, const char *text);
/* Asserts that its ids increase: none came twice. */
void        reader_check_order (Reader *reader);
OuioeEventId reader_last       (Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

G_END_DECLS
