/* ouioed-auth-failures.h - addresses that send wrong tokens, and how long they have to wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OUIOED_MAX_FAILURES    10       /* of one address within the time */
#define OUIOED_FAILURE_SECONDS 60
#define OUIOED_MAX_FAILING     4096     /* addresses that are remembered; beyond, the oldest is forgotten */

typedef struct _OuioedFailures OuioedFailures;

OuioedFailures *ouioed_failures_new  (void);
void            ouioed_failures_free (OuioedFailures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedFailures, ouioed_failures_free)
/* @peer: "192.0.2.1:4711", "[2001:db8::1]:4711": the port does not matter, nor the half of an IPv6 address that a client
 * chooses itself. @now_us: monotonic. */
void            ouioed_failures_add  (OuioedFailures *self, const char *peer, gint64 now_us);
/* Seconds, rounded up; 0 when the address need not wait. */
guint           ouioed_failures_get_wait (OuioedFailures *self, const char *peer, gint64 now_us);
guint           ouioed_failures_get_n (OuioedFailures *self);   /* addresses that are remembered */

G_END_DECLS
