/* ouioed-options.h - the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-config.h"

G_BEGIN_DECLS

typedef struct {
  char    *config;                    /* --config, or NULL */
  gboolean check_config;
  gboolean dump_config;
  gboolean print_template;
  gboolean version;
  char    *values[OUIOED_N_KEYS];     /* of the options that are keys too; NULL when not given */
} OuioedOptions;

/* Takes what it knows out of @argv; anything left is an error. */
gboolean      ouioed_options_parse (OuioedOptions *self, int *argc, char ***argv, GError **error);
void          ouioed_options_clear (OuioedOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OuioedOptions, ouioed_options_clear)

/* The configuration by these options, the files and the environment, read now. */
OuioedConfig *ouioed_options_load  (const OuioedOptions *self, OuioedConfigReport *report);

G_END_DECLS
