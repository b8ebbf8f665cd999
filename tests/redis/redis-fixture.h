/* redis-fixture.h - Redis servers of a test's own, which can be told to fail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  char *place;       /* a directory of its own: socket, log, append-only file */
  char *socket;
  guint port;        /* 0: only the socket */
  GPid  pid;         /* 0 while it does not run */
} TestRedis;

/* NULL, and the test is skipped, where there is no redis-server. @port: 0 for none. */
TestRedis *test_redis_new      (guint port);
void       test_redis_free     (TestRedis *self);
/* Further options of redis-server, NULL at the end, each "--name", "value". Waits until it answers. */
void       test_redis_start    (TestRedis *self, ...) G_GNUC_NULL_TERMINATED;
/* A Sentinel with this configuration, on the port and the socket of @self. */
void       test_redis_start_sentinel (TestRedis *self, const char *config);
void       test_redis_kill     (TestRedis *self);               /* -9 */
void       test_redis_signal   (TestRedis *self, int signal);   /* SIGSTOP, SIGCONT */
/* What redis-cli prints, without the line end; @command: its arguments, separated by spaces. */
char      *test_redis_cli      (TestRedis *self, const char *command);
/* Asserts what it prints. */
void       test_redis_expect   (TestRedis *self, const char *command, const char *printed);
/* redis+unix://…?@options */
char      *test_redis_dup_url  (TestRedis *self, const char *options);
guint      test_redis_find_port (void);
/* Runs the main context until it is true; fails after 20 s. */
#define test_redis_wait(condition) \
  G_STMT_START { \
    gint64 end_us_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; \
    guint tick_ = g_timeout_add (10, test_redis_tick, NULL); \
    while (!(condition) && g_get_monotonic_time () < end_us_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    g_assert_true (condition); \
  } G_STMT_END
gboolean   test_redis_tick     (gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRedis, test_redis_free)

G_END_DECLS
