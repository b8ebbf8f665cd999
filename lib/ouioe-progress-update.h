/* ouioe-progress-update.h - how far an operation is
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib-object.h>
#include "ouioe-enums.h"

G_BEGIN_DECLS

#define OUIOE_TYPE_PROGRESS_UPDATE (ouioe_progress_update_get_type ())
/**
 * OuioeProgressUpdate:
 *
 * News of how far an operation is. Reference counted; it never changes.
 */
typedef struct _OuioeProgressUpdate OuioeProgressUpdate;   /* boxed, reference counted, immutable */

OUIOE_EXPORT GType                ouioe_progress_update_get_type (void) G_GNUC_CONST;
/* @progress_percentage: 0 to 100, or negative when not known */
OUIOE_EXPORT OuioeProgressUpdate *ouioe_progress_update_new      (const char *progress_type, const char *message,
                                                                  double progress_percentage, const char *current_step,
                                                                  const char *estimated_remaining);
/* With every member an update can have; OUIOE_ERROR_INVALID_BODY and _BAD_ENCODING tell what is wrong. @len: -1 up to the NUL */
OUIOE_EXPORT OuioeProgressUpdate *ouioe_progress_update_new_from_json (const char *json, gssize len, GError **error);
OUIOE_EXPORT OuioeProgressUpdate *ouioe_progress_update_ref      (OuioeProgressUpdate *self);
OUIOE_EXPORT void                 ouioe_progress_update_unref    (OuioeProgressUpdate *self);
OUIOE_EXPORT const char          *ouioe_progress_update_get_progress_type       (OuioeProgressUpdate *self);
OUIOE_EXPORT char                *ouioe_progress_update_dup_message             (OuioeProgressUpdate *self);
OUIOE_EXPORT gboolean             ouioe_progress_update_get_percentage          (OuioeProgressUpdate *self, double *percentage);
OUIOE_EXPORT char                *ouioe_progress_update_dup_current_step        (OuioeProgressUpdate *self);
OUIOE_EXPORT gboolean             ouioe_progress_update_get_total_steps         (OuioeProgressUpdate *self, gint64 *total_steps);
OUIOE_EXPORT char                *ouioe_progress_update_dup_estimated_remaining (OuioeProgressUpdate *self);
OUIOE_EXPORT char                *ouioe_progress_update_dup_current_activity    (OuioeProgressUpdate *self);
OUIOE_EXPORT char                *ouioe_progress_update_dup_intermediate_findings (OuioeProgressUpdate *self);   /* JSON array or NULL */
OUIOE_EXPORT gboolean             ouioe_progress_update_get_confidence          (OuioeProgressUpdate *self, double *confidence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeProgressUpdate, ouioe_progress_update_unref)

G_END_DECLS
