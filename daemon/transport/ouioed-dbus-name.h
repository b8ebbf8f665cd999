/* ouioed-dbus-name.h - the well-known name on the bus: asked for, kept an eye on, given up; never waiting for the bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OuioedDbusName OuioedDbusName;

/* @error: NULL when the name is ours now, else why not (G_IO_ERROR_ADDRESS_IN_USE: another has it); once. */
typedef void (*OuioedDbusNameAnswerFunc) (const GError *error, gpointer user_data);
/* Another took the name, or the bus went away; at most once, only after it was ours. */
typedef void (*OuioedDbusNameLostFunc)   (gpointer user_data);

OuioedDbusName *ouioed_dbus_name_request (GDBusConnection *connection, const char *name, gboolean replace,
                                          OuioedDbusNameAnswerFunc answer, OuioedDbusNameLostFunc lost, gpointer user_data);
/* Gives the name up; neither function is called any more. */
void            ouioed_dbus_name_release (OuioedDbusName *self);

G_END_DECLS
