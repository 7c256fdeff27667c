#!/bin/sh
# Asks the 24Kf of qemu-mipsel or qemu-mips, whichever is named, what instructions do: cases on standard input, answers on standard output. The tests
# in TestRoms/Instructions make the cases and keep the answers, of the latter in answers-be.gz; to record again,
#
#   DBT_RECORD=1 dotnet test TestRoms --filter FullyQualifiedName~QemuRecording
#
# Words of memory are numbers, as the processor loads them.
#
# A state is 108 words: 0 Status.FR, 1-31 general registers, 32 HI, 33 LO, 34 FCSR, 36-99 floating-point registers (low
# word, high word), 100-107 memory at 0x30000800. Code stands at 0x20000800 in a page full of BREAK.
#
#   cases    words, little-endian: the state that all cases start from; then for each case a head (number of
#            instructions, 0 for those of the case before; bit 7 if they are half words of MIPS16e; and, from bit 8,
#            number of changes), the instructions, and the changes to that state: index, value
#   answers  bytes: for each case the signal that ended it, the PC less 0x20000000 (4 bytes), the number of
#            words of the state that changed, and for each its index and new value (4 bytes)
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

arch=${1:-mipsel}
"$arch-linux-gnu-gcc" -std=gnu11 -O2 -march=mips32r2 -msoft-float -mno-abicalls -fno-pic -G0 -ffreestanding -fno-builtin \
	-fno-tree-loop-distribute-patterns -nostdlib -static -Wall -Wextra -Wl,--build-id=none \
	-Wl,--section-start=.testcode=0x20000000 -Wl,--section-start=.testdata=0x30000000 -o "$work/record" "$here/record.c"
"qemu-$arch" -cpu 24Kf "$work/record"
