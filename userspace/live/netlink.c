// SPDX-License-Identifier: GPL-2.0
/*
 * The way to the module: generic netlink.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <unistd.h>

#include "live.h"
#include "userspace/tool.h"

#define BUFFER_SIZE 32768

typedef int (*fn_nl_cb)(const struct nlmsghdr *nlh, void *arg);

/**
 * struct answer - how messages are taken in
 * @fn: for each message that is no end and no error
 * @arg: for @fn
 * @why: the module's sentence if it refused
 */
struct answer {
	fn_nl_cb fn;
	void *arg;
	char why[256];
};

static struct mnl_socket *sock;
static u16 family;
static u32 sequence;

static struct nlmsghdr *request(void *buf, u16 type, u16 flags, u8 cmd,
				u8 version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++sequence;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static int parse_reason_attr(const struct nlattr *attr, void *arg)
{
	struct answer *a = arg;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
	    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		snprintf(a->why, sizeof(a->why), "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

/* The sentence in the attributes behind an error or an end. */
static void parse_reason(struct answer *a, const struct nlmsghdr *nlh,
			 size_t at)
{
	if ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && !a->why[0])
		mnl_attr_parse(nlh, at, parse_reason_attr, a);
}

static int on_error(struct answer *a, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t at = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return -EBADMSG;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += mnl_nlmsg_get_payload_len(&e->msg);
	if (e->error)
		parse_reason(a, nlh, at);
	return e->error;
}

static int on_done(struct answer *a, const struct nlmsghdr *nlh)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error) || *error >= 0)
		return 0;
	parse_reason(a, nlh, sizeof(*error));
	return *error;
}

/* 1: more to come, 0: the end, negative: errno. */
static int on_message(struct answer *a, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != sequence)
		return 1;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return on_error(a, nlh);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return on_done(a, nlh);
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !a->fn)
		return 1;
	return a->fn(nlh, a->arg) ?: 1;
}

static int receive(struct answer *a)
{
	static char buf[BUFFER_SIZE];
	const struct nlmsghdr *nlh;
	int len, err = 1;

	while (err > 0) {
		len = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		for (nlh = (void *)buf; err > 0 && mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			err = on_message(a, nlh);
	}
	return err;
}

static int transact(const struct nlmsghdr *nlh, struct answer *a)
{
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return receive(a);
}

static int parse_family_attr(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int parse_family(const struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), parse_family_attr, NULL);
	return 0;
}

static int find_family(void)
{
	char buf[256];
	struct answer a = { .fn = parse_family };
	struct nlmsghdr *nlh =
		request(buf, GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY, 1);
	int err;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, FLOWNIC_GENL_NAME);
	err = transact(nlh, &a);
	if (err == -ENOENT)
		return fn_fail(
			"the module is not loaded: insmod flownic.ko first (cards are seen from the initial network namespace only)");
	if (err)
		return fn_fail("generic netlink: %s", strerror(-err));
	return FN_DONE;
}

static int connect_module(void)
{
	int on = 1;

	if (family)
		return FN_DONE;
	sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return fn_fail("netlink socket: %s", strerror(errno));
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	return find_family();
}

/* The module's sentence without its name. */
static const char *reason(const struct answer *a)
{
	static const char prefix[] = "flownic: ";

	if (!strncmp(a->why, prefix, sizeof(prefix) - 1))
		return a->why + sizeof(prefix) - 1;
	return a->why;
}

static int report_refusal(int err, const struct answer *a)
{
	const char *why = reason(a);

	if (why[0])
		return fn_fail("%s", why);
	if (err == -EPERM)
		return fn_fail(
			"not permitted: CAP_NET_ADMIN is needed, try as root");
	return fn_fail("the module answered: %s", strerror(-err));
}

/* Linux 6.1 loses the module's sentence where a dump may not even begin. */
static void explain(u8 cmd, struct answer *a)
{
	bool looks = cmd == FLOWNIC_CMD_PROG_GET || cmd == FLOWNIC_CMD_MAP_GET;

	if (looks && !a->why[0])
		snprintf(
			a->why, sizeof(a->why),
			"to look at the programs and maps of a card takes CAP_SYS_ADMIN");
}

static int dump(u8 cmd, const struct fn_select *s, struct answer *a)
{
	char buf[256];
	struct nlmsghdr *nlh;
	int err;

	nlh = request(buf, family, NLM_F_DUMP, cmd, FLOWNIC_GENL_VERSION);
	if (s && s->has & FN_BY_CARD)
		mnl_attr_put_u32(nlh, FLOWNIC_A_CARD, s->card);
	if (s && s->has & FN_BY_HANDLE)
		mnl_attr_put_u32(nlh, FLOWNIC_A_HANDLE, s->handle);
	err = transact(nlh, a);
	if (err == -EPERM)
		explain(cmd, a);
	return err;
}

/**
 * fn_nl_dump - read all things of a kind
 * @cmd: FLOWNIC_CMD_*
 * @s: card and handle for a dump that needs them, or NULL
 * @fn: called for each message; 0 or a negative errno
 * @arg: for @fn
 *
 * Return: exit status; an error has been reported.
 */
int fn_nl_dump(u8 cmd, const struct fn_select *s, fn_nl_cb fn, void *arg)
{
	struct answer a = { .fn = fn, .arg = arg };
	int err;

	if (connect_module())
		return FN_FAILED;
	err = dump(cmd, s, &a);
	return err ? report_refusal(err, &a) : FN_DONE;
}

/**
 * fn_nl_dump_shown - read all things of a kind that the module shows us
 * @cmd: FLOWNIC_CMD_*
 * @fn: called for each message; 0 or a negative errno
 * @arg: for @fn
 * @hidden: answer: the module's reason for not showing them, else ""
 * @size: bytes of it
 *
 * Return: exit status; an error other than a missing privilege has been said.
 */
int fn_nl_dump_shown(u8 cmd, fn_nl_cb fn, void *arg, char *hidden, size_t size)
{
	struct answer a = { .fn = fn, .arg = arg };
	int err;

	hidden[0] = '\0';
	if (connect_module())
		return FN_FAILED;
	err = dump(cmd, NULL, &a);
	if (err != -EPERM)
		return err ? report_refusal(err, &a) : FN_DONE;
	snprintf(hidden, size, "%s",
		 reason(&a)[0] ? reason(&a) : "try as root");
	return FN_DONE;
}

static int ask(u8 cmd, const u32 *attrs, const u32 *values, size_t n,
	       struct answer *a)
{
	char buf[256];
	struct nlmsghdr *nlh =
		request(buf, family, NLM_F_ACK, cmd, FLOWNIC_GENL_VERSION);
	size_t i;

	for (i = 0; i < n; i++)
		mnl_attr_put_u32(nlh, attrs[i], values[i]);
	return transact(nlh, a);
}

/**
 * fn_nl_request - have something done
 * @cmd: FLOWNIC_CMD_*
 * @attrs: attributes, all u32
 * @values: of @attrs
 * @n: how many
 * @fn: called for the answer, or NULL; 0 or a negative errno
 * @arg: for @fn
 *
 * Return: exit status; an error has been reported.
 */
int fn_nl_request(u8 cmd, const u32 *attrs, const u32 *values, size_t n,
		  fn_nl_cb fn, void *arg)
{
	struct answer a = { .fn = fn, .arg = arg };
	int err;

	if (connect_module())
		return FN_FAILED;
	err = ask(cmd, attrs, values, n, &a);
	return err ? report_refusal(err, &a) : FN_DONE;
}

/**
 * fn_nl_try - have something done, and report nothing
 * @cmd: FLOWNIC_CMD_*
 * @attrs: attributes, all u32
 * @values: of @attrs
 * @n: how many
 * @why: gets a sentence if it is refused
 * @size: bytes at @why
 *
 * Return: whether it has been done.
 */
bool fn_nl_try(u8 cmd, const u32 *attrs, const u32 *values, size_t n, char *why,
	       size_t size)
{
	struct answer a = {};
	int err;

	if (connect_module()) {
		snprintf(why, size, "the module can't be asked");
		return false;
	}
	err = ask(cmd, attrs, values, n, &a);
	if (err)
		snprintf(why, size, "%s",
			 *reason(&a) ? reason(&a) : strerror(-err));
	return !err;
}
