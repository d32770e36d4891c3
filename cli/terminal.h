/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What standard output can show: colour only on a terminal, and never where NO_COLOR is set (no-color.org). */
#ifndef ASAPHASE_CLI_TERMINAL_H
#define ASAPHASE_CLI_TERMINAL_H

#include "core/base/text_style.h"

struct text_style terminal_style(void);

/* A file's name as it may be printed: whoever made the file chose it. It lives as long as the program. */
const char *terminal_name(const char *file);

#endif
