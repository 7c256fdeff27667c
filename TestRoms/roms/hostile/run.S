/* Root's way into its guest, and back: the ROM vz has it. */
#include "../vz/run.S"
