/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the kernel's SAs belong together, from netlink messages made by hand. */
#include "nfq-daemon/xfrm_pairs.h"

#include <netinet/in.h>

#include "netlink_message.h"

#define NOON 1700000000
#define KEY "never to be seen: kkkkkkkkkkkkkkkkkk"

#define HERE "192.0.2.1"
#define THERE "198.51.100.2"

struct kernel {
	struct xfrm_pairs *pairs;
	GArray *told; /* struct xfrm_pair */
	GArray *gone;
	bool refuses;
};

static void drop(const struct xfrm_pair *pair, void *context)
{
	g_array_append_val(((struct kernel *)context)->gone, *pair);
}

static bool take(const struct xfrm_pair *pair, void *context)
{
	struct kernel *kernel = context;

	if (!kernel->refuses)
		g_array_append_val(kernel->told, *pair);
	return !kernel->refuses;
}

static void begin(struct kernel *kernel)
{
	*kernel = (struct kernel){.told = g_array_new(FALSE, FALSE, sizeof(struct xfrm_pair)),
	                          .gone = g_array_new(FALSE, FALSE, sizeof(struct xfrm_pair))};
	kernel->pairs = xfrm_pairs_new(drop, kernel);
}

static void end(struct kernel *kernel)
{
	xfrm_pairs_free(kernel->pairs);
	g_array_free(kernel->told, TRUE);
	g_array_free(kernel->gone, TRUE);
}

static void look(struct kernel *kernel)
{
	xfrm_pairs_match(kernel->pairs);
	xfrm_pairs_offer(kernel->pairs, take, kernel);
}

/* ---- messages ---- */

struct sa {
	const char *from, *to;
	uint32_t spi, reqid;
	uint64_t added; /* seconds after noon */
	bool reserved;  /* no keys yet */
	bool gcm;
	bool transport;
	uint8_t offload;  /* to a network card: XFRM_OFFLOAD_… */
	uint8_t protocol; /* 0: ESP */
};

#define SA(from_, to_, spi_, ...) ((struct sa){.from = (from_), .to = (to_), .spi = (spi_), .reqid = __VA_ARGS__})

static struct xfrm_usersa_info info_of(const struct sa *sa)
{
	struct xfrm_usersa_info info = {
	        .id = {.spi = htonl(sa->spi), .proto = sa->protocol != 0 ? sa->protocol : IPPROTO_ESP},
	        .curlft = {.add_time = NOON + sa->added},
	        .reqid = sa->reqid,
	        .mode = sa->transport ? XFRM_MODE_TRANSPORT : XFRM_MODE_TUNNEL,
	};

	info.family = put_address(sa->from, &info.saddr);
	put_address(sa->to, &info.id.daddr);
	return info;
}

static void put_algorithms(struct nlmsghdr *header, const struct sa *sa)
{
	union {
		char bytes[128];
		struct xfrm_algo cipher;
		struct xfrm_algo_auth hash;
		struct xfrm_algo_aead aead;
	} algorithm = {{0}};

	if (sa->gcm) {
		g_strlcpy(algorithm.aead.alg_name, "rfc4106(gcm(aes))", 64);
		algorithm.aead.alg_key_len = 288;
		algorithm.aead.alg_icv_len = 128;
		memcpy(algorithm.aead.alg_key, KEY, 36);
		mnl_attr_put(header, XFRMA_ALG_AEAD, sizeof algorithm.aead + 36, &algorithm);
		return;
	}
	g_strlcpy(algorithm.cipher.alg_name, "cbc(aes)", 64);
	algorithm.cipher.alg_key_len = 256;
	memcpy(algorithm.cipher.alg_key, KEY, 32);
	mnl_attr_put(header, XFRMA_ALG_CRYPT, sizeof algorithm.cipher + 32, &algorithm);
	memset(&algorithm, 0, sizeof algorithm);
	g_strlcpy(algorithm.hash.alg_name, "hmac(sha256)", 64);
	algorithm.hash.alg_key_len = 256;
	algorithm.hash.alg_trunc_len = 128;
	memcpy(algorithm.hash.alg_key, KEY, 32);
	mnl_attr_put(header, XFRMA_ALG_AUTH_TRUNC, sizeof algorithm.hash + 32, &algorithm);
}

static void add_sa(struct kernel *kernel, struct sa sa)
{
	struct message message;
	const struct xfrm_usersa_info info = info_of(&sa);
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_NEWSA, &info, sizeof info);

	if (!sa.reserved)
		put_algorithms(header, &sa);
	const struct xfrm_user_offload offload = {.ifindex = 2, .flags = sa.offload};
	if (sa.offload != 0)
		mnl_attr_put(header, XFRMA_OFFLOAD_DEV, sizeof offload, &offload);
	xfrm_pairs_read(kernel->pairs, header);
}

static void delete_sa(struct kernel *kernel, struct sa sa)
{
	struct message message;
	const struct xfrm_usersa_info info = info_of(&sa);
	const struct xfrm_usersa_id id = {
	        .daddr = info.id.daddr, .spi = info.id.spi, .family = info.family, .proto = info.id.proto};
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_DELSA, &id, sizeof id);

	mnl_attr_put(header, XFRMA_SA, sizeof info, &info);
	xfrm_pairs_read(kernel->pairs, header);
}

static void expire_sa(struct kernel *kernel, struct sa sa, bool hard)
{
	struct message message;
	const struct xfrm_user_expire expiry = {.state = info_of(&sa), .hard = hard};

	xfrm_pairs_read(kernel->pairs, begin_message(&message, XFRM_MSG_EXPIRE, &expiry, sizeof expiry));
}

struct policy {
	uint32_t index;
	uint8_t direction;
	const char *from, *to; /* ends */
	uint32_t reqid;
	const char *network, *other; /* source and destination, /24 */
};

static void add_policy(struct kernel *kernel, struct policy policy)
{
	struct message message;
	struct xfrm_userpolicy_info info = {
	        .sel = {.prefixlen_s = 24, .prefixlen_d = 24}, .index = policy.index, .dir = policy.direction};
	struct xfrm_user_tmpl template = {.id.proto = IPPROTO_ESP, .reqid = policy.reqid, .mode = XFRM_MODE_TUNNEL};

	info.sel.family = put_address(policy.network, &info.sel.saddr);
	put_address(policy.other, &info.sel.daddr);
	template.family = put_address(policy.from, &template.saddr);
	put_address(policy.to, &template.id.daddr);
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_NEWPOLICY, &info, sizeof info);
	mnl_attr_put(header, XFRMA_TMPL, sizeof template, &template);
	xfrm_pairs_read(kernel->pairs, header);
}

static void add_policies(struct kernel *kernel, uint32_t out, uint32_t in)
{
	add_policy(kernel, (struct policy){out * 8 + 1, XFRM_POLICY_OUT, HERE, THERE, out, "10.1.0.0", "10.2.0.0"});
	add_policy(kernel, (struct policy){in * 8, XFRM_POLICY_IN, THERE, HERE, in, "10.2.0.0", "10.1.0.0"});
}

static void assert_pair(const struct kernel *kernel, guint index, uint32_t out, uint32_t in)
{
	g_assert_cmpuint(kernel->told->len, >, index);
	const struct xfrm_pair *pair = &g_array_index(kernel->told, struct xfrm_pair, index);
	char text[IP_ADDRESS_TEXT_SIZE];
	unsigned here = strcmp(ip_address_to_text(&pair->end[0], text), HERE) == 0 ? 0 : 1;

	g_assert_cmphex(pair->spi_from[here], ==, out);
	g_assert_cmphex(pair->spi_from[!here], ==, in);
}

/* ---- tests ---- */

static void test_the_same_reqid(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .added = 1));
	add_sa(&kernel, SA(HERE, THERE, 0x11, 2, .added = 1));
	add_sa(&kernel, SA("203.0.113.7", HERE, 0x21, 2));
	look(&kernel);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	g_assert_cmpuint(g_array_index(kernel.told, struct xfrm_pair, 0).added, ==, NOON + 1);
	end(&kernel);
}

static void test_what_was_agreed_on(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	add_sa(&kernel, SA("2001:db8::1", "2001:db8::2", 0x30, 2, .gcm = true, .transport = true));
	add_sa(&kernel, SA("2001:db8::2", "2001:db8::1", 0x40, 2, .gcm = true, .transport = true));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct xfrm_pair *pair = &g_array_index(kernel.told, struct xfrm_pair, i);
		const struct child_agreement *agreement = &pair->agreement;
		char text[IP_ADDRESS_TEXT_SIZE], end_text[IP_ADDRESS_TEXT_SIZE];
		g_assert_true(agreement->suite_known);
		g_assert_cmpuint(agreement->suite.key_length, ==, 256);
		g_assert_cmpint(agreement->transport_mode, ==, !agreement->selectors_known);
		if (agreement->transport_mode) {
			g_assert_cmpuint(agreement->suite.encryption, ==, 20);
			continue;
		}
		g_assert_cmpuint(agreement->suite.encryption, ==, 12);
		g_assert_cmpuint(agreement->suite.integrity, ==, 12);
		bool here = strcmp(ip_address_to_text(&pair->end[0], end_text), HERE) == 0;
		g_assert_cmpstr(ip_address_to_text(&agreement->network[!here].first, text), ==, "10.1.0.0");
		g_assert_cmpstr(ip_address_to_text(&agreement->network[!here].last, text), ==, "10.1.0.255");
		g_assert_cmpstr(ip_address_to_text(&agreement->network[here].first, text), ==, "10.2.0.0");
		g_assert_cmpuint(agreement->network[0].last_port, ==, UINT16_MAX);
	}
	end(&kernel);
}

static void test_reqids_that_differ_are_joined_by_policies(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	add_policies(&kernel, 1, 2);
	g_assert_true(xfrm_pairs_changed(kernel.pairs));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	end(&kernel);
}

/* Reqids crosswise: policies know better. */
static void test_policies_go_before_reqids(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_policy(&kernel, (struct policy){33, XFRM_POLICY_OUT, HERE, THERE, 2, "10.3.0.0", "10.4.0.0"});
	add_policy(&kernel, (struct policy){40, XFRM_POLICY_IN, THERE, HERE, 1, "10.4.0.0", "10.3.0.0"});
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(HERE, THERE, 0x11, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x21, 1));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	bool first = g_array_index(kernel.told, struct xfrm_pair, 0).spi_from[0] % 2 == 1;
	assert_pair(&kernel, first, 0x10, 0x20);
	assert_pair(&kernel, !first, 0x11, 0x21);
	end(&kernel);
}

static void test_what_is_not_unique_is_left_alone(void)
{
	struct kernel kernel;

	begin(&kernel);
	for (uint32_t i = 0; i < 2; i++) {
		add_sa(&kernel, SA(HERE, THERE, 0x10 + i, 1, .added = 20 * i));
		add_sa(&kernel, SA(THERE, HERE, 0x20 + i, 1, .added = 20 * i));
	}
	/* One more than there are ways back; and another protocol, a reserved SPI and another mode are no way back. */
	add_sa(&kernel, SA(HERE, THERE, 0x30, 2));
	add_sa(&kernel, SA(HERE, THERE, 0x31, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x40, 2));
	add_sa(&kernel, SA(HERE, THERE, 0x50, 3));
	add_sa(&kernel, SA(THERE, HERE, 0x60, 3, .protocol = IPPROTO_AH));
	add_sa(&kernel, SA(THERE, HERE, 0x61, 3, .reserved = true));
	add_sa(&kernel, SA(THERE, HERE, 0x62, 3, .transport = true));
	/* Nobody's other direction is its own. */
	add_sa(&kernel, SA(HERE, HERE, 0x70, 4));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	end(&kernel);
}

/* Started in the middle of a rekey: the two generations are an hour apart. */
static void test_generations_are_told_by_their_time(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .added = 0));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1, .added = 1));
	add_sa(&kernel, SA(THERE, HERE, 0x21, 1, .added = 3600));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	delete_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	g_assert_cmpuint(kernel.gone->len, ==, 1);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x11, 1, .added = 3602));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	assert_pair(&kernel, 1, 0x11, 0x21);
	end(&kernel);
}

/* What had a partner once never gets another, however fast rekeys follow one another. */
static void test_rekeys_every_few_seconds(void)
{
	struct kernel kernel;

	begin(&kernel);
	for (uint32_t i = 0; i < 50; i++) {
		add_sa(&kernel, SA(THERE, HERE, 0x2000 + i, 1, .added = 5 * i, .reserved = true));
		look(&kernel);
		add_sa(&kernel, SA(THERE, HERE, 0x2000 + i, 1, .added = 5 * i));
		look(&kernel);
		add_sa(&kernel, SA(HERE, THERE, 0x1000 + i, 1, .added = 5 * i + 1));
		look(&kernel);
		assert_pair(&kernel, i, 0x1000 + i, 0x2000 + i);
		if (i == 0)
			continue;
		delete_sa(&kernel, SA(THERE, HERE, 0x2000 + i - 1, 1));
		look(&kernel);
		delete_sa(&kernel, SA(HERE, THERE, 0x1000 + i - 1, 1));
		look(&kernel);
		g_assert_cmpuint(kernel.gone->len, ==, i);
	}
	g_assert_cmpuint(kernel.told->len, ==, 50);
	g_assert_cmpuint(xfrm_pairs_count(kernel.pairs), ==, 1);
	g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 2);
	end(&kernel);
}

static void test_expiry_and_flush(void)
{
	struct kernel kernel;
	const struct sa out = SA(HERE, THERE, 0x10, 1), in = SA(THERE, HERE, 0x20, 1);

	begin(&kernel);
	add_sa(&kernel, out);
	add_sa(&kernel, in);
	look(&kernel);
	expire_sa(&kernel, in, false);
	g_assert_cmpuint(kernel.gone->len, ==, 0);
	expire_sa(&kernel, in, true);
	g_assert_cmpuint(kernel.gone->len, ==, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x30, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x40, 2));
	look(&kernel);
	struct message message;
	const struct xfrm_usersa_flush flush = {.proto = IPPROTO_ESP};
	xfrm_pairs_read(kernel.pairs, begin_message(&message, XFRM_MSG_FLUSHSA, &flush, sizeof flush));
	g_assert_cmpuint(kernel.gone->len, ==, 2);
	g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 0);
	end(&kernel);
}

/* After notifications were missed. */
static void test_what_a_dump_does_not_have_is_gone(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	xfrm_pairs_begin_dump(kernel.pairs);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x21, 2));
	xfrm_pairs_end_dump(kernel.pairs);
	g_assert_cmpuint(kernel.gone->len, ==, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x11, 1));
	look(&kernel);
	/* The policies that joined the two reqids are gone as well. */
	g_assert_cmpuint(kernel.told->len, ==, 1);
	end(&kernel);
}

static void test_a_pair_is_offered_until_it_is_taken(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	kernel.refuses = true;
	look(&kernel);
	kernel.refuses = false;
	look(&kernel);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	xfrm_pairs_forget_taken(kernel.pairs);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 2);
	end(&kernel);
}

/* A card that decrypts what arrives: that way nothing is seen. */
static void test_offload_hides_a_direction(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .offload = XFRM_OFFLOAD_IPV6));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1, .offload = XFRM_OFFLOAD_INBOUND));
	look(&kernel);
	assert_pair(&kernel, 0, 0x10, 0x20);
	const struct xfrm_pair *pair = &g_array_index(kernel.told, struct xfrm_pair, 0);
	bool here = pair->spi_from[0] == 0x10;
	g_assert_false(pair->hidden[!here]);
	g_assert_true(pair->hidden[here]);
	end(&kernel);
}

/* Only what was taken is looked at. */
static void count_look(struct xfrm_pair *pair, void *looks)
{
	pair->watch[0].begun = true;
	++*(unsigned *)looks;
}

static void test_taken_pairs_are_looked_at(void)
{
	struct kernel kernel;
	unsigned looks = 0;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	xfrm_pairs_match(kernel.pairs);
	xfrm_pairs_look(kernel.pairs, count_look, &looks);
	g_assert_cmpuint(looks, ==, 0);
	look(&kernel);
	g_assert_false(g_array_index(kernel.told, struct xfrm_pair, 0).watch[0].begun);
	xfrm_pairs_look(kernel.pairs, count_look, &looks);
	g_assert_cmpuint(looks, ==, 1);
	xfrm_pairs_forget_taken(kernel.pairs);
	look(&kernel);
	g_assert_true(g_array_index(kernel.told, struct xfrm_pair, 1).watch[0].begun);
	end(&kernel);
}

/* Each length of each message: nothing is read past its end, and nothing is made of half an SA. */
static void test_cut_messages(void)
{
	struct kernel kernel;
	struct message whole;
	const struct sa sa = SA(HERE, THERE, 0x10, 1);
	const struct xfrm_usersa_info info = info_of(&sa);
	static const uint16_t types[] = {XFRM_MSG_NEWSA,     XFRM_MSG_UPDSA,     XFRM_MSG_DELSA,
	                                 XFRM_MSG_EXPIRE,    XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY,
	                                 XFRM_MSG_DELPOLICY, XFRM_MSG_POLEXPIRE, XFRM_MSG_FLUSHPOLICY};

	begin(&kernel);
	struct nlmsghdr *header = begin_message(&whole, XFRM_MSG_NEWSA, &info, sizeof info);
	put_algorithms(header, &sa);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		for (uint32_t length = sizeof *header; length < header->nlmsg_len; length++) {
			struct nlmsghdr *cut = g_memdup2(header, length);
			cut->nlmsg_type = types[i];
			cut->nlmsg_len = length;
			xfrm_pairs_read(kernel.pairs, cut);
			g_free(cut);
		}
	}
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	end(&kernel);
}

/* ---- SAs that change and go ---- */

/* Made so many seconds apart, whichever was first. */
static void test_the_two_were_made_within_a_minute(void)
{
	for (uint64_t apart = 59; apart <= 61; apart++) {
		for (unsigned first = 0; first < 2; first++) {
			struct kernel kernel;
			begin(&kernel);
			add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .added = first == 0 ? 0 : apart));
			add_sa(&kernel, SA(THERE, HERE, 0x20, 1, .added = first == 0 ? apart : 0));
			look(&kernel);
			g_assert_cmpuint(kernel.told->len, ==, apart <= 60);
			if (apart <= 60)
				g_assert_cmpuint(g_array_index(kernel.told, struct xfrm_pair, 0).added, ==,
				                 NOON + apart);
			end(&kernel);
		}
	}
}

static void update_sa(struct kernel *kernel, struct sa sa)
{
	struct message message;
	const struct xfrm_usersa_info info = info_of(&sa);
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_UPDSA, &info, sizeof info);

	put_algorithms(header, &sa);
	xfrm_pairs_read(kernel->pairs, header);
}

/* Whichever of the two goes, and whichever was known first: the pair is gone once. */
static void test_a_pair_goes_with_either_of_its_sas(void)
{
	for (unsigned order = 0; order < 4; order++) {
		struct kernel kernel;
		const struct sa sas[] = {SA(HERE, THERE, 0x10, 1), SA(THERE, HERE, 0x20, 1)};
		begin(&kernel);
		add_sa(&kernel, sas[order & 1]);
		add_sa(&kernel, sas[!(order & 1)]);
		look(&kernel);
		g_assert_cmpuint(kernel.told->len, ==, 1);
		g_assert_false(xfrm_pairs_changed(kernel.pairs));
		delete_sa(&kernel, sas[order >> 1]);
		g_assert_true(xfrm_pairs_changed(kernel.pairs));
		g_assert_cmpuint(kernel.gone->len, ==, 1);
		g_assert_cmpuint(xfrm_pairs_count(kernel.pairs), ==, 0);
		g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 1);
		delete_sa(&kernel, sas[!(order >> 1)]);
		delete_sa(&kernel, sas[0]);
		g_assert_cmpuint(kernel.gone->len, ==, 1);
		g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 0);
		end(&kernel);
	}
}

/* A new lifetime, say. */
static void test_an_sa_that_is_updated_is_still_the_same(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	look(&kernel);
	update_sa(&kernel, SA(HERE, THERE, 0x10, 1, .added = 5));
	g_assert_true(xfrm_pairs_changed(kernel.pairs));
	look(&kernel);
	g_assert_cmpuint(kernel.gone->len, ==, 0);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	g_assert_cmpuint(xfrm_pairs_count(kernel.pairs), ==, 1);
	end(&kernel);
}

/* With another reqid, or from another end, it was made anew: what it was paired with is nothing to it. */
static void test_an_sa_of_another_flow_is_another(void)
{
	static const struct sa others[] = {{.from = HERE, .to = THERE, .spi = 0x10, .reqid = 2},
	                                   {.from = "203.0.113.7", .to = THERE, .spi = 0x10, .reqid = 1}};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		struct kernel kernel;
		begin(&kernel);
		add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
		add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
		look(&kernel);
		update_sa(&kernel, others[i]);
		g_assert_cmpuint(kernel.gone->len, ==, 1);
		g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 2);
		add_sa(&kernel, SA(THERE, others[i].from, 0x21, others[i].reqid));
		look(&kernel);
		g_assert_cmpuint(kernel.told->len, ==, 2);
		g_assert_cmpuint(xfrm_pairs_count(kernel.pairs), ==, 1);
		end(&kernel);
	}
}

static void test_an_expiry_makes_no_sa(void)
{
	struct kernel kernel;

	begin(&kernel);
	for (unsigned hard = 0; hard < 2; hard++) {
		expire_sa(&kernel, SA(HERE, THERE, 0x10, 1), hard != 0);
		g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 0);
	}
	end(&kernel);
}

static void test_after_a_flush_there_is_nothing(void)
{
	struct kernel kernel;
	struct message message;
	const struct xfrm_usersa_flush flush = {.proto = IPPROTO_ESP};

	begin(&kernel);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
	look(&kernel);
	xfrm_pairs_read(kernel.pairs, begin_message(&message, XFRM_MSG_FLUSHSA, &flush, sizeof flush));
	g_assert_cmpuint(xfrm_pairs_count(kernel.pairs), ==, 0);
	g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 0);
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	end(&kernel);
}

/* What is in a dump stays, SAs and policies. */
static void test_what_a_dump_has_stays(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(HERE, THERE, 0x11, 1, .added = 100));
	look(&kernel);
	xfrm_pairs_begin_dump(kernel.pairs);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_policies(&kernel, 1, 2);
	xfrm_pairs_match(kernel.pairs);
	xfrm_pairs_end_dump(kernel.pairs);
	g_assert_true(xfrm_pairs_changed(kernel.pairs));
	g_assert_cmpuint(xfrm_pairs_sas(kernel.pairs), ==, 1);
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x10, 0x20);
	end(&kernel);
}

/* Nothing but policies may be missing. */
static void test_a_dump_changes_what_policies_join(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	look(&kernel);
	xfrm_pairs_begin_dump(kernel.pairs);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	xfrm_pairs_match(kernel.pairs);
	g_assert_false(xfrm_pairs_changed(kernel.pairs));
	xfrm_pairs_end_dump(kernel.pairs);
	g_assert_true(xfrm_pairs_changed(kernel.pairs));
	end(&kernel);
}

/* ---- policies that change and go ---- */

#define OUT_INDEX 9
#define IN_INDEX 16

static struct xfrm_userpolicy_info policy_info(uint32_t index, uint8_t direction)
{
	struct xfrm_userpolicy_info info = {
	        .sel = {.prefixlen_s = 24, .prefixlen_d = 24}, .index = index, .dir = direction};

	info.sel.family = put_address("10.1.0.0", &info.sel.saddr);
	put_address("10.2.0.0", &info.sel.daddr);
	return info;
}

static void expire_policy(struct kernel *kernel, uint32_t index, bool hard)
{
	struct message message;
	const struct xfrm_user_polexpire expiry = {.pol = policy_info(index, XFRM_POLICY_OUT), .hard = hard};

	xfrm_pairs_read(kernel->pairs, begin_message(&message, XFRM_MSG_POLEXPIRE, &expiry, sizeof expiry));
}

static void delete_policy(struct kernel *kernel, uint32_t index)
{
	struct message message;
	const struct xfrm_userpolicy_info info = policy_info(index, XFRM_POLICY_OUT);
	const struct xfrm_userpolicy_id id = {.index = index};
	struct nlmsghdr *header = begin_message(&message, XFRM_MSG_DELPOLICY, &id, sizeof id);

	mnl_attr_put(header, XFRMA_POLICY, sizeof info, &info);
	xfrm_pairs_read(kernel->pairs, header);
}

/* Without a template it says nothing of SAs any more. */
static void update_policy_to_nothing(struct kernel *kernel, uint32_t index)
{
	struct message message;
	const struct xfrm_userpolicy_info info = policy_info(index, XFRM_POLICY_OUT);

	xfrm_pairs_read(kernel->pairs, begin_message(&message, XFRM_MSG_UPDPOLICY, &info, sizeof info));
}

static void flush_policies(struct kernel *kernel)
{
	struct message message;

	xfrm_pairs_read(kernel->pairs, begin_message(&message, XFRM_MSG_FLUSHPOLICY, "", 0));
}

enum change { KEEP, SOFT_EXPIRY, HARD_EXPIRY, DELETION, OTHER_DELETION, UPDATE, FLUSH, CHANGES };

/* Two reqids that policies join, unless one of these goes before the SAs are there. */
static void test_policies_join_for_as_long_as_they_are_there(void)
{
	for (enum change change = KEEP; change < CHANGES; change++) {
		struct kernel kernel;
		const bool stays = change == KEEP || change == SOFT_EXPIRY || change == OTHER_DELETION;
		begin(&kernel);
		add_policies(&kernel, 1, 2);
		xfrm_pairs_match(kernel.pairs);
		g_assert_false(xfrm_pairs_changed(kernel.pairs));
		if (change == SOFT_EXPIRY || change == HARD_EXPIRY)
			expire_policy(&kernel, OUT_INDEX, change == HARD_EXPIRY);
		else if (change == DELETION || change == OTHER_DELETION)
			delete_policy(&kernel, change == DELETION ? OUT_INDEX : OUT_INDEX + 1);
		else if (change == UPDATE)
			update_policy_to_nothing(&kernel, OUT_INDEX);
		else if (change == FLUSH)
			flush_policies(&kernel);
		g_test_message("change %d", change);
		g_assert_cmpint(xfrm_pairs_changed(kernel.pairs), ==, !stays);
		add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
		add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
		look(&kernel);
		g_assert_cmpuint(kernel.told->len, ==, stays);
		end(&kernel);
	}
}

/* What policies say by now holds: a policy of the same number takes the place of the one before. */
static void test_a_policy_takes_the_place_of_the_one_before(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_policy(&kernel, (struct policy){OUT_INDEX, XFRM_POLICY_OUT, HERE, THERE, 3, "10.1.0.0", "10.2.0.0"});
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
	add_sa(&kernel, SA(HERE, THERE, 0x11, 3));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	assert_pair(&kernel, 0, 0x11, 0x20);
	end(&kernel);
}

/* One flow out whose traffic comes back in two: which SA belongs to it is not clear. */
static void test_two_ways_back_are_none(void)
{
	for (unsigned same = 0; same < 2; same++) {
		struct kernel kernel;
		const uint32_t second = same != 0 ? 2 : 3;
		begin(&kernel);
		add_policies(&kernel, 1, 2);
		add_policy(&kernel, (struct policy){65, XFRM_POLICY_OUT, HERE, THERE, 1, "10.3.0.0", "10.4.0.0"});
		add_policy(&kernel, (struct policy){72, XFRM_POLICY_IN, THERE, HERE, second, "10.4.0.0", "10.3.0.0"});
		add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
		add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
		if (!same)
			add_sa(&kernel, SA(THERE, HERE, 0x21, 3));
		look(&kernel);
		g_assert_cmpuint(kernel.told->len, ==, same);
		end(&kernel);
	}
}

static void test_policies_that_cannot_be_read_join_nothing(void)
{
	for (unsigned bad = 0; bad < 2; bad++) {
		struct kernel kernel;
		begin(&kernel);
		for (unsigned i = 0; i < 2; i++) {
			struct message message;
			struct xfrm_userpolicy_info info =
			        policy_info(i != 0 ? IN_INDEX : OUT_INDEX, i != 0 ? XFRM_POLICY_IN : XFRM_POLICY_OUT);
			struct xfrm_user_tmpl template = {
			        .id.proto = IPPROTO_ESP, .reqid = 1 + i, .mode = XFRM_MODE_TUNNEL};
			info.sel.prefixlen_s = info.sel.prefixlen_d = bad != 0 ? 33 : 0;
			template.family = put_address(i != 0 ? THERE : HERE, &template.saddr);
			put_address(i != 0 ? HERE : THERE, &template.id.daddr);
			struct nlmsghdr *header = begin_message(&message, XFRM_MSG_NEWPOLICY, &info, sizeof info);
			mnl_attr_put(header, XFRMA_TMPL, sizeof template, &template);
			xfrm_pairs_read(kernel.pairs, header);
		}
		add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
		add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
		look(&kernel);
		g_assert_cmpuint(kernel.told->len, ==, !bad);
		end(&kernel);
	}
}

/* Networks of the policy with the lowest number, seen from each end. */
static void test_the_first_policy_names_the_networks(void)
{
	struct kernel kernel;
	char text[IP_ADDRESS_TEXT_SIZE];

	begin(&kernel);
	add_policy(&kernel, (struct policy){65, XFRM_POLICY_OUT, HERE, THERE, 1, "10.3.0.0", "10.4.0.0"});
	add_policy(&kernel, (struct policy){72, XFRM_POLICY_IN, THERE, HERE, 1, "10.4.0.0", "10.3.0.0"});
	add_policies(&kernel, 1, 1);
	add_sa(&kernel, SA(HERE, THERE, 0x10, 1, .offload = XFRM_OFFLOAD_IPV6));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 1, .offload = XFRM_OFFLOAD_INBOUND, .added = 3));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 1);
	const struct xfrm_pair *pair = &g_array_index(kernel.told, struct xfrm_pair, 0);
	const bool turned = strcmp(ip_address_to_text(&pair->end[0], text), HERE) != 0;
	g_assert_true(pair->agreement.selectors_known);
	g_assert_cmpstr(ip_address_to_text(&pair->agreement.network[turned].first, text), ==, "10.1.0.0");
	g_assert_cmpstr(ip_address_to_text(&pair->agreement.network[!turned].first, text), ==, "10.2.0.0");
	g_assert_cmphex(pair->spi_from[turned], ==, 0x10);
	g_assert_false(pair->hidden[turned]);
	g_assert_true(pair->hidden[!turned]);
	g_assert_cmpuint(pair->added, ==, NOON + 3);
	end(&kernel);
}

/* Wherever the table holds them. */
static void test_a_lower_number_goes_before_a_higher_one(void)
{
	for (uint32_t higher = 16; higher < 400; higher += 8) {
		struct kernel kernel;
		char text[IP_ADDRESS_TEXT_SIZE];
		begin(&kernel);
		add_policies(&kernel, 1, 1);
		add_policy(&kernel,
		           (struct policy){higher + 1, XFRM_POLICY_OUT, HERE, THERE, 1, "10.3.0.0", "10.4.0.0"});
		add_policy(&kernel, (struct policy){higher, XFRM_POLICY_IN, THERE, HERE, 1, "10.4.0.0", "10.3.0.0"});
		add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
		add_sa(&kernel, SA(THERE, HERE, 0x20, 1));
		look(&kernel);
		const struct xfrm_pair *pair = &g_array_index(kernel.told, struct xfrm_pair, 0);
		const bool turned = strcmp(ip_address_to_text(&pair->end[0], text), HERE) != 0;
		g_assert_cmpstr(ip_address_to_text(&pair->agreement.network[turned].first, text), ==, "10.1.0.0");
		end(&kernel);
	}
}

/* Policies of which one lacks the other direction, or is for other networks, join nothing. */
static void test_policies_without_their_mirror_join_nothing(void)
{
	static const struct policy backs[] = {
	        {16, XFRM_POLICY_OUT, THERE, HERE, 2, "10.2.0.0", "10.1.0.0"},
	        {16, XFRM_POLICY_IN, THERE, HERE, 2, "10.2.1.0", "10.1.0.0"},
	        {16, XFRM_POLICY_IN, THERE, HERE, 2, "10.2.0.0", "10.1.1.0"},
	        {16, XFRM_POLICY_IN, "203.0.113.7", HERE, 2, "10.2.0.0", "10.1.0.0"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(backs); i++) {
		struct kernel kernel;
		begin(&kernel);
		add_policy(&kernel, (struct policy){9, XFRM_POLICY_OUT, HERE, THERE, 1, "10.1.0.0", "10.2.0.0"});
		add_policy(&kernel, backs[i]);
		add_sa(&kernel, SA(HERE, THERE, 0x10, 1));
		add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
		look(&kernel);
		g_assert_cmpuint(kernel.told->len, ==, 0);
		end(&kernel);
	}
}

/* The same reqid one way, but policies say that its traffic comes back elsewhere. */
static void test_a_way_back_that_is_anothers_is_none(void)
{
	struct kernel kernel;

	begin(&kernel);
	add_policies(&kernel, 1, 2);
	add_sa(&kernel, SA(HERE, THERE, 0x12, 2));
	add_sa(&kernel, SA(THERE, HERE, 0x20, 2));
	look(&kernel);
	g_assert_cmpuint(kernel.told->len, ==, 0);
	end(&kernel);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/xfrm_pairs/" #function, test_##function                                                              \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(the_same_reqid),
        TEST(what_was_agreed_on),
        TEST(reqids_that_differ_are_joined_by_policies),
        TEST(policies_go_before_reqids),
        TEST(what_is_not_unique_is_left_alone),
        TEST(generations_are_told_by_their_time),
        TEST(rekeys_every_few_seconds),
        TEST(expiry_and_flush),
        TEST(what_a_dump_does_not_have_is_gone),
        TEST(a_pair_is_offered_until_it_is_taken),
        TEST(offload_hides_a_direction),
        TEST(taken_pairs_are_looked_at),
        TEST(cut_messages),
        TEST(the_two_were_made_within_a_minute),
        TEST(a_pair_goes_with_either_of_its_sas),
        TEST(an_sa_that_is_updated_is_still_the_same),
        TEST(an_sa_of_another_flow_is_another),
        TEST(an_expiry_makes_no_sa),
        TEST(after_a_flush_there_is_nothing),
        TEST(what_a_dump_has_stays),
        TEST(a_dump_changes_what_policies_join),
        TEST(policies_join_for_as_long_as_they_are_there),
        TEST(a_policy_takes_the_place_of_the_one_before),
        TEST(two_ways_back_are_none),
        TEST(the_first_policy_names_the_networks),
        TEST(policies_that_cannot_be_read_join_nothing),
        TEST(a_lower_number_goes_before_a_higher_one),
        TEST(policies_without_their_mirror_join_nothing),
        TEST(a_way_back_that_is_anothers_is_none),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
