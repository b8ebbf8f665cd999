/* store-contract.h - what every store promises, one table per topic
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store-support.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;              /* of the test, behind the name of the store; NULL at the end */
  void      (*func) (TestStore *f, gconstpointer backend);
} TestPromise;

extern const TestPromise read_promises[];
extern const TestPromise write_promises[];
extern const TestPromise answer_promises[];
extern const TestPromise restart_promises[];   /* only of stores that keep what they have */

/* The sessions of a query. */
#define ONE(id) ((const char *const[]) { id, NULL })

G_END_DECLS
