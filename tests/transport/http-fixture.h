/* http-fixture.h - a daemon's inside in this process, and a client that sends exactly what it is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub, a store and the HTTP transport run in the main thread. The body of a test runs in a thread of its own and
 * speaks through blocking sockets with a time limit, so a test reads from top to bottom.
 */
#pragma once

#include "ouioe-codec.h"
#include "ouioed-http.h"

G_BEGIN_DECLS

typedef struct {
  OuioedStore        *store;
  OuioedHub          *hub;
  OuioedHttp         *http;
  OuioedHttpConfig    config;         /* change it with http_fixture_configure() */
  OuioedHubLimits     limits;
  guint16             port;
  char               *directory;      /* temporary */
  char               *unix_path;      /* of the Unix socket it listens on as well */
  GMainLoop          *loop;
  void              (*body) (gpointer fixture);
} HttpFixture;

void http_fixture_set_up    (HttpFixture *f, gconstpointer data);
void http_fixture_tear_down (HttpFixture *f, gconstpointer data);
/* Adds a test whose body runs in the client's thread. */
void http_fixture_add       (const char *path, void (*body) (HttpFixture *f));
/* The same with a set up of its own, for another configuration; it must call http_fixture_set_up_with().
 * @store (nullable): a store in memory when NULL. */
void http_fixture_add_full  (const char *path, void (*set_up) (HttpFixture *f, gconstpointer data), void (*body) (HttpFixture *f));
void http_fixture_set_up_with (HttpFixture *f, OuioedStore *store);
void http_fixture_defaults  (HttpFixture *f);
/* Runs @func in the main thread and waits for it. */
void http_fixture_call      (HttpFixture *f, void (*func) (HttpFixture *f, gpointer data), gpointer data);
/* Waits until @func is true in the main thread; fails the test after 10 s. */
void http_fixture_wait      (HttpFixture *f, gboolean (*func) (HttpFixture *f));
/* Events of @session_id in the store; -1 when the session is not known. */
int  http_fixture_count     (HttpFixture *f, const char *session_id);
guint http_fixture_n_sessions (HttpFixture *f);

/* ---- a client ---- */

typedef struct {
  int      fd;
  GString *input;                      /* read and not yet taken */
} Client;

typedef struct {
  guint    status;                     /* 0: the connection ended without an answer */
  char    *head;                       /* with the status line, up to the empty line */
  GString *body;
} Reply;

Client  *client_new        (HttpFixture *f);
Client  *client_new_unix   (HttpFixture *f);
void     client_free       (Client *self);
void     client_send       (Client *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void     client_send_bytes (Client *self, const char *data, gssize len);
/* Reads once what has come; FALSE at the end of the stream. */
gboolean client_fill       (Client *self);
/* Reads the next answer, of any framing. */
Reply   *client_read       (Client *self);
/* The peer closes within the time limit, without sending more. */
gboolean client_is_closed  (Client *self);
/* Reads whatever comes until @mark has come. */
char    *client_read_until (Client *self, const char *mark);
/* The next frame of a WebSocket; its opcode in @opcode. */
char    *client_read_frame (Client *self, guint8 *opcode);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

void        reply_free       (Reply *self);
/* (transfer full) (nullable): the value of a header field. */
char       *reply_dup_header (Reply *self, const char *name);
/* Parses the body; fails the test when it is not JSON or does not say so. */
json_t     *reply_json       (Reply *self);
/* A member of a JSON object as text; "" when it is absent or not a string. (static buffer) */
const char *json_text        (json_t *object, const char *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)

/* One request on a connection of its own. @headers (nullable): whole lines with line ends. */
Reply *http_request      (HttpFixture *f, const char *method, const char *path, const char *headers, const char *body);
Reply *http_request_data (HttpFixture *f, const char *method, const char *path, const char *headers, const char *body, gsize len);
Reply *http_get          (HttpFixture *f, const char *path);
Reply *http_post         (HttpFixture *f, const char *path, const char *body);
/* Fails the test unless the status is @status; gives the body as JSON. */
json_t *http_expect      (Reply *reply, guint status);   /* (transfer full) for @reply */
/* Creates a session in debug mode. */
void   http_create       (HttpFixture *f, const char *session_id);

G_END_DECLS
