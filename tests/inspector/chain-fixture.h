/* chain-fixture.h - a chain in a window, fed by a daemon of which the test says every event
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "fake-daemon.h"
#include "inspector-chain-view.h"

typedef struct {
  FakeDaemon         *daemon;
  InspectorWatch     *watch;
  GtkWindow          *window;
  InspectorChainView *view;
} Fixture;

void                chain_setup       (Fixture *f, gconstpointer data);
void                chain_teardown    (Fixture *f, gconstpointer data);

/* The rows that are shown. */
guint               n_shown           (Fixture *f);
InspectorChainItem *row_item          (Fixture *f, guint position);

/* First visible widget of this type, in depth; NULL when there is none, and one that must be there. */
GtkWidget          *find_type         (GtkWidget *widget, GType type);
GtkWidget          *widget_of         (Fixture *f, GType type);
/* The visible label with exactly this text; NULL when there is none. */
GtkWidget          *find_label        (Fixture *f, const char *text);
gboolean            shows             (Fixture *f, const char *text);
GtkScrolledWindow  *scroller          (Fixture *f);
/* Whether the label with this text stands wholly within the visible part of the chain. */
gboolean            is_in_sight       (Fixture *f, const char *text);
gboolean            says_status       (Fixture *f, const char *text);
/* Until what was to be laid out and scrolled is. */
void                settle            (Fixture *f);

void                act               (Fixture *f, const char *action);
void                go_to             (Fixture *f, guint position);
/* "Step number N", of two kinds and of different heights. */
void                add_steps         (Fixture *f, guint from, guint n);
/* The event that a growing step grew into. */
void                finish_step       (Fixture *f, const char *step_id, const char *content);
