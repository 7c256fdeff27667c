/* A matcher of regular expressions: characters, ., *, ^ and $, tried one way after the other. */
#include "bench.h"

#define LINES	800
#define LONGEST	64

const char name[] = "regex";
const u32 checksum = 0x0b8584ad;

static char lines[LINES][LONGEST];

static const char *const expressions[] = { "abc", "^a.*c$", "a.b*c", "b*a*b$", ".*x.*y", "^..ab*c.*a" };

void prepare(void)
{
	u32 seed = 9;
	for (u32 i = 0; i < LINES; i++)
		for (u32 j = 0; j < LONGEST - 1; j++)
			lines[i][j] = "aabbbccxy"[next_random(&seed) % 9];
}

static int match_here(const char *expression, const char *text);

static int match_many(int c, const char *expression, const char *text)
{
	do
		if (match_here(expression, text))
			return 1;
	while (*text && (*text++ == c || c == '.'));
	return 0;
}

static int match_here(const char *expression, const char *text)
{
	if (!expression[0])
		return 1;
	if (expression[1] == '*')
		return match_many(expression[0], expression + 2, text);
	if (expression[0] == '$' && !expression[1])
		return !*text;
	if (*text && (expression[0] == '.' || expression[0] == *text))
		return match_here(expression + 1, text + 1);
	return 0;
}

static int matches(const char *expression, const char *text)
{
	if (expression[0] == '^')
		return match_here(expression + 1, text);
	do
		if (match_here(expression, text))
			return 1;
	while (*text++);
	return 0;
}

u32 work(void)
{
	u32 hash = 1;
	for (u32 e = 0; e < sizeof expressions / sizeof *expressions; e++) {
		u32 count = 0;
		for (u32 i = 0; i < LINES; i++)
			count += matches(expressions[e], lines[i]);
		hash = mix(hash, count);
	}
	return hash;
}
