// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers that no card has, and why. What is not here is missing for no better
 * reason than that nobody wrote it.
 */
#include "helpers.h"

/* clang-format off */
#define STRING "its string has to be in a read-only map, and the kernel's offload core gives a device none that can be addressed"
#define CALLBACK "it calls back, which the kernel allows programs that its own compiler made only"
#define MAP "its type of map is not among those that the kernel's offload core makes for a device (array, hash)"
#define TASK "no task of the host's runs on a card"
#define SOCKET "sockets are the host's"
#define ROUTES "routes and neighbours are the host's"
#define TUNNEL "tunnel metadata is made by the host's tunnel devices"
#define MEMORY "the host's memory is out of a card's reach"

/* X(name, number, why) */
#define ABSENT(X)							\
	X(probe_read,		4, MEMORY)				\
	X(tail_call,		12, MAP)				\
	X(get_current_pid_tgid,	14, TASK)				\
	X(get_current_uid_gid,	15, TASK)				\
	X(get_current_comm,	16, TASK)				\
	X(get_cgroup_classid,	17, TASK)				\
	X(skb_get_tunnel_key,	20, TUNNEL)				\
	X(skb_set_tunnel_key,	21, TUNNEL)				\
	X(perf_event_read,	22, MAP)				\
	X(get_route_realm,	24, ROUTES)				\
	X(get_stackid,		27, MAP)				\
	X(skb_get_tunnel_opt,	29, TUNNEL)				\
	X(skb_set_tunnel_opt,	30, TUNNEL)				\
	X(skb_change_type,	32, "the card does not know for whom the host takes a frame") \
	X(skb_under_cgroup,	33, MAP)				\
	X(get_current_task,	35, TASK)				\
	X(current_task_under_cgroup, 37, MAP)				\
	X(get_numa_node_id,	42, "a card has no NUMA nodes")	\
	X(get_socket_cookie,	46, SOCKET)				\
	X(get_socket_uid,	47, SOCKET)				\
	X(redirect_map,		51, MAP)				\
	X(perf_event_read_value, 55, MAP)				\
	X(skb_get_xfrm_state,	66, "IPsec states are the host's")	\
	X(fib_lookup,		69, ROUTES)				\
	X(skb_cgroup_id,	79, SOCKET)				\
	X(skb_ancestor_cgroup_id, 83, SOCKET)				\
	X(sk_lookup_tcp,	84, SOCKET)				\
	X(sk_lookup_udp,	85, SOCKET)				\
	X(sk_release,		86, SOCKET)				\
	X(map_push_elem,	87, MAP)				\
	X(map_pop_elem,		88, MAP)				\
	X(map_peek_elem,	89, MAP)				\
	X(spin_lock,		93, "maps of a device have no BTF, which would tell where the lock is") \
	X(spin_unlock,		94, "maps of a device have no BTF, which would tell where the lock is") \
	X(sk_fullsock,		95, SOCKET)				\
	X(tcp_sock,		96, SOCKET)				\
	X(skb_ecn_set_ce,	97, SOCKET)				\
	X(get_listener_sock,	98, SOCKET)				\
	X(skc_lookup_tcp,	99, SOCKET)				\
	X(tcp_check_syncookie,	100, SOCKET)				\
	X(sk_storage_get,	107, SOCKET)				\
	X(sk_storage_delete,	108, SOCKET)				\
	X(tcp_gen_syncookie,	110, SOCKET)				\
	X(probe_read_kernel,	113, MEMORY)				\
	X(probe_read_kernel_str, 115, MEMORY)				\
	X(sk_assign,		124, SOCKET)				\
	X(sk_cgroup_id,		128, SOCKET)				\
	X(sk_ancestor_cgroup_id, 129, SOCKET)				\
	X(ringbuf_output,	130, MAP)				\
	X(ringbuf_reserve,	131, MAP)				\
	X(ringbuf_submit,	132, MAP)				\
	X(ringbuf_discard,	133, MAP)				\
	X(ringbuf_query,	134, MAP)				\
	X(skc_to_tcp6_sock,	136, SOCKET)				\
	X(skc_to_tcp_sock,	137, SOCKET)				\
	X(skc_to_tcp_timewait_sock, 138, SOCKET)			\
	X(skc_to_tcp_request_sock, 139, SOCKET)				\
	X(skc_to_udp6_sock,	140, SOCKET)				\
	X(skb_cgroup_classid,	151, SOCKET)				\
	X(redirect_neigh,	152, ROUTES)				\
	X(per_cpu_ptr,		153, MEMORY)				\
	X(this_cpu_ptr,		154, MEMORY)				\
	X(redirect_peer,	155, "the far end of a port is a cable") \
	X(get_current_task_btf,	158, TASK)				\
	X(for_each_map_elem,	164, CALLBACK)				\
	X(snprintf,		165, STRING)				\
	X(timer_init,		169, CALLBACK)				\
	X(timer_set_callback,	170, CALLBACK)				\
	X(timer_start,		171, CALLBACK)				\
	X(timer_cancel,		172, CALLBACK)				\
	X(task_pt_regs,		175, TASK)				\
	X(skc_to_unix_sock,	178, SOCKET)				\
	X(loop,			181, CALLBACK)				\
	X(strncmp,		182, STRING)				\
	X(kptr_xchg,		194, "maps of a device have no BTF, which would tell where the pointer is") \
	X(map_lookup_percpu_elem, 195, MAP)				\
	X(skc_to_mptcp_sock,	196, SOCKET)				\
	X(user_ringbuf_drain,	209, MAP)
/* clang-format on */

/**
 * fn_helper_absent - why the card has not a helper
 * @number: in the UAPI
 *
 * Return: a reason, without full stop; NULL if there is none.
 */
const char *fn_helper_absent(u32 number)
{
	switch (number) {
#define CASE(helper, id, why) \
	case id:              \
		return why;
		ABSENT(CASE)
#undef CASE
	}
	return NULL;
}
