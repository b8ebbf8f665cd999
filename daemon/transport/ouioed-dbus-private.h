/* ouioed-dbus-private.h - what the parts of the bus transport share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-bus-iface.h"
#include "ouioed-dbus-budget.h"
#include "ouioed-dbus.h"

G_BEGIN_DECLS

/* ---- ouioed-dbus-text.c ---- */

/* The names of OUIOE_ERROR on the bus, once in a process. */
void ouioed_dbus_register_errors (void);
/* @error: (transfer full) */
void ouioed_dbus_return_error    (GDBusMethodInvocation *invocation, GError *error);

/* ---- ouioed-dbus-request.c: arguments of methods ---- */

/* What the options ask for is checked by the same code as the body of a POST. */
OuioeCreateRequest *ouioed_dbus_read_create   (const char *session_id, const char *user_id, GVariant *options,
                                               const OuioedHubLimits *limits, GError **error);
/* NULL with @error when it cannot be used; (transfer none). */
const char         *ouioed_dbus_read_outcome  (const char *outcome, GError **error);
/* For methods that have no options yet. */
gboolean            ouioed_dbus_check_no_options (GVariant *options, GError **error);

/* ---- ouioed-dbus-session.c: one session on the bus ---- */

typedef struct {
  OuioedHub                 *hub;         /* not a reference */
  OuioedChannel             *channel;
  char                      *path;
  OuioedBusIfaceObjectSkeleton *object;
  OuioedBusIfaceSession     *iface;
  OuioedDbusBudget           budget;      /* signals of this session */
  gboolean                   lagging;     /* events are left out until Lagged is sent; then: */
  OuioeEventId               lag_from;    /* the first */
  OuioeEventId               lag_to;      /* the last */
  GList                      lag_link;    /* in the queue of those that wait for Lagged; data is NULL while it is not */
  GList                      dirty_link;  /* the same for those whose counters have changed */
  gint64                     dirty_due_us; /* when to tell them, monotonic */
} OuioedDbusSession;

OuioedDbusSession *ouioed_dbus_session_new      (OuioedHub *hub, OuioedChannel *channel);
void               ouioed_dbus_session_free     (OuioedDbusSession *self);
/* Gives the properties the values of the committed record; changes go out in one message, later in this turn. */
void               ouioed_dbus_session_update   (OuioedDbusSession *self);
/* Whether more than the counters has changed. */
gboolean           ouioed_dbus_session_is_stale (OuioedDbusSession *self);
/* StepAdded or ProgressChanged. */
void               ouioed_dbus_session_tell     (OuioedDbusSession *self, OuioeEvent *event);
/* Lagged; afterwards the session is not lagging. */
void               ouioed_dbus_session_tell_lag (OuioedDbusSession *self);
/* The properties and then Finished. */
void               ouioed_dbus_session_tell_end (OuioedDbusSession *self);

G_END_DECLS
