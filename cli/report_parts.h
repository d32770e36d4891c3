/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.css and report.js, made into strings when the program is built (cmake/text_to_c.cmake). */
#ifndef ASAPHASE_CLI_REPORT_PARTS_H
#define ASAPHASE_CLI_REPORT_PARTS_H

extern const char report_style[];
extern const char report_script[];

#endif
