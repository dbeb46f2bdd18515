#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The completion for bash offers what flownic help tells of, and what is told
# when a verb is unknown agrees with it.

cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
PATH=$PWD/build:$PATH
# shellcheck source=userspace/completion/flownic
. userspace/completion/flownic
count=0

# $1 name, $2 got, $3 expected
is() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '#   got:      %s\n#   expected: %s\n' "$2" "$3"
	fi
}

# The words offered for the last argument.
offered() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_flownic
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

lines() {
	tr ' ' '\n' | grep . | sort -u
}

help=$(flownic help)
verbs=$(sed -n 's/^  flownic \([a-z-]*\).*/\1/p' <<<"$help"; echo version)
is "every verb is offered" "$(offered flownic '' | grep -v '^--')" \
	"$(lines <<<"$verbs")"
known=$(flownic nonsense 2>&1 | sed 's/.*known: //; s/,//g; s/\<list //')
is "an unknown verb is told of every one" "$(lines <<<"$known")" \
	"$(lines <<<"$verbs")"
for verb in sim bench; do
	told=$(sed -n "/^  flownic $verb /,/^  flownic [^ ]* FILE\.\.\./p" \
		<<<"$help" | grep -v "flownic sim-merge")
	[ $verb = sim ] || told=$(sed '/^  flownic explain/,$d' <<<"$told")
	is "every option of $verb is offered" \
		"$(offered flownic $verb -- | grep -v json)" \
		"$(grep -o -e '--[a-z-]*' <<<"$told" | sort -u)"
done
told=$(flownic help explain | sed '/^For example/,$d')
is "every option of explain is offered" \
	"$(offered flownic explain -- | grep -v output)" \
	"$(grep -o -e '--[a-z-]*' <<<"$told" | sort -u)"
is "how to translate is offered with dump" "$(offered flownic dump --)" \
	"$(lines <<<'--after --dot --inner --json --lower --profile --set --tail --without')"
is "profiles behind --profile" "$(offered flownic check --profile hx)" hxdp
is "passes behind --without" "$(offered flownic sim --without li)" licm
is "figures behind --sweep" "$(offered flownic sim x.o --sweep map_r)" map_read=
is "keys of a sweep that are no figures, too" \
	"$(offered flownic sim x.o --sweep ent)" entries=
is "maps of the object behind --map" \
	"$(offered flownic sim build/bpf/lb.o --map '')" \
	"$(lines <<<'backends= services=')"
is "figures to draw" "$(offered flownic sim x.o --plot-y la)" latency
is "profiles by name" "$(offered flownic profile show ag)" agilio
echo "1..$count"
