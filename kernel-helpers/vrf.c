// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel-helpers/vrf.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "kernel-helpers/netlink_socket.h"
#include "kernel-helpers/nf_tables.h"

#define SEQUENCE 1

static bool is_vrf(const struct nlattr *link_info)
{
	const struct nlattr *attribute;

	nf_tables_each_nested(attribute, link_info)
	{
		if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND &&
		    mnl_attr_get_payload_len(attribute) == sizeof "vrf" &&
		    memcmp(mnl_attr_get_payload(attribute), "vrf", sizeof "vrf") == 0)
			return true;
	}
	return false;
}

static int take_link(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attribute;
	bool *found = context;

	nf_tables_each_from(attribute, mnl_nlmsg_get_payload_offset(message, sizeof(struct ifinfomsg)),
	                    mnl_nlmsg_get_payload_tail(message))
	{
		if (mnl_attr_get_type(attribute) == IFLA_LINKINFO && is_vrf(attribute))
			*found = true;
	}
	return MNL_CB_OK;
}

/* 0 and whether a link was told of, or a negative errno. */
static int dump_vrf_links(struct mnl_socket *socket, bool *found)
{
	_Alignas(struct nlmsghdr) char buffer[NF_TABLES_BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(request, sizeof *link);
	struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = SEQUENCE;
	link->ifi_family = AF_UNSPEC;
	/* Kernels that know this filter tell of VRFs alone; others of all links. */
	mnl_attr_put_strz(request, IFLA_INFO_KIND, "vrf");
	mnl_attr_nest_end(request, info);
	return nf_tables_ask(socket, request, buffer, take_link, found);
}

bool vrf_exists(void)
{
	struct mnl_socket *socket = netlink_socket_open(NETLINK_ROUTE, 0, 0);
	bool found = false;
	int result;

	if (socket == NULL)
		return true;
	result = dump_vrf_links(socket, &found);
	mnl_socket_close(socket);
	return found || (result != 0 && result != -EINTR);
}
