/* ouioectl-view.h - events as people read them in a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text in, text out: nothing is written here, and everything from the wire is made safe.
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

typedef struct {
  gboolean colour;
  guint    width;      /* columns to wrap into; 0: lines stay as they are */
  gboolean sessions;   /* of several sessions: say which */
  gboolean bar;        /* there is a bar that shows plain progress: it gets no line of its own */
} OuioectlView;

/* One or more lines with their ends; "" when the event has none in this view. */
char *ouioectl_view_event (const OuioectlView *view, OuioeEvent *event);
/* Likewise; @text_at: (out): where in it the content of a step begins, 0 for other events */
char *ouioectl_view_event_at (const OuioectlView *view, OuioeEvent *event, gsize *text_at);
/* A step that is being written since @time_us: at most @max_lines lines with their ends, the newest of its text. */
char *ouioectl_view_open_step (const OuioectlView *view, const char *session_id, gint64 time_us, const char *text,
                               guint max_lines);
/* @lost: negative when not known */
char *ouioectl_view_gap   (const OuioectlView *view, const char *after, const char *until, gint64 lost);
/* The same as a JSON object for machines. */
char *ouioectl_view_gap_json (const char *after, const char *until, gint64 lost);
/* What is never stored, as the daemon sends it: an object with a type instead of a kind. */
char *ouioectl_view_delta_json      (const char *session_id, const char *step_id, guint64 offset, const char *text);
char *ouioectl_view_dropped_json    (const char *session_id, const char *step_id);
char *ouioectl_view_generation_json (const char *session_id, OuioeGeneration *generation);

/* What goes on right now: one line at the bottom, drawn again and again. */
typedef struct {
  char    *session;      /* of the newest event; NULL before there was one */
  char    *activity;     /* what is being done, safe */
  char    *remaining;    /* as the producer put it, or NULL; safe */
  double   percentage;   /* negative when the producer gave none */
  gint64   since_us;     /* when this activity was told */
} OuioectlBar;

#define OUIOECTL_BAR_INIT ((OuioectlBar) { NULL, NULL, NULL, -1, 0 })

void  ouioectl_bar_clear  (OuioectlBar *self);
void  ouioectl_bar_update (OuioectlBar *self, OuioeEvent *event);
/* Less than view->width columns, without a line end; "" when there is nothing to show. */
char *ouioectl_bar_format (const OuioectlBar *self, const OuioectlView *view, gint64 now_us);

G_END_DECLS
