/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "generated/version.h"

static const struct command commands[] = {
        {"diagnose", "FILE… | --live", "a verdict per tunnel: which phase failed, why, what to type", diagnose_run},
        {"read", "FILE… [FILTER] | -i INTERFACE [FILTER]", "one line a packet, with its phase and meaning", read_run},
        {"explain", "[FILE…]", "what pasted ASA log lines, show output and configurations mean", explain_run},
        {"report", "FILE -o PAGE.html [--redact]",
         "one page to hand on: verdicts, ladder of the exchange, ESP over time", report_run},
        {"show", "crypto ikev2 sa | crypto ipsec sa | … [-r FILE]", "what an ASA would show, from packets", show_run},
        {"top", "[-d SECONDS]", "the running daemon's tunnels, live", top_run},
};

static void print_usage(FILE *file)
{
	fprintf(file, "usage: asaphase COMMAND [OPTION…] …\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		fprintf(file, "  asaphase %s %s\n      %s\n", commands[i].name, commands[i].arguments,
		        commands[i].summary);
	fprintf(file, "\nasaphase COMMAND --help names its options; asaphase --version says which this is.\n");
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_word(const char *word)
{
	if (strcmp(word, "--version") == 0) {
		printf("asaphase %s\n", ASAPHASE_VERSION);
		return EXIT_ALL_WELL;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		print_usage(stdout);
		return EXIT_ALL_WELL;
	}
	fprintf(stderr, "asaphase: no command '%s'; asaphase --help lists them\n", word);
	return EXIT_UNUSABLE;
}

int main(int argument_count, char **arguments)
{
	setlocale(LC_ALL, "");
	if (argument_count < 2) {
		print_usage(stderr);
		return EXIT_UNUSABLE;
	}
	const struct command *command = find_command(arguments[1]);
	if (command == NULL)
		return run_word(arguments[1]);
	/* What GOption prints as the program in a usage line. */
	char *called = g_strconcat("asaphase ", command->name, NULL);
	g_set_prgname(called);
	g_free(called);
	int status = command->run(argument_count - 1, arguments + 1);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "asaphase: writing to standard output failed\n");
		return EXIT_UNUSABLE;
	}
	return status;
}
