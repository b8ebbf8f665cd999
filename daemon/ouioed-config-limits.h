/* ouioed-config-limits.h - the configuration as the layers want it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-config.h"
#include "ouioed-dbus.h"
#include "ouioed-http.h"
#include "ouioed-hub.h"
#include "ouioed-proxy.h"

G_BEGIN_DECLS

void ouioed_config_get_hub_limits (const OuioedConfig *self, OuioedHubLimits *limits);
/* Borrows its lists from @self, and @bus_name. The file of tokens is left to the caller. */
void ouioed_config_get_http       (const OuioedConfig *self, const char *bus_name, OuioedHttpConfig *http);
/* Of OuioedUpstream. */
GPtrArray       *ouioed_config_get_upstreams (const OuioedConfig *self);
OuioedTeeConfig *ouioed_config_get_tee       (const OuioedConfig *self);
void ouioed_config_get_dbus       (const OuioedConfig *self, OuioedDbusConfig *dbus);
/* The directory for what the daemon keeps. */
char *ouioed_config_get_state_dir (const OuioedConfig *self);
/* The file of tokens. */
char *ouioed_config_get_token_file (const OuioedConfig *self);

G_END_DECLS
