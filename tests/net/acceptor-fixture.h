/* acceptor-fixture.h - an acceptor and a simple owner of its connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The owner reads to the end of a head ("\r\n\r\n"), puts back what is behind it, answers with "ok" and parks.
 */
#pragma once

#include "net-support.h"
#include "ouioed-acceptor.h"

G_BEGIN_DECLS

typedef struct {
  OuioedPoller         *poller;
  OuioedAcceptor       *acceptor;
  OuioedAcceptorLimits  limits;
  char                 *url;
  guint                 n_ready;
  guint                 n_ended;        /* reads that gave the end of the input */
  GPtrArray            *held;           /* connections that are kept in state BODY or RESPONSE */
  gboolean              keep_body;
  gsize                 answer_bytes;   /* of a long answer instead of "ok" */
} AcceptorFixture;

void                  acceptor_fixture_set_up    (AcceptorFixture *f, gconstpointer user_data);
void                  acceptor_fixture_tear_down (AcceptorFixture *f, gconstpointer user_data);
OuioedAcceptorMetrics acceptor_fixture_metrics   (AcceptorFixture *f);
/* The owner; @user_data: the fixture. */
void                  acceptor_fixture_ready     (OuioedConnection *connection, gpointer user_data);
/* A complete answer of that kind. */
void                  acceptor_assert_problem    (const GString *got, guint status, const char *code);

G_END_DECLS
