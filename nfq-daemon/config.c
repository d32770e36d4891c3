/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/config.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <string.h>

#define PEER_GROUP "peer "
#define MEBIBYTE (UINT32_C(1) << 20)

/* ---- one reader a kind of value: returns NULL, or what is wrong with it (to be freed) ---- */

struct setting;
typedef char *read_value(const struct setting *setting, const char *text, void *member);

struct kind {
	read_value *read;
	size_t size;  /* of the member */
	bool is_text; /* the member is a char * of its own */
};

struct setting {
	const char *group;
	const char *key;
	const struct kind *kind;
	size_t offset; /* of the member in struct config */
	uint64_t least, most;
	const char *const *choices;
	bool only_restart; /* a reload cannot change it */
};

static char *read_number(const struct setting *setting, const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = g_ascii_strtoull(text, &end, 10);
	if (!g_ascii_isdigit(text[0]) || *end != '\0' || errno != 0 || *value < setting->least ||
	    *value > setting->most)
		return g_strdup_printf("'%s' is not a number from %" PRIu64 " to %" PRIu64, text, setting->least,
		                       setting->most);
	return NULL;
}

static char *read_u16(const struct setting *setting, const char *text, void *member)
{
	uint64_t value;
	char *wrong = read_number(setting, text, &value);

	if (wrong == NULL)
		*(uint16_t *)member = (uint16_t)value;
	return wrong;
}

static char *read_u32(const struct setting *setting, const char *text, void *member)
{
	uint64_t value;
	char *wrong = read_number(setting, text, &value);

	if (wrong == NULL)
		*(uint32_t *)member = (uint32_t)value;
	return wrong;
}

static char *read_mebibytes(const struct setting *setting, const char *text, void *member)
{
	uint64_t value;
	char *wrong = read_number(setting, text, &value);

	if (wrong == NULL)
		*(uint32_t *)member = (uint32_t)value * MEBIBYTE;
	return wrong;
}

/* The member is an enum whose values are the places in choices. */
static char *read_choice(const struct setting *setting, const char *text, void *member)
{
	for (unsigned i = 0; setting->choices[i] != NULL; i++) {
		if (strcmp(setting->choices[i], text) != 0)
			continue;
		*(unsigned *)member = i;
		return NULL;
	}
	char *all = g_strjoinv(" or ", (char **)setting->choices);
	char *wrong = g_strdup_printf("'%s' is not %s", text, all);
	g_free(all);
	return wrong;
}

static char *read_boolean(const struct setting *setting, const char *text, void *member)
{
	(void)setting;
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return g_strdup_printf("'%s' is not yes or no", text);
	*(bool *)member = text[0] == 'y';
	return NULL;
}

static char *read_name(const struct setting *setting, const char *text, void *member)
{
	(void)setting;
	g_free(*(char **)member);
	*(char **)member = g_strdup(text);
	return NULL;
}

static char *read_unix_group(const struct setting *setting, const char *text, void *member)
{
	if (text[0] != '\0' && getgrnam(text) == NULL)
		return g_strdup_printf("there is no group '%s'", text);
	return read_name(setting, text, member);
}

static char *read_path(const struct setting *setting, const char *text, void *member)
{
	if (text[0] == '\0' && setting->least != 0)
		return g_strdup("is empty");
	if (text[0] != '\0' && text[0] != '/')
		return g_strdup_printf("'%s' does not begin with /", text);
	if (g_str_has_suffix(text, "/"))
		return g_strdup_printf("'%s' is a folder's name, not a file's", text);
	if (strlen(text) > setting->most)
		return g_strdup_printf("is longer than %" PRIu64 " bytes", setting->most);
	return read_name(setting, text, member);
}

static char *read_ports(const struct setting *setting, const char *text, void *member)
{
	uint16_t *ports = member;
	char **words = g_strsplit_set(text, " ,", -1);
	unsigned count = 0;
	char *wrong = NULL;

	memset(ports, 0, sizeof *ports * DATAGRAM_EXTRA_PORTS);
	for (char **word = words; *word != NULL && wrong == NULL; word++) {
		uint64_t value;
		if (**word == '\0')
			continue;
		if (count == DATAGRAM_EXTRA_PORTS)
			wrong = g_strdup_printf("names more than %d ports", DATAGRAM_EXTRA_PORTS);
		else if ((wrong = read_number(setting, *word, &value)) == NULL)
			ports[count++] = (uint16_t)value;
	}
	g_strfreev(words);
	return wrong;
}

static char *read_address(const char *text, struct ip_address *address)
{
	static const uint8_t any[16];

	if (ip_address_from_text(text, address) != 0)
		return g_strdup_printf("'%s' is not an IPv4 or IPv6 address", text);
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(address, &length);
	return memcmp(bytes, any, length) == 0 ? g_strdup_printf("'%s' is nobody's address", text) : NULL;
}

static char *read_addresses(const struct setting *setting, const char *text, void *member)
{
	struct config_addresses *addresses = member;
	char **words = g_strsplit_set(text, " ,", -1);
	char *wrong = NULL;

	(void)setting;
	memset(addresses, 0, sizeof *addresses);
	for (char **word = words; *word != NULL && wrong == NULL; word++) {
		if (**word == '\0')
			continue;
		if (addresses->count == TUNNEL_ASA_ADDRESSES)
			wrong = g_strdup_printf("names more than %d addresses", TUNNEL_ASA_ADDRESSES);
		else if ((wrong = read_address(*word, &addresses->list[addresses->count])) == NULL)
			addresses->count++;
	}
	g_strfreev(words);
	return wrong;
}

/* ---- all keys ---- */

static const char *const modes[] = {"offload", "queue", NULL};
static const char *const roles[] = {"terminating", "transit", NULL};

_Static_assert(RULES_MODE_OFFLOAD == 0 && RULES_MODE_QUEUE == 1, "as in modes");
_Static_assert(RULES_ROLE_TERMINATING == 0 && RULES_ROLE_TRANSIT == 1, "as in roles");

static const struct kind u16 = {read_u16, sizeof(uint16_t), false};
static const struct kind u32 = {read_u32, sizeof(uint32_t), false};
static const struct kind mebibytes = {read_mebibytes, sizeof(uint32_t), false};
static const struct kind choice = {read_choice, sizeof(unsigned), false};
static const struct kind boolean = {read_boolean, sizeof(bool), false};
static const struct kind ports = {read_ports, sizeof(uint16_t[DATAGRAM_EXTRA_PORTS]), false};
static const struct kind addresses = {read_addresses, sizeof(struct config_addresses), false};
static const struct kind unix_group = {read_unix_group, sizeof(char *), true};
static const struct kind path = {read_path, sizeof(char *), true};

#define MEMBER(name) offsetof(struct config, name)
#define PATH_LONGEST 4000
#define SOCKET_LONGEST 100 /* of struct sockaddr_un, with room for a suffix */

/* Of numbers that go into the rules, rules_check() knows the range. */
static const struct setting settings[] = {
        {"daemon", "mode", &choice, MEMBER(mode), 0, 0, modes, true},
        {"daemon", "role", &choice, MEMBER(role), 0, 0, roles, true},
        {"queues", "first", &u16, MEMBER(first_queue), 0, UINT16_MAX, NULL, true},
        {"queues", "esp", &u16, MEMBER(esp_queues), 0, UINT16_MAX, NULL, true},
        {"queues", "receive-buffer", &mebibytes, MEMBER(receive_buffer), 1, 1024, NULL, true},
        {"offload", "sample-one-in", &u32, MEMBER(sample_one_in), 0, UINT32_MAX, NULL, true},
        {"offload", "sample-rate", &u32, MEMBER(sample_rate), 0, UINT32_MAX, NULL, true},
        {"ports", "ike", &ports, MEMBER(ports.ike), 1, 65535, NULL, true},
        {"ports", "nat-traversal", &ports, MEMBER(ports.nat_traversal), 1, 65535, NULL, true},
        {"tunnels", "local", &addresses, MEMBER(local), 0, 0, NULL, true},
        {"tunnels", "one-way-packets", &u32, MEMBER(one_way_packets), 1, 1000000000, NULL, false},
        {"tunnels", "one-way-seconds", &u32, MEMBER(one_way_seconds), 1, 86400, NULL, false},
        {"tunnels", "most", &u32, MEMBER(tunnel_capacity), 1, 1048576, NULL, true},
        {"tunnels", "spis", &u32, MEMBER(spi_capacity), 1024, 16777216, NULL, true},
        {"tunnels", "spi-idle", &u32, MEMBER(spi_idle), 60, 604800, NULL, true},
        {"export", "textfile", &path, MEMBER(textfile), 0, PATH_LONGEST, NULL, false},
        {"export", "interval", &u32, MEMBER(interval), 1, 3600, NULL, false},
        {"export", "per-spi", &boolean, MEMBER(per_spi), 0, 0, NULL, false},
        {"export", "tunnels", &u32, MEMBER(exported_tunnels), 1, 1048576, NULL, false},
        {"socket", "path", &path, MEMBER(socket), 1, SOCKET_LONGEST, NULL, true},
        {"socket", "group", &unix_group, MEMBER(socket_group), 0, 0, NULL, true},
        {"state", "file", &path, MEMBER(state_file), 0, PATH_LONGEST, NULL, true},
};

void config_defaults(struct config *config)
{
	const struct tunnel_options tunnel = tunnel_options_default();
	const struct rules_options rules = rules_options_default(RULES_MODE_OFFLOAD, RULES_ROLE_TERMINATING);

	*config = (struct config){
	        .mode = RULES_MODE_OFFLOAD,
	        .role = RULES_ROLE_TERMINATING,
	        .first_queue = rules.first_queue,
	        .esp_queues = rules.esp_queues,
	        .receive_buffer = 64 * MEBIBYTE,
	        .sample_one_in = rules.sample_one_in,
	        .sample_rate = rules.sample_rate,
	        .ports = {.ike = {IKE_PORT}, .nat_traversal = {NAT_TRAVERSAL_PORT}},
	        .one_way_packets = tunnel.one_way_packets,
	        .one_way_seconds = tunnel.one_way_seconds,
	        .spi_capacity = rules.spi_capacity,
	        .tunnel_capacity = tunnel.tunnel_capacity,
	        .spi_idle = 3600,
	        .textfile = g_strdup(ASAPHASE_STATEDIR "/metrics/asaphase.prom"),
	        .interval = 10,
	        .exported_tunnels = 1000,
	        .socket = g_strdup(ASAPHASE_SOCKET),
	        .socket_group = g_strdup(""),
	        .state_file = g_strdup(ASAPHASE_STATEDIR "/state"),
	        .peers = g_array_new(FALSE, TRUE, sizeof(struct config_peer)),
	};
}

void config_free(struct config *config)
{
	for (guint i = 0; i < config->peers->len; i++)
		g_free(g_array_index(config->peers, struct config_peer, i).name);
	g_array_free(config->peers, TRUE);
	g_free(config->textfile);
	g_free(config->socket);
	g_free(config->socket_group);
	g_free(config->state_file);
}

/* ---- where a mistake stands: GKeyFile does not say ---- */

static bool is_group_line(const char *line, const char *group)
{
	size_t length = strlen(group);

	return line[0] == '[' && strncmp(line + 1, group, length) == 0 && line[1 + length] == ']';
}

static bool is_key_line(const char *line, const char *key)
{
	size_t length = strlen(key);

	return strncmp(line, key, length) == 0 && line[length + strspn(line + length, " \t")] == '=';
}

/* Number of the last line that sets key in group (the last one holds), or of the group where key is NULL; 0: none. */
static unsigned line_of(const char *text, const char *group, const char *key)
{
	char **lines = g_strsplit(text, "\n", -1);
	unsigned found = 0;
	bool inside = false;

	for (unsigned i = 0; lines[i] != NULL; i++) {
		const char *line = lines[i] + strspn(lines[i], " \t");
		if (line[0] == '[')
			inside = is_group_line(line, group);
		if (inside && (key != NULL ? is_key_line(line, key) : line[0] == '['))
			found = i + 1;
	}
	g_strfreev(lines);
	return found;
}

/* The first line that is neither empty, comment, group nor key. */
static unsigned line_of_nonsense(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	unsigned found = 0;
	bool in_group = false;

	for (unsigned i = 0; lines[i] != NULL && found == 0; i++) {
		const char *line = g_strstrip(lines[i]);
		bool is_group = line[0] == '[' && strlen(line) > 2 && line[strlen(line) - 1] == ']';
		bool is_key = in_group && line[0] != '[' && line[0] != '=' && strchr(line, '=') != NULL;
		in_group |= is_group;
		if (line[0] != '\0' && line[0] != '#' && !is_group && !is_key)
			found = i + 1;
	}
	g_strfreev(lines);
	return found;
}

struct reading {
	const char *file;
	const char *text;
	GKeyFile *keys;
	struct config *config;
	char **error;
};

static int refuse(const struct reading *reading, const char *group, const char *key, char *wrong)
{
	unsigned line = line_of(reading->text, group, key);

	if (key != NULL)
		*reading->error = g_strdup_printf("%s:%u: [%s] %s: %s", reading->file, line, group, key, wrong);
	else
		*reading->error = g_strdup_printf("%s:%u: [%s]: %s", reading->file, line, group, wrong);
	g_free(wrong);
	return -EINVAL;
}

/* ---- reading it all ---- */

static const struct setting *find_setting(const char *group, const char *key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
		if (strcmp(settings[i].group, group) == 0 && (key == NULL || strcmp(settings[i].key, key) == 0))
			return &settings[i];
	return NULL;
}

static int read_setting(const struct reading *reading, const struct setting *setting)
{
	GError *bad = NULL;
	char *text = g_key_file_get_string(reading->keys, setting->group, setting->key, &bad);

	if (text == NULL) {
		int result = refuse(reading, setting->group, setting->key, g_strdup(bad->message));
		g_error_free(bad);
		return result;
	}
	char *wrong = setting->kind->read(setting, g_strstrip(text), (char *)reading->config + setting->offset);
	g_free(text);
	return wrong == NULL ? 0 : refuse(reading, setting->group, setting->key, wrong);
}

static int read_peer_address(const struct reading *reading, const char *group, const char *key,
                             struct ip_address *address)
{
	char *text = g_key_file_get_string(reading->keys, group, key, NULL);

	if (text == NULL)
		return refuse(reading, group, NULL, g_strdup_printf("has no key '%s'", key));
	char *wrong = read_address(g_strstrip(text), address);
	g_free(text);
	return wrong == NULL ? 0 : refuse(reading, group, key, wrong);
}

static bool is_same_pair(const struct config_peer *one, const struct config_peer *other)
{
	return (ip_address_equal(&one->local, &other->local) && ip_address_equal(&one->remote, &other->remote)) ||
	       (ip_address_equal(&one->local, &other->remote) && ip_address_equal(&one->remote, &other->local));
}

static int add_peer(const struct reading *reading, const char *group, const struct config_peer *peer)
{
	GArray *peers = reading->config->peers;

	if (ip_address_equal(&peer->local, &peer->remote))
		return refuse(reading, group, "remote", g_strdup("is the same as local"));
	for (guint i = 0; i < peers->len; i++) {
		const struct config_peer *other = &g_array_index(peers, struct config_peer, i);
		if (is_same_pair(peer, other))
			return refuse(reading, group, "remote",
			              g_strdup_printf("the same two addresses as [" PEER_GROUP "%s]", other->name));
	}
	struct config_peer kept = *peer;
	kept.name = g_strdup(group + strlen(PEER_GROUP));
	g_array_append_val(peers, kept);
	return 0;
}

static int read_peer(const struct reading *reading, const char *group)
{
	struct config_peer peer = {0};
	char **keys = g_key_file_get_keys(reading->keys, group, NULL, NULL);
	int result = 0;

	for (char **key = keys; *key != NULL && result == 0; key++)
		if (strcmp(*key, "local") != 0 && strcmp(*key, "remote") != 0)
			result = refuse(reading, group, *key, g_strdup("no such key; there are local and remote"));
	g_strfreev(keys);
	if (result == 0 && (group[strlen(PEER_GROUP)] == '\0' || !g_utf8_validate(group, -1, NULL)))
		result = refuse(reading, group, NULL, g_strdup("the peer's name is missing, or not UTF-8"));
	if (result == 0)
		result = read_peer_address(reading, group, "local", &peer.local);
	if (result == 0)
		result = read_peer_address(reading, group, "remote", &peer.remote);
	return result != 0 ? result : add_peer(reading, group, &peer);
}

static int read_group(const struct reading *reading, const char *group)
{
	if (g_str_has_prefix(group, PEER_GROUP))
		return read_peer(reading, group);
	if (find_setting(group, NULL) == NULL)
		return refuse(reading, group, NULL, g_strdup("no such group"));

	char **keys = g_key_file_get_keys(reading->keys, group, NULL, NULL);
	int result = 0;
	for (char **key = keys; *key != NULL && result == 0; key++) {
		const struct setting *setting = find_setting(group, *key);
		result = setting != NULL ? read_setting(reading, setting)
		                         : refuse(reading, group, *key, g_strdup("no such key"));
	}
	g_strfreev(keys);
	return result;
}

static int read_groups(const struct reading *reading)
{
	char **groups = g_key_file_get_groups(reading->keys, NULL);
	int result = 0;

	for (char **group = groups; *group != NULL && result == 0; group++)
		result = read_group(reading, *group);
	g_strfreev(groups);
	return result;
}

/* ---- what fits its key, and not the rest ---- */

static void copy(const struct setting *setting, struct config *to, const struct config *from);

/* As rules_check(), for either mode: a mode that is chosen later must not find the rest wrong. */
static int check_rules(const struct config *config, char message[RULES_MESSAGE_SIZE])
{
	struct rules_options options = config_rules(config);

	options.mode = RULES_MODE_OFFLOAD;
	return rules_check(&options, message);
}

/* Whether the rules are good with this setting alone, or with all but it. */
static bool are_rules_good_with(const struct config *config, const struct setting *setting, bool alone)
{
	char message[RULES_MESSAGE_SIZE];
	struct config all;

	config_defaults(&all);
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
		if ((&settings[i] == setting) == alone)
			copy(&settings[i], &all, config);
	bool good = check_rules(&all, message) == 0;
	config_free(&all);
	return good;
}

/* The setting that the rules do not take: by itself, else beside the others. */
static const struct setting *find_culprit(const struct reading *reading)
{
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(settings); i++) {
		const struct setting *setting = &settings[i % G_N_ELEMENTS(settings)];
		bool alone = i < G_N_ELEMENTS(settings);
		if (line_of(reading->text, setting->group, setting->key) != 0 &&
		    are_rules_good_with(reading->config, setting, alone) != alone)
			return setting;
	}
	return NULL;
}

static int check_whole(const struct reading *reading)
{
	const struct config *config = reading->config;
	char message[RULES_MESSAGE_SIZE];

	if (config->state_file[0] != '\0' && strcmp(config->state_file, config->textfile) == 0)
		return refuse(reading, "export", "textfile", g_strdup("the same file as [state] file"));
	if (check_rules(config, message) == 0)
		return 0;
	const struct setting *culprit = find_culprit(reading);
	if (culprit != NULL)
		return refuse(reading, culprit->group, culprit->key, g_strdup(message));
	*reading->error = g_strdup_printf("%s: %s", reading->file, message);
	return -EINVAL;
}

int config_read(const char *file, const char *text, struct config *config, char **error)
{
	GKeyFile *keys = g_key_file_new();
	GError *bad = NULL;
	const struct reading reading = {file, text, keys, config, error};
	int result;

	config_defaults(config);
	if (g_key_file_load_from_data(keys, text, (gsize)-1, G_KEY_FILE_NONE, &bad)) {
		result = read_groups(&reading);
		if (result == 0)
			result = check_whole(&reading);
	} else {
		*error = g_strdup_printf("%s:%u: %s", file, line_of_nonsense(text), bad->message);
		g_error_free(bad);
		result = -EINVAL;
	}
	g_key_file_free(keys);
	if (result != 0) {
		config_free(config);
		config_defaults(config);
	}
	return result;
}

int config_load(const char *file, struct config *config, char **error)
{
	char *text;
	GError *bad = NULL;

	if (!g_file_get_contents(file, &text, NULL, &bad)) {
		int result = bad->code == G_FILE_ERROR_NOENT ? -ENOENT : -EIO;
		*error = g_strdup(bad->message);
		g_error_free(bad);
		config_defaults(config);
		return result;
	}
	int result = config_read(file, text, config, error);
	g_free(text);
	return result;
}

/* ---- what a reload can change ---- */

static bool is_same(const struct setting *setting, const struct config *one, const struct config *other)
{
	const void *a = (const char *)one + setting->offset, *b = (const char *)other + setting->offset;

	if (setting->kind->is_text)
		return strcmp(*(char *const *)a, *(char *const *)b) == 0;
	return memcmp(a, b, setting->kind->size) == 0;
}

static void copy(const struct setting *setting, struct config *to, const struct config *from)
{
	void *a = (char *)to + setting->offset;
	const void *b = (const char *)from + setting->offset;

	if (setting->kind->is_text)
		read_name(setting, *(char *const *)b, a);
	else
		memcpy(a, b, setting->kind->size);
}

void config_keep_restart_keys(struct config *config, const struct config *running)
{
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
		if (settings[i].only_restart)
			copy(&settings[i], config, running);
}

const char *config_restart_key(const struct config *one, const struct config *other)
{
	static char text[64];

	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
		if (!settings[i].only_restart || is_same(&settings[i], one, other))
			continue;
		g_snprintf(text, sizeof text, "[%s] %s", settings[i].group, settings[i].key);
		return text;
	}
	return NULL;
}

struct rules_options config_rules(const struct config *config)
{
	struct rules_options options = rules_options_default(config->mode, config->role);

	_Static_assert(RULES_PORTS >= DATAGRAM_EXTRA_PORTS, "room for each list");
	memset(options.ike_ports, 0, sizeof options.ike_ports);
	memset(options.nat_traversal_ports, 0, sizeof options.nat_traversal_ports);
	memcpy(options.ike_ports, config->ports.ike, sizeof config->ports.ike);
	memcpy(options.nat_traversal_ports, config->ports.nat_traversal, sizeof config->ports.nat_traversal);
	options.first_queue = config->first_queue;
	options.esp_queues = config->esp_queues;
	options.sample_one_in = config->sample_one_in;
	options.sample_rate = config->sample_rate;
	options.spi_capacity = MIN(MAX(config->spi_capacity, 1024), UINT32_C(1) << 22);
	return options;
}

const char *config_key(unsigned number, const char **group)
{
	if (number >= G_N_ELEMENTS(settings))
		return NULL;
	*group = settings[number].group;
	return settings[number].key;
}

const char *config_mode_name(enum rules_mode mode)
{
	return modes[mode];
}
