/* ouioed-config.h - defaults < files < environment < options; checked once, then immutable
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-config-keys.h"

G_BEGIN_DECLS

/* Where the values come from. Nothing else is looked at. */
typedef struct {
  const char *const *dirs;                     /* each with ouioed.conf and ouioed.conf.d/, lowest first; or: */
  const char        *file;                     /* replaces all files; NULL for @dirs */
  const char *const *environment;              /* of "NAME=value"; NULL for none */
  const char        *options[OUIOED_N_KEYS];   /* of the command line; NULL when not given */
} OuioedConfigSources;

/* What was found wrong, each with its place: "/etc/ouioe/ouioed.conf:12: …", "OUIOED_HTTP_LISTEN: …", "--listen: …". */
typedef struct {
  GPtrArray *errors;
  GPtrArray *warnings;
} OuioedConfigReport;

void ouioed_config_report_init  (OuioedConfigReport *self);
void ouioed_config_report_clear (OuioedConfigReport *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OuioedConfigReport, ouioed_config_report_clear)

typedef struct _OuioedConfig OuioedConfig;

/* /usr/share, /etc, and for a daemon that is not on the system bus $XDG_CONFIG_HOME. */
char             **ouioed_config_get_dirs    (gboolean system_daemon);

/* NULL when @report has errors. */
OuioedConfig      *ouioed_config_load        (const OuioedConfigSources *sources, OuioedConfigReport *report);
OuioedConfig      *ouioed_config_ref         (OuioedConfig *self);
void               ouioed_config_unref       (OuioedConfig *self);

gint64             ouioed_config_get_number  (const OuioedConfig *self, OuioedKeyId id);   /* booleans and words too */
const char        *ouioed_config_get_text    (const OuioedConfig *self, OuioedKeyId id);
const char *const *ouioed_config_get_list    (const OuioedConfig *self, OuioedKeyId id);
gboolean           ouioed_config_is_built_in (const OuioedConfig *self, OuioedKeyId id);   /* nobody has said anything */

/* Every value below its origin, as a file that can be read again. */
char              *ouioed_config_dump        (const OuioedConfig *self);
/* data/conf/ouioed.conf */
char              *ouioed_config_template    (void);
/* FALSE when @to changes what a reload may not change; the error names the keys. */
gboolean           ouioed_config_may_become  (const OuioedConfig *self, const OuioedConfig *to, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedConfig, ouioed_config_unref)

G_END_DECLS
