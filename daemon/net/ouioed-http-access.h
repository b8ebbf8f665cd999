/* ouioed-http-access.h - which Host and which Origin may speak to us
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A browser lets every web site send requests to 127.0.0.1. What protects the daemon is that such a request carries
 * the site's Origin, and after DNS rebinding the site's name as Host.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @host: value of a Host header, "name", "name:port", "[::1]:port". */
gboolean ouioed_host_is_well_formed (const char *host);
/* Loopback names and addresses of any port; an entry of @allowed (nullable) with or without its port; "*": any. */
gboolean ouioed_host_is_allowed     (const char *host, const char *const *allowed);
/* The same for an Origin header: "https://name:port". "null" only with "*". */
gboolean ouioed_origin_is_allowed   (const char *origin, const char *const *allowed);

G_END_DECLS
