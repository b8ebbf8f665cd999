/* inspector-detail-fields.h - the members of an event, in the order and the words in which they are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No widget in here.
 */
#pragma once

#include <jansson.h>

#include "inspector-chain-item.h"

G_BEGIN_DECLS

/* A name and its value, both for people. */
typedef struct {
  char *name;
  char *value;
} InspectorField;

/* A list of texts under a heading: reasons, alternatives, findings. */
typedef struct {
  const char *key;       /* of the member, for remembering whether it is open */
  char       *title;     /* "Reasoning (2)" */
  gboolean    is_numbered;
  GPtrArray  *texts;     /* char* */
} InspectorFieldList;

/* A heading over names and values: the context, what the session was begun with. */
typedef struct {
  const char *key;
  char       *title;     /* "Context (12 values)" */
  GPtrArray  *fields;    /* InspectorField */
} InspectorFieldGroup;

typedef struct {
  char      *text;        /* the content; NULL when there is none */
  double     confidence;  /* 0 to 1; negative when not reported */
  double     percentage;  /* 0 to 100; negative when not reported */
  GPtrArray *facts;       /* InspectorField: times and numbers */
  GPtrArray *lists;       /* InspectorFieldList */
  GPtrArray *groups;      /* InspectorFieldGroup */
} InspectorDetails;

InspectorDetails *inspector_details_new  (InspectorChainItem *item);
void              inspector_details_free (InspectorDetails *self);
/* The event's own bytes, indented. NULL when there is no event. */
char             *inspector_details_json (InspectorChainItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorDetails, inspector_details_free)

G_END_DECLS
