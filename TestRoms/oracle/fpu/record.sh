#!/bin/sh
# Records the floating-point vectors that TestRoms/FloatingPoint replays, from qemu-mipsel's 24Kf.
#
# The stream is a sequence of sections, little-endian, each with an 8-byte head:
#   operands  ff, format, arity, 0, count (32 bits); then for each operand a column of count values (4 or 8 bytes, by format)
#   results   operation (40+cond for C.cond), format of the result, 0, 0, FCSR before (32 bits); then, for the latest operands,
#             a column of results (absent for C.cond) and a column of FCSRs after (4 bytes each)
# Operations and formats are numbered as in Translator/FpOperation.cs.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mipsel-linux-gnu-gcc -std=gnu11 -O1 -march=mips32r2 -mfp64 -fno-pic -ffreestanding -fno-builtin \
	-fno-tree-loop-distribute-patterns -nostdlib -static -Wall -Wextra -o "$work/record" "$here/record.c" -lgcc
qemu-mipsel -cpu 24Kf "$work/record" >"$work/vectors"
gzip -9n <"$work/vectors" >"$here/vectors.gz"
ls -l "$here/vectors.gz"
