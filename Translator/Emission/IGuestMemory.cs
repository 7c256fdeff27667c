using Dbt.Translator.Instructions;

namespace Dbt.Translator.Emission;

/// <summary>How emitted code reaches guest memory.</summary>
public interface IGuestMemory
{
    /// <summary>The host address of a guest access; the unit is given up if there is none.</summary>
    NativeValue HostAddress(AccessSize size, Node address, bool store);

    /// <summary>Gives the unit up unless an address translates.</summary>
    void Probe(Node address);
}
