/* An interpreter: a register machine of fourteen opcodes, running the Collatz sequences of small numbers. */
#include "bench.h"

enum opcode { HALT, LOAD_IMMEDIATE, MOVE, ADD, SUBTRACT, AND, XOR, SHIFT_LEFT, SHIFT_RIGHT, LOAD, STORE, JUMP, IF_EQUAL, IF_LESS };

struct instruction {
	u8 opcode, a, b, c;
};

const char name[] = "bytecode";
const u32 checksum = 0x0be4ba81;

#define LIMIT	11	/* sequences start below 1 << LIMIT */

/* r0 = 0, r1 = 1, r2 = start, r3 = end, r4 = value, r5 = steps, r6 = hash, r7 and r8 scratch. Jumps go to instruction c. */
static const struct instruction program[] = {
	{ LOAD_IMMEDIATE, 0, 0, 0 },
	{ LOAD_IMMEDIATE, 1, 1, 0 },
	{ LOAD_IMMEDIATE, 7, LIMIT, 0 },
	{ SHIFT_LEFT, 3, 1, 7 },
	{ LOAD_IMMEDIATE, 6, 17, 0 },
	{ MOVE, 2, 1, 0 },

	{ MOVE, 4, 2, 0 },		/* 6: each start */
	{ MOVE, 5, 0, 0 },

	{ IF_EQUAL, 4, 1, 18 },		/* 8: each step */
	{ ADD, 5, 5, 1 },
	{ AND, 7, 4, 1 },
	{ IF_EQUAL, 7, 0, 16 },
	{ SHIFT_LEFT, 7, 4, 1 },	/* odd: 3v + 1 */
	{ ADD, 4, 4, 7 },
	{ ADD, 4, 4, 1 },
	{ JUMP, 0, 0, 8 },
	{ SHIFT_RIGHT, 4, 4, 1 },	/* 16: even: v / 2 */
	{ JUMP, 0, 0, 8 },

	{ LOAD, 7, 5, 0 },		/* 18: counts sequences of this length */
	{ ADD, 7, 7, 1 },
	{ STORE, 7, 5, 0 },
	{ SHIFT_LEFT, 8, 6, 1 },
	{ ADD, 6, 6, 8 },
	{ XOR, 6, 6, 7 },
	{ SUBTRACT, 6, 6, 5 },
	{ ADD, 2, 2, 1 },
	{ IF_LESS, 2, 3, 6 },
	{ HALT, 6, 0, 0 },
};

static u32 memory[256];

void prepare(void)
{
}

static u32 interpret(const struct instruction *code)
{
	u32 r[16] = { 0 };
	for (const struct instruction *at = code; ; at++)
		switch (at->opcode) {
		case HALT:		return r[at->a];
		case LOAD_IMMEDIATE:	r[at->a] = at->b; break;
		case MOVE:		r[at->a] = r[at->b]; break;
		case ADD:		r[at->a] = r[at->b] + r[at->c]; break;
		case SUBTRACT:		r[at->a] = r[at->b] - r[at->c]; break;
		case AND:		r[at->a] = r[at->b] & r[at->c]; break;
		case XOR:		r[at->a] = r[at->b] ^ r[at->c]; break;
		case SHIFT_LEFT:	r[at->a] = r[at->b] << (r[at->c] & 31); break;
		case SHIFT_RIGHT:	r[at->a] = r[at->b] >> (r[at->c] & 31); break;
		case LOAD:		r[at->a] = memory[r[at->b] & 255]; break;
		case STORE:		memory[r[at->b] & 255] = r[at->a]; break;
		case JUMP:		at = code + at->c - 1; break;
		case IF_EQUAL:		if (r[at->a] == r[at->b]) at = code + at->c - 1; break;
		case IF_LESS:		if (r[at->a] < r[at->b]) at = code + at->c - 1; break;
		}
}

u32 work(void)
{
	for (int i = 0; i < 256; i++)
		memory[i] = 0;
	return interpret(program);
}
