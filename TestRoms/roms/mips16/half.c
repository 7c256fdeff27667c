/* Compiled to MIPS16e: what a compiler makes of C there. */
#include "half.h"

u32 half_fib(u32 n)
{
	return n < 2 ? n : half_fib(n - 1) + half_fib(n - 2);
}

u32 half_crc(const u8 *bytes, u32 length)
{
	u32 crc = ~0u;
	for (u32 i = 0; i < length; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

u32 half_switch(u32 n)
{
	u32 sum = 0;
	for (u32 i = 0; i < n; i++)
		switch (i % 9) {
		case 0: sum += 1; break;
		case 1: sum ^= i; break;
		case 2: sum = sum << 1 | sum >> 31; break;
		case 3: sum -= 7; break;
		case 4: sum *= 5; break;
		case 5: sum += i * i; break;
		case 6: sum ^= sum >> 3; break;
		case 7: sum = ~sum; break;
		default: sum += i / 3 + (u32)((int)sum / -7); break;
		}
	return sum;
}

u32 half_calls(u32 (*function)(u32), u32 n)
{
	u32 sum = 0;
	for (u32 i = 0; i < n; i++)
		sum += function(i) + twice(i);
	return sum;
}

u32 half_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h)
{
	volatile u32 kept[24] = { a, b, c, d, e, f, g, h };
	for (int i = 8; i < 24; i++)
		kept[i] = kept[i - 8] * 3 + twice(kept[i - 1]);
	return kept[23] ^ (a - h) ^ (b - g) ^ (c - f) ^ (d - e);
}

u32 half_bytes(signed char *bytes, short *halves, u32 n)
{
	u32 sum = 0;
	for (u32 i = 0; i < n; i++) {
		sum += bytes[i] - (u8)bytes[n - 1 - i] + halves[i] * (u16)halves[n - 1 - i];
		halves[i] = (short)sum;
		bytes[i] = (signed char)(sum >> 5);
	}
	return sum;
}
