/* ouioed-store-memory.h - keeps sessions and events in this process, for as long as it lives
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-store.h"

G_BEGIN_DECLS

#define OUIOED_TYPE_STORE_MEMORY (ouioed_store_memory_get_type ())
G_DECLARE_FINAL_TYPE (OuioedStoreMemory, ouioed_store_memory, OUIOED, STORE_MEMORY, GObject)

OuioedStore *ouioed_store_memory_new (void);

G_END_DECLS
