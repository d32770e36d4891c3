// SPDX-License-Identifier: GPL-2.0-or-later
/* What nftables is compared with: the same counting by a tc classifier, in a per-CPU hash. IPv4 ESP only. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ESP_PROTOCOL 50

struct key {
	__u32 source, destination, spi;
};

struct count {
	__u64 packets, bytes, last;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1 << 18);
	__type(key, struct key);
	__type(value, struct count);
} counts SEC(".maps");

SEC("classifier")
int count_esp(struct __sk_buff *packet)
{
	void *data = (void *)(long)packet->data, *end = (void *)(long)packet->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct count first = {.packets = 1, .bytes = packet->len}, *count;
	struct key key;
	__u32 *spi;

	if (packet->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > end || ip->protocol != ESP_PROTOCOL)
		return TC_ACT_UNSPEC;
	spi = (void *)ip + sizeof *ip;
	if (ip->ihl != 5 || (void *)(spi + 1) > end)
		return TC_ACT_UNSPEC;
	key = (struct key){ip->saddr, ip->daddr, *spi};
	count = bpf_map_lookup_elem(&counts, &key);
	if (count) {
		count->packets++;
		count->bytes += packet->len;
		count->last = bpf_ktime_get_coarse_ns();
	} else {
		bpf_map_update_elem(&counts, &key, &first, BPF_ANY);
	}
	return TC_ACT_UNSPEC;
}

char program_license[] SEC("license") = "GPL";
