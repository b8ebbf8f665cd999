/* hub-fixture.h - a hub on a store that can be told to wait and to fail, and a clock that is set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-hub.h"
#include "ouioed-subscriber.h"

G_BEGIN_DECLS

#define TEST_TYPE_STORE (test_store_get_type ())
G_DECLARE_FINAL_TYPE (TestStore, test_store, TEST, STORE, GObject)

/* Passes everything to a store in memory, when it is let. */
struct _TestStore
{
  GObject      parent_instance;
  OuioedStore *inner;
  gboolean     hold;             /* keep commits waiting */
  guint        fail;             /* refuse so many of the next commits */
  guint        n_commits;
  guint        n_reads;
  guint        last_batch_size;  /* events in the last batch */
  GQueue       held;             /* of Held */
};

void test_store_release (TestStore *self);   /* lets what was held go on */

typedef struct {
  TestStore       *store;
  OuioedHub       *hub;
  gint64           now_us;
  OuioedHubLimits  limits;
} Fixture;

void     fixture_set_up       (Fixture *f, gconstpointer data);
void     fixture_tear_down    (Fixture *f, gconstpointer data);

/* Waiting calls: they turn the main loop until the answer is there. */
gboolean fixture_create       (Fixture *f, const char *id, OuioeStreamConfig config, GError **error);
gboolean fixture_think        (Fixture *f, const char *id, const char *content, OuioedReceipt *receipt, GError **error);
gboolean fixture_think_key    (Fixture *f, const char *id, const char *content, const char *key, OuioedReceipt *receipt,
                               GError **error);
gboolean fixture_progress     (Fixture *f, const char *id, const char *type, const char *message, OuioedReceipt *receipt,
                               GError **error);
gboolean fixture_close        (Fixture *f, const char *id, GError **error);
void     fixture_open         (Fixture *f, const char *id);   /* debug mode, asserts */

/* Calls that are under way. */
typedef struct {
  gboolean      done;
  gboolean      ok;
  OuioedReceipt receipt;
  GError       *error;
} Call;

Call    *call_think           (Fixture *f, const char *id, const char *content, const char *key);
void     call_wait            (Call *call);
void     call_free            (Call *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* Turns the main loop until nothing is left to do. */
void     settle               (void);

OuioeThinkingStep   *new_step   (const char *content);
OuioeProgressUpdate *new_update (const char *type, const char *message);

G_END_DECLS
