/* ouioe-codec-private.h - what the files of the codec share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ouioe-codec.h"
#include "ouioe-fields.h"
#include "ouioe-json.h"

G_BEGIN_DECLS

/* Both need freeing; NULL with problems added. Types are taken as they are: the vocabulary is not looked at. */
OuioeThinkingStep   *ouioe_codec_read_step_fields   (const json_t *body, OuioeProblems *problems);
OuioeProgressUpdate *ouioe_codec_read_update_fields (const json_t *body, OuioeProblems *problems);

/* Members, each behind a comma. */
void ouioe_codec_write_config_members  (GString *out, const OuioeStreamConfig *config);
void ouioe_codec_write_context_members (GString *out, const OuioeThinkingContext *context);

/* Seconds of the wire and microseconds of the types. */
static inline double
ouioe_codec_seconds (gint64 us)
{
  return (double) us / G_USEC_PER_SEC;
}

/* ---- typed readers of one member each; a wrong one is added to the problems ---- */

typedef struct {
  const json_t  *body;
  OuioeProblems *problems;
  gboolean       failed;     /* at least one problem was added */
} OuioeReader;

typedef enum {
  OUIOE_READ_OPTIONAL = 0,
  OUIOE_READ_REQUIRED = 1 << 0,
  OUIOE_READ_NULLABLE = 1 << 1, /* null is as good as absent */
} OuioeReadFlags;

/* All return whether a value was there and good; else the output is untouched. */
gboolean ouioe_read_text      (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeText *value);
gboolean ouioe_read_text_list (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeTextList *value);
gboolean ouioe_read_bool      (OuioeReader *self, const char *field, OuioeReadFlags flags, gboolean *value);
gboolean ouioe_read_number    (OuioeReader *self, const char *field, OuioeReadFlags flags, double min, double max,
                               double *value);
gboolean ouioe_read_integer   (OuioeReader *self, const char *field, OuioeReadFlags flags, gint64 min, gint64 max,
                               gint64 *value);
/* As JSON text. */
gboolean ouioe_read_object      (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeText *value);
gboolean ouioe_read_object_list (OuioeReader *self, const char *field, OuioeReadFlags flags, OuioeText *value);
/* The member when it is there and of type string: borrowed. */
const json_t *ouioe_read_string (OuioeReader *self, const char *field, OuioeReadFlags flags);
void          ouioe_reader_fail (OuioeReader *self, const char *field, const char *type, const char *format, ...)
                                 G_GNUC_PRINTF (4, 5);

G_END_DECLS
