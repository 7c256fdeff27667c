#include "kernel.h"

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

const struct file *file_find(const char *name)
{
	for (const struct file *f = files; f->name; f++)
		if (same(f->name, name))
			return f;
	return 0;
}
