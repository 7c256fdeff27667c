using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Execution;

/// <summary>A computing register value: what the interpreter needs of it beyond arithmetic.</summary>
/// <typeparam name="V">The implementation itself.</typeparam>
public interface IRegisterWord<V> : IWord<V> where V : struct, IRegisterWord<V>
{
    /// <summary>Reads a register's slot in <see cref="GuestState"/>.</summary>
    static abstract V FromSlot(ulong slot);

    /// <summary>The register as its slot in <see cref="GuestState"/> holds it.</summary>
    ulong Slot { get; }

    /// <summary>The register as a virtual address.</summary>
    ulong Address { get; }
}
