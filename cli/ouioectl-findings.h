/* ouioectl-findings.h - what doctor found, and how it is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioectl.h"

G_BEGIN_DECLS

typedef enum {
  OUIOECTL_FINDING_OK,
  OUIOECTL_FINDING_NOTE,    /* not checked, or a matter of taste */
  OUIOECTL_FINDING_FAULT,
} OuioectlFindingKind;

typedef struct _OuioectlFindings OuioectlFindings;

OuioectlFindings *ouioectl_findings_new   (void);
void              ouioectl_findings_free  (OuioectlFindings *self);
/* @check: its stable name. @text: (transfer full). @advice: (nullable): what to do */
void              ouioectl_findings_take  (OuioectlFindings *self, OuioectlFindingKind kind, const char *check, char *text,
                                           const char *advice);
guint             ouioectl_findings_count_faults (OuioectlFindings *self);
/* For people, or as one JSON object. */
void              ouioectl_findings_print (OuioectlFindings *self, gboolean json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioectlFindings, ouioectl_findings_free)

/* ---- the checks, by what they need ---- */

/* What the checks may use. */
typedef struct {
  const char *address;      /* (nullable): as ouioe_client_new() */
  const char *ouioed;       /* (nullable): the program; NULL when it is not here */
  const char *config;       /* (nullable): its only configuration file */
  const char *state_dir;    /* (nullable): where it keeps its files; NULL: as configured */
  gint64      min_free;     /* bytes */
} OuioectlDoctor;

/* Over the network: address, version, clock, ready, store, descriptors; and the bus. TRUE when the daemon is, or would be,
 * on this machine. */
gboolean ouioectl_doctor_check_service (const OuioectlDoctor *self, OuioectlFindings *findings);
/* On this machine: configuration, state-dir, disk, tokens. */
void     ouioectl_doctor_check_files   (const OuioectlDoctor *self, OuioectlFindings *findings);
/* Of systemd, on this machine: user-unit, system-unit; or units, when there is no systemd. */
void     ouioectl_doctor_check_units   (OuioectlFindings *findings);

G_END_DECLS
