namespace Dbt.Runtime.Network;

/// <summary>The network cards there are.</summary>
public enum CardModel
{
    /// <summary>AMD's Am79C973, as on a Malta.</summary>
    Pcnet,

    /// <summary>Intel's 82540EM.</summary>
    E1000,

    /// <summary>The card that only virtual machines have.</summary>
    Virtio,
}

/// <summary>A network card that a machine is to have.</summary>
/// <param name="Model">Which.</param>
/// <param name="Address">Its address.</param>
/// <param name="Connect">Makes what its cable leads to, for each machine anew.</param>
/// <param name="LinkUp">Whether the cable is in.</param>
public sealed record NetworkCard(
    CardModel Model, MacAddress Address, Func<INetworkBackend> Connect, bool LinkUp = true);
