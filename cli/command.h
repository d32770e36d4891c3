/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands of asaphase. main.c finds them in one table and prints its help from it. */
#ifndef ASAPHASE_CLI_COMMAND_H
#define ASAPHASE_CLI_COMMAND_H

/* How a command ends; a verdict's meaning for scripts, so stable. */
enum exit_status {
	EXIT_ALL_WELL = 0,
	EXIT_FAULT_FOUND = 1,
	EXIT_UNUSABLE = 2,     /* unusable input or options: nothing could be judged */
	EXIT_UNDETERMINED = 3, /* no fault seen, and too little seen to call it well */
};

/* arguments[0] is the command's own name. Returns an enum exit_status. */
typedef int command_run(int argument_count, char **arguments);

struct command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;
	command_run *run;
};

command_run diagnose_run;
command_run explain_run;
command_run read_run;
command_run report_run;
command_run show_run;
command_run top_run;

/* Of several inputs: unusable before a fault, a fault before undetermined, and that before all well. */
static inline int worse_exit_status(int one, int other)
{
	static const int ranks[] = {
	        [EXIT_ALL_WELL] = 0, [EXIT_UNDETERMINED] = 1, [EXIT_FAULT_FOUND] = 2, [EXIT_UNUSABLE] = 3};

	return ranks[one] > ranks[other] ? one : other;
}

#endif
