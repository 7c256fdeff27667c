#include "lib.h"

static char line[128];
static unsigned length;

void flush(void)
{
	write(line, length);
	length = 0;
}

void put_char(char c)
{
	line[length++] = c;
	if (c == '\n' || length == sizeof line)
		flush();
}

int equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

int verdict(const char *arguments, const char *what, unsigned result, unsigned expected)
{
	if (!equal(arguments, "quiet"))
		print("%s: %u%s\n", what, result, result == expected ? "" : " is WRONG");
	return result != expected;
}
