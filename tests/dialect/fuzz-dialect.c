/* fuzz-dialect.c - any bytes through a dialect and the step builder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Built once per format (FUZZ_FORMAT). Whole and byte by byte must tell the same.
 */
#include <string.h>

#include "ouioe-dialect.h"
#include "ouioe-step-builder.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  OuioeStepBuilder *builder;
  guint             hash;      /* of everything that was told */
} Run;

static void
on_step (const OuioeStep *step, gpointer user_data)
{
  if (!g_utf8_validate (step->content, (gssize) strlen (step->content), NULL) || step->len > OUIOE_STEP_MAX_BYTES)
    g_abort ();
}

static void
on_event (const OuioeDialectEvent *event, gpointer user_data)
{
  Run *run = user_data;

  run->hash = run->hash * 33 + event->kind;
  for (gsize i = 0; i < event->len; i++)
    run->hash = run->hash * 33 + (guint8) event->text[i];
  if (event->kind == OUIOE_DIALECT_EVENT_THINKING || event->kind == OUIOE_DIALECT_EVENT_CONTENT)
    ouioe_step_builder_add (run->builder, event->text, event->len, event->time_us);
}

static guint
run_once (const guint8 *data, gsize size, gsize chunk)
{
  Run run = { .builder = ouioe_step_builder_new (on_step, NULL, NULL) };
  g_autoptr(OuioeDialect) dialect = ouioe_dialect_new (FUZZ_FORMAT, OUIOE_DIALECT_SPLIT_TAGS, on_event, &run);

  for (gsize at = 0; at < size; at += chunk)
    ouioe_dialect_feed (dialect, (const char *) data + at, MIN (chunk, size - at));
  ouioe_dialect_end (dialect);
  ouioe_step_builder_flush (run.builder, OUIOE_STEP_BORDER_END, 0);
  ouioe_step_builder_free (run.builder);
  return run.hash;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (run_once (data, size, size + 1) != run_once (data, size, 1))
    g_abort ();
  return 0;
}
