/* A benchmark: one kernel, made of portable C, and main.c, which runs it n times. On the host the same files compile with native.c. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

/*
 * What a kernel provides. Every round does the same work, about 10 ms of QEMU, and returns the same checksum: so any
 * number of rounds checks itself.
 */
extern const char name[];
extern const u32 checksum;
void prepare(void);
u32 work(void);

/* What the machine provides: lib/test.c and lib/power.c on the board, native.c on the host. */
void begin(void);
void power_off(void) __attribute__((noreturn));

/* A step of FNV-1a, by words. */
static inline u32 mix(u32 hash, u32 value)
{
	return (hash ^ value) * 16777619;
}

static inline u32 mix_double(u32 hash, double value)
{
	enum { LOW = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };
	union { double value; u32 words[2]; } bits = { value };
	return mix(mix(hash, bits.words[LOW]), bits.words[!LOW]);
}

/* Marsaglia's xorshift32: never give it 0. */
static inline u32 next_random(u32 *state)
{
	u32 x = *state;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}
