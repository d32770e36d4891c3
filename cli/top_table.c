/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/top_table.h"

#include <string.h>

#include "cli/daemon_client.h"
#include "core/catalogue/causes.h"

#define BITS 8

static const char *const directions[2] = {"encaps", "decaps"};

static void free_tunnel(gpointer data)
{
	struct top_tunnel *tunnel = data;

	g_free(tunnel->local);
	g_free(tunnel->peer);
	g_free(tunnel->state);
	g_free(tunnel->cause);
	g_free(tunnel->confidence);
	g_free(tunnel);
}

struct top_table *top_table_new(void)
{
	struct top_table *table = g_new0(struct top_table, 1);

	table->tunnels = g_ptr_array_new_with_free_func(free_tunnel);
	table->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return table;
}

void top_table_free(struct top_table *table)
{
	g_hash_table_unref(table->by_name);
	g_ptr_array_unref(table->tunnels);
	g_free(table->version);
	g_free(table->mode);
	g_free(table);
}

/* ---- one answer ---- */

struct taking {
	struct top_table *table;
	double seconds; /* since the answer before, by the daemon's clock; 0 or less: none, or another daemon */
};

static const char *text_of(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node) : "-";
}

static guint64 number_of(JsonObject *object, const char *name)
{
	gint64 number = object != NULL ? json_object_get_int_member_with_default(object, name, 0) : 0;

	return number > 0 ? (guint64)number : 0;
}

static JsonObject *object_of(JsonObject *object, const char *name)
{
	JsonNode *node = object != NULL ? json_object_get_member(object, name) : NULL;

	return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static struct top_tunnel *tunnel_of(struct top_table *table, JsonObject *object)
{
	char *name = g_strconcat(text_of(object, "asa"), " ", text_of(object, "peer"), NULL);
	struct top_tunnel *tunnel = g_hash_table_lookup(table->by_name, name);

	if (tunnel != NULL) {
		g_free(name);
		return tunnel;
	}
	tunnel = g_new0(struct top_tunnel, 1);
	tunnel->local = g_strdup(text_of(object, "asa"));
	tunnel->peer = g_strdup(text_of(object, "peer"));
	g_hash_table_insert(table->by_name, name, tunnel);
	g_ptr_array_add(table->tunnels, tunnel);
	return tunnel;
}

static void replace(char **text, const char *with)
{
	if (g_strcmp0(*text, with) == 0)
		return;
	g_free(*text);
	*text = g_strdup(with);
}

/* Growth a second; a counter that went back began anew. */
static double rate(guint64 before, guint64 now, double seconds)
{
	return (double)(now >= before ? now - before : now) / seconds;
}

static void take_counters(const struct taking *taking, struct top_tunnel *tunnel, JsonObject *esp)
{
	bool again = tunnel->answer != 0 && tunnel->answer == taking->table->answers && taking->seconds > 0;

	tunnel->lost = 0;
	for (unsigned i = 0; i < 2; i++) {
		JsonObject *direction = object_of(esp, directions[i]);
		guint64 packets = number_of(direction, "packets"), bytes = number_of(direction, "bytes");
		if (again) {
			tunnel->packets_per_second[i] = rate(tunnel->packets[i], packets, taking->seconds);
			tunnel->bits_per_second[i] = rate(tunnel->bytes[i], bytes, taking->seconds) * BITS;
		}
		tunnel->packets[i] = packets;
		tunnel->bytes[i] = bytes;
		tunnel->lost += number_of(direction, "lost");
	}
	tunnel->has_rates = again;
}

static void take_tunnel(const struct taking *taking, JsonObject *object)
{
	struct top_tunnel *tunnel = tunnel_of(taking->table, object);
	const char *cause = text_of(object, "cause");

	replace(&tunnel->state, text_of(object, "ike_state"));
	replace(&tunnel->cause, cause);
	replace(&tunnel->confidence, text_of(object, "confidence"));
	tunnel->is_fault = cause_is_fault(cause_from_name(cause));
	tunnel->is_undetermined = cause_from_name(cause) == CAUSE_UNDETERMINED;
	tunnel->is_one_way = cause_from_name(cause) == CAUSE_ONE_WAY;
	take_counters(taking, tunnel, object_of(object, "esp"));
	tunnel->answer = taking->table->answers + 1;
}

static void take_head(struct taking *taking, JsonObject *daemon)
{
	struct top_table *table = taking->table;
	double running = json_object_get_double_member_with_default(daemon, "now", 0) -
	                 json_object_get_double_member_with_default(daemon, "started", 0);

	replace(&table->version, text_of(daemon, "version"));
	replace(&table->mode, text_of(daemon, "mode"));
	taking->seconds = table->answers != 0 ? running - table->running : 0;
	table->running = running;
}

static void take_line(const char *line, JsonObject *object, void *context)
{
	struct taking *taking = context;
	JsonObject *daemon = object_of(object, "daemon");

	(void)line;
	if (daemon != NULL)
		take_head(taking, daemon);
	else
		take_tunnel(taking, object);
}

/* Takes out what the last answer did not name, and counts the faults and what is undetermined. */
static void drop_the_gone(struct top_table *table)
{
	table->faults = table->undetermined = 0;
	for (guint i = table->tunnels->len; i > 0; i--) {
		struct top_tunnel *tunnel = g_ptr_array_index(table->tunnels, i - 1);
		if (tunnel->answer == table->answers) {
			table->faults += tunnel->is_fault;
			table->undetermined += tunnel->is_undetermined;
			continue;
		}
		char *name = g_strconcat(tunnel->local, " ", tunnel->peer, NULL);
		g_hash_table_remove(table->by_name, name);
		g_free(name);
		g_ptr_array_remove_index_fast(table->tunnels, i - 1);
	}
}

int top_table_refresh(struct top_table *table, const char *socket_path, char **error)
{
	struct taking taking = {.table = table};
	int result = daemon_client_ask(socket_path, "{\"request\":\"diagnose\"}", take_line, &taking, error);
	if (result != 0)
		return result;
	table->answers++;
	drop_the_gone(table);
	return 0;
}

/* ---- order ---- */

struct sorting {
	enum top_order order;
	bool reversed;
};

static int compare_peers(const struct top_tunnel *a, const struct top_tunnel *b)
{
	int order = strcmp(a->peer, b->peer);
	return order != 0 ? order : strcmp(a->local, b->local);
}

static int compare_rates(const struct top_tunnel *a, const struct top_tunnel *b, unsigned direction)
{
	return (a->packets_per_second[direction] < b->packets_per_second[direction]) -
	       (a->packets_per_second[direction] > b->packets_per_second[direction]);
}

/* One-way first, then other faults, then what is undetermined. */
static int severity_of(const struct top_tunnel *tunnel)
{
	if (tunnel->is_fault)
		return tunnel->is_one_way ? 3 : 2;
	return tunnel->is_undetermined;
}

static int compare_faults(const struct top_tunnel *a, const struct top_tunnel *b)
{
	return severity_of(b) - severity_of(a);
}

static gint compare(gconstpointer a, gconstpointer b, gpointer context)
{
	const struct top_tunnel *tunnel = *(struct top_tunnel *const *)a, *other = *(struct top_tunnel *const *)b;
	const struct sorting *sorting = context;
	int result = 0;

	if (sorting->order == TOP_BY_FAULT)
		result = compare_faults(tunnel, other);
	else if (sorting->order == TOP_BY_ENCAPS || sorting->order == TOP_BY_DECAPS)
		result = compare_rates(tunnel, other, sorting->order == TOP_BY_DECAPS);
	if (result == 0)
		result = compare_peers(tunnel, other);
	return sorting->reversed ? -result : result;
}

void top_table_sort(struct top_table *table, enum top_order order, bool reversed)
{
	struct sorting sorting = {.order = order, .reversed = reversed};

	g_ptr_array_sort_with_data(table->tunnels, compare, &sorting);
}

const char *top_order_name(enum top_order order)
{
	static const char *const names[TOP_ORDERS] = {
	        [TOP_BY_FAULT] = "fault", [TOP_BY_ENCAPS] = "out", [TOP_BY_DECAPS] = "in", [TOP_BY_PEER] = "peer"};
	return names[order];
}
