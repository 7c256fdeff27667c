/* The host in place of the board. */
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"
#include "print.h"

void begin(void)
{
}

void put_char(char c)
{
	putchar(c);
}

void power_off(void)
{
	exit(EXIT_SUCCESS);
}
