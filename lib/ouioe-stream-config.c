/* ouioe-stream-config.c - limits and retention of one session
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-stream-config.h"

#include "ouioe-types-private.h"

OUIOE_DEFINE_BOXED_TYPE (OuioeStreamConfig, ouioe_stream_config, ouioe_stream_config_copy, ouioe_stream_config_free)

/**
 * ouioe_stream_config_new:
 *
 * Makes a configuration with the defaults of the daemon. Usually only `debug_mode` needs to be changed.
 *
 * Returns: (transfer full): the configuration
 */
OuioeStreamConfig *
ouioe_stream_config_new (void)
{
  return ouioe_stream_config_copy (&OUIOE_STREAM_CONFIG_DEFAULT);
}

/**
 * ouioe_stream_config_copy:
 * @self: a configuration
 *
 * Makes a copy.
 *
 * Returns: (transfer full): a copy
 */
OuioeStreamConfig *
ouioe_stream_config_copy (const OuioeStreamConfig *self)
{
  return g_memdup2 (self, sizeof *self);
}

/**
 * ouioe_stream_config_free:
 * @self: (transfer full): a configuration
 *
 * Frees it.
 */
void
ouioe_stream_config_free (OuioeStreamConfig *self)
{
  g_free (self);
}
