/* tee-fixture.h - a tee between a client and an upstream that a test plays both itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sockets are read and written by the test, one step after the other; while it waits for one of them the main context runs,
 * which is told the copies. The tee forwards on its own thread meanwhile.
 */
#pragma once

#include "ouioed-tee.h"

G_BEGIN_DECLS

/* What the listener was told of a call. */
typedef struct {
  OuioedCall    *call;
  char          *method;
  char          *path;
  char          *query;
  char          *peer;
  GString       *headers;          /* of the request, then of the answer: "name: value\n" */
  GString       *request_body;
  GString       *answer_body;
  char          *detail;
  guint64        credential;
  guint          status;
  guint          n_lost;
  OuioedCallEnd  how;
  gboolean       is_request_ended;
  gboolean       is_ended;
} TeeRecord;

typedef struct {
  OuioedTee       *tee;
  OuioedTeeConfig *config;         /* to be changed before tee_fixture_start() */
  GPtrArray       *upstreams;      /* "model" under /base, "other", "dead" (nobody listens) */
  GPtrArray       *records;        /* of TeeRecord */
  GBytes          *given_unread;   /* of the connection that was given back last */
  char            *token;          /* that was asked about last */
  int              listener;       /* of "model" and "other" */
  int              door;           /* where clients come in */
  int              given_fd;       /* -1: none was given back */
  guint            n_added;
  guint            n_gone;
  guint            verdict;
  gboolean         is_deaf;        /* the listener wants none of it */
  gboolean         is_drained;
} TeeFixture;

#define TEE_BASIC "Host: 127.0.0.1\r\n"
#define TEE_GET   "GET /x HTTP/1.1\r\n" TEE_BASIC "\r\n"

void     tee_fixture_init     (TeeFixture *self);
void     tee_fixture_start    (TeeFixture *self);
/* All connections are gone by then. */
void     tee_fixture_clear    (TeeFixture *self);

/* @name: of the upstream whose address it comes by; NULL: any. */
int      tee_fixture_connect  (TeeFixture *self, const char *name);
int      tee_fixture_accept   (TeeFixture *self);
/* Nothing waits to be accepted. */
gboolean tee_fixture_is_quiet (TeeFixture *self);
/* The @i-th call, once @ended holds. */
TeeRecord *tee_fixture_record (TeeFixture *self, guint i, gboolean ended);
void     tee_fixture_wait_gone (TeeFixture *self);
/* One turn of the main context, and a moment for the other thread. */
void     tee_fixture_turn     (TeeFixture *self);

void     tee_put              (int fd, const char *text);
void     tee_put_bytes        (int fd, const void *data, gsize len, gsize piece);
/* To the end of a head, which is read whole. */
char    *tee_get_head         (TeeFixture *self, int fd);
/* @len bytes, as text. */
char    *tee_get              (TeeFixture *self, int fd, gsize len);
/* Up to the end; @errno_out: 0, or how it ended (nullable). */
GBytes  *tee_get_rest         (TeeFixture *self, int fd, int *errno_out);
/* Reads: nothing more comes, it has ended. */
void     tee_assert_end       (TeeFixture *self, int fd);
guint    tee_count_fds        (void);

/* Init and start. */
void     tee_fixture_begin    (TeeFixture *self);
/* A request that has reached the upstream "model". */
void     tee_fixture_ask      (TeeFixture *self, int *client, int *server);
void     tee_assert_gets      (TeeFixture *self, int fd, const char *text);
/* An answer of our own, with this status, of type application/problem+json, then the end. */
void     tee_assert_refused   (TeeFixture *self, int fd, guint status, const char *code);
/* The @i-th call has ended so. */
TeeRecord *tee_assert_ended   (TeeFixture *self, guint i, OuioedCallEnd how);

G_END_DECLS
