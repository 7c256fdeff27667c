/* A flattened device tree, as it is written: nodes in one another, and behind them the names of their properties (Devicetree Specification 0.4, chapter 5). */
#include "vmm.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, END = 9 };

#define HEADER_BYTES	40
#define RESERVED_BYTES	16	/* No piece of memory is reserved: zeros end the list of them. */

static u8 *begin, *at;
static char names[1024];
static u32 name_bytes;

/* Big-endian, whatever the processor is. */
static void put_number(u32 value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = value >> shift;
}

static void put_text(const char *text)
{
	do
		*at++ = *text;
	while (*text++);
	while ((u32)at % 4)
		*at++ = 0;
}

static void property(const char *name, u32 bytes)
{
	put_number(PROPERTY);
	put_number(bytes);
	put_number(name_bytes);
	memcpy(names + name_bytes, name, strlen(name) + 1);
	name_bytes += strlen(name) + 1;
}

void tree_open(u8 *where)
{
	begin = where;
	at = begin + HEADER_BYTES + RESERVED_BYTES;
}

void tree_begin(const char *name)
{
	put_number(BEGIN_NODE);
	put_text(name);
}

void tree_end(void)
{
	put_number(END_NODE);
}

void tree_flag(const char *name)
{
	property(name, 0);
}

void tree_text(const char *name, const char *value)
{
	property(name, strlen(value) + 1);
	put_text(value);
}

void tree_put_cells(const char *name, u32 count, const u32 *cells)
{
	property(name, count * sizeof *cells);
	while (count--)
		put_number(*cells++);
}

void tree_close(void)
{
	put_number(END);
	const u32 magic = 0xd00dfeed, version = 17, oldest = 16, processor = 0, nodes = HEADER_BYTES + RESERVED_BYTES, end = at - begin;
	const u32 header[] = { magic, end + name_bytes, nodes, end, HEADER_BYTES, version, oldest, processor, name_bytes, end - nodes };
	memcpy(at, names, name_bytes);
	at = begin;
	for (u32 i = 0; i < sizeof header / sizeof *header; i++)
		put_number(header[i]);
}
