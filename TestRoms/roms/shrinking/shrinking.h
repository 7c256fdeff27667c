/* "Shrinking pages": two guests with pages of 16 KB, whose entries lie in one TLB (docs/shrinking-pages.md). */
#pragma once
#include "../vz/vz.h"

#define C0_KSCRATCH2	C0(31, 3)
#define C0_TABLE	C0(31, 2)	/* the guest's: its page table, as far before it as its first page is behind 0 */

#define PAGES		24
#define PAGE_BYTES	0x4000
#define PAGE_MASK	0x6000		/* of 16 KB */
#define FIRST_PAGE	0x00400000
#define WORD_AT		0x2004		/* beyond the first 4 KB of a page, and of 8 */

#define COUNT_OF(array)	(sizeof (array) / sizeof *(array))
#define HYPCALL	.word 0x42000028
