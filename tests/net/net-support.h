/* net-support.h - clients for the tests of net: one thread, the main context runs while they wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs the main context until @condition holds; fails the test after 20 s. */
#define net_wait_until(condition) \
  G_STMT_START { \
    gint64 net_give_up = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; \
    while (!(condition)) \
      { \
        g_assert_cmpint (g_get_monotonic_time (), <, net_give_up); \
        net_iterate (); \
      } \
  } G_STMT_END

/* One turn; waits a moment when there is nothing to do. */
void     net_iterate      (void);
/* @url: as the acceptor told it. A non-blocking descriptor. */
int      net_connect      (const char *url);
/* All of it. */
void     net_send         (int fd, const void *data, gsize len);
void     net_send_text    (int fd, const char *text);
/* Appends what is there now; FALSE at the end of the input (or after a reset). */
gboolean net_receive      (int fd, GString *into);
/* Until @needle has come. */
void     net_await        (int fd, GString *into, const char *needle);
/* Until the peer has closed. */
void     net_await_end    (int fd, GString *into);
guint    net_count        (const GString *text, const char *needle);
guint    net_count_fds    (void);
/* Of this process, in KiB; 0 under a sanitizer. */
guint    net_rss_kib      (void);
/* A masked client frame. */
void     net_append_frame (GByteArray *out, guint8 first, const void *payload, gsize len);

G_END_DECLS
