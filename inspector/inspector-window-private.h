/* inspector-window-private.h - the window, for the files it consists of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inspector-banner.h"
#include "inspector-bookmark-button.h"
#include "inspector-chain-view.h"
#include "inspector-columns.h"
#include "inspector-detail-pane.h"
#include "inspector-player-bar.h"
#include "inspector-service.h"
#include "inspector-session-list.h"
#include "inspector-window.h"

G_BEGIN_DECLS

struct _InspectorWindow
{
  AdwApplicationWindow  parent_instance;
  AdwToastOverlay      *toasts;
  InspectorColumns     *columns;
  AdwHeaderBar         *sidebar_header;
  AdwHeaderBar         *content_header;
  AdwHeaderBar         *detail_header;
  GtkWidget            *hide_sidebar_button;
  GtkWidget            *show_sidebar_button;
  GtkWidget            *content_back;
  GtkWidget            *content_menu;
  GtkWidget            *sidebar_menu;
  GtkWidget            *detail_back;
  GtkWidget            *export_button;
  GtkWidget            *replay_button;
  GtkWidget            *detail_button;
  GtkWidget            *tools;          /* of the chain: in the header bar, or in the bottom bar */
  InspectorBookmarkButton *bookmark_button;   /* beside them */
  GtkActionBar         *bottom_bar;
  gboolean              has_bottom_bar; /* where the tools are */
  AdwWindowTitle       *service_title;
  InspectorSessionList *sessions;
  AdwWindowTitle       *chain_title;
  InspectorBanner      *banner;
  GtkStack             *stack;
  AdwStatusPage        *unreachable_page;
  GtkLabel             *start_command;
  GtkLabel             *hint_command;
  AdwStatusPage        *awaiting_page;
  InspectorChainView   *chain;
  InspectorPlayerBar   *player_bar;
  InspectorDetailPane  *detail_pane;
  InspectorService     *service;        /* NULL of a recording */
  InspectorRecording   *recording;      /* NULL of a service */
  GListModel           *items;          /* InspectorSessionItem, of the one or the other */
  InspectorSessionItem *item;           /* of the session that is shown; NULL when none is */
  InspectorWatch       *watch;          /* of the same; a replay shows another one */
  InspectorPlayer      *player;         /* NULL unless it is replayed */
  char                 *awaited;        /* session that was asked for and is not there yet, or NULL */
  char                 *awaited_event;  /* of the same, or NULL */
  gboolean              is_replay_awaited;
  double                awaited_speed;
  gboolean              follows_newest;
  gint64                newest_us;      /* when the newest session that was seen began; 0 at first */
  guint                 clock;          /* once a second while something runs; 0 otherwise */
};

/* ---- inspector-window-session.c: which session is shown, and what is said about it ---- */

/* The page, the banner, the title: whatever changed. */
void inspector_window_show_state    (InspectorWindow *self);
void inspector_window_show_title    (InspectorWindow *self);
void inspector_window_select        (InspectorWindow *self, InspectorSessionItem *item);
void inspector_window_forget        (InspectorWindow *self);
void inspector_window_on_sessions   (InspectorWindow *self);
void inspector_window_start_replay  (InspectorWindow *self, double speed);
void inspector_window_end_replay    (InspectorWindow *self);

/* ---- inspector-window-actions.c: what keys, buttons and menus do ---- */

void inspector_window_install_actions (GtkWidgetClass *widget_class);

G_END_DECLS
