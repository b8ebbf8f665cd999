/* ouioed-channel.h - one session, alive: its record, its recent events, who follows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-entry.h"
#include "ouioed-store.h"
#include "ouioe-codec.h"

G_BEGIN_DECLS

#define OUIOED_TYPE_CHANNEL (ouioed_channel_get_type ())
G_DECLARE_FINAL_TYPE (OuioedChannel, ouioed_channel, OUIOED, CHANNEL, GObject)

const char                *ouioed_channel_get_id     (OuioedChannel *self);
/* What is committed. NULL while nobody has created the session. (transfer none) */
const OuioedSessionRecord *ouioed_channel_get_record (OuioedChannel *self);
gboolean                   ouioed_channel_is_open    (OuioedChannel *self);
/* Fills @info with borrowed fields; FALSE while nobody has created the session. */
gboolean                   ouioed_channel_get_info   (OuioedChannel *self, OuioeSessionInfo *info);
/* The newest of the model's work, NULL when there is none. (transfer none) */
OuioeGeneration           *ouioed_channel_get_generation (OuioedChannel *self);
guint                      ouioed_channel_get_n_subscribers (OuioedChannel *self);

G_END_DECLS
