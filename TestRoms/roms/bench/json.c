/* A parser of JSON by recursive descent. */
#include "bench.h"

#define LENGTH	49152

const char name[] = "json";
const u32 checksum = 0xa5c68d41;

static char text[LENGTH];
static const char *at;
static u32 hash, depth;

static char *write_text(char *to, const char *from)
{
	while (*from)
		*to++ = *from++;
	return to;
}

static char *write_number(char *to, u32 number)
{
	char digits[12];
	u32 count = 0;
	do
		digits[count++] = '0' + number % 10;
	while (number /= 10);
	while (count)
		*to++ = digits[--count];
	return to;
}

void prepare(void)
{
	u32 seed = 7;
	char *to = write_text(text, "[");
	while (to < text + LENGTH - 200) {
		to = write_text(to, "{ \"number\": ");
		to = write_number(to, next_random(&seed) % 100000);
		to = write_text(to, ", \"name\": \"entry\\n");
		to = write_number(to, next_random(&seed) % 1000);
		to = write_text(to, "\", \"kinds\": [true, false, null, -");
		to = write_number(to, next_random(&seed) % 10);
		to = write_text(to, "], \"inner\": {\"x\": {\"y\": []}}},\n");
	}
	to = write_text(to, "{}]");
	*to = 0;
}

static void skip(void)
{
	while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
		at++;
}

static int parse_value(void);

static int parse_string(void)
{
	u32 length = 0;
	for (at++; *at != '"'; at++, length++) {
		if (!*at)
			return 0;
		char c = *at;
		if (c == '\\') {
			c = *++at;
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
		}
		hash = mix(hash, (u8)c);
	}
	at++;
	hash = mix(hash, length);
	return 1;
}

static int parse_number(void)
{
	u32 value = 0, negative = *at == '-';
	at += negative;
	if (*at < '0' || *at > '9')
		return 0;
	while (*at >= '0' && *at <= '9')
		value = value * 10 + (*at++ - '0');
	hash = mix(hash, negative ? -value : value);
	return 1;
}

static int parse_word(const char *word)
{
	while (*word)
		if (*at++ != *word++)
			return 0;
	return 1;
}

/* What is between brackets, of members that are values, or strings and values. */
static int parse_members(char end, int named)
{
	at++;
	depth++;
	skip();
	while (*at != end) {
		if (named) {
			if (*at != '"' || !parse_string())
				return 0;
			skip();
			if (*at++ != ':')
				return 0;
		}
		if (!parse_value())
			return 0;
		skip();
		if (*at == ',') {
			at++;
			skip();
		} else if (*at != end)
			return 0;
	}
	at++;
	hash = mix(hash, depth--);
	return 1;
}

static int parse_value(void)
{
	skip();
	switch (*at) {
	case '{':	return parse_members('}', 1);
	case '[':	return parse_members(']', 0);
	case '"':	return parse_string();
	case 't':	return parse_word("true");
	case 'f':	return parse_word("false");
	case 'n':	return parse_word("null");
	default:	return parse_number();
	}
}

u32 work(void)
{
	hash = 1;
	for (u32 i = 0; i < 24; i++) {
		at = text;
		int good = parse_value();
		hash = mix(hash, good);
	}
	return hash;
}
