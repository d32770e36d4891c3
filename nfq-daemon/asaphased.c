/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated/version.h"
#include "nfq-daemon/config.h"
#include "nfq-daemon/gateway.h"
#include "nfq-daemon/rules_command.h"

struct options {
	char *config_file;
	char *user;
	gboolean check;
	gboolean version;
};

static int check_config(const char *file)
{
	struct config config;
	char *error = NULL;
	int result = config_load(file, &config, &error);

	if (result == 0)
		printf("%s: good\n", file);
	else
		fprintf(stderr, "asaphased: %s\n", error);
	g_free(error);
	config_free(&config);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct options *options)
{
	const char *file = options->config_file != NULL ? options->config_file : CONFIG_FILE;

	if (options->version) {
		printf("asaphased %s\n", ASAPHASE_VERSION);
		return EXIT_SUCCESS;
	}
	return options->check ? check_config(file) : gateway_run(file, options->user);
}

static int run_daemon(int argument_count, char **arguments)
{
	struct options options = {0};
	const GOptionEntry entries[] = {
	        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config_file,
	         "Configuration, instead of " CONFIG_FILE, "FILE"},
	        {"check-config", 0, 0, G_OPTION_ARG_NONE, &options.check, "Say whether the configuration is good",
	         NULL},
	        {"user", 0, 0, G_OPTION_ARG_STRING, &options.user, "Become this user, keeping CAP_NET_ADMIN alone",
	         "NAME"},
	        {"version", 0, 0, G_OPTION_ARG_NONE, &options.version, "Say which this is", NULL},
	        {0},
	};
	GOptionContext *context = g_option_context_new("- counts and judges IPsec tunnels on a gateway");
	GError *error = NULL;
	int status = EXIT_FAILURE;

	g_option_context_set_summary(context, "  asaphased rules --help: the packet filter rules that feed it");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argument_count, &arguments, &error))
		fprintf(stderr, "asaphased: %s\n", error->message);
	else if (argument_count > 1)
		fprintf(stderr, "asaphased: '%s' is not understood; see asaphased --help\n", arguments[1]);
	else
		status = run(&options);
	g_clear_error(&error);
	g_option_context_free(context);
	g_free(options.config_file);
	g_free(options.user);
	return status;
}

int main(int argument_count, char **arguments)
{
	setlocale(LC_ALL, "");
	if (argument_count > 1 && strcmp(arguments[1], "rules") == 0)
		return rules_command_run(argument_count - 1, arguments + 1);
	return run_daemon(argument_count, arguments);
}
