/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read from the kernel's messages about SAs and policies. */
#include "nfq-daemon/xfrm_messages.h"

#include <netinet/in.h>

#include "netlink_message.h"

#define NOON 1700000000
#define HERE "192.0.2.1"
#define THERE "198.51.100.2"
#define NAME_SIZE 64 /* bytes that the kernel has for an algorithm's name */
#define OFFLOAD_PACKET 4

static void assert_address(const struct ip_address *address, const char *text)
{
	char printed[IP_ADDRESS_TEXT_SIZE];

	g_assert_cmpstr(ip_address_to_text(address, printed), ==, text);
}

/* ---- SAs ---- */

static struct xfrm_usersa_info info_of(const char *from, const char *to)
{
	struct xfrm_usersa_info info = {.id = {.spi = htonl(0x12345678), .proto = IPPROTO_ESP},
	                                .curlft = {.add_time = NOON},
	                                .reqid = 77,
	                                .mode = XFRM_MODE_TUNNEL};

	info.family = put_address(from, &info.saddr);
	put_address(to, &info.id.daddr);
	return info;
}

static bool read_sa(const struct xfrm_usersa_info *info, struct xfrm_sa *sa)
{
	struct message message;

	return xfrm_sa_read(begin_message(&message, XFRM_MSG_NEWSA, info, sizeof *info), sa);
}

static void an_sa_is_read_whole(void)
{
	const struct xfrm_usersa_info info = info_of(HERE, THERE);
	struct xfrm_sa sa;

	memset(&sa, 0xff, sizeof sa);
	g_assert_true(read_sa(&info, &sa));
	assert_address(&sa.flow.source, HERE);
	assert_address(&sa.flow.destination, THERE);
	g_assert_cmpuint(sa.flow.reqid, ==, 77);
	g_assert_cmphex(sa.spi, ==, 0x12345678);
	g_assert_cmpuint(sa.added, ==, NOON);
	g_assert_false(sa.complete || sa.transport_mode || sa.hidden || sa.suite_known);
	g_assert_cmpuint(sa.suite.encryption, ==, 0);
	const struct xfrm_usersa_info ipv6 = info_of("2001:db8::1", "2001:db8::2");
	g_assert_true(read_sa(&ipv6, &sa));
	assert_address(&sa.flow.source, "2001:db8::1");
	assert_address(&sa.flow.destination, "2001:db8::2");
}

static void only_tunnel_mode_is_tunnel_mode(void)
{
	static const struct {
		uint8_t mode;
		bool transport;
	} modes[] = {{XFRM_MODE_TUNNEL, false}, {XFRM_MODE_TRANSPORT, true}, {XFRM_MODE_BEET, true}};

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		struct xfrm_usersa_info info = info_of(HERE, THERE);
		struct xfrm_sa sa;
		info.mode = modes[i].mode;
		g_assert_true(read_sa(&info, &sa));
		g_assert_cmpint(sa.transport_mode, ==, modes[i].transport);
	}
}

/* Another protocol, no SPI yet, an end that is open, both ends alike, a family that is not IP. */
static void what_no_esp_is_seen_of_is_left_out(void)
{
	static const char *const ends[][2] = {
	        {"0.0.0.0", THERE}, {HERE, "0.0.0.0"}, {"::", "2001:db8::1"}, {"2001:db8::1", "::"}, {HERE, HERE}};
	struct xfrm_usersa_info info;
	struct xfrm_sa sa;

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		info = info_of(ends[i][0], ends[i][1]);
		g_assert_false(read_sa(&info, &sa));
	}
	info = info_of(HERE, THERE);
	info.id.proto = IPPROTO_AH;
	g_assert_false(read_sa(&info, &sa));
	info = info_of(HERE, THERE);
	info.id.spi = 0;
	g_assert_false(read_sa(&info, &sa));
	info = info_of(HERE, THERE);
	info.family = AF_UNIX;
	g_assert_false(read_sa(&info, &sa));
	/* One byte that is not 0, whichever it is, is an address. */
	static const char *const nearly_open[] = {"0.0.0.1", "1.0.0.0", "::1", "8000::"};
	for (size_t i = 0; i < G_N_ELEMENTS(nearly_open); i++) {
		info = info_of(nearly_open[i], strchr(nearly_open[i], ':') != NULL ? "2001:db8::1" : THERE);
		g_assert_true(read_sa(&info, &sa));
	}
}

/* What was deleted stands in an attribute; its keys are not there. */
static void a_deleted_sa_is_read_from_its_attribute(void)
{
	const struct xfrm_usersa_info info = info_of(HERE, THERE);
	const struct xfrm_usersa_id id = {.spi = htonl(9), .proto = IPPROTO_ESP};
	struct message message;
	struct xfrm_sa sa;
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_DELSA, &id, sizeof id);

	g_assert_false(xfrm_sa_read(header, &sa));
	mnl_attr_put(header, XFRMA_SA, sizeof info - 4, &info);
	g_assert_false(xfrm_sa_read(header, &sa));
	mnl_attr_put(header, XFRMA_SA, sizeof info, &info);
	g_assert_true(xfrm_sa_read(header, &sa));
	g_assert_cmphex(sa.spi, ==, 0x12345678);
	/* The same as a new one's body. */
	header->nlmsg_type = XFRM_MSG_NEWSA;
	g_assert_false(xfrm_sa_read(header, &sa));
}

/* ---- algorithms ---- */

struct algorithms {
	const char *aead, *cipher, *hash; /* NULL: none */
	unsigned key_bits, check_bits;
};

static void put_algorithms(struct nlmsghdr *header, const struct algorithms *algorithms)
{
	struct xfrm_algo_aead aead = {.alg_key_len = algorithms->key_bits, .alg_icv_len = algorithms->check_bits};
	struct xfrm_algo cipher = {.alg_key_len = algorithms->key_bits};
	struct xfrm_algo_auth hash = {.alg_key_len = 160, .alg_trunc_len = algorithms->check_bits};

	if (algorithms->aead != NULL) {
		g_strlcpy(aead.alg_name, algorithms->aead, NAME_SIZE);
		mnl_attr_put(header, XFRMA_ALG_AEAD, sizeof aead, &aead);
	}
	if (algorithms->cipher != NULL) {
		g_strlcpy(cipher.alg_name, algorithms->cipher, NAME_SIZE);
		mnl_attr_put(header, XFRMA_ALG_CRYPT, sizeof cipher, &cipher);
	}
	if (algorithms->hash != NULL) {
		g_strlcpy(hash.alg_name, algorithms->hash, NAME_SIZE);
		mnl_attr_put(header, XFRMA_ALG_AUTH_TRUNC, sizeof hash, &hash);
	}
}

static struct xfrm_sa sa_with(uint16_t type, const struct algorithms *algorithms)
{
	const struct xfrm_usersa_info info = info_of(HERE, THERE);
	struct message message;
	struct xfrm_sa sa;
	struct nlmsghdr *header = begin_message(&message, type, &info, sizeof info);

	put_algorithms(header, algorithms);
	g_assert_true(xfrm_sa_read(header, &sa));
	return sa;
}

/* The kernel's names; its key lengths have the salt in them. Encryption 0: it is not known what this is. */
static const struct {
	struct algorithms algorithms;
	uint16_t encryption, key_length, integrity;
} suites[] = {
        {{NULL, "cbc(aes)", "hmac(sha1)", 128, 96}, 12, 128, 2},
        {{NULL, "cbc(aes)", "hmac(sha256)", 256, 128}, 12, 256, 12},
        {{NULL, "cbc(aes)", "hmac(sha384)", 192, 192}, 12, 192, 13},
        {{NULL, "cbc(aes)", "hmac(sha512)", 256, 256}, 12, 256, 14},
        {{NULL, "cbc(aes)", "hmac(md5)", 128, 96}, 12, 128, 1},
        {{NULL, "cbc(aes)", "xcbc(aes)", 128, 96}, 12, 128, 5},
        {{NULL, "cbc(aes)", "cmac(aes)", 128, 96}, 12, 128, 8},
        {{NULL, "cbc(des)", "hmac(md5)", 64, 96}, 2, 0, 1},
        {{NULL, "cbc(des3_ede)", "hmac(sha1)", 192, 96}, 3, 0, 2},
        {{NULL, "cbc(cast5)", "hmac(sha1)", 128, 96}, 6, 128, 2},
        {{NULL, "cbc(blowfish)", "hmac(sha1)", 448, 96}, 7, 448, 2},
        {{NULL, "cbc(camellia)", "hmac(sha1)", 192, 96}, 23, 192, 2},
        {{NULL, "rfc3686(ctr(aes))", "hmac(sha1)", 160, 96}, 13, 128, 2},
        {{NULL, "ecb(cipher_null)", "hmac(sha1)", 0, 96}, 11, 0, 2},
        {{"rfc4106(gcm(aes))", NULL, NULL, 160, 64}, 18, 128, 0},
        {{"rfc4106(gcm(aes))", NULL, NULL, 224, 96}, 19, 192, 0},
        {{"rfc4106(gcm(aes))", NULL, NULL, 288, 128}, 20, 256, 0},
        {{"rfc4309(ccm(aes))", NULL, NULL, 152, 64}, 14, 128, 0},
        {{"rfc4309(ccm(aes))", NULL, NULL, 216, 96}, 15, 192, 0},
        {{"rfc4309(ccm(aes))", NULL, NULL, 280, 128}, 16, 256, 0},
        {{"rfc4543(gcm(aes))", NULL, NULL, 160, 128}, 21, 128, 0},
        {{"rfc7539esp(chacha20,poly1305)", NULL, NULL, 288, 128}, 28, 0, 0},

        {{NULL, "cbc(twofish)", "hmac(sha1)", 128, 96}, 0, 0, 0},
        {{NULL, "cbc(aes)", "hmac(rmd160)", 128, 96}, 0, 0, 0},
        {{NULL, "cbc(aes)", "hmac(sha256)", 128, 96}, 0, 0, 0}, /* cut as before RFC 4868 */
        {{NULL, "cbc(aes)", NULL, 128, 96}, 0, 0, 0},
        {{NULL, NULL, "hmac(sha1)", 128, 96}, 0, 0, 0},
        {{"rfc4106(gcm(aes))", NULL, NULL, 288, 120}, 0, 0, 0},
        {{"cbc(aes)", NULL, NULL, 128, 0}, 0, 0, 0}, /* no AEAD */
        {{"rfc4106(gcm(aes))", "cbc(aes)", "hmac(sha1)", 288, 128}, 20, 256, 0},

        {{"rfc4106(gcm(aes))", NULL, NULL, 31, 128}, 0, 0, 0}, /* shorter than its salt */
        {{"rfc4106(gcm(aes))", NULL, NULL, 32, 128}, 20, 0, 0},
        {{NULL, "cbc(aes)", "hmac(sha1)", UINT16_MAX, 96}, 12, UINT16_MAX, 2},
        {{NULL, "cbc(aes)", "hmac(sha1)", UINT16_MAX + 1, 96}, 0, 0, 0},
};

static void each_algorithm_of_the_kernel_is_known(void)
{
	static const uint16_t types[] = {XFRM_MSG_NEWSA, XFRM_MSG_UPDSA};

	for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
		for (size_t type = 0; type < G_N_ELEMENTS(types); type++) {
			const struct xfrm_sa sa = sa_with(types[type], &suites[i].algorithms);
			g_test_message("row %zu", i);
			g_assert_true(sa.complete);
			g_assert_cmpint(sa.suite_known, ==, suites[i].encryption != 0);
			if (!sa.suite_known)
				continue;
			g_assert_cmpuint(sa.suite.encryption, ==, suites[i].encryption);
			g_assert_cmpuint(sa.suite.key_length, ==, suites[i].key_length);
			g_assert_cmpuint(sa.suite.integrity, ==, suites[i].integrity);
		}
	}
}

/* It expires without its keys, and is reserved before it has any. */
static void an_sa_without_keys_is_not_complete(void)
{
	const struct xfrm_sa sa = sa_with(XFRM_MSG_NEWSA, &(struct algorithms){0});

	g_assert_false(sa.complete || sa.suite_known);
	g_assert_false(sa_with(XFRM_MSG_EXPIRE, &suites[0].algorithms).complete);
}

/* An attribute that is too short is none, and of two the last one holds. */
static void attributes_are_found_by_type_and_length(void)
{
	const struct xfrm_usersa_info info = info_of(HERE, THERE);
	const struct algorithms cipher = {NULL, "cbc(aes)", NULL, 128, 96}, hash = {NULL, NULL, "hmac(sha1)", 128, 96};
	struct message message;
	struct xfrm_sa sa;
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_NEWSA, &info, sizeof info);
	const struct xfrm_algo cut = {.alg_name = "cbc(camellia)"};
	const uint32_t other = 5;

	mnl_attr_put(header, XFRMA_MARK, sizeof other, &other);
	put_algorithms(header, &hash);
	mnl_attr_put(header, XFRMA_IF_ID, sizeof other, &other);
	put_algorithms(header, &cipher);
	mnl_attr_put(header, XFRMA_TFCPAD, sizeof other, &other);
	g_assert_true(xfrm_sa_read(header, &sa));
	g_assert_true(sa.suite_known);
	struct nlmsghdr copy = *header;
	mnl_attr_put(header, XFRMA_ALG_CRYPT, sizeof cut - 4, &cut);
	g_assert_true(xfrm_sa_read(header, &sa));
	g_assert_true(sa.complete);
	g_assert_false(sa.suite_known);
	*header = copy;
	put_algorithms(header, &(struct algorithms){NULL, "cbc(camellia)", NULL, 256, 0});
	g_assert_true(xfrm_sa_read(header, &sa));
	g_assert_cmpuint(sa.suite.encryption, ==, 23);
}

/* A card that decrypts what arrives, or that does all the work. */
static void offload_hides_what_arrives_or_all(void)
{
	static const struct {
		uint8_t flags;
		bool hidden;
	} cards[] = {{0, false},
	             {XFRM_OFFLOAD_IPV6, false},
	             {XFRM_OFFLOAD_INBOUND, true},
	             {XFRM_OFFLOAD_IPV6 | XFRM_OFFLOAD_INBOUND, true},
	             {OFFLOAD_PACKET, true},
	             {8, false}};
	static const uint16_t types[] = {XFRM_MSG_NEWSA, XFRM_MSG_UPDSA, XFRM_MSG_EXPIRE};
	const struct xfrm_usersa_info info = info_of(HERE, THERE);

	for (size_t i = 0; i < G_N_ELEMENTS(cards); i++) {
		for (size_t type = 0; type < G_N_ELEMENTS(types); type++) {
			const struct xfrm_user_offload offload = {.ifindex = 2, .flags = cards[i].flags};
			struct message message;
			struct xfrm_sa sa;
			struct nlmsghdr *header = begin_message(&message, types[type], &info, sizeof info);
			mnl_attr_put(header, XFRMA_OFFLOAD_DEV, sizeof offload, &offload);
			g_assert_true(xfrm_sa_read(header, &sa));
			g_assert_cmpint(sa.hidden, ==, cards[i].hidden && types[type] != XFRM_MSG_EXPIRE);
		}
	}
}

/* ---- policies ---- */

static struct xfrm_userpolicy_info policy_of(const char *network, const char *other)
{
	struct xfrm_userpolicy_info info = {.sel = {.prefixlen_s = 24, .prefixlen_d = 16, .proto = IPPROTO_TCP},
	                                    .index = 41,
	                                    .dir = XFRM_POLICY_OUT,
	                                    .action = XFRM_POLICY_ALLOW};

	info.sel.family = put_address(network, &info.sel.saddr);
	put_address(other, &info.sel.daddr);
	return info;
}

static struct xfrm_user_tmpl template_of(uint8_t protocol, uint32_t reqid)
{
	struct xfrm_user_tmpl template = {.id.proto = protocol, .reqid = reqid, .mode = XFRM_MODE_TUNNEL};

	template.family = put_address(HERE, &template.saddr);
	put_address(THERE, &template.id.daddr);
	return template;
}

static bool read_policy(uint16_t type, const struct xfrm_userpolicy_info *info, const struct xfrm_user_tmpl *templates,
                        size_t count, struct xfrm_policy *policy)
{
	struct message message;
	struct nlmsghdr *header = begin_message(&message, type, info, sizeof *info);

	if (count != 0)
		mnl_attr_put(header, XFRMA_TMPL, count * sizeof *templates, templates);
	return xfrm_policy_read(header, policy);
}

static bool read_network(const struct xfrm_userpolicy_info *info, struct xfrm_policy *policy)
{
	const struct xfrm_user_tmpl template = template_of(IPPROTO_ESP, 5);

	return read_policy(XFRM_MSG_NEWPOLICY, info, &template, 1, policy);
}

static void a_policy_is_read_whole(void)
{
	static const uint16_t types[] = {XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY};
	const struct xfrm_userpolicy_info info = policy_of("10.1.2.3", "10.2.3.4");
	const struct xfrm_user_tmpl template = template_of(IPPROTO_ESP, 5);
	struct xfrm_policy policy;

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		memset(&policy, 0xff, sizeof policy);
		g_assert_true(read_policy(types[i], &info, &template, 1, &policy));
		g_assert_cmpuint(policy.index, ==, 41);
		g_assert_true(policy.is_out);
		assert_address(&policy.flow.source, HERE);
		assert_address(&policy.flow.destination, THERE);
		g_assert_cmpuint(policy.flow.reqid, ==, 5);
		assert_address(&policy.from.first, "10.1.2.0");
		assert_address(&policy.from.last, "10.1.2.255");
		assert_address(&policy.to.first, "10.2.0.0");
		assert_address(&policy.to.last, "10.2.255.255");
		g_assert_cmpuint(policy.from.protocol, ==, IPPROTO_TCP);
		g_assert_cmpuint(policy.to.protocol, ==, IPPROTO_TCP);
		g_assert_false(policy.from.of_initiator);
	}
}

static void only_policies_in_and_out_matter(void)
{
	static const struct {
		uint8_t direction;
		bool good, is_out;
	} directions[] = {{XFRM_POLICY_IN, true, false},
	                  {XFRM_POLICY_OUT, true, true},
	                  {XFRM_POLICY_FWD, false, false},
	                  {3, false, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(directions); i++) {
		struct xfrm_userpolicy_info info = policy_of("10.1.0.0", "10.2.0.0");
		struct xfrm_policy policy;
		info.dir = directions[i].direction;
		g_assert_cmpint(read_network(&info, &policy), ==, directions[i].good);
		g_assert_cmpint(policy.is_out, ==, directions[i].is_out);
	}
}

/* One ESP template, whatever else there is beside it, with a reqid, and packets that may pass. */
static void a_policy_needs_one_esp_template(void)
{
	const struct xfrm_userpolicy_info info = policy_of("10.1.0.0", "10.2.0.0");
	struct xfrm_userpolicy_info blocking = info;
	const struct xfrm_user_tmpl esp = template_of(IPPROTO_ESP, 5), none = template_of(IPPROTO_ESP, 0);
	const struct xfrm_user_tmpl compressed[] = {template_of(IPPROTO_COMP, 6), esp, template_of(IPPROTO_AH, 7)};
	const struct xfrm_user_tmpl two[] = {esp, template_of(IPPROTO_AH, 7), esp};
	struct xfrm_user_tmpl open = esp;
	struct xfrm_policy policy;

	g_assert_false(read_policy(XFRM_MSG_NEWPOLICY, &info, NULL, 0, &policy));
	g_assert_true(read_policy(XFRM_MSG_NEWPOLICY, &info, compressed, 3, &policy));
	g_assert_cmpuint(policy.flow.reqid, ==, 5);
	g_assert_false(read_policy(XFRM_MSG_NEWPOLICY, &info, compressed, 1, &policy));
	g_assert_false(read_policy(XFRM_MSG_NEWPOLICY, &info, two, 3, &policy));
	g_assert_true(read_policy(XFRM_MSG_NEWPOLICY, &info, two, 2, &policy));
	g_assert_false(read_policy(XFRM_MSG_NEWPOLICY, &info, &none, 1, &policy));
	put_address("0.0.0.0", &open.saddr);
	g_assert_false(read_policy(XFRM_MSG_NEWPOLICY, &info, &open, 1, &policy));
	blocking.action = XFRM_POLICY_BLOCK;
	g_assert_false(read_policy(XFRM_MSG_NEWPOLICY, &blocking, &esp, 1, &policy));
	/* Which it was, is known all the same. */
	g_assert_cmpuint(policy.index, ==, 41);
}

static void a_policy_that_goes_has_its_index(void)
{
	const struct xfrm_userpolicy_info info = policy_of("10.1.0.0", "10.2.0.0");
	const struct xfrm_userpolicy_id id = {.index = 7};
	struct message message;
	struct xfrm_policy policy;

	g_assert_true(read_policy(XFRM_MSG_POLEXPIRE, &info, NULL, 0, &policy));
	g_assert_cmpuint(policy.index, ==, 41);
	g_assert_cmpuint(policy.flow.reqid, ==, 0);
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_DELPOLICY, &id, sizeof id);
	g_assert_false(xfrm_policy_read(header, &policy));
	g_assert_cmpuint(policy.index, ==, 0);
	mnl_attr_put(header, XFRMA_POLICY, sizeof info, &info);
	g_assert_true(xfrm_policy_read(header, &policy));
	g_assert_cmpuint(policy.index, ==, 41);
}

/* Networks by their prefix; NULL: no such network. */
static void networks_are_ranges_of_addresses(void)
{
	static const struct {
		const char *address;
		uint8_t prefix;
		const char *first, *last;
	} networks[] = {
	        {"10.1.2.3", 0, "0.0.0.0", "255.255.255.255"},
	        {"129.1.2.3", 1, "128.0.0.0", "255.255.255.255"},
	        {"10.1.2.3", 23, "10.1.2.0", "10.1.3.255"},
	        {"10.1.2.3", 31, "10.1.2.2", "10.1.2.3"},
	        {"10.1.2.3", 32, "10.1.2.3", "10.1.2.3"},
	        {"10.1.2.3", 33, NULL, NULL},
	        {"2001:db8::1", 0, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	        {"2001:db8::1", 33, "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"},
	        {"2001:db8::1", 127, "2001:db8::", "2001:db8::1"},
	        {"2001:db8::1", 128, "2001:db8::1", "2001:db8::1"},
	        {"2001:db8::1", 129, NULL, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(networks); i++) {
		const bool ipv6 = strchr(networks[i].address, ':') != NULL;
		for (unsigned end = 0; end < 2; end++) {
			const char *other = ipv6 ? "fd00::1" : "172.16.0.1";
			struct xfrm_userpolicy_info info = end == 0 ? policy_of(networks[i].address, other)
			                                            : policy_of(other, networks[i].address);
			struct xfrm_policy policy;
			info.sel.prefixlen_s = end == 0 ? networks[i].prefix : 8;
			info.sel.prefixlen_d = end == 0 ? 8 : networks[i].prefix;
			g_assert_cmpint(read_network(&info, &policy), ==, networks[i].first != NULL);
			if (networks[i].first == NULL)
				continue;
			const struct ike_selector *network = end == 0 ? &policy.from : &policy.to;
			assert_address(&network->first, networks[i].first);
			assert_address(&network->last, networks[i].last);
		}
	}
}

static void ports_are_ranges_by_their_masks(void)
{
	static const struct {
		uint16_t port, mask, first, last;
	} ports[] = {{0, 0, 0, UINT16_MAX},
	             {443, UINT16_MAX, 443, 443},
	             {0x1234, 0xff00, 0x1200, 0x12ff},
	             {443, 0, 0, UINT16_MAX}};

	for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
		struct xfrm_userpolicy_info info = policy_of("10.1.0.0", "10.2.0.0");
		struct xfrm_policy policy;
		info.sel.sport = htons(ports[i].port);
		info.sel.sport_mask = htons(ports[i].mask);
		info.sel.dport = htons(25);
		info.sel.dport_mask = UINT16_MAX;
		g_assert_true(read_network(&info, &policy));
		g_assert_cmpuint(policy.from.first_port, ==, ports[i].first);
		g_assert_cmpuint(policy.from.last_port, ==, ports[i].last);
		g_assert_cmpuint(policy.to.first_port, ==, 25);
		g_assert_cmpuint(policy.to.last_port, ==, 25);
	}
}

static void a_selector_of_another_family_is_none(void)
{
	struct xfrm_userpolicy_info info = policy_of("10.1.0.0", "10.2.0.0");
	struct xfrm_policy policy;

	info.sel.family = AF_UNSPEC;
	g_assert_false(read_network(&info, &policy));
}

/* ---- expiry and use ---- */

static void only_a_hard_expiry_is_the_end(void)
{
	struct message message;

	for (uint8_t hard = 0; hard < 3; hard++) {
		const struct xfrm_user_expire sa = {.hard = hard};
		const struct xfrm_user_polexpire policy = {.hard = hard};
		g_assert_cmpint(xfrm_is_hard_expiry(begin_message(&message, XFRM_MSG_EXPIRE, &sa, sizeof sa)), ==,
		                hard != 0);
		g_assert_cmpint(
		        xfrm_is_hard_expiry(begin_message(&message, XFRM_MSG_POLEXPIRE, &policy, sizeof policy)), ==,
		        hard != 0);
	}
	/* The body of the one is no body of the other. */
	const struct xfrm_user_polexpire policy = {.hard = 1};
	g_assert_false(xfrm_is_hard_expiry(begin_message(&message, XFRM_MSG_EXPIRE, &policy, sizeof policy)));
	g_assert_false(xfrm_is_hard_expiry(begin_message(&message, XFRM_MSG_POLEXPIRE, &policy, sizeof policy - 8)));
}

static void the_use_of_an_sa_is_asked_for_by_its_key(void)
{
	static const char *const ends[] = {THERE, "2001:db8::2"};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		struct message message;
		struct ip_address end;
		size_t length;
		memset(&message, 0xff, sizeof message);
		g_assert_cmpint(ip_address_from_text(ends[i], &end), ==, 0);
		const struct nlmsghdr *request = xfrm_usage_request(message.bytes, 7, &end, 0x12345678);
		const struct xfrm_aevent_id *asked = mnl_nlmsg_get_payload(request);
		const uint8_t *bytes = ip_address_wire_bytes(&end, &length);
		g_assert_cmpuint(request->nlmsg_type, ==, XFRM_MSG_GETAE);
		g_assert_cmpuint(request->nlmsg_flags, ==, NLM_F_REQUEST);
		g_assert_cmpuint(request->nlmsg_seq, ==, 7);
		g_assert_cmpuint(mnl_nlmsg_get_payload_len(request), ==, sizeof *asked);
		g_assert_cmphex(ntohl(asked->sa_id.spi), ==, 0x12345678);
		g_assert_cmpuint(asked->sa_id.family, ==, i == 0 ? AF_INET : AF_INET6);
		g_assert_cmpuint(asked->sa_id.proto, ==, IPPROTO_ESP);
		g_assert_cmpint(memcmp(&asked->sa_id.daddr, bytes, length), ==, 0);
		g_assert_cmpuint(asked->flags, ==, 0);
	}
}

static void only_an_answer_about_use_tells_it(void)
{
	const struct xfrm_aevent_id id = {.sa_id = {.proto = IPPROTO_ESP}};
	const struct xfrm_lifetime_cur use = {.bytes = 4000, .packets = 40, .add_time = 1, .use_time = 2};
	struct message message;
	uint64_t packets = 5;
	struct nlmsghdr *answer = begin_message(&message, XFRM_MSG_NEWAE, &id, sizeof id);

	g_assert_false(xfrm_usage_read(answer, &packets));
	mnl_attr_put(answer, XFRMA_LTIME_VAL, sizeof use, &use);
	answer->nlmsg_type = XFRM_MSG_GETAE;
	g_assert_false(xfrm_usage_read(answer, &packets));
	g_assert_cmpuint(packets, ==, 5);
	answer->nlmsg_type = XFRM_MSG_NEWAE;
	g_assert_true(xfrm_usage_read(answer, &packets));
	g_assert_cmpuint(packets, ==, 40);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/xfrm_messages/" #function, function                                                                  \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(an_sa_is_read_whole),
        TEST(only_tunnel_mode_is_tunnel_mode),
        TEST(what_no_esp_is_seen_of_is_left_out),
        TEST(a_deleted_sa_is_read_from_its_attribute),
        TEST(each_algorithm_of_the_kernel_is_known),
        TEST(an_sa_without_keys_is_not_complete),
        TEST(attributes_are_found_by_type_and_length),
        TEST(offload_hides_what_arrives_or_all),
        TEST(a_policy_is_read_whole),
        TEST(only_policies_in_and_out_matter),
        TEST(a_policy_needs_one_esp_template),
        TEST(a_policy_that_goes_has_its_index),
        TEST(networks_are_ranges_of_addresses),
        TEST(ports_are_ranges_by_their_masks),
        TEST(a_selector_of_another_family_is_none),
        TEST(only_a_hard_expiry_is_the_end),
        TEST(the_use_of_an_sa_is_asked_for_by_its_key),
        TEST(only_an_answer_about_use_tells_it),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
