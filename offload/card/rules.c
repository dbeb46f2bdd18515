// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that send certain frames to a queue, or nowhere. A frame's headers are
 * put together to a key, and each rule compares it with a value under a mask, as
 * a ternary memory does.
 */
#include "flow.h"

#define WORDS (sizeof(struct fn_flow_key) / sizeof(u64))

/**
 * union rule_key - a key, for comparing
 * @k: as its fields
 * @word: as words
 */
union rule_key {
	struct fn_flow_key k;
	u64 word[WORDS];
};

/**
 * struct rule - one of a port's
 * @place: number; a lower one comes first
 * @to: where its frames go
 * @value: in the bits of @mask, and no others
 * @mask: bits that matter
 */
struct rule {
	u32 place;
	struct fn_rule_to to;
	union rule_key value;
	union rule_key mask;
};

/**
 * struct fn_rules - a port's rules
 * @n: number of @rule
 * @rule: in the order of their places
 */
struct fn_rules {
	u32 n;
	struct rule rule[];
};

static void key_ip(struct fn_flow_key *k, const struct fn_flow *f)
{
	const u8 *p = f->addr;
	u32 n = f->naddr / 2;

	memcpy(k->src, p, n);
	memcpy(k->dst, p + n, n);
	if (f->naddr == 8) {
		k->version = 4;
		k->proto = p[-3];
		k->tos = p[-11];
	} else {
		k->version = 6;
		k->proto = p[-2];
		k->tos = p[-8] << 4 | p[-7] >> 4;
	}
	if (f->ports) {
		memcpy(k->sport, f->ports, 2);
		memcpy(k->dport, f->ports + 2, 2);
	}
}

static void make_key(union rule_key *key, const u8 *frame,
		     const struct fn_flow *f)
{
	struct fn_flow_key *k = &key->k;

	memset(key, 0, sizeof(*key));
	memcpy(k->dst_mac, frame, 6);
	memcpy(k->src_mac, frame + 6, 6);
	if (f->type != frame + 12) {
		memcpy(k->vlan_type, frame + 12, 2);
		memcpy(k->vlan_tci, frame + 14, 2);
	}
	memcpy(k->type, f->type, 2);
	k->kind = f->kind;
	if (f->naddr)
		key_ip(k, f);
}

static bool match(const struct rule *rule, const union rule_key *key)
{
	u64 differs = 0;
	u32 i;

	for (i = 0; i < WORDS; i++)
		differs |= (key->word[i] & rule->mask.word[i]) ^
			   rule->value.word[i];
	return !differs;
}

/**
 * fn_rules_match - find the rule for a frame
 * @rules: a port's
 * @frame: that came in
 * @f: its flow
 *
 * Under fn_read_lock(). Return: where the frame goes, or NULL without a rule.
 */
const struct fn_rule_to *fn_rules_match(const struct fn_rules *rules,
					const u8 *frame,
					const struct fn_flow *f)
{
	union rule_key key;
	u32 i;

	make_key(&key, frame, f);
	for (i = 0; i < rules->n; i++)
		if (match(&rules->rule[i], &key))
			return &rules->rule[i].to;
	return NULL;
}

static void make_rule(struct rule *rule, const struct fn_msg_port_rule *m)
{
	u32 i;

	rule->place = m->place;
	rule->to.queue = m->queue;
	rule->to.context = m->context;
	rule->value.k = m->value;
	rule->mask.k = m->mask;
	for (i = 0; i < WORDS; i++)
		rule->value.word[i] &= rule->mask.word[i];
}

/* All rules but that of the message's place, and the message's if it has one. */
static struct fn_rules *changed(const struct fn_rules *old,
				const struct fn_msg_port_rule *m)
{
	u32 n = old ? old->n : 0;
	struct fn_rules *new;
	u32 i = 0;

	new = fn_alloc(sizeof(*new) + (n + 1) * sizeof(new->rule[0]));
	if (!new)
		return NULL;
	for (; i < n && old->rule[i].place < m->place; i++)
		new->rule[new->n++] = old->rule[i];
	if (m->on)
		make_rule(&new->rule[new->n++], m);
	for (; i < n; i++)
		if (old->rule[i].place != m->place)
			new->rule[new->n++] = old->rule[i];
	return new;
}

static bool has(const struct fn_rules *rules, u32 place)
{
	u32 i;

	for (i = 0; rules && i < rules->n; i++)
		if (rules->rule[i].place == place)
			return true;
	return false;
}

/* Frames see the old rules or the new ones. Empty ones are as good as none. */
static void replace(struct fn_card_port *p, struct fn_rules *new)
{
	struct fn_rules *old = fn_read_locked(p->rules);

	if (new && !new->n) {
		fn_free(new);
		new = NULL;
	}
	fn_publish(p->rules, new);
	if (!old)
		return;
	fn_wait_for_readers();
	fn_free(old);
}

static bool sane(const struct fn_msg_port_rule *m)
{
	if (m->place >= FN_MAX_RULES)
		return false;
	return !m->on ||
	       ((m->queue < FN_MAX_QUEUES || m->queue == FN_RULE_DROP) &&
		m->context < FN_RSS_CONTEXTS);
}

/**
 * fn_ctrl_port_rule - FN_CTRL_PORT_RULE: add, replace or remove a rule
 * @card: card
 * @msg: struct fn_msg_port_rule
 *
 * Return: 0, -ENODEV without such a port, -EINVAL for a place, a queue or a
 * context that there can't be, -ENOENT if there is no rule to remove, -ENOMEM.
 */
int fn_ctrl_port_rule(struct fn_card *card, void *msg)
{
	const struct fn_msg_port_rule *m = msg;
	struct fn_card_port *p = fn_card_port(card, m->port);
	struct fn_rules *new;

	if (!p)
		return -ENODEV;
	if (m->place == FN_MAX_RULES && !m->on) {
		replace(p, NULL);
		return 0;
	}
	if (!sane(m))
		return -EINVAL;
	if (!m->on && !has(fn_read_locked(p->rules), m->place))
		return -ENOENT;
	new = changed(fn_read_locked(p->rules), m);
	if (!new)
		return -ENOMEM;
	replace(p, new);
	return 0;
}

/**
 * fn_rules_free - forget a port's rules, when no worker runs any more
 * @port: port of a card that is being powered off
 */
void fn_rules_free(struct fn_card_port *port)
{
	fn_free(fn_read_locked(port->rules));
}
