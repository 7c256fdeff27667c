using Dbt.Runtime.Network;
using Dbt.Runtime.State;

namespace Dbt.Runtime.Devices;

/// <summary>
/// The PCnet's two banks of registers behind its address port, the CSRs and the BCRs, and its address PROM, as data
/// (Am79C973 data sheet, "User Accessible Registers"). What they do, the card says.
/// </summary>
internal sealed class PcnetRegisters : IHasState
{
    private const int Csrs = 128, Bcrs = 64;
    private const uint CsrOfStyle = 58;

    // Those that can be written only while the card stands still (data sheet, "Control and Status Registers").
    private static readonly int[] s_standing =
        [1, 2, 8, 9, 10, 11, 12, 13, 14, 15, .. Enumerable.Range(18, 30), 72, 74, 76, 78, 112];

    // Registers that only remember.
    private static readonly (int Number, string Name, uint Reset, uint Mask)[] s_csrs =
    [
        (1, "IADRL", 0, ~0u), (2, "IADRH", 0, ~0u), (6, "RX/TX LENGTH", 0, 0), (8, "LADRF0", 0, ~0u),
        (9, "LADRF1", 0, ~0u), (10, "LADRF2", 0, ~0u), (11, "LADRF3", 0, ~0u), (18, "CRBAL", 0, ~0u),
        (19, "CRBAU", 0, ~0u), (20, "CXBAL", 0, ~0u), (21, "CXBAU", 0, ~0u), (22, "NRBAL", 0, ~0u),
        (23, "NRBAU", 0, ~0u), (26, "NRDAL", 0, ~0u), (27, "NRDAU", 0, ~0u), (28, "CRDAL", 0, ~0u),
        (29, "CRDAU", 0, ~0u), (32, "NXDAL", 0, ~0u), (33, "NXDAU", 0, ~0u), (34, "CXDAL", 0, ~0u),
        (35, "CXDAU", 0, ~0u), (36, "NNRDL", 0, ~0u), (37, "NNRDU", 0, ~0u), (38, "NNXDL", 0, ~0u),
        (39, "NNXDU", 0, ~0u), (40, "CRBC", 0, ~0u), (41, "CRST", 0, ~0u), (42, "CXBC", 0, ~0u), (43, "CXST", 0, ~0u),
        (44, "NRBC", 0, ~0u), (45, "NRST", 0, ~0u), (46, "TXPOLL", 0, ~0u), (47, "TXPOLLINT", 0, ~0u),
        (48, "RXPOLL", 0, ~0u), (49, "RXPOLLINT", 0, ~0u), (80, "FIFO THRESHOLDS", 0x1410, ~0u),
        (82, "BUS ACTIVITY", 0, ~0u), (100, "BUS TIMEOUT", 0x0200, ~0u), (112, "MISSC", 0, ~0u),
        (114, "RCVCC", 0, ~0u), (116, "ONNOW", 0, ~0u), (122, "ADVANCED", 0, 1), (124, "TEST", 0, ~0u),
        (125, "IPG", 0x603c, ~0u),
    ];

    private static readonly (int Number, string Name, uint Reset, uint Mask)[] s_bcrs =
    [
        (0, "MSRDA", 5, 0), (1, "MSWRA", 5, 0), (2, "MC", 0x0002, ~0u), (9, "FDC", 0, 0x0007),
        (19, "EECAS", 0x0002, 0x001f), (22, "PCILAT", 0xff06, ~0u), (25, "SRAMSIZ", 0, 0x00ff),
        (26, "SRAMBND", 0, 0x00ff), (27, "SRAMIC", 0, ~0u), (28, "EBADDRL", 0, ~0u), (29, "EBADDRU", 0, ~0u),
        (31, "STVAL", 0xffff, ~0u), (32, "MIICAS", 0x0400, 0x3ffe),
        (35, "PCIVID", 0x1022, 0),
    ];

    private readonly RegisterBank _csrs, _bcrs, _prom;

    /// <summary>Declares them.</summary>
    /// <param name="name">What a trace calls the card.</param>
    /// <param name="address">The address in the PROM.</param>
    public PcnetRegisters(string name, MacAddress address)
    {
        _csrs = new RegisterBank(name + "-csr", 2 * Csrs);
        foreach ((int number, string csr, uint reset, uint mask) in s_csrs)
            AddCsr(number, csr, reset, mask);
        Status = AddCsr(0, "CSR0", 0x0004, mask: 0);
        Masks = AddCsr(3, "CSR3", 0, mask: 0x5f7c);
        Features = AddCsr(4, "CSR4", 0x0115, clearMask: 0x026a);
        Extended = AddCsr(5, "CSR5", 0, clearMask: 0x0a90);
        Extended2 = AddCsr(7, "CSR7", 0, mask: 0xd555);
        for (int i = 0; i < 3; i++)
            AddCsr(12 + i, "PADR" + i, address[2 * i] | (uint)address[2 * i + 1] << 8);
        Mode = AddCsr(15, "MODE", 0);
        (ReceiveLow, ReceiveHigh) = (AddCsr(24, "BADRL", 0), AddCsr(25, "BADRU", 0));
        (TransmitLow, TransmitHigh) = (AddCsr(30, "BADXL", 0), AddCsr(31, "BADXU", 0));
        (ReceiveLeft, TransmitLeft) = (AddCsr(72, "RCVRC", 0xffff), AddCsr(74, "XMTRC", 0xffff));
        (ReceiveLength, TransmitLength) = (AddCsr(76, "RCVRL", 0xffff), AddCsr(78, "XMTRL", 0xffff));
        // Part 0x2625, version 0, of maker 1.
        AddCsr(88, "CHIPIDL", 0x5003, mask: 0);
        AddCsr(89, "CHIPIDU", 0x0262, mask: 0);

        _bcrs = new RegisterBank(name + "-bcr", 2 * Bcrs);
        foreach ((int number, string bcr, uint reset, uint mask) in s_bcrs)
            AddBcr(number, bcr, reset, mask);
        BusControl = AddBcr(18, "BSBC", 0x9001, ~0u);
        Style = AddBcr(20, "SWS", 0x0200, 0x04ff);

        _prom = new RegisterBank(name + "-prom", 16);
        byte[] prom = PromOf(address);
        for (int i = 0; i < prom.Length; i++)
            _prom.Add(i, "APROM" + i, 1, prom[i], mask: 0);
    }

    public Register Status { get; }

    public Register Masks { get; }

    public Register Features { get; }

    public Register Extended { get; }

    public Register Extended2 { get; }

    public Register Mode { get; }

    public Register ReceiveLow { get; }

    public Register ReceiveHigh { get; }

    public Register TransmitLow { get; }

    public Register TransmitHigh { get; }

    public Register ReceiveLength { get; }

    public Register ReceiveLeft { get; }

    public Register TransmitLength { get; }

    public Register TransmitLeft { get; }

    public Register BusControl { get; }

    public Register Style { get; }

    /// <summary>A word of the physical or of the logical address, or another that has no name here.</summary>
    public uint this[int csr]
    {
        get => _csrs.At(2 * (uint)csr)!.Value;
        set => _csrs.At(2 * (uint)csr)!.Value = value;
    }

    /// <summary>Declares another BCR.</summary>
    public Register AddBcr(
        int number, string name, uint reset, uint mask, Func<uint>? read = null, Action<uint>? written = null) =>
        _bcrs.Add(2 * number, name, 2, reset, mask, read: read, written: written);

    /// <summary>Reads a CSR.</summary>
    public uint ReadCsr(uint number) => number == CsrOfStyle ? Style.Value : _csrs.Read(2 * Aliased(number), 2);

    /// <summary>Writes a CSR but for the first, which is the card's.</summary>
    /// <param name="number">Which.</param>
    /// <param name="value">The value.</param>
    /// <param name="stands">Whether the card stands still.</param>
    public void WriteCsr(uint number, uint value, bool stands)
    {
        number = Aliased(number);
        if (number == CsrOfStyle)
            WriteBcr(20, value, stands);
        else if (stands || !s_standing.Contains((int)number))
            _csrs.Write(2 * number, 2, value);
    }

    /// <summary>Reads a BCR.</summary>
    public uint ReadBcr(uint number) => _bcrs.Read(2 * number, 2);

    /// <summary>Writes a BCR.</summary>
    public void WriteBcr(uint number, uint value, bool stands)
    {
        // The styles: 16 bits, as the LANCE; and two with 32, which say so in bit 8 (data sheet, "BCR20").
        if (number != 20)
            _bcrs.Write(2 * number, 2, value);
        else if (stands)
            Style.Value = (value & 0xff) is 2 or 3 ? value & 0x04ff | 0x0300 : 0x0200;
    }

    /// <summary>Reads the PROM.</summary>
    public uint ReadProm(uint offset, int bytes) => _prom.Read(offset, bytes);

    /// <summary>The software reset, which leaves the BCRs as they are.</summary>
    public void Reset() => _csrs.Reset();

    /// <inheritdoc/>
    public void Walk(StateWalk walk)
    {
        walk.Part("csr", _csrs);
        walk.Part("bcr", _bcrs);
        walk.Part("prom", _prom);
    }

    // CSR16 and CSR17 are other names of CSR1 and CSR2.
    private static uint Aliased(uint number) => number is 16 or 17 ? number - 15 : number;

    // Bytes 12 and 13 are the sum of the others (data sheet, "Address PROM Space").
    private static byte[] PromOf(MacAddress address)
    {
        byte[] prom = new byte[16];
        for (int i = 0; i < MacAddress.Bytes; i++)
            prom[i] = address[i];
        prom[9] = 0x11;
        prom[14] = prom[15] = (byte)'W';
        int sum = prom.Sum(value => value);
        (prom[12], prom[13]) = ((byte)sum, (byte)(sum >> 8));
        return prom;
    }

    private Register AddCsr(int number, string name, uint reset, uint mask = 0xffff, uint clearMask = 0) =>
        _csrs.Add(2 * number, name, 2, reset, mask, clearMask);
}
