/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a NAT is, from the hashes of both sides' addresses. */
#include <glib.h>
#include <string.h>

#include "conversations.h"
#include "core/verdict/judge.h"

#define LONGEST_HASH 64

struct host {
	const char *address;
	uint16_t port;
};

static struct ip_address address_of(const char *text)
{
	struct ip_address address;

	g_assert_cmpint(ip_address_from_text(text, &address), ==, 0);
	return address;
}

/* Hash(SPIi | SPIr | IP | port) of RFC 7296 sec. 2.23. Returns its length. */
static uint8_t hash_of(const struct ike_message *message, const struct host *host, GChecksumType type,
                       uint8_t hash[LONGEST_HASH])
{
	struct ip_address address = address_of(host->address);
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(&address, &length);
	GChecksum *checksum = g_checksum_new(type);
	gsize written = LONGEST_HASH;
	uint64_t spis[2] = {GUINT64_TO_BE(message->initiator_spi), GUINT64_TO_BE(message->responder_spi)};
	uint16_t port = GUINT16_TO_BE(host->port);

	g_checksum_update(checksum, (const uint8_t *)spis, sizeof spis);
	g_checksum_update(checksum, bytes, (gssize)length);
	g_checksum_update(checksum, (const uint8_t *)&port, sizeof port);
	g_checksum_get_digest(checksum, hash, &written);
	g_checksum_free(checksum);
	return (uint8_t)written;
}

/* What a message of IKE_SA_INIT says of its sender's own address, and of the receiver's. */
struct claims {
	uint8_t hashes[4][LONGEST_HASH];
	struct ike_message message;
};

static void begin_claims(struct claims *claims, const struct scene *scene, bool is_response)
{
	memset(claims, 0, sizeof *claims);
	claims->message = (struct ike_message){.major_version = 2,
	                                       .exchange_type = IKE2_SA_INIT,
	                                       .is_response = is_response,
	                                       .from_initiator = !is_response,
	                                       .initiator_spi = scene->initiator_spi,
	                                       .responder_spi = is_response ? 0x1234567890 : 0,
	                                       .length = 400,
	                                       .digest = scene->initiator_spi + is_response};
}

static void claim(struct claims *claims, bool of_source, const struct host *host, GChecksumType type)
{
	unsigned number = claims->message.nat_hash_count++;

	claims->message.nat_hashes[number] =
	        (struct ike_nat_hash){.of_source = of_source,
	                              .length = hash_of(&claims->message, host, type, claims->hashes[number]),
	                              .bytes = claims->hashes[number]};
}

static void send_claims(struct scene *scene, const struct claims *claims, const struct host *from,
                        const struct host *to)
{
	struct datagram datagram = {.kind = DATAGRAM_IKE,
	                            .source = address_of(from->address),
	                            .destination = address_of(to->address),
	                            .source_port = from->port,
	                            .destination_port = to->port};

	scene->frame++;
	datagram.payload = (const uint8_t *)&scene->frame; /* no two are the same bytes */
	datagram.captured = datagram.length = sizeof scene->frame;
	tunnels_add(scene->tunnels, scene->frame, scene->time, &datagram, &claims->message, &scene->last);
}

/* Each end claims an address of its own, behind the one that its packets have. */
struct ends {
	struct host seen[2], claimed[2];
};

static void negotiate(struct scene *scene, const struct ends *ends)
{
	for (unsigned side = 0; side < 2; side++) {
		struct claims claims;
		begin_claims(&claims, scene, side == 1);
		claim(&claims, true, &ends->claimed[side], G_CHECKSUM_SHA1);
		claim(&claims, false, &ends->seen[!side], G_CHECKSUM_SHA1);
		send_claims(scene, &claims, &ends->seen[side], &ends->seen[!side]);
		g_assert_true(scene->last.nat_checked);
	}
}

static enum nat nat_between(struct scene *scene, const struct ends *ends)
{
	const struct ip_address one = address_of(ends->seen[0].address), other = address_of(ends->seen[1].address);

	scene_new_attempt(scene, 0);
	negotiate(scene, ends);
	return tunnel_nat(tunnels_find(scene->tunnels, &one, &other));
}

#define PLAIN                                                                                                          \
	{                                                                                                              \
		{{"198.51.100.1", 500}, {"203.0.113.1", 500}},                                                         \
		{                                                                                                      \
			{"198.51.100.1", 500},                                                                         \
			{                                                                                              \
				"203.0.113.1", 500                                                                     \
			}                                                                                              \
		}                                                                                                      \
	}

static void where_every_address_is_its_own_there_is_no_nat(struct scene *scene)
{
	struct ends ends = PLAIN;

	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_NONE);
}

static void who_claims_another_address_is_behind_a_nat(struct scene *scene)
{
	struct ends ends = PLAIN;

	ends.claimed[0].address = "10.0.0.1";
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_ASA);
	ends.claimed[1].address = "10.0.0.2";
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_BOTH);
	ends.claimed[0].address = ends.seen[0].address;
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_PEER);
}

static void who_claims_another_port_is_behind_a_nat(struct scene *scene)
{
	struct ends ends = PLAIN;

	ends.claimed[0].port = 501;
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_ASA);
	ends.claimed[0].port = 500 + 256;
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_ASA);
}

static void ipv6_addresses_are_hashed_whole(struct scene *scene)
{
	struct ends ends = {{{"2001:db8::1", 500}, {"2001:db8::2", 500}}, {{"2001:db8::1", 500}, {"2001:db8::2", 500}}};

	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_NONE);
	ends.claimed[1].address = "2001:db8::3";
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_PEER);
}

/* Both claim one, though there need be none where both addresses are private. */
static void private_addresses_that_both_claim_a_nat_force_it(struct scene *scene)
{
	static const struct {
		const char *address;
		bool private;
	} addresses[] = {
	        {"10.0.0.0", true},     {"10.255.255.255", true}, {"9.255.255.255", false},  {"11.0.0.0", false},
	        {"172.16.0.0", true},   {"172.31.255.255", true}, {"172.15.255.255", false}, {"172.32.0.0", false},
	        {"173.16.0.0", false},  {"192.168.0.0", true},    {"192.168.255.255", true}, {"192.167.0.0", false},
	        {"192.169.0.0", false}, {"193.168.0.0", false},   {"fc00::1", true},         {"fdff::1", true},
	        {"fbff::1", false},     {"fe00::1", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		bool is_ipv6 = strchr(addresses[i].address, ':') != NULL;
		const char *other = is_ipv6 ? "fd00::99" : "192.168.99.99";
		const char *another = is_ipv6 ? "fd00::98" : "192.168.99.98";
		struct ends ends = {{{addresses[i].address, 500}, {other, 500}},
		                    {{"192.0.2.1", 500}, {"192.0.2.2", 500}}};
		enum nat expected = addresses[i].private ? NAT_FORCED : NAT_BOTH;
		g_assert_cmpint(nat_between(scene, &ends), ==, expected);
		struct ends turned = {{{another, 500}, {addresses[i].address, 500}},
		                      {{"192.0.2.1", 500}, {"192.0.2.2", 500}}};
		g_assert_cmpint(nat_between(scene, &turned), ==, expected);
	}
}

static void without_a_hash_nothing_is_known(struct scene *scene)
{
	const struct ends ends = PLAIN;
	struct claims claims;

	begin_claims(&claims, scene, false);
	send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
	g_assert_false(scene->last.nat_checked);
	g_assert_cmpint(tunnel_nat(scene_tunnel(scene)), ==, NAT_UNKNOWN);
}

static void a_hash_of_the_receiver_says_nothing_of_the_sender(struct scene *scene)
{
	const struct ends ends = PLAIN;
	struct claims claims;

	begin_claims(&claims, scene, false);
	claim(&claims, false, &ends.seen[0], G_CHECKSUM_SHA1);
	send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
	g_assert_false(scene->last.nat_checked);
}

/* IKEv1 uses the hash that was negotiated. */
static void the_length_of_a_hash_says_which_it_is(struct scene *scene)
{
	static const GChecksumType types[] = {G_CHECKSUM_MD5, G_CHECKSUM_SHA1, G_CHECKSUM_SHA256, G_CHECKSUM_SHA384,
	                                      G_CHECKSUM_SHA512};
	const struct ends ends = PLAIN;

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		struct claims claims;
		scene_new_attempt(scene, 0);
		begin_claims(&claims, scene, false);
		claim(&claims, true, &ends.seen[0], types[i]);
		send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
		g_assert_true(scene->last.nat_checked);
		g_assert_cmpint(tunnel_nat(scene_tunnel(scene)), ==, NAT_NONE);
	}
}

static void a_hash_of_a_length_that_nobody_uses_says_nothing(struct scene *scene)
{
	const struct ends ends = PLAIN;
	struct claims claims;

	begin_claims(&claims, scene, false);
	claim(&claims, true, &ends.seen[0], G_CHECKSUM_SHA1);
	claims.message.nat_hashes[0].length--;
	send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
	g_assert_false(scene->last.nat_checked);
}

/* A host with several addresses may name them all (RFC 7296 sec. 2.23). */
static void one_hash_of_several_is_enough(struct scene *scene)
{
	static const struct host other = {"10.0.0.1", 500};
	const struct ends ends = PLAIN;

	for (unsigned place = 0; place < 3; place++) {
		struct claims claims;
		scene_new_attempt(scene, 0);
		begin_claims(&claims, scene, false);
		for (unsigned i = 0; i < 3; i++)
			claim(&claims, true, i == place ? &ends.seen[0] : &other, G_CHECKSUM_SHA1);
		send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
		g_assert_cmpint(tunnel_nat(scene_tunnel(scene)), ==, NAT_NONE);
	}
}

static void the_newest_sa_that_says_so_counts(struct scene *scene)
{
	struct ends ends = PLAIN;

	ends.claimed[0].address = "10.0.0.1";
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_ASA);
	ends.claimed[0].address = ends.seen[0].address;
	g_assert_cmpint(nat_between(scene, &ends), ==, NAT_NONE);
	struct claims claims;
	scene_new_attempt(scene, 0);
	begin_claims(&claims, scene, false);
	send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
	g_assert_cmpint(tunnel_nat(scene_tunnel(scene)), ==, NAT_NONE);
}

static void one_side_alone_says_where_a_nat_is(struct scene *scene)
{
	static const struct host other = {"10.0.0.1", 500};
	const struct ends ends = PLAIN;

	for (unsigned side = 0; side < 2; side++) {
		struct claims claims;
		scene_new_attempt(scene, 0);
		begin_claims(&claims, scene, false);
		send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
		begin_claims(&claims, scene, side == 1);
		claims.message.digest += 10;
		claim(&claims, true, &other, G_CHECKSUM_SHA1);
		send_claims(scene, &claims, &ends.seen[side], &ends.seen[!side]);
		g_assert_cmpint(tunnel_nat(scene_tunnel(scene)), ==, side == 0 ? NAT_ASA : NAT_PEER);
	}
}

static void what_there_is_of_nat_has_a_name(struct scene *scene)
{
	(void)scene;
	g_assert_null(nat_name(NAT_UNKNOWN));
	g_assert_null(nat_name(NAT_NONE));
	g_assert_cmpstr(nat_name(NAT_ASA), ==, "asa");
	g_assert_cmpstr(nat_name(NAT_PEER), ==, "peer");
	g_assert_cmpstr(nat_name(NAT_BOTH), ==, "both");
	g_assert_cmpstr(nat_name(NAT_FORCED), ==, "forced");
}

static void the_rest_of_a_first_message_says_where_a_nat_is(struct scene *scene)
{
	const struct ends ends = PLAIN;
	const struct ip_address from = address_of(ends.seen[0].address), to = address_of(ends.seen[1].address);
	struct datagram datagram = {.kind = DATAGRAM_IKE,
	                            .source = from,
	                            .destination = to,
	                            .source_port = ends.seen[0].port,
	                            .destination_port = ends.seen[1].port,
	                            .completes = true};
	struct claims claims;

	begin_claims(&claims, scene, false);
	send_claims(scene, &claims, &ends.seen[0], &ends.seen[1]);
	claim(&claims, true, &ends.seen[0], G_CHECKSUM_SHA1);
	tunnels_add(scene->tunnels, 2, scene->time, &datagram, &claims.message, &scene->last);
	g_assert_true(scene->last.nat_checked);
	g_assert_cmpint(tunnel_nat(scene_tunnel(scene)), ==, NAT_NONE);
}

static const struct conversation_test tests[] = {
        CONVERSATION(where_every_address_is_its_own_there_is_no_nat),
        CONVERSATION(who_claims_another_address_is_behind_a_nat),
        CONVERSATION(who_claims_another_port_is_behind_a_nat),
        CONVERSATION(ipv6_addresses_are_hashed_whole),
        CONVERSATION(private_addresses_that_both_claim_a_nat_force_it),
        CONVERSATION(without_a_hash_nothing_is_known),
        CONVERSATION(a_hash_of_the_receiver_says_nothing_of_the_sender),
        CONVERSATION(the_length_of_a_hash_says_which_it_is),
        CONVERSATION(a_hash_of_a_length_that_nobody_uses_says_nothing),
        CONVERSATION(one_hash_of_several_is_enough),
        CONVERSATION(the_newest_sa_that_says_so_counts),
        CONVERSATION(one_side_alone_says_where_a_nat_is),
        CONVERSATION(what_there_is_of_nat_has_a_name),
        CONVERSATION(the_rest_of_a_first_message_says_where_a_nat_is),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "nat", tests, G_N_ELEMENTS(tests));
}
