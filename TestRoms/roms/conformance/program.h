/* A program, and what run_program notes of it: TestRoms/Conformance/KernelProgram.cs and KernelComparison.cs know the same. */
#pragma once

#define CODE_OFFSET	0x100
#define MOST		16	/* exceptions */
#define EACH		7	/* words about one */
#define REGISTERS	34	/* general registers, HI, LO */
#define SYSTEM		12	/* registers of COP0 */
#define NOTED		(1 + MOST * EACH + REGISTERS + SYSTEM)

#define OF_GPR		12	/* offsets in a program */

#ifndef __ASSEMBLER__
struct program {
	u32 words;	/* of code */
	u32 status;
	u32 entry;
	u32 gpr[32];
	u32 code[];
};

void run_program(const struct program *program, u32 *noted);
#endif
