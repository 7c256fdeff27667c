/* Formatted output, for whoever has a put_char. */
#include <stdarg.h>
#include "print.h"

static void put_string(const char *s)
{
	while (*s)
		put_char(*s++);
}

static void put_number(unsigned value, unsigned base, int width)
{
	char digits[10];
	int n = 0;
	do
		digits[n++] = "0123456789abcdef"[value % base];
	while ((value /= base) || n < width);
	while (n)
		put_char(digits[--n]);
}

void print(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	for (; *format; format++) {
		if (*format != '%') {
			put_char(*format);
			continue;
		}
		int width = 0;
		while (*++format >= '0' && *format <= '9')
			width = *format - '0';
		if (*format == 's')
			put_string(va_arg(args, const char *));
		else if (*format == 'c')
			put_char(va_arg(args, int));
		else {
			int value = va_arg(args, int);
			if (*format == 'd' && value < 0) {
				put_char('-');
				value = -value;
			}
			put_number(value, *format == 'x' ? 16 : 10, width);
		}
	}
	va_end(args);
}
