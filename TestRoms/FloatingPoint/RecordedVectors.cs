using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Dbt.Translator.Instructions;

namespace Dbt.TestRoms.FloatingPoint;

/// <summary>One operation that QEMU executed: the code is an <see cref="FpOperation"/>, or <see cref="RecordedVectors.Compare"/> plus a condition.</summary>
public readonly record struct RecordedVector(
    int Code, FpFormat Format, ulong A, ulong B, ulong C, uint Before, ulong Result, uint After);

/// <summary>Reads what TestRoms/oracle/fpu/record.sh recorded; the layout is described there.</summary>
internal static class RecordedVectors
{
    public const int Compare = 0x40;
    private const int Operands = 0xff;

    public static IEnumerable<RecordedVector> Read()
    {
        byte[] stream = Decompress();
        int position = 0;
        FpFormat format = 0;
        ulong[][] operands = [];
        int count = 0;

        while (position < stream.Length)
        {
            int code = stream[position];
            var sectionFormat = (FpFormat)stream[position + 1];
            int arity = stream[position + 2];
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(stream.AsSpan(position + 4));
            position += 8;

            if (code == Operands)
            {
                format = sectionFormat;
                count = (int)word;
                operands = [new ulong[count], new ulong[count], new ulong[count]];
                for (int i = 0; i < arity; i++)
                    operands[i] = Column(Width(format));
                continue;
            }

            ulong[] results = code < Compare ? Column(Width(sectionFormat)) : new ulong[count];
            ulong[] after = Column(4);
            for (int i = 0; i < count; i++)
                yield return new(code, format, operands[0][i], operands[1][i], operands[2][i], word, results[i], (uint)after[i]);
        }

        ulong[] Column(int width)
        {
            ReadOnlySpan<byte> bytes = stream.AsSpan(position, count * width);
            position += bytes.Length;
            if (width == 8)
                return MemoryMarshal.Cast<byte, ulong>(bytes).ToArray();
            return Array.ConvertAll(MemoryMarshal.Cast<byte, uint>(bytes).ToArray(), value => (ulong)value);
        }
    }

    private static int Width(FpFormat format) => format is FpFormat.Single or FpFormat.Word ? 4 : 8;

    private static byte[] Decompress()
    {
        using Stream resource = typeof(RecordedVectors).Assembly.GetManifestResourceStream("fpu-vectors.gz")!;
        using GZipStream gzip = new(resource, CompressionMode.Decompress);
        using MemoryStream stream = new();
        gzip.CopyTo(stream);
        return stream.ToArray();
    }
}
