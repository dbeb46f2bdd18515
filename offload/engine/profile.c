// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles: the cards that can be modelled. profiles.h has the figures.
 */
#include "profile.h"
#include "profiles.h"

#define FIGURE(member, value, source) .member = (value),
#define NOTE(member, value, source) \
	{ offsetof(struct fn_profile, member), (source) },

/* clang-format off */
static const struct fn_profile profiles[] = {
	{ .name = "flownic", FN_PROFILE_FLOWNIC(FIGURE) },
	{ .name = "agilio", FN_PROFILE_AGILIO(FIGURE) },
	{ .name = "corenic", FN_PROFILE_CORENIC(FIGURE) },
	{ .name = "hxdp", FN_PROFILE_HXDP(FIGURE) },
};

static const struct fn_note flownic_notes[] = { FN_PROFILE_FLOWNIC(NOTE) };
static const struct fn_note agilio_notes[] = { FN_PROFILE_AGILIO(NOTE) };
static const struct fn_note corenic_notes[] = { FN_PROFILE_CORENIC(NOTE) };
static const struct fn_note hxdp_notes[] = { FN_PROFILE_HXDP(NOTE) };

static const struct {
	const struct fn_note *note;
	u32 n;
} notes[] = {
	{ flownic_notes, ARRAY_SIZE(flownic_notes) },
	{ agilio_notes, ARRAY_SIZE(agilio_notes) },
	{ corenic_notes, ARRAY_SIZE(corenic_notes) },
	{ hxdp_notes, ARRAY_SIZE(hxdp_notes) },
};
/* clang-format on */

/**
 * fn_profile_next - go through the profiles
 * @prev: the one before, or NULL
 *
 * Return: the next, NULL after the last.
 */
const struct fn_profile *fn_profile_next(const struct fn_profile *prev)
{
	if (!prev)
		return &profiles[0];
	return ++prev < profiles + ARRAY_SIZE(profiles) ? prev : NULL;
}

/**
 * fn_profile_find - a profile by name
 * @name: NULL for the default
 *
 * Return: NULL if there is none.
 */
const struct fn_profile *fn_profile_find(const char *name)
{
	const struct fn_profile *p = NULL;

	while ((p = fn_profile_next(p))) {
		if (!name || !strcmp(p->name, name))
			return p;
	}
	return NULL;
}

/**
 * fn_profile_notes - where the figures of a profile are from
 * @p: one of the profiles here
 * @n: gets the number of notes
 *
 * Return: the notes.
 */
const struct fn_note *fn_profile_notes(const struct fn_profile *p, u32 *n)
{
	*n = notes[p - profiles].n;
	return notes[p - profiles].note;
}

/**
 * fn_profile_helper - index of a helper
 * @number: in the UAPI
 *
 * Return: enum fn_helper_index, or -1 if the card does not have it.
 */
int fn_profile_helper(u32 number)
{
	switch (number) {
#define X(name, id, ...) \
	case id:         \
		return FN_HELPER_INDEX_##name;
		FN_HELPERS(X)
#undef X
	}
	return -1;
}
