/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libFuzzer calls. */
#ifndef ASAPHASE_TESTS_FUZZ_TARGET_H
#define ASAPHASE_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
