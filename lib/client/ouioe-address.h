/* ouioe-address.h - where the daemon is, and the HTTP session that reaches it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library.
 */
#pragma once

#include <libsoup/soup.h>

#include "ouioe-bus.h"

G_BEGIN_DECLS

/* Most bytes of one answer, or of one event: the largest event of the daemon and some margin. */
#define OUIOE_MAX_ANSWER_BYTES (32 * 1024 * 1024)

/* In an rc box: a request may outlive its address. */
typedef struct {
  char *trusted;      /* SHA-256 of the one certificate that is taken without an authority; NULL for none */
  char *refused;      /* SHA-256 of the certificate that was refused last; NULL when none was */
} OuioeTrust;

typedef struct {
  char *text;         /* as the user wrote it */
  char *base;         /* "http://host:port", no slash behind it; NULL when the text is no such address */
  char *socket_path;  /* of "unix:/path"; else NULL */
  OuioeBus *bus;      /* of "bus:session" and "bus:system"; else NULL */
  char *bearer;       /* "Bearer TOKEN" for each request, or NULL */
  char *token_problem; /* why the file of the token cannot be used, or NULL */
  OuioeTrust *trust;  /* of https */
  gboolean is_local;  /* a Unix socket or a loopback host: no proxy stands between */
} OuioeAddress;

/* @text: (nullable): see ouioe_client_new() */
OuioeAddress *ouioe_address_new         (const char *text);
void          ouioe_address_free        (OuioeAddress *self);
/* The token for each request, instead of that of the file. NULL or "" for none. */
void          ouioe_address_set_token   (OuioeAddress *self, const char *token);
/* FALSE with OUIOE_ERROR_CONFIGURATION when the text is no address, or the file of the token cannot be used. */
gboolean      ouioe_address_check       (OuioeAddress *self, GError **error);
/* Adds to a request what the service wants to know of its sender, and judges its certificate. */
void          ouioe_address_authorize   (OuioeAddress *self, SoupMessage *message);
/* @timeout_s: longest silence of the daemon within an answer; 0 for none */
SoupSession  *ouioe_address_new_session (OuioeAddress *self, guint timeout_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeAddress, ouioe_address_free)

G_END_DECLS
