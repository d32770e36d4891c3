/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/xfrm_messages.h"

#include <arpa/inet.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/wire/cipher.h"

/* ---- parts ---- */

/* Copies: netlink aligns to 4 bytes, and the kernel's structures want 8. Returns false where there are not so many. */
static bool copy_body(const struct nlmsghdr *message, void *body, size_t size)
{
	if (mnl_nlmsg_get_payload_len(message) < size)
		return false;
	memcpy(body, mnl_nlmsg_get_payload(message), size);
	return true;
}

struct wanted {
	uint16_t type;
	const struct nlattr *found;
};

static int look_at(const struct nlattr *attribute, void *context)
{
	struct wanted *wanted = context;

	if (mnl_attr_get_type(attribute) == wanted->type)
		wanted->found = attribute;
	return MNL_CB_OK;
}

/* The attribute of that type that follows a body of that size; NULL where there is none of at least that length. */
static const struct nlattr *attribute_of(const struct nlmsghdr *message, size_t body, uint16_t type, size_t least)
{
	struct wanted wanted = {.type = type, .found = NULL};

	if (mnl_nlmsg_get_payload_len(message) < body)
		return NULL;
	mnl_attr_parse(message, (unsigned)body, look_at, &wanted);
	return wanted.found != NULL && mnl_attr_get_payload_len(wanted.found) >= least ? wanted.found : NULL;
}

static bool read_address(const xfrm_address_t *from, unsigned family, struct ip_address *address)
{
	uint8_t bytes[16];

	memcpy(bytes, from, sizeof bytes);
	if (family == AF_INET)
		*address = ip_address_from_ipv4(bytes);
	else if (family == AF_INET6)
		*address = ip_address_from_ipv6(bytes);
	else
		return false;
	return true;
}

static bool is_any(const struct ip_address *address)
{
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(address, &length);

	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* False where an end is left open, or both are the same: that names no pair of ends. */
static bool read_flow(const xfrm_address_t *source, const xfrm_address_t *destination, unsigned family, uint32_t reqid,
                      struct xfrm_flow *flow)
{
	flow->reqid = reqid;
	return read_address(source, family, &flow->source) && read_address(destination, family, &flow->destination) &&
	       !is_any(&flow->source) && !is_any(&flow->destination) &&
	       !ip_address_equal(&flow->source, &flow->destination);
}

/* ---- algorithms ---- */

/* The kernel's names have room for so many bytes. */
#define NAME_SIZE sizeof((struct xfrm_algo *)0)->alg_name

static bool read_encryption(const struct cipher *cipher, unsigned key_bits, struct ike_suite *suite)
{
	if (cipher == NULL || key_bits < cipher->salt || key_bits > UINT16_MAX)
		return false;
	suite->encryption = cipher->id;
	suite->key_length = cipher->kernel_key_bits ? (uint16_t)(key_bits - cipher->salt) : 0;
	return true;
}

static bool read_aead(const struct nlattr *attribute, struct ike_suite *suite)
{
	const struct xfrm_algo_aead *aead = mnl_attr_get_payload(attribute);

	return aead->alg_icv_len != 0 &&
	       read_encryption(cipher_find_kernel(aead->alg_name, NAME_SIZE, aead->alg_icv_len), aead->alg_key_len,
	                       suite);
}

static bool read_cipher_and_hash(const struct nlattr *cipher, const struct nlattr *hash, struct ike_suite *suite)
{
	const struct xfrm_algo *encryption = mnl_attr_get_payload(cipher);
	const struct xfrm_algo_auth *authentication = mnl_attr_get_payload(hash);
	const struct integrity *integrity =
	        integrity_find_kernel(authentication->alg_name, NAME_SIZE, authentication->alg_trunc_len);

	if (integrity == NULL)
		return false;
	suite->integrity = integrity->id;
	return read_encryption(cipher_find_kernel(encryption->alg_name, NAME_SIZE, 0), encryption->alg_key_len, suite);
}

/* info_size: of the body that the attributes follow. */
static void read_algorithms(const struct nlmsghdr *message, size_t info_size, struct xfrm_sa *sa)
{
	const struct nlattr *aead = attribute_of(message, info_size, XFRMA_ALG_AEAD, sizeof(struct xfrm_algo_aead));
	const struct nlattr *cipher = attribute_of(message, info_size, XFRMA_ALG_CRYPT, sizeof(struct xfrm_algo));
	const struct nlattr *hash =
	        attribute_of(message, info_size, XFRMA_ALG_AUTH_TRUNC, sizeof(struct xfrm_algo_auth));

	sa->complete = aead != NULL || cipher != NULL || hash != NULL;
	if (aead != NULL)
		sa->suite_known = read_aead(aead, &sa->suite);
	else if (cipher != NULL && hash != NULL)
		sa->suite_known = read_cipher_and_hash(cipher, hash, &sa->suite);
}

/* ---- SAs ---- */

/* Headers from before Linux 6.2 do not have it. */
#define OFFLOAD_PACKET 4

/* A card that does all of ESP, or that hands what it decrypted to the stack: past the packet filter either way. What it
 * only encrypts on the way out has passed there before. */
static bool is_hidden(const struct nlmsghdr *message, size_t info_size)
{
	const struct nlattr *attribute =
	        attribute_of(message, info_size, XFRMA_OFFLOAD_DEV, sizeof(struct xfrm_user_offload));

	if (attribute == NULL)
		return false;
	const struct xfrm_user_offload *offload = mnl_attr_get_payload(attribute);
	return (offload->flags & (XFRM_OFFLOAD_INBOUND | OFFLOAD_PACKET)) != 0;
}

static bool read_info(const struct xfrm_usersa_info *info, struct xfrm_sa *sa)
{
	memset(sa, 0, sizeof *sa);
	sa->spi = ntohl(info->id.spi);
	sa->added = info->curlft.add_time;
	sa->transport_mode = info->mode != XFRM_MODE_TUNNEL;
	return info->id.proto == IPPROTO_ESP && sa->spi != 0 &&
	       read_flow(&info->saddr, &info->id.daddr, info->family, info->reqid, &sa->flow);
}

/* What was deleted stands in an attribute of that type. */
static bool copy_deleted(const struct nlmsghdr *message, size_t id_size, uint16_t type, void *body, size_t size)
{
	const struct nlattr *attribute = attribute_of(message, id_size, type, size);

	if (attribute == NULL)
		return false;
	memcpy(body, mnl_attr_get_payload(attribute), size);
	return true;
}

bool xfrm_sa_read(const struct nlmsghdr *message, struct xfrm_sa *sa)
{
	struct xfrm_usersa_info info; /* an expiry begins with the same */
	bool good = message->nlmsg_type == XFRM_MSG_DELSA
	                    ? copy_deleted(message, sizeof(struct xfrm_usersa_id), XFRMA_SA, &info, sizeof info)
	                    : copy_body(message, &info, sizeof info);

	if (!good || !read_info(&info, sa))
		return false;
	if (message->nlmsg_type == XFRM_MSG_NEWSA || message->nlmsg_type == XFRM_MSG_UPDSA) {
		read_algorithms(message, sizeof info, sa);
		sa->hidden = is_hidden(message, sizeof info);
	}
	return true;
}

/* ---- policies ---- */

static bool read_network(const xfrm_address_t *from, unsigned family, unsigned prefix, uint16_t port,
                         uint16_t port_mask, struct ike_selector *network)
{
	struct ip_address address;
	unsigned skipped = family == AF_INET ? 96 : 0; /* how IPv4 is held */

	if (!read_address(from, family, &address) || prefix > 128 - skipped)
		return false;
	network->first = network->last = address;
	for (unsigned bit = prefix + skipped; bit < 128; bit++) {
		network->first.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		network->last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	network->first_port = ntohs(port) & ntohs(port_mask);
	network->last_port = network->first_port | (uint16_t)~ntohs(port_mask);
	return true;
}

static bool read_selector(const struct xfrm_selector *selector, struct xfrm_policy *policy)
{
	policy->from.protocol = policy->to.protocol = selector->proto;
	return read_network(&selector->saddr, selector->family, selector->prefixlen_s, selector->sport,
	                    selector->sport_mask, &policy->from) &&
	       read_network(&selector->daddr, selector->family, selector->prefixlen_d, selector->dport,
	                    selector->dport_mask, &policy->to);
}

/* The one ESP template; where there are more, which SA is meant is not clear. */
static bool read_templates(const struct nlattr *attribute, struct xfrm_flow *flow)
{
	const struct xfrm_user_tmpl *templates = mnl_attr_get_payload(attribute);
	size_t count = mnl_attr_get_payload_len(attribute) / sizeof *templates;
	const struct xfrm_user_tmpl *esp = NULL;

	for (size_t i = 0; i < count; i++) {
		if (templates[i].id.proto != IPPROTO_ESP)
			continue;
		if (esp != NULL)
			return false;
		esp = &templates[i];
	}
	return esp != NULL && read_flow(&esp->saddr, &esp->id.daddr, esp->family, esp->reqid, flow);
}

bool xfrm_policy_read(const struct nlmsghdr *message, struct xfrm_policy *policy)
{
	struct xfrm_userpolicy_info info; /* an expiry begins with the same */
	bool good = message->nlmsg_type == XFRM_MSG_DELPOLICY
	                    ? copy_deleted(message, sizeof(struct xfrm_userpolicy_id), XFRMA_POLICY, &info, sizeof info)
	                    : copy_body(message, &info, sizeof info);

	memset(policy, 0, sizeof *policy);
	if (!good || (info.dir != XFRM_POLICY_IN && info.dir != XFRM_POLICY_OUT))
		return false;
	policy->index = info.index;
	policy->is_out = info.dir == XFRM_POLICY_OUT;
	if (message->nlmsg_type != XFRM_MSG_NEWPOLICY && message->nlmsg_type != XFRM_MSG_UPDPOLICY)
		return true;
	const struct nlattr *templates = attribute_of(message, sizeof info, XFRMA_TMPL, sizeof(struct xfrm_user_tmpl));
	return templates != NULL && info.action == XFRM_POLICY_ALLOW && read_templates(templates, &policy->flow) &&
	       policy->flow.reqid != 0 && read_selector(&info.sel, policy);
}

bool xfrm_is_hard_expiry(const struct nlmsghdr *message)
{
	struct xfrm_user_expire sa;
	struct xfrm_user_polexpire policy;

	if (message->nlmsg_type == XFRM_MSG_EXPIRE)
		return copy_body(message, &sa, sizeof sa) && sa.hard != 0;
	return copy_body(message, &policy, sizeof policy) && policy.hard != 0;
}

/* ---- use of one SA ---- */

struct nlmsghdr *xfrm_usage_request(void *buffer, unsigned sequence, const struct ip_address *destination, uint32_t spi)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct xfrm_aevent_id *id;
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(destination, &length);

	request->nlmsg_type = XFRM_MSG_GETAE;
	request->nlmsg_flags = NLM_F_REQUEST;
	request->nlmsg_seq = sequence;
	id = mnl_nlmsg_put_extra_header(request, sizeof *id);
	memcpy(&id->sa_id.daddr, bytes, length);
	id->sa_id.spi = htonl(spi);
	id->sa_id.family = length == 4 ? AF_INET : AF_INET6;
	id->sa_id.proto = IPPROTO_ESP;
	return request;
}

bool xfrm_usage_read(const struct nlmsghdr *message, uint64_t *packets)
{
	struct xfrm_lifetime_cur used;
	const struct nlattr *attribute =
	        message->nlmsg_type == XFRM_MSG_NEWAE
	                ? attribute_of(message, sizeof(struct xfrm_aevent_id), XFRMA_LTIME_VAL, sizeof used)
	                : NULL;

	if (attribute == NULL)
		return false;
	memcpy(&used, mnl_attr_get_payload(attribute), sizeof used);
	*packets = used.packets;
	return true;
}
