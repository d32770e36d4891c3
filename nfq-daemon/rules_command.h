/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphased rules: prints, installs or removes the packet filter rules that feed the daemon. */
#ifndef ASAPHASE_DAEMON_RULES_COMMAND_H
#define ASAPHASE_DAEMON_RULES_COMMAND_H

/* arguments[0] is "rules". Returns the exit status. */
int rules_command_run(int argument_count, char **arguments);

#endif
