/* A state machine over globals: counts what a program's text is made of. */
#include "bench.h"

#define LENGTH	32768

enum state { BLANK, WORD, NUMBER, STRING, ESCAPE, SLASH, COMMENT, STAR };

const char name[] = "states";
const u32 checksum = 0xee2d6086;

char text[LENGTH];
u32 state, words, numbers, strings, comments, lines, others;

void prepare(void)
{
	static const char *const pieces[] = { "static ", "int x", " = 0x1f", "; ", "\"a\\\"b\" ", "/* not this */", "\n\t", "a / b", "(c1 + 20)", "{}" };
	u32 seed = 15;
	for (u32 at = 0; at < LENGTH;)
		for (const char *from = pieces[(next_random(&seed) >> 6) % 10]; *from && at < LENGTH; from++)
			text[at++] = *from;
}

static int is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static __attribute__((noinline)) void step(char c)
{
	if (c == '\n')
		lines++;
	switch (state) {
	case STRING:
		state = c == '\\' ? ESCAPE : c == '"' ? BLANK : STRING;
		return;
	case ESCAPE:
		state = STRING;
		return;
	case COMMENT:
		state = c == '*' ? STAR : COMMENT;
		return;
	case STAR:
		state = c == '/' ? BLANK : c == '*' ? STAR : COMMENT;
		return;
	case SLASH:
		if (c == '*') {
			comments++;
			state = COMMENT;
			return;
		}
		others++;
		break;
	case WORD:
	case NUMBER:
		if (is_letter(c) || is_digit(c))
			return;
	}
	if (is_letter(c)) {
		words++;
		state = WORD;
	} else if (is_digit(c)) {
		numbers++;
		state = NUMBER;
	} else if (c == '"') {
		strings++;
		state = STRING;
	} else if (c == '/')
		state = SLASH;
	else {
		others += c > ' ';
		state = BLANK;
	}
}

u32 work(void)
{
	state = words = numbers = strings = comments = lines = others = 0;
	for (u32 round = 0; round < 12; round++)
		for (u32 i = 0; i < LENGTH; i++)
			step(text[i]);
	return mix(mix(mix(mix(mix(mix(1, words), numbers), strings), comments), lines), others);
}
