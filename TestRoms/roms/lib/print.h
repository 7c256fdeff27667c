#pragma once

/* lib/uart.c on the bare machine, user/lib/lib.c in a process. */
void put_char(char c);

/* Understands %s, %c, %d, %u, %x and %08x. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
