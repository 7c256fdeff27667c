/*
 * Runs every floating-point operation of a 24Kf over boundary values and seeded random operands and writes what it
 * finds to standard output: see record.sh for the stream's layout. Freestanding, so that no MIPS C library is needed.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

enum format { SINGLE = 0, DOUBLE = 1, WORD = 4, LONG = 5 };
enum { OPERANDS = 0xff, COMPARE = 0x40, MAX_ROWS = 4096 };

typedef u64 operand_row[3];
typedef u64 (*operation)(const u64 *operands, u32 *fcsr);

/* Output, through write(2) of the o32 ABI. */

static u8 buffer[65536];
static u32 buffered;

static void flush(void)
{
	u32 done = 0;

	while (done < buffered) {
		register long v0 __asm__("$2") = 4004;
		register long a0 __asm__("$4") = 1;
		register const u8 *a1 __asm__("$5") = buffer + done;
		register u32 a2 __asm__("$6") = buffered - done;
		register long a3 __asm__("$7");

		__asm__ volatile("syscall"
				 : "+r"(v0), "=r"(a3)
				 : "r"(a0), "r"(a1), "r"(a2)
				 : "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25",
				   "hi", "lo", "memory");
		done += v0;
	}
	buffered = 0;
}

static void put(u64 value, int bytes)
{
	while (bytes-- > 0) {
		if (buffered == sizeof buffer)
			flush();
		buffer[buffered++] = (u8)value;
		value >>= 8;
	}
}

static int width(enum format format)
{
	return format == SINGLE || format == WORD ? 4 : 8;
}

/* Operations: operands in f0, f2, f4; the result in f6, whose register keeps zeros above a 32-bit result. */

#define DEFINE(name, instruction)                                                                                    \
	static u64 name(const u64 *operands, u32 *fcsr)                                                              \
	{                                                                                                            \
		static const u64 zero;                                                                               \
		u64 result;                                                                                          \
		u32 status = *fcsr;                                                                                  \
		__asm__ volatile("ldc1 $f0, 0(%2)\n\tldc1 $f2, 8(%2)\n\tldc1 $f4, 16(%2)\n\tldc1 $f6, 0(%3)\n\t"       \
				 "ctc1 %0, $31\n\t" instruction "\n\tcfc1 %0, $31\n\tsdc1 $f6, 0(%4)\n\tctc1 $0, $31" \
				 : "+r"(status)                                                                      \
				 : "0"(status), "r"(operands), "r"(&zero), "r"(&result)                              \
				 : "$f0", "$f2", "$f4", "$f6", "memory");                                            \
		*fcsr = status;                                                                                      \
		return result;                                                                                       \
	}

#define BOTH(name, mnemonic, registers)                                                                              \
	DEFINE(name##_s, mnemonic ".s " registers)                                                                   \
	DEFINE(name##_d, mnemonic ".d " registers)

BOTH(add, "add", "$f6, $f0, $f2")
BOTH(sub, "sub", "$f6, $f0, $f2")
BOTH(mul, "mul", "$f6, $f0, $f2")
BOTH(div, "div", "$f6, $f0, $f2")
BOTH(sqrt, "sqrt", "$f6, $f0")
BOTH(abs, "abs", "$f6, $f0")
BOTH(neg, "neg", "$f6, $f0")
BOTH(recip, "recip", "$f6, $f0")
BOTH(rsqrt, "rsqrt", "$f6, $f0")
BOTH(madd, "madd", "$f6, $f4, $f0, $f2")
BOTH(msub, "msub", "$f6, $f4, $f0, $f2")
BOTH(nmadd, "nmadd", "$f6, $f4, $f0, $f2")
BOTH(nmsub, "nmsub", "$f6, $f4, $f0, $f2")
BOTH(cvtw, "cvt.w", "$f6, $f0")
BOTH(cvtl, "cvt.l", "$f6, $f0")
BOTH(roundw, "round.w", "$f6, $f0")
BOTH(truncw, "trunc.w", "$f6, $f0")
BOTH(ceilw, "ceil.w", "$f6, $f0")
BOTH(floorw, "floor.w", "$f6, $f0")
BOTH(roundl, "round.l", "$f6, $f0")
BOTH(truncl, "trunc.l", "$f6, $f0")
BOTH(ceill, "ceil.l", "$f6, $f0")
BOTH(floorl, "floor.l", "$f6, $f0")
DEFINE(cvts_d, "cvt.s.d $f6, $f0")
DEFINE(cvts_w, "cvt.s.w $f6, $f0")
DEFINE(cvts_l, "cvt.s.l $f6, $f0")
DEFINE(cvtd_s, "cvt.d.s $f6, $f0")
DEFINE(cvtd_w, "cvt.d.w $f6, $f0")
DEFINE(cvtd_l, "cvt.d.l $f6, $f0")

BOTH(c_f, "c.f", "$f0, $f2")
BOTH(c_un, "c.un", "$f0, $f2")
BOTH(c_eq, "c.eq", "$f0, $f2")
BOTH(c_ueq, "c.ueq", "$f0, $f2")
BOTH(c_olt, "c.olt", "$f0, $f2")
BOTH(c_ult, "c.ult", "$f0, $f2")
BOTH(c_ole, "c.ole", "$f0, $f2")
BOTH(c_ule, "c.ule", "$f0, $f2")
BOTH(c_sf, "c.sf", "$f0, $f2")
BOTH(c_ngle, "c.ngle", "$f0, $f2")
BOTH(c_seq, "c.seq", "$f0, $f2")
BOTH(c_ngl, "c.ngl", "$f0, $f2")
BOTH(c_lt, "c.lt", "$f0, $f2")
BOTH(c_nge, "c.nge", "$f0, $f2")
BOTH(c_le, "c.le", "$f0, $f2")
BOTH(c_ngt, "c.ngt", "$f0, $f2")

/* Rows are numbered as the members of FpOperation in Translator/FpOperation.cs. */

struct row {
	u8 number;
	u8 result; /* an enum format */
	operation run;
};

static const struct row binary_s[] = { { 0, SINGLE, add_s }, { 1, SINGLE, sub_s }, { 2, SINGLE, mul_s }, { 3, SINGLE, div_s } };
static const struct row binary_d[] = { { 0, DOUBLE, add_d }, { 1, DOUBLE, sub_d }, { 2, DOUBLE, mul_d }, { 3, DOUBLE, div_d } };

static const struct row ternary_s[] = { { 9, SINGLE, madd_s }, { 10, SINGLE, msub_s }, { 11, SINGLE, nmadd_s }, { 12, SINGLE, nmsub_s } };
static const struct row ternary_d[] = { { 9, DOUBLE, madd_d }, { 10, DOUBLE, msub_d }, { 11, DOUBLE, nmadd_d }, { 12, DOUBLE, nmsub_d } };

static const struct row unary_s[] = {
	{ 4, SINGLE, sqrt_s }, { 5, SINGLE, abs_s }, { 6, SINGLE, neg_s }, { 7, SINGLE, recip_s }, { 8, SINGLE, rsqrt_s },
	{ 14, DOUBLE, cvtd_s }, { 15, WORD, cvtw_s }, { 16, LONG, cvtl_s },
	{ 17, WORD, roundw_s }, { 18, WORD, truncw_s }, { 19, WORD, ceilw_s }, { 20, WORD, floorw_s },
	{ 21, LONG, roundl_s }, { 22, LONG, truncl_s }, { 23, LONG, ceill_s }, { 24, LONG, floorl_s },
};
static const struct row unary_d[] = {
	{ 4, DOUBLE, sqrt_d }, { 5, DOUBLE, abs_d }, { 6, DOUBLE, neg_d }, { 7, DOUBLE, recip_d }, { 8, DOUBLE, rsqrt_d },
	{ 13, SINGLE, cvts_d }, { 15, WORD, cvtw_d }, { 16, LONG, cvtl_d },
	{ 17, WORD, roundw_d }, { 18, WORD, truncw_d }, { 19, WORD, ceilw_d }, { 20, WORD, floorw_d },
	{ 21, LONG, roundl_d }, { 22, LONG, truncl_d }, { 23, LONG, ceill_d }, { 24, LONG, floorl_d },
};
static const struct row from_word[] = { { 13, SINGLE, cvts_w }, { 14, DOUBLE, cvtd_w } };
static const struct row from_long[] = { { 13, SINGLE, cvts_l }, { 14, DOUBLE, cvtd_l } };

#define CONDITIONS(suffix)                                                                                           \
	{                                                                                                            \
		c_f##suffix, c_un##suffix, c_eq##suffix, c_ueq##suffix, c_olt##suffix, c_ult##suffix, c_ole##suffix,  \
		c_ule##suffix, c_sf##suffix, c_ngle##suffix, c_seq##suffix, c_ngl##suffix, c_lt##suffix,              \
		c_nge##suffix, c_le##suffix, c_ngt##suffix                                                            \
	}
static const operation conditions_s[] = CONDITIONS(_s);
static const operation conditions_d[] = CONDITIONS(_d);

/* Boundary values, each taken with both signs. */

static const u64 pair_s[] = {
	0x00000000, 0x00000001, 0x00400001, 0x007fffff, 0x00800000, 0x00800001, 0x33800000, 0x3effffff, 0x3f000000,
	0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000, 0x4b000001, 0x7effffff, 0x7f7fffff, 0x7f800000,
	0x7f800001, 0x7fbfffff, 0x7fc00000,
};
static const u64 pair_d[] = {
	0x0000000000000000, 0x0000000000000001, 0x0008000000000001, 0x000fffffffffffff, 0x0010000000000000,
	0x0010000000000001, 0x3ca0000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fefffffffffffff,
	0x3ff0000000000000, 0x3ff0000000000001, 0x3ff8000000000000, 0x4330000000000001, 0x7fdfffffffffffff,
	0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff0000000000001, 0x7ff7ffffffffffff, 0x7ff8000000000000,
};
static const u64 triple_s[] = { 0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x3f7fffff, 0x3f800001, 0x7f7fffff, 0x7f800000, 0x7fbffffe, 0x7fc00000 };
static const u64 triple_d[] = {
	0x0000000000000000, 0x0000000000000001, 0x000fffffffffffff, 0x0010000000000000, 0x3fefffffffffffff,
	0x3ff0000000000001, 0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff7fffffffffffe, 0x7ff8000000000000,
};
/* Further ones for conversions: around 2^31, 2^32, 2^63 and 2^64, halves of integers, the ends of the single range. */
static const u64 single_s[] = {
	0x3e800000, 0x3f000001, 0x3f400000, 0x40200000, 0x40600000, 0x40600001, 0x4affffff, 0x4b000000, 0x4effffff,
	0x4f000000, 0x4f000001, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f000001, 0x5f800000, 0x7fffffff,
};
static const u64 single_d[] = {
	0x3fd0000000000000, 0x3fe0000000000001, 0x3fe8000000000000, 0x4004000000000000, 0x400c000000000000,
	0x400c000000000001, 0x41dfffffff800000, 0x41dfffffffc00000, 0x41dfffffffdfffff, 0x41dfffffffe00000,
	0x41dfffffffe00001, 0x41dfffffffffffff, 0x41e0000000000000, 0x41e00000000fffff, 0x41e0000000100000,
	0x41e0000000100001, 0x41e0000000200000, 0x41f0000000000000, 0x432fffffffffffff, 0x433fffffffffffff,
	0x43dfffffffffffff, 0x43e0000000000000, 0x43e0000000000001, 0x43f0000000000000, 0x368fffffffffffff,
	0x3690000000000000, 0x3690000000000001, 0x36a0000000000000, 0x36a8000000000000, 0x380fffffbfffffff,
	0x380fffffc0000000, 0x380fffffd0000000, 0x380fffffdfffffff, 0x380fffffe0000000, 0x380fffffefffffff,
	0x380ffffff0000000, 0x380fffffffffffff, 0x3810000000000000, 0x3ff0000010000000, 0x3ff0000010000001,
	0x3ff0000030000000, 0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000, 0x47efffffffffffff,
	0x47f0000000000000, 0x7ff000001fffffff, 0x7ff0000020000000, 0x7ff7ffffe0000000, 0x7fffffffffffffff,
};
static const u64 integers[] = {
	0, 1, 2, 0xffffff, 0x1000000, 0x1000001, 0x1000002, 0x1000003, 0x2000002, 0x7fffff80, 0x7fffffbf, 0x7fffffc0, 0x7fffffff,
	0x80000000, 0x80000001, 0xffffffff, 0x100000000, 0x1fffffffffffff, 0x20000000000000, 0x20000000000001,
	0x20000000000002, 0x20000000000003, 0x7fffff8000000000, 0x7fffffbfffffffff, 0x7fffffc000000000, 0x7ffffffffffffc00,
	0x7ffffffffffffdff, 0x7ffffffffffffe00, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
};

/* Random operands: splitmix64, so that a recording can be repeated. */

static u64 seed = 24;

static u64 random(void)
{
	u64 z = seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static int fraction_bits(enum format format)
{
	return format == SINGLE ? 23 : 52;
}

static int bias(enum format format)
{
	return format == SINGLE ? 127 : 1023;
}

static u64 compose(enum format format, int exponent)
{
	int bits = fraction_bits(format);
	u64 fraction = random();
	u64 sign = random() & 1;

	/* One in two has a short fraction, which makes exact results and ties likely. */
	if (random() & 1)
		fraction &= ~0ull << (random() % bits);
	else if (random() & 1)
		fraction &= (2ull << (random() % bits)) - 1;
	fraction &= (1ull << bits) - 1;
	if (exponent < 0)
		exponent = 0;
	if (exponent > 2 * bias(format))
		exponent = 2 * bias(format);
	return sign << (width(format) * 8 - 1) | (u64)exponent << bits | fraction;
}

static void random_row(enum format format, operand_row row)
{
	int middle = bias(format);
	int near = (int)(random() % (2 * fraction_bits(format))) - fraction_bits(format);
	int a = random() % (2 * middle);
	int b;

	switch (random() % 6) {
	case 0: /* anything */
		b = random() % (2 * middle);
		break;
	case 1: /* sums that cancel or align by less than the fraction */
		b = a + near / 2;
		break;
	case 2: /* products around the underflow threshold */
		a = random() % middle;
		b = middle - a + near;
		break;
	case 3: /* products around the overflow threshold */
		a = middle + random() % middle;
		b = 3 * middle - a + near / 8;
		break;
	case 4: /* quotients around the underflow threshold */
		a = random() % middle;
		b = a + middle + near;
		break;
	default: /* integers with a fraction */
		a = middle + (int)(random() % 68) - 2;
		b = a + near / 8;
		break;
	}
	row[0] = compose(format, a);
	row[1] = compose(format, b);
	row[2] = compose(format, random() & 1 ? a + b - middle + near : (int)(random() % (2 * middle)));
}

/* Operand lists. */

static operand_row rows[MAX_ROWS];
static u32 count;

static void append(u64 a, u64 b, u64 c)
{
	rows[count][0] = a;
	rows[count][1] = b;
	rows[count][2] = c;
	count++;
}

static u64 negative(enum format format, u64 value, int sign)
{
	return value | (u64)sign << (width(format) * 8 - 1);
}

static void append_random(enum format format, int number)
{
	while (number-- > 0)
		random_row(format, rows[count++]);
}

static void list_pairs(enum format format, const u64 *values, int length, int number)
{
	count = 0;
	for (int i = 0; i < length * 2; i++)
		for (int j = 0; j < length * 2; j++)
			append(negative(format, values[i / 2], i & 1), negative(format, values[j / 2], j & 1), 0);
	append_random(format, number);
}

static void list_triples(enum format format, const u64 *values, int length, int number)
{
	count = 0;
	for (int i = 0; i < length; i++)
		for (int j = 0; j < length; j++)
			for (int k = 0; k < length * 2; k++)
				if ((i + j + k) % 3 == 0)
					append(values[i], negative(format, values[j], (i ^ j) & 1), negative(format, values[k / 2], k & 1));
	append_random(format, number);
}

static void list_singles(enum format format, const u64 *values, int length, const u64 *more, int more_length, int number)
{
	count = 0;
	for (int i = 0; i < length * 2; i++)
		append(negative(format, values[i / 2], i & 1), 0, 0);
	for (int i = 0; i < more_length * 2; i++)
		append(negative(format, more[i / 2], i & 1), 0, 0);
	append_random(format, number);
}

static void list_integers(enum format format, int number)
{
	u64 mask = format == WORD ? 0xffffffff : ~0ull;

	count = 0;
	for (u32 i = 0; i < sizeof integers / sizeof *integers; i++) {
		append(integers[i] & mask, 0, 0);
		append(-integers[i] & mask, 0, 0);
	}
	while (number-- > 0) {
		u64 value = random() >> (random() % (width(format) * 8));

		append((random() & 1 ? value : -value) & mask, 0, 0);
	}
}

/* Sections. */

static void put_operands(enum format format, int arity)
{
	put(OPERANDS, 1);
	put(format, 1);
	put(arity, 1);
	put(0, 1);
	put(count, 4);
	for (int column = 0; column < arity; column++)
		for (u32 i = 0; i < count; i++)
			put(rows[i][column], width(format));
}

static void put_results(u8 number, enum format result, u32 fcsr, operation run)
{
	static u32 status[MAX_ROWS];

	put(number, 1);
	put(result, 1);
	put(0, 2);
	put(fcsr, 4);
	for (u32 i = 0; i < count; i++) {
		u64 value;

		status[i] = fcsr;
		value = run(rows[i], &status[i]);
		if (number < COMPARE)
			put(value, width(result));
	}
	for (u32 i = 0; i < count; i++)
		put(status[i], 4);
}

static void record(enum format format, int arity, const struct row *table, u32 bytes)
{
	put_operands(format, arity);
	for (u32 i = 0; i < bytes / sizeof *table; i++)
		for (u32 mode = 0; mode < 8; mode++)
			put_results(table[i].number, table[i].result, (mode & 3) | (mode >> 2) << 24, table[i].run);
}

static void record_conditions(enum format format, const operation *table)
{
	put_operands(format, 2);
	for (u32 i = 0; i < 16; i++)
		for (u32 flush_to_zero = 0; flush_to_zero < 2; flush_to_zero++)
			put_results(COMPARE + i, WORD, flush_to_zero << 24, table[i]);
}

#define LENGTH(array) (int)(sizeof(array) / sizeof *(array))

void __start(void)
{
	list_pairs(SINGLE, pair_s, LENGTH(pair_s), 600);
	record(SINGLE, 2, binary_s, sizeof binary_s);
	list_pairs(DOUBLE, pair_d, LENGTH(pair_d), 600);
	record(DOUBLE, 2, binary_d, sizeof binary_d);
	list_triples(SINGLE, triple_s, LENGTH(triple_s), 400);
	record(SINGLE, 3, ternary_s, sizeof ternary_s);
	list_triples(DOUBLE, triple_d, LENGTH(triple_d), 400);
	record(DOUBLE, 3, ternary_d, sizeof ternary_d);
	list_singles(SINGLE, pair_s, LENGTH(pair_s), single_s, LENGTH(single_s), 200);
	record(SINGLE, 1, unary_s, sizeof unary_s);
	list_singles(DOUBLE, pair_d, LENGTH(pair_d), single_d, LENGTH(single_d), 200);
	record(DOUBLE, 1, unary_d, sizeof unary_d);
	list_integers(WORD, 100);
	record(WORD, 1, from_word, sizeof from_word);
	list_integers(LONG, 200);
	record(LONG, 1, from_long, sizeof from_long);
	list_pairs(SINGLE, pair_s, LENGTH(pair_s), 100);
	record_conditions(SINGLE, conditions_s);
	list_pairs(DOUBLE, pair_d, LENGTH(pair_d), 100);
	record_conditions(DOUBLE, conditions_d);
	flush();
	__asm__ volatile("li $2, 4001\n\tmove $4, $0\n\tsyscall");
	__builtin_unreachable();
}
