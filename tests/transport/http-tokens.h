/* http-tokens.h - a daemon's inside that asks for tokens, and tokens of every kind
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "http-fixture.h"

G_BEGIN_DECLS

#define API "/api/streaming"
#define JSON_TYPE "Content-Type: application/json\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

/* Good ones first. PREFIXED: read and write, for sessions "ci-…". */
typedef enum { READ, WRITE, ADMIN, PREFIXED, EXPIRED, REVOKED, UNKNOWN, MALFORMED, NONE, N_KINDS } Kind;

extern char *token_file;
extern char *tokens[N_KINDS];    /* their texts; NULL for NONE */
extern char *token_ids[N_KINDS];  /* of those that are or were in the file */

/* Around the tests of a program: everything that is logged is kept. */
void    http_tokens_begin   (void);
void    http_tokens_end     (void);
/* To run last: what the tests before have sent was never logged. */
void    http_tokens_test_log (void);

void    set_up_required     (HttpFixture *f, gconstpointer data);
/* On an address that other machines reach; this one does, too. */
void    set_up_public       (HttpFixture *f, gconstpointer data);
void    set_up_auto         (HttpFixture *f, gconstpointer data);
/* For http_fixture_call(): no address has sent a wrong token. */
void    forgive             (HttpFixture *f, gpointer data);

/* "Authorization: Bearer …", or nothing. */
char   *dup_header          (Kind kind);
/* The head of the answer only: the one of a reader never ends. */
Reply  *ask                 (HttpFixture *f, const char *method, const char *path, const char *headers, const char *body);
Reply  *ask_as              (HttpFixture *f, Kind kind, const char *method, const char *path, const char *headers, const char *body);
guint   status_of           (HttpFixture *f, Kind kind, const char *method, const char *path, const char *headers, const char *body);
/* A request whose answer is JSON. */
json_t *call                (HttpFixture *f, Kind kind, const char *method, const char *path, const char *body, guint status);
void    create_session      (HttpFixture *f, const char *session_id);

G_END_DECLS
