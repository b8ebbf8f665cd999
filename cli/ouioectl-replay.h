/* ouioectl-replay.h - where a replay goes: to the terminal, or into a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

typedef struct {
  OuioectlOptions *options;
  const char      *source;      /* the session or file */
  GPtrArray       *events;      /* of OuioeEvent, one or more */
  double           speed;
  gboolean         shorten;
} OuioectlReplay;

OuioectlExit ouioectl_replay_show (const OuioectlReplay *replay);
/* @session: its id; it is created when it is not there. */
OuioectlExit ouioectl_replay_post (const OuioectlReplay *replay, const char *session);

G_END_DECLS
