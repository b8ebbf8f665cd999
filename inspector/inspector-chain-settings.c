/* inspector-chain-settings.c - a chain as the reader wants it everywhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-chain-settings.h"

#include "inspector-settings.h"

static void
follow_settings (InspectorChainView *view)
{
  GSettings *settings = inspector_settings_get ();
  gboolean is_compact = g_settings_get_enum (settings, "detail-level") == INSPECTOR_DETAIL_COMPACT;
  gboolean is_since_start = g_settings_get_enum (settings, "time-format") == INSPECTOR_TIME_SINCE_START;

  g_object_set (view, "compact", is_compact, "since-start", is_since_start, NULL);
}

void
inspector_chain_settings_bind (InspectorChainView *view)
{
  GSettings *settings = inspector_settings_get ();

  g_signal_connect_object (settings, "changed::detail-level", G_CALLBACK (follow_settings), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::time-format", G_CALLBACK (follow_settings), view, G_CONNECT_SWAPPED);
  follow_settings (view);
}

void
inspector_chain_settings_limit (InspectorWatch *watch)
{
  if (inspector_watch_get_origin (watch) == INSPECTOR_WATCH_SERVICE)
    inspector_chain_model_set_limit (inspector_watch_get_model (watch),
                                     g_settings_get_uint (inspector_settings_get (), "history-limit"));
}
