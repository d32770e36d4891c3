/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/rules_command.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel-helpers/rules.h"
#include "nfq-daemon/config.h"

struct options {
	char *config_file;
	gboolean install;
	gboolean remove;
	char *print; /* "nft" or "iptables" */
};

static int say(const char *message)
{
	fprintf(stderr, "asaphased rules: %s\n", message);
	return EXIT_FAILURE;
}

static int print_rules(const struct rules_options *options, const char *way)
{
	char message[RULES_MESSAGE_SIZE];
	bool nft = strcmp(way, "nft") == 0;

	if (!nft && strcmp(way, "iptables") != 0)
		return say("--print takes nft or iptables");
	if (rules_check(options, message) != 0)
		return say(message);
	if (rules_print(stdout, options, nft ? RULES_QUEUEING_NFT : RULES_QUEUEING_IPTABLES) != 0)
		return say("the rules could not be written");
	return EXIT_SUCCESS;
}

/* What is loaded is said in full before. */
static int install_rules(const struct rules_options *options)
{
	char message[RULES_MESSAGE_SIZE];
	struct rules_kernel kernel;
	bool kept;

	if (rules_check(options, message) != 0)
		return say(message);
	if (rules_probe(&kernel) == 0)
		rules_print(stdout, options, rules_queueing_of(&kernel));
	fflush(stdout);
	if (rules_install(options, &kept, message) != 0)
		return say(message);
	printf(kept ? "# These rules were there already; what they counted is kept.\n" : "# Installed.\n");
	return EXIT_SUCCESS;
}

static int remove_rules(void)
{
	char message[RULES_MESSAGE_SIZE];

	return rules_remove(message) == 0 ? EXIT_SUCCESS : say(message);
}

/* Rules may be looked at before anything is installed: without a file at the usual place the defaults are printed. */
static int load(const struct options *options, struct config *config, char **error)
{
	if (options->config_file != NULL)
		return config_load(options->config_file, config, error);
	if (options->print == NULL || g_file_test(CONFIG_FILE, G_FILE_TEST_EXISTS))
		return config_load(CONFIG_FILE, config, error);
	config_defaults(config);
	return 0;
}

static int run(const struct options *options)
{
	struct config config;
	char *error = NULL;
	int status = EXIT_FAILURE;

	if (options->install + options->remove + (options->print != NULL) != 1)
		return say("one of --install, --remove and --print is wanted");
	if (options->remove)
		return remove_rules();
	int result = load(options, &config, &error);
	if (result != 0) {
		say(error);
		g_free(error);
	} else {
		const struct rules_options rules = config_rules(&config);
		status = options->install ? install_rules(&rules) : print_rules(&rules, options->print);
	}
	config_free(&config);
	return status;
}

int rules_command_run(int argument_count, char **arguments)
{
	struct options options = {0};
	const GOptionEntry entries[] = {
	        {"install", 0, 0, G_OPTION_ARG_NONE, &options.install, "Print and load the rules, all or none", NULL},
	        {"remove", 0, 0, G_OPTION_ARG_NONE, &options.remove, "Remove them; nothing is left behind", NULL},
	        {"print", 0, 0, G_OPTION_ARG_STRING, &options.print, "Print them: nft or iptables", "WAY"},
	        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config_file,
	         "Configuration, instead of " CONFIG_FILE, "FILE"},
	        {0},
	};
	GOptionContext *context = g_option_context_new("- the packet filter rules that feed asaphased");
	GError *error = NULL;
	int status = EXIT_FAILURE;

	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, &argument_count, &arguments, &error))
		status = run(&options);
	else
		say(error->message);
	g_clear_error(&error);
	g_option_context_free(context);
	g_free(options.config_file);
	g_free(options.print);
	return status;
}
