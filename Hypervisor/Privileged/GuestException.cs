namespace Dbt.Hypervisor.Privileged;

/// <summary>An exception the guest is to take.</summary>
/// <param name="Code">Cause.ExcCode.</param>
/// <param name="IsRefill">Whether no TLB entry matched: the refill vector is used if EXL is clear.</param>
/// <param name="BadAddress">The address at fault, for TLB and address errors.</param>
/// <param name="Coprocessor">Cause.CE, for coprocessor unusable.</param>
public readonly record struct GuestException(
    ExceptionCode Code, bool IsRefill = false, uint BadAddress = 0, int Coprocessor = 0)
{
    /// <summary>Whether BadVAddr is set.</summary>
    public bool HasBadAddress => IsTlb || Code is ExceptionCode.AddressLoad or ExceptionCode.AddressStore;

    /// <summary>Whether Context and EntryHi are set to refill the TLB from.</summary>
    public bool IsTlb => Code is >= ExceptionCode.TlbModified and <= ExceptionCode.TlbStore
        or ExceptionCode.TlbReadInhibit or ExceptionCode.TlbExecuteInhibit;
}
