/* ouioe-stream-config.h - limits and retention of one session
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_STREAM_CONFIG (ouioe_stream_config_get_type ())

/**
 * OuioeStreamConfig:
 * @debug_mode: keep and show thinking steps; without it they are accepted and dropped
 * @progress_updates: keep and show progress updates; without it they are accepted and dropped
 * @max_stream_length: how many events of each of the two streams are kept, 1 or more; a store may keep up to a
 *   tenth more before it trims
 * @update_threshold_us: microseconds that must pass between two stored updates of type `progress`; 0 for no limit.
 *   Other types always pass.
 * @expiry_us: microseconds without activity after which the session is forgotten
 *
 * Limits and retention of one session.
 */
typedef struct {
  gboolean debug_mode;
  gboolean progress_updates;
  guint    max_stream_length;
  gint64   update_threshold_us;
  gint64   expiry_us;
} OuioeStreamConfig;

/* debug_mode FALSE, progress_updates TRUE, 1 000 events, no threshold, 24 hours */
#define OUIOE_STREAM_CONFIG_DEFAULT ((OuioeStreamConfig) { FALSE, TRUE, 1000, 0, G_GINT64_CONSTANT (86400000000) })

OUIOE_EXPORT GType              ouioe_stream_config_get_type (void) G_GNUC_CONST;
OUIOE_EXPORT OuioeStreamConfig *ouioe_stream_config_new      (void);
OUIOE_EXPORT OuioeStreamConfig *ouioe_stream_config_copy     (const OuioeStreamConfig *self);
OUIOE_EXPORT void               ouioe_stream_config_free     (OuioeStreamConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeStreamConfig, ouioe_stream_config_free)

G_END_DECLS
