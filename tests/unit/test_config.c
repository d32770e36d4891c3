/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphased.conf: what is taken, what is refused and where, and that the example tells the truth. */
#include "nfq-daemon/config.h"

#include <errno.h>
#include <string.h>

static void assert_refused(const char *text, const char *message)
{
	struct config config;
	char *error = NULL;

	g_assert_cmpint(config_read("f", text, &config, &error), ==, -EINVAL);
	g_assert_cmpstr(error, ==, message);
	g_free(error);
	config_free(&config);
}

static struct config assert_taken(const char *text)
{
	struct config config;
	char *error = NULL;
	int result = config_read("f", text, &config, &error);

	g_assert_cmpstr(error, ==, NULL);
	g_assert_cmpint(result, ==, 0);
	return config;
}

static void test_numbers(void)
{
	struct config config = assert_taken("[tunnels]\none-way-packets = 20\n[queues]\nreceive-buffer=2\n");

	g_assert_cmpuint(config.one_way_packets, ==, 20);
	g_assert_cmpuint(config.receive_buffer, ==, 2 << 20);
	config_free(&config);
	assert_refused("[tunnels]\none-way-packets = 0\n",
	               "f:2: [tunnels] one-way-packets: '0' is not a number from 1 to 1000000000");
	assert_refused("\n[tunnels]\nspis = 12x\n", "f:3: [tunnels] spis: '12x' is not a number from 1024 to 16777216");
	assert_refused("[export]\ninterval = 99999999999999999999\n",
	               "f:2: [export] interval: '99999999999999999999' is not a number from 1 to 3600");
}

/* What the rules refuse, the configuration refuses with the same words, for either mode. */
static void test_what_the_rules_refuse(void)
{
	static const char *const sample = ": the sample must be one in 16, 32, 64 … 1048576";
	static const unsigned bad[] = {0, 1, 8, 15, 17, 1000, 1023, 2097152};

	for (unsigned mode = 0; mode < 2; mode++) {
		for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
			char *text = g_strdup_printf("[daemon]\nmode = %s\n[offload]\nsample-one-in = %u\n",
			                             config_mode_name(mode), bad[i]);
			char *message = g_strdup_printf("f:4: [offload] sample-one-in%s", sample);
			assert_refused(text, message);
			g_free(message);
			g_free(text);
		}
	}
	for (unsigned good = 16; good <= 1 << 20; good *= 2) {
		char *text = g_strdup_printf("[offload]\nsample-one-in = %u\n", good);
		struct config config = assert_taken(text);
		char message[RULES_MESSAGE_SIZE];
		struct rules_options rules = config_rules(&config);
		g_assert_cmpuint(rules.sample_one_in, ==, good);
		g_assert_cmpint(rules_check(&rules, message), ==, 0);
		config_free(&config);
		g_free(text);
	}
	assert_refused("[offload]\nsample-rate = 0\n",
	               "f:2: [offload] sample-rate: the sample rate must be 1 to 1000000 a second");
	assert_refused("[queues]\nesp = 65\n", "f:2: [queues] esp: the number of ESP queues must be 1 to 64");
	assert_refused("[queues]\nesp = 0\n", "f:2: [queues] esp: the number of ESP queues must be 1 to 64");
}

/* Each good alone, and not together. */
static void test_what_does_not_go_together(void)
{
	struct config config = assert_taken("[ports]\nike = 4500\nnat-traversal = 500\n");

	config_free(&config);
	assert_refused("[ports]\nnat-traversal = 500\n", "f:2: [ports] nat-traversal: a port is given twice");
	assert_refused("[ports]\nike = 700 701\nnat-traversal = 701\n", "f:2: [ports] ike: a port is given twice");
	assert_refused("[queues]\nfirst = 65500\nesp = 64\n", "f:2: [queues] first: the queue numbers pass 65535");
	assert_refused("[ports]\nike =\nnat-traversal =\n",
	               "f:2: [ports] ike: neither an IKE port nor a NAT traversal port is given");
	assert_refused("[state]\nfile = /a/b\n[export]\ntextfile = /a/b\n",
	               "f:4: [export] textfile: the same file as [state] file");
}

static void test_paths(void)
{
	assert_refused("[socket]\npath = here\n", "f:2: [socket] path: 'here' does not begin with /");
	assert_refused("[socket]\npath =\n", "f:2: [socket] path: is empty");
	assert_refused("[export]\ntextfile = /var/lib/\n",
	               "f:2: [export] textfile: '/var/lib/' is a folder's name, not a file's");
	assert_refused("[socket]\ngroup = no such group\n", "f:2: [socket] group: there is no group 'no such group'");
	struct config config = assert_taken("[export]\ntextfile =\n[state]\nfile =\n[socket]\ngroup = root\n");
	g_assert_cmpstr(config.textfile, ==, "");
	config_free(&config);
}

static void test_peers(void)
{
	struct config config = assert_taken("[peer a]\nlocal = 10.0.0.1\nremote = 2001:db8::1\n");

	g_assert_cmpuint(config.peers->len, ==, 1);
	config_free(&config);
	assert_refused("[peer a]\nlocal = 10.0.0.1\n", "f:1: [peer a]: has no key 'remote'");
	assert_refused("[peer a]\nlocal = 10.0.0.1\nremote = 0.0.0.0\n",
	               "f:3: [peer a] remote: '0.0.0.0' is nobody's address");
	assert_refused("[peer a]\nlocal = ::\nremote = 10.0.0.1\n", "f:2: [peer a] local: '::' is nobody's address");
	assert_refused("[peer a]\nlocal = 10.0.0.1\nremote = 10.0.0.1\n", "f:3: [peer a] remote: is the same as local");
	assert_refused("[peer a]\nlocal = 10.0.0.1\nremote = 10.0.0.2\n[peer b]\nlocal = 10.0.0.2\nremote = 10.0.0.1\n",
	               "f:6: [peer b] remote: the same two addresses as [peer a]");
	assert_refused("[peer ]\nlocal = 10.0.0.1\nremote = 10.0.0.2\n",
	               "f:1: [peer ]: the peer's name is missing, or not UTF-8");
}

static void test_unknown_names(void)
{
	assert_refused("[tunnel]\nspis = 1\n", "f:1: [tunnel]: no such group");
	assert_refused("[tunnels]\n\nspi = 1\n", "f:3: [tunnels] spi: no such key");
	assert_refused("[daemon]\nmode = fast\n", "f:2: [daemon] mode: 'fast' is not offload or queue");
	assert_refused("[export]\nper-spi = true\n", "f:2: [export] per-spi: 'true' is not yes or no");
}

/* ---- the example that is installed ---- */

/* The lines that set something, no comment any more; those of the peer left out. */
static char *uncommented(const char *text)
{
	GString *result = g_string_new(NULL);
	char **lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL && !g_str_has_prefix(*line, "#[peer"); line++) {
		bool is_setting = (*line)[0] == '#' && g_ascii_islower((*line)[1]);
		g_string_append_printf(result, "%s\n", is_setting ? *line + 1 : *line);
	}
	g_strfreev(lines);
	return g_string_free(result, FALSE);
}

/* As it is and with each key set, it says what holds anyway; and no key is missing. */
static void test_the_example(void)
{
	char *text, *set;
	struct config example, defaults;

	g_assert_true(g_file_get_contents(EXAMPLE, &text, NULL, NULL));
	example = assert_taken(text);
	config_free(&example);
	set = uncommented(text);
	example = assert_taken(set);
	config_defaults(&defaults);
	g_assert_cmpstr(config_restart_key(&example, &defaults), ==, NULL);
	g_assert_cmpuint(example.one_way_packets, ==, defaults.one_way_packets);
	g_assert_cmpuint(example.one_way_seconds, ==, defaults.one_way_seconds);
	g_assert_cmpuint(example.interval, ==, defaults.interval);
	g_assert_cmpuint(example.exported_tunnels, ==, defaults.exported_tunnels);
	g_assert_cmpstr(example.textfile, ==, defaults.textfile);
	g_assert_cmpint(example.per_spi, ==, defaults.per_spi);

	GKeyFile *keys = g_key_file_new();
	const char *group, *key;
	g_assert_true(g_key_file_load_from_data(keys, set, (gsize)-1, G_KEY_FILE_NONE, NULL));
	for (unsigned number = 0; (key = config_key(number, &group)) != NULL; number++)
		if (!g_key_file_has_key(keys, group, key, NULL))
			g_error("%s does not have [%s] %s", EXAMPLE, group, key);
	g_key_file_free(keys);
	config_free(&defaults);
	config_free(&example);

	char *peer = g_strdup_printf("%s", strstr(text, "#[peer") + 1);
	char **lines = g_strsplit(peer, "\n#", -1);
	char *whole = g_strjoinv("\n", lines);
	example = assert_taken(whole);
	g_assert_cmpuint(example.peers->len, ==, 1);
	config_free(&example);
	g_free(whole);
	g_strfreev(lines);
	g_free(peer);
	g_free(set);
	g_free(text);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/numbers", test_numbers);
	g_test_add_func("/config/what_the_rules_refuse", test_what_the_rules_refuse);
	g_test_add_func("/config/what_does_not_go_together", test_what_does_not_go_together);
	g_test_add_func("/config/paths", test_paths);
	g_test_add_func("/config/peers", test_peers);
	g_test_add_func("/config/unknown_names", test_unknown_names);
	g_test_add_func("/config/the_example", test_the_example);
	return g_test_run();
}
