/* ouioectl-watch.h - a view that refreshes, or a line for each change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

/* What one look found. */
typedef struct {
  char       *text;   /* for people: all of it */
  GHashTable *rows;   /* for programs: what a row is about -> the row, a JSON object */
  GPtrArray  *order;  /* the rows, as they shall be printed */
  gboolean    over;   /* nothing will change any more */
} OuioectlLook;

/* @json: a row; @name: what it is about. Not called when people look on. */
void         ouioectl_look_add (OuioectlLook *look, const char *name, const char *json);

/* Fills in @look, all zero but for its containers: text for people, or with --json and --ndjson its rows. FALSE with @error. */
typedef gboolean (*OuioectlLookFunc) (OuioectlLook *look, gpointer user_data, GError **error);

/* Looks once a second, until nothing will change any more or it is interrupted. On a terminal the view refreshes; elsewhere it is
 * printed again when it has changed; for programs each row is printed when it has, and a row that vanished as
 * {"@member": NAME, "state": "@gone"}. A daemon that does not answer is waited for; any other error is the end. */
OuioectlExit ouioectl_watch    (OuioectlOptions *options, const char *member, const char *gone, OuioectlLookFunc func,
                                gpointer user_data);

G_END_DECLS
