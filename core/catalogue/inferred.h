/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a single packet: what it must hold, and how its sequence number arrived. */
#ifndef ASAPHASE_CORE_CATALOGUE_INFERRED_H
#define ASAPHASE_CORE_CATALOGUE_INFERRED_H

#include "core/count/spi_table.h"
#include "core/wire/infer.h"

const char *inferred_text(enum inferred inferred);       /* one sentence; "" for INFERRED_NOTHING */
const char *sequence_step_text(enum sequence_step step); /* a short clause; "" for SEQUENCE_NEXT */

#endif
