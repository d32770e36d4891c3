/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_redaction.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/ip_address.h"
#include "core/tunnel/tunnel.h"

#define OCTETS 4

struct redaction {
	GHashTable *names;    /* address as text → "address-N" */
	GPtrArray *addresses; /* known ones, as text */
	/* identity → "identity-N". Strangers choose them: a tree is as fast whatever they are. */
	GTree *identities;
	bool has_length[IKE_SA_IDENTITY_SIZE]; /* whether an identity is so long */
};

static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
	(void)data;
	return strcmp(a, b);
}

struct redaction *redaction_new(void)
{
	struct redaction *redaction = g_new0(struct redaction, 1);

	redaction->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	redaction->addresses = g_ptr_array_new_with_free_func(g_free);
	redaction->identities = g_tree_new_full(compare, NULL, g_free, g_free);
	return redaction;
}

void redaction_free(struct redaction *redaction)
{
	if (redaction == NULL)
		return;
	g_hash_table_unref(redaction->names);
	g_ptr_array_unref(redaction->addresses);
	g_tree_unref(redaction->identities);
	g_free(redaction);
}

/* One spelling for one address. */
static const char *name_of(struct redaction *redaction, const char *text)
{
	char spelling[IP_ADDRESS_TEXT_SIZE];
	struct ip_address address;

	if (ip_address_from_text(text, &address) == 0)
		text = ip_address_to_text(&address, spelling);
	const char *name = g_hash_table_lookup(redaction->names, text);
	if (name == NULL) {
		char *made = g_strdup_printf("address-%u", g_hash_table_size(redaction->names) + 1);
		g_hash_table_insert(redaction->names, g_strdup(text), made);
		name = made;
	}
	return name;
}

void redaction_add_address(struct redaction *redaction, const char *address)
{
	name_of(redaction, address);
	g_ptr_array_add(redaction->addresses, g_strdup(address));
}

void redaction_add_identity(struct redaction *redaction, const char *identity)
{
	size_t length = strlen(identity);

	if (length == 0 || length >= IKE_SA_IDENTITY_SIZE || g_tree_lookup(redaction->identities, identity) != NULL)
		return;
	g_tree_insert(redaction->identities, g_strdup(identity),
	              g_strdup_printf("identity-%d", g_tree_nnodes(redaction->identities) + 1));
	redaction->has_length[length] = true;
}

/* ---- finding them ---- */

/* Length of a dotted quad at text, 0 where there is none. *is_mask: a netmask, which tells nothing about a place. */
static size_t quad_length(const char *text, bool *is_mask)
{
	const char *at = text;
	guint32 value = 0;

	for (unsigned octet = 0; octet < OCTETS; octet++) {
		unsigned number = 0, digits = 0;
		if (octet > 0 && *at++ != '.')
			return 0;
		for (; g_ascii_isdigit(*at) && digits < 3; at++, digits++)
			number = number * 10 + (unsigned)g_ascii_digit_value(*at);
		if (digits == 0 || number > UINT8_MAX)
			return 0;
		value = value << 8 | number;
	}
	if (g_ascii_isdigit(*at))
		return 0;
	*is_mask = (~value & (~value + 1)) == 0;
	return (size_t)(at - text);
}

/* Length of the longest IPv6 address at text. */
static size_t ipv6_length(const char *text)
{
	struct ip_address address;
	char candidate[IP_ADDRESS_TEXT_SIZE];
	size_t length = strspn(text, "0123456789abcdefABCDEF:.");

	if (length >= sizeof candidate)
		length = sizeof candidate - 1;
	for (; length >= 2; length--) {
		memcpy(candidate, text, length);
		candidate[length] = '\0';
		if (strchr(candidate, ':') == NULL)
			return 0;
		if (ip_address_from_text(candidate, &address) == 0)
			return length;
	}
	return 0;
}

/* "fd00::1:500" may be the known address fd00::1 and a port. */
static size_t without_port(const struct redaction *redaction, const char *text, size_t length)
{
	size_t shorter = 0;

	for (unsigned i = 0; i < redaction->addresses->len; i++) {
		const char *known = g_ptr_array_index(redaction->addresses, i);
		size_t known_length = strlen(known);
		if (known_length == length && strncmp(text, known, length) == 0)
			return length;
		if (known_length < length && known_length > shorter && strncmp(text, known, known_length) == 0 &&
		    text[known_length] == ':' &&
		    strspn(text + known_length + 1, "0123456789") == length - known_length - 1)
			shorter = known_length;
	}
	return shorter != 0 ? shorter : length;
}

/* Length of what must be hidden at text, 0 nothing. before is the byte before it. */
static size_t address_length(const struct redaction *redaction, const char *text, char before)
{
	bool is_mask = false;

	if (g_ascii_isalnum(before) || before == '.')
		return 0;
	size_t length = g_ascii_isdigit(*text) ? quad_length(text, &is_mask) : 0;
	if (length != 0)
		return is_mask ? 0 : length;
	if (!g_ascii_isxdigit(*text) && strncmp(text, "::", 2) != 0)
		return 0;
	length = ipv6_length(text);
	return length <= 2 ? 0 : without_port(redaction, text, length);
}

/* The name of the longest identity at text, and its length; NULL where there is none. */
static const char *identity_at(const struct redaction *redaction, const char *text, char before, size_t *length)
{
	char candidate[IKE_SA_IDENTITY_SIZE];

	if (g_ascii_isalnum(before))
		return NULL;
	g_strlcpy(candidate, text, sizeof candidate);
	for (size_t most = strlen(candidate); most > 0; most--) {
		candidate[most] = '\0';
		if (!redaction->has_length[most] || g_ascii_isalnum(text[most]))
			continue;
		const char *name = g_tree_lookup(redaction->identities, candidate);
		if (name != NULL) {
			*length = most;
			return name;
		}
	}
	return NULL;
}

/* ---- replacing them ---- */

/* Spaces after something that became longer or shorter: as many more or fewer, but at least one. */
static void append_spaces(GString *to, size_t spaces, gssize *owed)
{
	if (spaces > 1) {
		gssize wanted = MAX((gssize)spaces + *owed, 1);
		*owed = 0;
		spaces = (size_t)wanted;
	}
	g_string_append_printf(to, "%*s", (int)spaces, "");
}

void redaction_append(struct redaction *redaction, GString *to, const char *text, gboolean with_identities)
{
	gssize owed = 0;
	char before = ' ';

	while (*text != '\0') {
		size_t length = 0;
		const char *name = with_identities ? identity_at(redaction, text, before, &length) : NULL;
		if (name == NULL && (length = address_length(redaction, text, before)) != 0) {
			char *address = g_strndup(text, length);
			name = name_of(redaction, address);
			g_free(address);
		}
		if (name != NULL) {
			g_string_append(to, name);
			owed += (gssize)length - (gssize)strlen(name);
			before = text[length - 1];
			text += length;
		} else if (*text == ' ') {
			size_t spaces = strspn(text, " ");
			append_spaces(to, spaces, &owed);
			before = ' ';
			text += spaces;
		} else {
			if (*text == '\n')
				owed = 0;
			before = *text;
			g_string_append_c(to, *text++);
		}
	}
}
