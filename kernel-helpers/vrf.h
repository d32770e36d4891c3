/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to kernel-helpers. */
#ifndef ASAPHASE_KERNEL_HELPERS_VRF_H
#define ASAPHASE_KERNEL_HELPERS_VRF_H

#include <stdbool.h>

/* Whether this network namespace has a VRF device. Where that cannot be found out: true, which is always right for the
 * rules. */
bool vrf_exists(void);

#endif
