/* ouioed-http.h - HTTP, WebSocket and SSE on the listening sockets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-acceptor.h"
#include "ouioed-auth.h"
#include "ouioed-hub.h"
#include "ouioed-reader-engine.h"
#include "ouioed-transport.h"

G_BEGIN_DECLS

typedef struct {
  OuioedAcceptorLimits acceptor;
  OuioedReaderLimits   readers;
  gsize                max_body_bytes;        /* 413 beyond; 1 MiB */
  gsize                max_bulk_bytes;        /* of POST …/events; 16 MiB */
  guint                max_page_events;       /* of GET …/events; 1 000 */
  guint                max_subscriptions;     /* of one /ws/sessions socket; 1 000 */
  char               **allowed_origins;       /* beyond loopback ones; "*" for any */
  char               **allowed_hosts;         /* beyond loopback names and addresses; "*" for any */
  OuioedAuthMode       auth;                  /* where a token is asked for */
  const char          *token_file;            /* NULL: there are no tokens */
  gboolean             health_public;         /* other machines may ask how the service is, without a token */
  const char          *bus_name;              /* for /version; NULL when there is no bus */
} OuioedHttpConfig;

#define OUIOED_TYPE_HTTP (ouioed_http_get_type ())
G_DECLARE_FINAL_TYPE (OuioedHttp, ouioed_http, OUIOED, HTTP, GObject)

/* @config is copied. */
OuioedHttp *ouioed_http_new        (OuioedHub *hub, const OuioedHttpConfig *config, GError **error);
/* As ouioed_acceptor_listen(). */
gboolean    ouioed_http_listen     (OuioedHttp *self, const char *address, char **url, GError **error);
gboolean    ouioed_http_adopt      (OuioedHttp *self, int fd, char **url, GError **error);
void        ouioed_http_set_config (OuioedHttp *self, const OuioedHttpConfig *config);   /* on reload */
/* Reads the tokens again; what cannot be used leaves them as they were. @n (out): how many are known now. */
gboolean    ouioed_http_load_tokens (OuioedHttp *self, guint *n, GError **error);
/* Whether @token (nullable), shown by @peer, may write: 0, or the status of the refusal (401, 403, 429). */
guint       ouioed_http_check_token (OuioedHttp *self, const char *token, const char *peer);
/* For somebody else who serves on these addresses; lives as long as @self. */
OuioedAcceptor *ouioed_http_get_acceptor (OuioedHttp *self);
/* @write appends what else /metrics tells. */
void        ouioed_http_set_metrics (OuioedHttp *self, void (*write) (GString *out, gpointer user_data), gpointer user_data);
/* For the log line of SIGUSR1 and STATUS=: "12 sessions, 40 readers". */
guint       ouioed_http_get_n_readers (OuioedHttp *self);

G_END_DECLS
