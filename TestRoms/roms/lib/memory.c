/* The functions that gcc calls on its own account, even from freestanding code. */
#include <stddef.h>

void *memset(void *to, int value, size_t length)
{
	for (char *at = to; length--; )
		*at++ = value;
	return to;
}

void *memcpy(void *to, const void *from, size_t length)
{
	const char *source = from;
	for (char *at = to; length--; )
		*at++ = *source++;
	return to;
}

size_t strlen(const char *s)
{
	size_t length = 0;
	while (s[length])
		length++;
	return length;
}
