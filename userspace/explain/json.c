// SPDX-License-Identifier: GPL-2.0
/*
 * Members of JSON objects.
 */
#include "explain.h"

/**
 * fn_add - add a member
 * @o: object
 * @key: name
 * @v: value, NULL for null
 */
void fn_add(json_object *o, const char *key, json_object *v)
{
	json_object_object_add(o, key, v);
}

/**
 * fn_add_text - add a text
 * @o: object
 * @key: name
 * @v: text, NULL for null
 */
void fn_add_text(json_object *o, const char *key, const char *v)
{
	fn_add(o, key, v ? json_object_new_string(v) : NULL);
}

/**
 * fn_add_int - add an integer
 * @o: object
 * @key: name
 * @v: value
 */
void fn_add_int(json_object *o, const char *key, s64 v)
{
	fn_add(o, key, json_object_new_int64(v));
}

/**
 * fn_add_float - add a number, with as many digits as a reader may want
 * @o: object
 * @key: name
 * @v: value
 */
void fn_add_float(json_object *o, const char *key, double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", v);
	fn_add(o, key, json_object_new_double_s(v, text));
}

/**
 * fn_add_bool - add a truth value
 * @o: object
 * @key: name
 * @v: value
 */
void fn_add_bool(json_object *o, const char *key, bool v)
{
	fn_add(o, key, json_object_new_boolean(v));
}
