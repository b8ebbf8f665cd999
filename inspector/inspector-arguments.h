/* inspector-arguments.h - what was asked for on the command line, or by a link
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_TARGET_SESSION,   /* an id, or how one begins */
  INSPECTOR_TARGET_FILE,      /* a recording */
} InspectorTargetKind;

typedef struct {
  InspectorTargetKind kind;
  char               *session_id;   /* of a session */
  char               *event_id;     /* of a link to an event, or NULL */
  GFile              *file;         /* of a recording */
} InspectorTarget;

typedef struct {
  char      *address;         /* "http://host:port", "unix:/path", "bus:session"; NULL: the usual one */
  GPtrArray *targets;         /* InspectorTarget, a window each; none: a window with whatever is newest */
  gboolean   is_new_window;
  gboolean   follows_newest;
  gboolean   is_replay;
  double     speed;           /* 0: that of the settings */
  char      *filter;          /* of the rows, or NULL */
} InspectorArguments;

/* @words: what stands behind the options, NULL at the end, or NULL; @directory: (nullable): to which names of files are relative.
 * NULL with a G_OPTION_ERROR that is a sentence for people. */
InspectorArguments *inspector_arguments_new        (GVariantDict *options, const char *const *words, const char *directory,
                                                    GError **error);
void                inspector_arguments_free       (InspectorArguments *self);
/* "ouioe:session/SESSION#EVENT". FALSE when it is no such link. @event_id: (out): NULL when the link is to the session */
gboolean            inspector_arguments_parse_link (const char *uri, char **session_id, char **event_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorArguments, inspector_arguments_free)

G_END_DECLS
