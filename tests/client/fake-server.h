/* fake-server.h - a daemon of which the test writes every byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs in threads of its own, so that calls which block can be tested too.
 */
#pragma once

#include <gio/gio.h>

typedef struct _FakeServer FakeServer;

typedef struct {
  char       *method;
  char       *target;     /* path and query as they were sent */
  GHashTable *headers;    /* lower-case name -> value */
  char       *body;
  guint       number;     /* of the request, from 0, over all connections */
} FakeRequest;

/* Answers one request, in the thread of its connection. Returns TRUE to read the next request of the connection, FALSE
 * to close it. */
typedef gboolean (*FakeHandler) (FakeServer *server, const FakeRequest *request, GOutputStream *out,
                                 gpointer user_data);

/* @socket_path: NULL for TCP on a free port of the loopback interface */
FakeServer *fake_server_new            (const char *socket_path, FakeHandler handler, gpointer user_data);
/* The same over TLS. @certificate: with its private key */
FakeServer *fake_server_new_tls        (GTlsCertificate *certificate, FakeHandler handler, gpointer user_data);
/* Closes everything and waits for its threads. */
void        fake_server_free           (FakeServer *self);
const char *fake_server_get_address    (FakeServer *self);   /* for ouioe_client_new() */
/* Snapshot of "METHOD TARGET" of all requests so far; free with g_strfreev() */
char      **fake_server_dup_log        (FakeServer *self);
guint       fake_server_get_n_requests (FakeServer *self);
guint       fake_server_get_n_open     (FakeServer *self);   /* connections that are open now */
/* No more connections, and none of those that are open. */
void        fake_server_shut           (FakeServer *self);
/* Listens again where it did. */
void        fake_server_reopen         (FakeServer *self);

/* Writes what it can; a peer that has gone is no error of the test. */
void        fake_write                 (GOutputStream *out, const char *data, gssize len);
/* A whole answer with Content-Length. @status: "200 OK" */
void        fake_answer                (GOutputStream *out, const char *status, const char *type, const char *body);
/* Waits until the client closes its side or the server is freed. */
void        fake_hold                  (GOutputStream *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)

/* Runs the default main context until @condition holds; the test runner ends a test that waits in vain. */
#define fake_wait_for(condition) \
  G_STMT_START { while (!(condition)) { if (!g_main_context_iteration (NULL, FALSE)) g_usleep (500); } } G_STMT_END
