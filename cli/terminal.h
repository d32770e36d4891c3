/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What standard output can show: colour only on a terminal, and never where NO_COLOR is set (no-color.org). */
#ifndef ASAPHASE_CLI_TERMINAL_H
#define ASAPHASE_CLI_TERMINAL_H

#include "core/text_style.h"

struct text_style terminal_style(void);

#endif
