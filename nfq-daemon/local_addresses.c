/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/local_addresses.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

/* Returns whether it is an address that a tunnel can end at. */
static bool read_address(const struct ifaddrs *item, struct ip_address *address)
{
	if (item->ifa_addr == NULL || (item->ifa_flags & IFF_LOOPBACK) != 0)
		return false;
	if (item->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)(const void *)item->ifa_addr;
		*address = ip_address_from_ipv4((const uint8_t *)&ipv4->sin_addr);
		return true;
	}
	if (item->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)(const void *)item->ifa_addr;
		*address = ip_address_from_ipv6(ipv6->sin6_addr.s6_addr);
		return !IN6_IS_ADDR_LINKLOCAL(&ipv6->sin6_addr);
	}
	return false;
}

int local_addresses(struct ip_address *addresses, unsigned room)
{
	struct ifaddrs *list;
	unsigned count = 0;

	if (getifaddrs(&list) != 0)
		return -errno;
	for (const struct ifaddrs *item = list; item != NULL && count < room; item = item->ifa_next)
		if (read_address(item, &addresses[count]))
			count++;
	freeifaddrs(list);
	return (int)count;
}
